#!/usr/bin/env python3
"""Starts a server over a new folder again and again: how long until it answers, and what it takes then.

    start.py BINDERY RUNS

Prints one JSON object: the median of the milliseconds from the start of the process to the first
answer of /readyz, and of the resident memory a second later, in KiB.
"""
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

SECONDS_MAX = 30


def ready(port):
    """Whether the server answers 200 by now."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as peer:
            peer.sendall(b"GET /readyz HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
            return peer.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def run(binary):
    """One start: (milliseconds, KiB)."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        server = subprocess.Popen(
            [binary, "serve", "--listen", f"127.0.0.1:{port}", "--data", folder],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while not ready(port):
                if server.poll() is not None or time.monotonic() - began > SECONDS_MAX:
                    sys.exit("the server does not start")
                time.sleep(0.001)
            took = (time.monotonic() - began) * 1000
            time.sleep(1)
            with open(f"/proc/{server.pid}/status", encoding="utf-8") as status:
                return took, int(re.search(r"VmRSS:\s+(\d+)", status.read())[1])
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(SECONDS_MAX)


def main():
    binary, runs = os.path.abspath(sys.argv[1]), int(sys.argv[2])
    run(binary)
    times, sizes = zip(*[run(binary) for _ in range(runs)])
    print(json.dumps({"readyMs": statistics.median(times), "residentKiB": statistics.median(sizes)}))


if __name__ == "__main__":
    main()
