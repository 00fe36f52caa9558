#!/usr/bin/env python3
"""Measures the servers of a plan, and writes the report.

    run.py PLAN

PLAN is a JSON file that scripts/bench writes. What was measured is kept beside it, in results.json, and
the report in report.md.
"""
import concurrent.futures
import json
import os
import signal
import subprocess
import sys
import time

from load import Generators, Load, median, negotiated
from processes import resident_kib
from report import report
from servers import FLOOR, WORKS, Park

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SECTIONS = ("work", "connections", "pipelining", "tls", "open-loop", "unpinned", "idle", "decisions", "process")
PIPELINE = 16
SERVER_CORE, GENERATOR_CORE = 0, 1
# After this time the memory of a server that has nothing to do is what it keeps.
SETTLE_SECONDS = 1
NO_TLS = "Bindery over TLS: not measured, this version of it has no TLS listener."


def told_by(*command):
    """The JSON that a program prints."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"bench: {' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return json.loads(done.stdout)


class Bench:
    """One run of the script."""

    def __init__(self, plan):
        self.plan = plan
        self.park = Park(plan)
        self.began = time.monotonic()
        self.results = {"loads": [], "notes": []}
        # Servers can be kept on a core of their own only where the generators have another.
        self.is_pinned = not plan["quick"] and os.cpu_count() > 1

    def wants(self, section):
        return self.plan["only"] in (None, section)

    def note(self, text):
        """Says what is going on, and how far it is; not in a quick run, which is a test among others."""
        if not self.plan["quick"]:
            print(f"bench: {time.monotonic() - self.began:4.0f} s: {text}", file=sys.stderr, flush=True)

    def each(self, servers, work):
        """What `work` returns for each server, in turn; at once in a quick run, where time is no matter."""
        if not self.plan["quick"]:
            return [work(server) for server in servers]
        with concurrent.futures.ThreadPoolExecutor(len(servers) or 1) as pool:
            return list(pool.map(work, servers))

    def closed_loop(self, load, servers, generators, placement):
        """Measures one load: the servers take turns within each run."""
        servers = [server for server in servers
                   if load.work in server.paths and (server.secure_port or not load.secure)]
        self.note(f"{load.name}, {load.connections} connections, {placement}")
        runs = [self.each(servers, lambda server: generators.closed_loop(server, load, self.plan["seconds"]))
                for _ in range(self.plan["runs"])]
        for index, server in enumerate(servers):
            row = {"section": load.section, "name": load.name, "connections": load.connections,
                   "placement": placement, "server": server.name}
            self.results["loads"].append(row | median([run[index] for run in runs]))

    def loads(self):
        """What is asked of pinned servers, by section."""
        yield Load("work", "resolved")
        yield Load("work", "explain", work="explain")
        yield Load("work", "evaluation", work="evaluation")
        yield Load("work", "evaluation, each another", work="evaluation", distinct=True)
        for count in self.plan["connections"]:
            yield Load("connections", "resolved", connections=count)
        yield Load("pipelining", f"resolved, {PIPELINE} pipelined", pipeline=PIPELINE)
        yield Load("tls", "resolved, TLS 1.3", secure=True)

    def warm(self, servers, generators):
        """Lets every server reach its stride, in nobody's figures."""
        for work in WORKS:
            self.each([server for server in servers if work in server.paths],
                      lambda server: generators.closed_loop(server, Load("", "warming up", work=work), 1))

    def pinned(self):
        """The sections in which the server has one core and the generator another."""
        wanted = [load for load in self.loads() if self.wants(load.section)]
        if not wanted and not self.wants("open-loop"):
            return
        core = SERVER_CORE if self.is_pinned else None
        placement = "pinned" if self.is_pinned else "unpinned"
        generators = Generators(self.plan, GENERATOR_CORE if self.is_pinned else None)
        servers = self.park.start_all(core)
        floor = [self.park.start(FLOOR, core)] if self.wants("work") else []
        self.park.hold_to_answers(servers + floor)
        if not self.plan["quick"]:
            self.warm(servers + floor, generators)
        for load in wanted:
            self.closed_loop(load, servers + (floor if load.section == "work" else []), generators, placement)
        if self.wants("tls"):
            self.results["notes"] += [] if self.park.tls else [NO_TLS]
            self.results["notes"] += [f"TLS with {server.name}: {negotiated(self.plan, server)}."
                                      for server in servers if server.secure_port]
        if self.wants("open-loop"):
            self.open_loop(servers, generators, placement)
        self.park.stop()

    def open_loop(self, servers, generators, placement):
        """A fixed rate for all of them: half of what the slowest can do."""
        known = {row["server"]: row["rate"] for row in self.results["loads"]
                 if (row["section"], row["name"]) == ("work", "resolved")}
        for server in servers:
            if server.name not in known:
                known[server.name] = generators.closed_loop(server, Load("", "how fast it is"), 1)["rate"]
        slowest = min(known, key=known.get)
        # Whole clients of h2load at their full rate, so that the rate asked for is the rate sent.
        rate = self.plan["rate"] or max(100, int(known[slowest] / 2) // 100 * 100)
        self.note(f"open loop at {rate:,} requests a second, {placement}")
        runs = [self.each(servers, lambda server: generators.open_loop(server, rate, self.plan["seconds"]))
                for _ in range(self.plan["runs"])]
        self.results["openLoop"] = {
            "rate": rate, "slowest": slowest, "placement": placement,
            "rows": [{"server": server.name} | median([run[index] for run in runs])
                     for index, server in enumerate(servers)]}

    def unpinned(self):
        """The main works again, with all cores for everybody."""
        if not self.wants("unpinned") or not self.is_pinned:
            return
        generators = Generators(self.plan)
        servers = self.park.start_all()
        self.park.hold_to_answers(servers)
        self.warm(servers, generators)
        for work in WORKS:
            self.closed_loop(Load("unpinned", work, work=work), servers, generators, "unpinned")
        self.park.stop()

    def idle(self):
        """Memory with many idle peers, each server and each kind in a process of its own."""
        if not self.wants("idle"):
            return
        self.results["idle"] = {name: {} for name in self.park.names}
        for kind in ("plain", "TLS 1.3"):
            for name in self.park.names:
                if kind != "plain" and name == "bindery" and not self.park.tls:
                    continue
                self.note(f"{self.plan['idle']:,} idle peers, {name}, {kind}")
                server = self.park.start(name)
                self.results["idle"][name][kind] = self.idle_peers(server, kind != "plain")
                self.park.stop()
        if not self.park.tls and NO_TLS not in self.results["notes"]:
            self.results["notes"].append(NO_TLS)

    def idle_peers(self, server, is_secure):
        """What the peers take of one server."""
        if not self.plan["quick"]:
            # What a server takes for its first requests is not its peers'.
            Generators(self.plan).closed_loop(server, Load("", "warming up", secure=is_secure), 1)
            time.sleep(SETTLE_SECONDS)
        before, count = resident_kib(server.pid), self.plan["idle"]
        command = [sys.executable, os.path.join(HERE, "idle.py"),
                   str(server.secure_port if is_secure else server.port), str(count), server.paths["resolved"],
                   *(f"{name}: {value}" for name, value in server.headers.items())]
        opener = subprocess.Popen(command + (["--tls"] if is_secure else []), text=True,
                                  env=Generators(self.plan).environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if opener.stdout.readline() != "open\n":
            sys.exit(f"bench: {server.name} does not keep {count} peers")
        time.sleep(0 if self.plan["quick"] else SETTLE_SECONDS)
        after = resident_kib(server.pid)
        closed = int(opener.communicate()[0])
        return {"count": count, "before": before, "after": after, "closed": closed,
                "bytes": max(0, after - before) * 1024 / count}

    def decisions(self):
        """Decisions in process, ours beside Cedar's, and what ours allocate."""
        if not self.wants("decisions"):
            return
        self.note("decisions in process")
        binary = self.plan["programs"]["bindery"]
        quick = ["--quick"] if self.plan["quick"] else []
        self.results["inProcess"] = told_by(binary, "bench", "decide", *quick)
        # Counted in a run of its own: the shim takes time.
        counter = os.path.join(self.plan["folder"], "decisions.count")
        with open(counter, "wb") as file:
            file.write(bytes(8))
        self.results["allocations"] = told_by(
            "env", f"LD_PRELOAD={self.plan['shim']}", f"ALLOCATION_COUNT_FILE={counter}",
            binary, "bench", "decide", "--quick", "--allocations", counter)
        self.note("decisions of Cedar")
        self.results["cedar"] = told_by(self.plan["judge"], os.path.join(HERE, "decisions.py"), binary,
                                        str(self.plan["runs"]), *quick)

    def process(self):
        """What needs no peers: the start."""
        if not self.wants("process"):
            return
        self.note("starts")
        binary = self.plan["programs"]["bindery"]
        self.results["start"] = told_by(sys.executable, os.path.join(HERE, "start.py"), binary, str(self.plan["runs"]))

    def run(self):
        """All sections that are wanted."""
        try:
            self.park.record_answers()
            self.pinned()
            self.unpinned()
            self.idle()
            self.decisions()
            self.process()
        finally:
            self.park.stop()
        self.note("done")


def main():
    with open(sys.argv[1], encoding="utf-8") as text:
        plan = json.load(text)
    if plan["only"] not in (None, *SECTIONS):
        sys.exit(f"bench: there is no section {plan['only']}: {', '.join(SECTIONS)}")
    # Whoever ends this script ends the servers with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    bench = Bench(plan)
    bench.run()
    with open(os.path.join(plan["folder"], "results.json"), "w", encoding="utf-8") as out:
        json.dump(bench.results, out, indent=1)
    with open(os.path.join(plan["folder"], "report.md"), "w", encoding="utf-8") as out:
        out.write(report(plan, bench.results, bench.park.tls, ROOT))


if __name__ == "__main__":
    main()
