#!/usr/bin/env python3
"""Prints the table of scripts/bench-hostile from the files of one run.

    hostile-table.py FOLDER PEERS RATE SECONDS
"""
import json
import sys

folder, peers, rate, seconds = sys.argv[1:5]


def load(name):
    with open(f"{folder}/{name}", encoding="utf-8") as file:
        return json.load(file)


def row(name, run, process):
    share = 100 * run["ok"] / run["sent"]
    return (
        f"| {name} | {run['ok']:,} of {run['sent']:,} | {share:.3f} % | {run['p50']:.2f} | {run['p99']:.2f}"
        f" | {run['max']:.1f} | {process['descriptors']} | {process['resident']:.1f} |"
    )


before, during, after = load("before.json"), load("during.json"), load("after.json")
attack = load("attack.json")
print(f"""Valid requests are `GET …/resolved`, authenticated and PDP-checked, {rate} a second over 8
connections, each timed from when it was due. The attack is {peers} clients of every kind at once, each of
which connects again within 0.6 s when the server closes its connection, for {seconds} s: slow heads, slow
bodies and chunks, half bodies, readers that read nothing, half requests, garbage, smuggling, idle and
silent connections, pipelines, huge chunks, vanishing clients. Settings are the defaults. Both
generators are single threads that share the cores with the server, and with whatever else the
machine does: compare p99 under attack with those before and after it.

| | valid requests answered 200 | share | p50 ms | p99 ms | max ms | descriptors | resident MiB |
|---|---:|---:|---:|---:|---:|---:|---:|
{row("before", before, load("before-process.json"))}
{row("under attack", during, load("during-process.json"))}
{row("after", after, load("after-process.json"))}

The attack opened {attack['opened']:,} connections, of which {attack['connected']:,} were open at its end; the server closed {attack['closed by the server']:,} of them, after
these refusals: {", ".join(f"{count:,} × {status}" for status, count in attack['refused'].items())}. Valid requests that failed under
attack: {", ".join(f"{count} × {name}" for name, count in during['failures'].items()) or "none"}.

Limits that fired, by `bindery_http_peers_closed_total`:

| reason | connections |
|---|---:|""")
with open(f"{folder}/metrics.txt", encoding="utf-8") as file:
    for line in file:
        name, _, value = line.strip().rpartition(" ")
        if name.startswith("bindery_http_peers_closed_total{") and value != "0":
            print(f"| `{name.split(chr(34))[1]}` | {int(value):,} |")
