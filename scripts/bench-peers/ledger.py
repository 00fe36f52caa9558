#!/usr/bin/env python3
"""Measures the ledger, and writes the report.

    ledger.py PLAN

PLAN is a JSON file that scripts/bench-ledger writes. What was measured is kept beside it, in results.json, and
the report in report.md.
"""
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time

from ledger_report import report
from ledger_server import Bindery, Postgres, median
from paced import Paced, change, resolved, summary

SECTIONS = ("writes", "bytes", "start", "snapshot", "recovery", "followers", "replicas")
# No snapshot comes in between.
NEVER = ("--ledger-snapshot-every", "100000000")
# What is paced is slow enough that no line forms while nothing else happens.
PACED_RATE = 200
FOLLOWED_RATE = 20
REPLICA_RATE = 100
SNAPSHOT_SECONDS_MAX = 300
NO_POSTGRES_JOURNAL = "this server was built without the trait PostgreSQL"


class Bench:
    """One run of the script."""

    def __init__(self, plan):
        self.plan, self.servers, self.results = plan, [], {}
        self.began = time.monotonic()
        self.seconds = plan["seconds"]
        self.paced_seconds = 1 if plan["quick"] else 3 * plan["seconds"]

    def wants(self, section):
        return self.plan["only"] in (None, section)

    def note(self, text):
        if not self.plan["quick"]:
            print(f"bench-ledger: {time.monotonic() - self.began:4.0f} s: {text}", file=sys.stderr, flush=True)

    def path(self, name):
        return os.path.join(self.plan["folder"], name)

    def fill(self, name, tenants):
        """A data folder with so many tenants, through the ledger."""
        shutil.rmtree(self.path(name), ignore_errors=True)
        subprocess.run([self.plan["bindery"], "bench", "fill", "--data", self.path(name), "--tenants", str(tenants)],
                       check=True, stdout=subprocess.DEVNULL)
        return self.path(name)

    def bindery(self, data, *flags, key=True):
        server = Bindery(self.plan["bindery"], data, self.path("bindery.log"), flags)
        self.servers.append(server)
        if key:
            server.make_key()
        return server

    def stop(self):
        while self.servers:
            self.servers.pop().stop()

    def postgres(self, entry):
        if not self.plan["postgres"]:
            return None
        folder = self.plan["postgres"]
        if os.stat(os.path.dirname(folder)).st_dev != os.stat(self.plan["folder"]).st_dev:
            sys.exit(f"bench-ledger: {folder} and {self.plan['folder']} are not on one disk")
        server = Postgres(folder, entry)
        self.servers.append(server)
        return server

    def writes(self):
        """Durable changes by closed-loop clients; the servers take turns within each repetition."""
        ours = self.bindery(self.fill("writes", self.plan["tenants"]))
        ours.load(8, 1, self.plan["tenants"])
        entry = self.last_entry(ours.data)
        theirs = self.postgres(entry)
        servers = [server for server in (ours, theirs) if server]
        if theirs:
            theirs.load(8, 1, self.plan["tenants"])
            self.results["postgres"] = theirs.version()
        self.results["entryBytes"] = len(entry)
        self.results["writes"] = self.closed_loop(servers, self.plan["clients"])
        self.stop()

    def closed_loop(self, servers, clients):
        rows = []
        for count in clients:
            self.note(f"durable changes, {count} clients")
            runs = [[server.load(count, self.seconds, self.plan["tenants"]) for server in servers]
                    for _ in range(self.plan["runs"])]
            for index, server in enumerate(servers):
                rows.append({"clients": count, "server": server.name} | median([run[index] for run in runs]))
        return rows

    @staticmethod
    def last_entry(data):
        """A record of the log as it is written: what PostgreSQL is given too."""
        folder = os.path.join(data, "ledger")
        name = max(name for name in os.listdir(folder) if name.endswith(".log"))
        with open(os.path.join(folder, name), "rb") as file:
            content = file.read().rstrip(b"\0")
        begin = content.rfind(b'{"revision":')
        return content[begin:].decode("utf-8")

    def bytes(self):
        """How many bytes a change takes: in the log, and with the audit trail."""
        data = self.fill("bytes", self.plan["tenants"])
        server = self.bindery(data, *NEVER)
        before = used_bytes(data)
        count = server.load(8, self.seconds, self.plan["tenants"])["count"]
        server.kill()
        after = used_bytes(data)
        self.results["bytes"] = {kind: (after[kind] - before[kind]) / count for kind in after} | {"count": count}
        self.stop()

    def start(self):
        """What scripts/bench-start has measured before."""
        path = self.path("start.json")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as text:
                self.results["start"] = json.load(text)

    def snapshot(self):
        """How long a snapshot of many tenants takes, and what writers and readers feel of it."""
        tenants, rate = self.plan["manyTenants"], PACED_RATE
        data = self.plan["manyFolder"] or self.fill("many", tenants)
        self.note(f"a snapshot of {tenants:,} tenants")
        calm_seconds = 1 if self.plan["quick"] else 3 * self.seconds
        server = self.bindery(data, "--ledger-snapshot-every", str(max(1, calm_seconds * rate)))
        loads = [Paced(server.port, server.key, rate, ask(tenants)) for ask in (change, resolved)]
        known = set(os.listdir(os.path.join(data, "ledger")))
        for load in loads:
            load.start()
        begin, end = watch_snapshot(os.path.join(data, "ledger"), known)
        used = server.cpu()
        time.sleep(1)
        for load in loads:
            load.stop()
        calm = loads[0].began + (0 if self.plan["quick"] else 1)
        self.results["snapshot"] = {
            "tenants": tenants, "rate": rate, "seconds": end - begin, "cpu": used,
            "bytes": max(os.path.getsize(os.path.join(data, "ledger", name))
                         for name in os.listdir(os.path.join(data, "ledger")) if name.startswith("snapshot-")),
            "before": {"writes": loads[0].summary(calm, begin), "resolved": loads[1].summary(calm, begin)},
            "during": {"writes": loads[0].summary(begin, end), "resolved": loads[1].summary(begin, end)}}
        server.kill()
        self.stop()

    def recovery(self):
        """How long a start takes over a log that no snapshot covers."""
        wanted, data = self.plan["changes"], self.fill("recovery", self.plan["tenants"])
        self.note(f"recovery of {wanted:,} changes")
        empty = []
        for _ in range(3):
            server = self.bindery(data, *NEVER, key=False)
            empty.append(server.ready_seconds)
            server.kill()
        server, count = self.bindery(data, *NEVER), 0
        while count < wanted:
            count += server.load(64, self.seconds, self.plan["tenants"])["count"]
        server.kill()
        times, cpu = [], []
        for _ in range(self.plan["runs"]):
            server = self.bindery(data, *NEVER, key=False)
            times.append(server.ready_seconds)
            cpu.append(server.cpu())
            server.kill()
        self.results["recovery"] = {"count": count, "seconds": statistics.median(times) - statistics.median(empty),
                                    "cpu": statistics.median(cpu)}
        self.stop()

    def followers(self):
        """What very many followers of the events cost, and how late the last of them gets a change."""
        data = self.fill("followers", self.plan["tenants"])
        streams = str(self.plan["followers"] + 10)
        server = self.bindery(data, "--limits-event-streams", streams)
        rows = {}
        for count in (0, self.plan["followers"]):
            self.note(f"{count:,} followers")
            follower = self.follow(server, count) if count else None
            rows[count] = self.followed(server, FOLLOWED_RATE, self.paced_seconds, follower)
        self.results["followers"] = {"count": self.plan["followers"], "rate": FOLLOWED_RATE,
                                     "without": rows[0], "with": rows[self.plan["followers"]]}
        self.stop()

    def follow(self, server, count):
        follower = subprocess.Popen([self.plan["follower"], str(server.port), str(count), server.key],
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if follower.stdout.readline() != "open\n":
            sys.exit(f"bench-ledger: {count} followers can't be opened")
        return follower

    def followed(self, server, rate, seconds, follower, origin=None):
        """Changes at `origin` for so long, while the followers of `server` follow."""
        origin = origin or server
        load = Paced(origin.port, origin.key, rate, change(self.plan["tenants"]))
        used, began = server.cpu(), time.monotonic()
        load.start()
        time.sleep(seconds)
        load.stop()
        row = {"cpuShare": (server.cpu() - used) / (time.monotonic() - began), "writes": load.summary()}
        if follower:
            # What is under way reaches the last of them.
            time.sleep(1)
            told = follower.communicate("")[0].splitlines()
            arrived = {int(line.split()[0]): (int(line.split()[1]), int(line.split()[2]) / 1e6) for line in told}
            delays, missing = [], 0
            for _, _, revision, acknowledged in load.samples:
                count, last = arrived.get(revision, (0, 0))
                missing += count == 0
                delays += [last - acknowledged] if count else []
            row |= {"delay": summary(delays), "missing": missing}
        return row

    def replicas(self):
        """Two servers over one database: the same load at one of them, and how late the other is."""
        if not self.plan["postgresJournal"] or not self.plan["postgres"]:
            why = "there is no PostgreSQL" if self.plan["postgresJournal"] else NO_POSTGRES_JOURNAL
            print(f"NOT RUN: the journal in PostgreSQL: {why}", file=sys.stderr, flush=True)
            self.results["replicas"] = {"skipped": why}
            return
        theirs = self.postgres("{}")
        flags = ("--journal", theirs.url)
        first = self.bindery(self.path("replica-1"), *flags)
        seed_tenants(first, self.plan["tenants"])
        second = self.bindery(self.path("replica-2"), *flags, key=False)
        second.key = first.key
        rows = self.closed_loop([first, theirs], self.plan["clients"])
        lag = self.followed(second, REPLICA_RATE, self.paced_seconds, self.follow(second, 1), first)
        self.results["replicas"] = {"rows": rows, "rate": REPLICA_RATE, "lag": lag}
        self.stop()

    def run(self):
        for section in SECTIONS:
            if self.wants(section):
                try:
                    getattr(self, section)()
                finally:
                    self.stop()


def seed_tenants(server, count):
    """The tenants of `bindery bench fill` through the API: that command knows folders alone."""
    def put(path, body):
        status, text = server.call("PUT", path, body, server.key)
        if status not in (200, 201):
            sys.exit(f"bench-ledger: {path}: {status} {text[:300]!r}")

    put("/v1/specs/integrations/bench.pay/versions/1", {
        "meta": {"key": "bench.pay", "version": 1, "category": "payments"},
        "capabilities": {"provides": [{"key": "bench.capability0", "version": 1, "operation": "bench.pay.call"}]},
        "transport": {"type": "rest", "baseUrl": "https://bench.invalid"},
        "operations": {"bench.pay.call": {"method": "POST", "path": "/call"}}})
    for tenant in range(count):
        for number in range(10):
            put(f"/v1/tenants/tenant-{tenant}/connections/conn-{number}", {
                "meta": {"id": f"conn-{number}", "integrationKey": "bench.pay", "integrationVersion": 1,
                         "environment": "sandbox"}, "ownershipMode": "byok"})


def used_bytes(data):
    """The bytes in use of the log and of the audit trail; zeros that were written ahead are none."""
    sizes = {"ledger": 0, "audit": 0}
    for kind in sizes:
        folder = os.path.join(data, kind)
        for name in os.listdir(folder) if os.path.isdir(folder) else []:
            if name.endswith((".log", ".ndjson")) and not name.startswith("snapshot-"):
                with open(os.path.join(folder, name), "rb") as file:
                    sizes[kind] += len(file.read().rstrip(b"\0"))
    return sizes


def watch_snapshot(folder, known):
    """When the next snapshot was begun and ended."""
    begin, deadline = None, time.monotonic() + SNAPSHOT_SECONDS_MAX
    while time.monotonic() < deadline:
        fresh = [name for name in os.listdir(folder) if name.startswith("snapshot-") and name not in known]
        if fresh and begin is None:
            begin = time.monotonic()
        if any(name.endswith(".ndjson") for name in fresh):
            return begin, time.monotonic()
        time.sleep(0.005)
    sys.exit("bench-ledger: there was no snapshot")


def main():
    with open(sys.argv[1], encoding="utf-8") as text:
        plan = json.load(text)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    bench = Bench(plan)
    bench.run()
    for name, content in (("results.json", json.dumps(bench.results, indent=1)), ("report.md", None)):
        with open(os.path.join(plan["folder"], name), "w", encoding="utf-8") as out:
            out.write(content or report(plan, bench.results))


if __name__ == "__main__":
    main()
