#!/usr/bin/env python3
"""Runs wrk against servers in turn, and prints the medians as a Markdown table.

    measure.py PLAN RATIOS

RATIOS is the file that is written beside the table: for each work, our CPU per request divided by
that of each server. PLAN is a JSON file: {"runs", "seconds", "peers", "works": [{"id", "name", "bytes", "servers": [
    {"name", "pid", "url", "headers": {}, "body": FILE | null}]}]}

CPU per request is what counts: the user and system time of the server's processes (the one with the
pid and its children) divided by the requests that it answered. It is fairer than requests per second
where the load generator shares the cores. The servers take turns within each run, so that what else
the machine does meets all of them alike.
"""
import json
import os
import re
import statistics
import subprocess
import sys

TICKS = os.sysconf("SC_CLK_TCK")


def family(pid):
    """The process and those that descend from it."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="utf-8") as stat:
                    parents[int(entry)] = int(stat.read().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found = {pid}
    while True:
        more = {child for child, parent in parents.items() if parent in found} - found
        if not more:
            return found
        found |= more


def cpu_seconds(pid):
    """User and system time of a server so far."""
    total = 0
    for member in family(pid):
        with open(f"/proc/{member}/stat", encoding="utf-8") as stat:
            fields = stat.read().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def resident_kib(pid):
    """Resident memory of a server."""
    total = 0
    for member in family(pid):
        with open(f"/proc/{member}/status", encoding="utf-8") as status:
            total += int(re.search(r"VmRSS:\s+(\d+)", status.read())[1])
    return total


def load(server, seconds, peers):
    """One run: (CPU in µs a request, requests a second, 99th percentile in ms)."""
    command = ["wrk", "--threads", "1", "--connections", str(peers), "--duration", f"{seconds}s", "--latency"]
    environment = dict(os.environ)
    for name, value in server.get("headers", {}).items():
        command += ["--header", f"{name}: {value}"]
    if server.get("body"):
        command += ["--script", os.path.join(os.path.dirname(os.path.abspath(__file__)), "post.lua")]
        environment["BENCH_BODY"] = server["body"]
    before = cpu_seconds(server["pid"])
    done = subprocess.run(command + [server["url"]], env=environment, capture_output=True, text=True,
                          timeout=seconds + 60, check=True)
    used = cpu_seconds(server["pid"]) - before
    text = done.stdout
    if re.search(r"Non-2xx|Socket errors", text):
        sys.exit(f"{server['name']} answered errors:\n{text}")
    requests = int(re.search(r"(\d+) requests in", text)[1])
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", text).groups()
    slow = float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    if requests == 0:
        sys.exit(f"{server['name']} answered nothing:\n{text}")
    return used * 1e6 / requests, rate, slow


def table(work, plan):
    """Measures one work, and prints the rows of its table; the ratios."""
    results = {server["name"]: [] for server in work["servers"]}
    for server in work["servers"]:
        load(server, 1, plan["peers"])
    for _ in range(plan["runs"]):
        for server in work["servers"]:
            results[server["name"]].append(load(server, plan["seconds"], plan["peers"]))
    medians = {name: [statistics.median(column) for column in zip(*runs)] for name, runs in results.items()}
    ours = medians[work["servers"][0]["name"]][0]
    print(f"\n### {work['name']}\n\n{work['bytes']} bytes a body; {plan['peers']} keep-alive peers.\n")
    print("| server | CPU µs a request | ours divided by it | requests a second | p99 ms | resident MiB |")
    print("|---|---:|---:|---:|---:|---:|")
    for server in work["servers"]:
        cpu, rate, slow = medians[server["name"]]
        memory = resident_kib(server["pid"]) / 1024
        print(f"| {server['name']} | {cpu:.1f} | {ours / cpu:.2f} | {rate:,.0f} | {slow:.1f} | {memory:.0f} |")
    return {name: ours / values[0] for name, values in medians.items()}


def main():
    with open(sys.argv[1], encoding="utf-8") as text:
        plan = json.load(text)
    ratios = {work["id"]: table(work, plan) for work in plan["works"]}
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        json.dump(ratios, out)


if __name__ == "__main__":
    main()
