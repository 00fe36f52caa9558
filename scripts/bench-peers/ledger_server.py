"""The servers of scripts/bench-ledger: ours over a folder or a database, and PostgreSQL with pgbench."""
import glob
import http.client
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import time

from processes import cpu_seconds
from servers import free_port

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BOOTSTRAP = "bench-bootstrap-key-0123456789abcdef"
READY_SECONDS_MAX = 300
SPARE_SECONDS = 60


def tool_seconds():
    """User and system time of all programs that were run and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Bindery:
    """One server of ours, with a key of its own."""

    name = "bindery"

    def __init__(self, binary, data, log, flags=()):
        self.binary, self.data, self.port = binary, data, free_port()
        environment = {k: v for k, v in os.environ.items() if not k.startswith("BINDERY_")}
        environment["BINDERY_BOOTSTRAP_KEY"] = BOOTSTRAP
        began = time.monotonic()
        with open(log, "ab") as output:
            self.process = subprocess.Popen(
                [binary, "serve", "--listen", f"127.0.0.1:{self.port}", "--data", data, *flags],
                env=environment, stdout=output, stderr=output, start_new_session=True)
        self.pid = self.process.pid
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() - began > READY_SECONDS_MAX:
                sys.exit(f"bench: bindery did not start: {log}")
            time.sleep(0.005)
        self.ready_seconds = time.monotonic() - began
        self.key = BOOTSTRAP

    def is_ready(self):
        try:
            return self.call("GET", "/readyz", key=None)[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def call(self, method, path, body=None, key=BOOTSTRAP):
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Authorization": "Bearer " + key} if key else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        wire.request(method, path, None if body is None else json.dumps(body), headers)
        answer = wire.getresponse()
        text = answer.read()
        wire.close()
        return answer.status, text

    def make_key(self):
        """A key as operators have them: what a request costs to authenticate is in the figures."""
        status, text = self.call("POST", "/v1/keys", {"roles": ["platform-admin"], "environments": ["*"], "workflows": ["*"]})
        if status != 201:
            sys.exit(f"bench: no key: {status} {text[:300]!r}")
        self.key = json.loads(text)["key"]

    def cpu(self):
        return cpu_seconds(self.pid)

    def load(self, clients, seconds, tenants):
        """One run of wrk: durable changes by so many keep-alive clients."""
        threads = min(clients, os.cpu_count())
        command = ["wrk", "--threads", str(threads), "--connections", str(clients), "--duration", f"{seconds}s",
                   "--timeout", "30s", "--script", os.path.join(HERE, "writes.lua"),
                   "--header", "Authorization: Bearer " + self.key, f"http://127.0.0.1:{self.port}"]
        environment = dict(os.environ, BENCH_TENANTS=str(tenants))
        before, tool = self.cpu(), tool_seconds()
        done = subprocess.run(command, env=environment, capture_output=True, text=True,
                              timeout=seconds + SPARE_SECONDS, check=False)
        if done.returncode != 0:
            sys.exit(f"bench: wrk ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        told = json.loads(done.stdout.splitlines()[-1])
        if told["refused"] or told["broken"] or told["late"] or not told["requests"]:
            sys.exit(f"bench: changes failed:\n{done.stdout}")
        elapsed = told["duration"] / 1e6
        return {"count": told["requests"], "rate": told["requests"] / elapsed, "p50": told["p50"] / 1000,
                "p99": told["p99"] / 1000, "cpu": (self.cpu() - before) * 1e6 / told["requests"],
                "tool": (tool_seconds() - tool) / elapsed / os.cpu_count()}

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        # What it has is measured, and nobody needs its folder any more.
        if self.process.poll() is None:
            self.kill()


class Postgres:
    """A private cluster; scripts/postgres makes and starts it."""

    name = "PostgreSQL"
    SQL = ("\\set tenant random(1, 100000)\n"
           "INSERT INTO changes (tenant, entry) VALUES (:tenant, E'{entry}');\n")

    def __init__(self, folder, entry):
        self.folder = folder
        environment = dict(os.environ, BINDERY_TEST_POSTGRES_OPTIONS="-c max_connections=400")
        done = subprocess.run([os.path.join(ROOT, "scripts/postgres"), "start", folder], env=environment,
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"bench: PostgreSQL does not start:\n{done.stdout}{done.stderr}")
        self.url = done.stdout.split()[-1]
        self.binaries = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))[-1]
        with open(os.path.join(folder, "data/postmaster.pid"), encoding="utf-8") as text:
            self.pid = int(text.readline())
        self.query("CREATE TABLE IF NOT EXISTS changes (position bigserial PRIMARY KEY, tenant int NOT NULL, entry text NOT NULL)")
        self.script = os.path.join(os.path.dirname(folder), "insert.sql")
        with open(self.script, "w", encoding="utf-8") as text:
            # pgbench takes a colon before a word for a variable of its own, within quotes too.
            quoted = entry.replace("\\", "\\\\").replace("'", "''").replace(":", "\\x3a")
            text.write(self.SQL.format(entry=quoted))

    def query(self, sql):
        done = subprocess.run([os.path.join(self.binaries, "psql"), "-X", "-A", "-t", "-c", sql, self.url],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"bench: {sql}: {done.stderr}")
        return done.stdout.strip()

    def version(self):
        settings = {name: self.query(f"SHOW {name}") for name in ("fsync", "synchronous_commit", "wal_sync_method")}
        if settings["fsync"] != "on" or settings["synchronous_commit"] != "on":
            sys.exit(f"bench: PostgreSQL does not sync: {settings}")
        told = ", ".join(f"{name} {value}" for name, value in settings.items())
        return f"PostgreSQL {self.query('SHOW server_version').split()[0]} ({told})"

    def cpu(self):
        # Of a backend that has ended the postmaster tells: it has waited for it.
        with open(f"/proc/{self.pid}/stat", encoding="utf-8") as stat:
            fields = stat.read().rpartition(")")[2].split()
        ended = (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
        return cpu_seconds(self.pid) + ended

    def load(self, clients, seconds, _tenants):
        """One run of pgbench: one INSERT a transaction by so many clients."""
        prefix = os.path.join(os.path.dirname(self.folder), "pgbench-log")
        for name in glob.glob(prefix + "*"):
            os.remove(name)
        command = [os.path.join(self.binaries, "pgbench"), "--no-vacuum", "--protocol", "prepared",
                   "--client", str(clients), "--jobs", str(min(clients, os.cpu_count())), "--time", str(seconds),
                   "--file", self.script, "--log", "--log-prefix", prefix, self.url]
        before, tool = self.cpu(), tool_seconds()
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + SPARE_SECONDS, check=False)
        rate = re.search(r"^tps = ([\d.]+)", done.stdout, re.M)
        if done.returncode != 0 or not rate:
            sys.exit(f"bench: pgbench ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        used, tool = self.cpu() - before, tool_seconds() - tool
        times = []
        for name in glob.glob(prefix + "*"):
            with open(name, encoding="utf-8") as lines:
                times += [int(line.split()[2]) for line in lines]
            os.remove(name)
        times.sort()
        return {"count": len(times), "rate": float(rate[1]), "p50": times[len(times) // 2] / 1000,
                "p99": times[int(len(times) * 0.99)] / 1000, "cpu": used * 1e6 / len(times),
                "tool": tool / seconds / os.cpu_count()}

    def stop(self):
        subprocess.run([os.path.join(ROOT, "scripts/postgres"), "stop", self.folder], check=False,
                       stdout=subprocess.DEVNULL)


def median(runs):
    """The median of each figure."""
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}
