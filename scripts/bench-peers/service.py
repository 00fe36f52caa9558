"""A process that is asked over HTTP, and what it uses: for the benchmarks that start their own."""
import http.client
import json
import os
import re
import subprocess

KEY = "bench-bootstrap-key-0123456789abcdef"
TICK = os.sysconf("SC_CLK_TCK")


def spawn(arguments, environment):
    """Starts a program that says first where it listens; the process and its port."""
    process = subprocess.Popen(
        arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return process, int(re.search(rb":(\d+)\b", process.stdout.readline()).group(1))


def start_bindery(binary, data, *flags, **variables):
    """A server of ours over a folder."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BINDERY_")}
    environment |= {"BINDERY_BOOTSTRAP_KEY": KEY, **variables}
    process, port = spawn([binary, "serve", "--listen", "127.0.0.1:0", "--data", data, *flags], environment)
    return Service(process, port, data, {"Authorization": "Bearer " + KEY})


class Service:
    """A process, its port and its folder; `headers` go with each request."""

    def __init__(self, process, port, data, headers):
        self.process, self.data, self.headers = process, data, headers
        self.wire = http.client.HTTPConnection("127.0.0.1", port, timeout=300)

    def call(self, method, path, body=None, kind="application/json"):
        """The text of an answer, which has to be a good one."""
        headers = dict(self.headers)
        if body is not None:
            headers["Content-Type"] = kind
        self.wire.request(method, path, body, headers)
        answer = self.wire.getresponse()
        text = answer.read().decode()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {text[:600]}")
        return text

    def json(self, method, path, body=None):
        """The same as JSON."""
        return json.loads(self.call(method, path, None if body is None else json.dumps(body)))

    def cpu(self):
        """The seconds that it has used."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self, name="VmRSS"):
        """Bytes: resident ones, or at most so far with VmHWM."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return int(re.search(name + r":\s+(\d+) kB", file.read()).group(1)) * 1024

    def stop(self):
        """Ends it; its exit code."""
        self.process.terminate()
        return self.process.wait(30)
