"""One run of a load generator against one server."""
import dataclasses
import json
import os
import re
import statistics
import subprocess
import sys

from processes import cpu_seconds, resident_kib
from servers import WORKS

HERE = os.path.dirname(os.path.abspath(__file__))
# A run that takes this much longer than it should hangs.
SPARE_SECONDS = 60
# How many connections wrk may be expected to open in a second, with a server that shares the cores.
CONNECTIONS_A_SECOND = 2000
# h2load looks at its clock every 10 ms, so that a client of more than 100 requests a second sends bursts.
CLIENT_RATE_MAX = 100
# Requests that a client of the open loop may have under way: so many that it never waits for an answer
# before it sends what is due.
IN_FLIGHT_MAX = 64
# The clients of the open loop begin within this time, a few every 7 ms, so that they do not keep step.
STAGGER_SECONDS = 0.5
STAGGER_MS = 7


@dataclasses.dataclass(frozen=True)
class Load:
    """What is asked of every server alike."""

    section: str
    name: str
    work: str = "resolved"
    connections: int = 64
    pipeline: int = 1
    secure: bool = False
    # Whether no question is asked twice.
    distinct: bool = False


class Generators:
    """The load generators; on one core, or wherever the system puts them."""

    def __init__(self, plan, core=None):
        self.plan = plan
        self.pinned = [] if core is None else ["taskset", "--cpu-list", str(core)]
        # The generators offer one cipher suite, so that every server negotiates the same one.
        self.environment = dict(os.environ, OPENSSL_CONF=plan["opensslConfig"])

    def run(self, command, seconds, environment=None):
        """Runs one, and returns what it prints."""
        done = subprocess.run(self.pinned + command, env=environment or self.environment, capture_output=True,
                              text=True, timeout=seconds + SPARE_SECONDS, check=False)
        if done.returncode != 0:
            sys.exit(f"bench: {command[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def closed_loop(self, server, load, seconds):
        """One run of wrk: as many requests as are answered, each connection with one batch under way."""
        # The time that wrk takes to connect is in its duration.
        seconds += load.connections // CONNECTIONS_A_SECOND
        row = self.wrk(server, load, seconds) or self.wrk(server, load, 3 * seconds)
        if row is None:
            sys.exit(f"bench: {server.name}, {load.name}, {load.connections} connections: no answer in {3 * seconds} s")
        return row

    def wrk(self, server, load, seconds):
        """Its figures; None when nothing was answered."""
        command = ["wrk", "--threads", "1", "--connections", str(load.connections), "--duration", f"{seconds}s",
                   "--timeout", "10s", "--script", os.path.join(HERE, "load.lua")]
        for name, value in server.headers.items():
            command += ["--header", f"{name}: {value}"]
        environment = dict(self.environment, BENCH_PIPELINE=str(load.pipeline))
        asked = WORKS[load.work][1]
        if asked:
            environment["BENCH_BODY"] = self.plan[asked]
        if load.distinct:
            environment["BENCH_DISTINCT"] = "1"
        before = cpu_seconds(server.pid)
        text = self.run(command + [server.url(load.work, load.secure)], seconds, environment)
        used = cpu_seconds(server.pid) - before
        told = json.loads(text.splitlines()[-1])
        if told["refused"]:
            sys.exit(f"bench: {server.name}, {load.name}: another answer than 200:\n{text}")
        if told["requests"] == 0:
            return None
        # wrk 4.1 adds samples for the requests that it should have sent meanwhile, and takes every request of a
        # batch for one of its own: what it says of times is worth nothing where they are pipelined.
        times = {name: told[name] if load.pipeline == 1 else 0 for name in ("p50", "p99", "p999", "max")}
        return times | {
            "cpu": used * 1e6 / told["requests"], "rate": told["requests"] * 1e6 / told["duration"],
            "errors": told["broken"] + told["late"], "resident": resident_kib(server.pid),
        }

    def open_loop(self, server, rate, seconds):
        """One run of h2load: `rate` requests a second are sent when they are due, answered or not."""
        clients = max(1, round(rate / CLIENT_RATE_MAX))
        each = min(CLIENT_RATE_MAX, max(1, round(rate / clients)))
        log = os.path.join(self.plan["folder"], f"h2load-{server.name.split()[0]}.log")
        if os.path.exists(log):
            os.remove(log)
        together = max(1, -(-clients * STAGGER_MS // int(STAGGER_SECONDS * 1000)))
        command = ["h2load", "--h1", "--threads", "1", "--clients", str(clients), "--rps", str(each),
                   "--requests", str(clients * each * (seconds + 1)), "--max-concurrent-streams", str(IN_FLIGHT_MAX),
                   "--rate", str(together), "--rate-period", f"{STAGGER_MS}ms", "--log-file", log]
        for name, value in server.headers.items():
            command += ["--header", f"{name}: {value}"]
        before = cpu_seconds(server.pid)
        text = self.run(command + [server.url("resolved")], seconds + 1)
        used = cpu_seconds(server.pid) - before
        with open(log, encoding="utf-8") as lines:
            requests = [tuple(int(field) for field in line.split()) for line in lines]
        if not requests or any(status != 200 for _, status, _ in requests):
            sys.exit(f"bench: {server.name}, open loop: no answer, or another than 200:\n{text}")
        return summary(requests, used, seconds)


def summary(requests, used, seconds):
    """The figures of an open loop, from (start, status, time), all in µs; of the part where all clients run."""
    began = min(start for start, _, _ in requests) + int(STAGGER_SECONDS * 1e6)
    times = sorted(took for start, _, took in requests if began <= start < began + seconds * 1e6)
    if not times:
        sys.exit("bench: the open loop sent nothing once all of its clients ran")

    def percentile(share):
        return times[min(len(times) - 1, int(len(times) * share))]

    return {"cpu": used * 1e6 / len(requests), "rate": len(times) / seconds, "p50": percentile(0.5),
            "p99": percentile(0.99), "p999": percentile(0.999), "max": times[-1], "errors": 0}


def median(runs):
    """The median of each figure; errors are added up."""
    row = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    row["errors"] = sum(run["errors"] for run in runs)
    return row


def negotiated(plan, server):
    """Protocol and cipher suite that the server and the generators agree on."""
    done = subprocess.run(
        ["openssl", "s_client", "-brief", "-connect", f"127.0.0.1:{server.secure_port}"], input="",
        env=dict(os.environ, OPENSSL_CONF=plan["opensslConfig"]), capture_output=True, text=True, timeout=10, check=False)
    told = dict(re.findall(r"^(Protocol version|Ciphersuite): (\S+)", done.stderr + done.stdout, re.M))
    if len(told) != 2:
        sys.exit(f"bench: no TLS with {server.name}:\n{done.stderr}")
    return f"{told['Protocol version']}, {told['Ciphersuite']}"
