#!/usr/bin/env python3
"""Counts the heap allocations of requests on the hot path, and holds them against the thresholds.

    allocations.py PLAN [--update]

PLAN is a JSON file: {"bindery", "shim", "folder", "data", "line", "token", "question": FILE,
"evaluation": FILE, "configuration": "debug" | "release", "thresholds": FILE}. The server is started with the shim over the
data; one keep-alive connection makes all requests, one after the other.

It counts, and never looks at a clock: the same program makes the same number of allocations for the same
request, whatever else the machine does. What runs beside requests (timers, the audit trail's writer) now and
then adds some, so that of several batches the one with the fewest counts, and parts of one are dropped: an
allocation more in each request is a whole one.
"""
import json
import math
import os
import socket
import struct
import sys

from idle import ask
from servers import Server, free_port, our_paths, question

WARM_UP = 200
# Many short batches: what runs beside them, once in a while, is not in all of them.
BATCHES = 40
REQUESTS = 50
# Below this share of a threshold it guards nothing much any more, and should be lowered.
LOOSE = 0.95


def allocations(path):
    """How many there were so far."""
    with open(path, "rb") as file:
        return struct.unpack("=Q", file.read(8))[0]


def start(plan, counter):
    """The server, counting into the file."""
    with open(counter, "wb") as file:
        file.write(bytes(8))
    port = free_port()
    environment = dict(os.environ, LD_PRELOAD=plan["shim"], ALLOCATION_COUNT_FILE=counter)
    command = [plan["bindery"], "serve", "--config", "config/bindery.json", "--listen", f"127.0.0.1:{port}",
               "--data", plan["data"]]
    return Server("bindery", command, our_paths(plan["line"]), {"Authorization": "Bearer " + plan["token"]}, (port, None),
                  os.path.join(plan["folder"], "allocations.log"), environment)


def request(server, work, body):
    """The bytes of one request."""
    body = body or b""
    lines = [f"{'POST' if body else 'GET'} {server.paths[work]} HTTP/1.1", f"Host: 127.0.0.1:{server.port}",
             *(f"{name}: {value}" for name, value in server.headers.items())]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def each_request(server, text, counter):
    """Allocations of one request, from the batch that had the fewest."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(WARM_UP):
            ask(peer, text)
        batches = []
        for _ in range(BATCHES):
            before = allocations(counter)
            for _ in range(REQUESTS):
                ask(peer, text)
            batches.append(allocations(counter) - before)
    return min(batches) / REQUESTS


def measure(plan):
    """What each work takes, in allocations a request."""
    counter = os.path.join(plan["folder"], "allocations.count")
    server = start(plan, counter)
    try:
        server.wait()
        if allocations(counter) == 0:
            sys.exit("count-allocations: the server started without one allocation: the shim is not in it")
        return {work: each_request(server, request(server, work, question(plan, work)), counter) for work in server.paths}
    finally:
        server.stop()


def problems(measured, allowed):
    """What is above its threshold, or has none."""
    for work, figure in measured.items():
        limit = allowed.get(work)
        if limit is None:
            yield f"{work}: {figure:.1f} allocations a request, and there is no threshold"
        elif math.floor(figure) > limit:
            yield f"{work}: {figure:.1f} allocations a request, at most {limit} are allowed"


def main():
    with open(sys.argv[1], encoding="utf-8") as text:
        plan = json.load(text)
    with open(plan["thresholds"], encoding="utf-8") as text:
        thresholds = json.load(text)
    configuration = plan["configuration"]
    measured = measure(plan)
    if sys.argv[2:] == ["--update"]:
        thresholds[configuration] = {work: math.floor(figure) for work, figure in measured.items()}
        with open(plan["thresholds"], "w", encoding="utf-8") as out:
            out.write(json.dumps(thresholds, indent=2) + "\n")
    allowed = thresholds.get(configuration, {})
    found = list(problems(measured, allowed))
    for problem in found:
        print(f"count-allocations ({configuration}): {problem}")
    if found:
        sys.exit(1)
    # A check that cannot fail would be none.
    if len(list(problems(measured, {work: math.floor(figure) - 1 for work, figure in measured.items()}))) != len(measured):
        sys.exit("count-allocations: a figure above its threshold is not refused")
    for work, figure in measured.items():
        print(f"{work}: {figure:.1f} allocations a request, of {allowed[work]} allowed ({configuration})")
        if math.floor(figure) < allowed[work] * LOOSE:
            print(f"{work}: lower the threshold to {math.floor(figure)} (scripts/count-allocations --update)")


if __name__ == "__main__":
    main()
