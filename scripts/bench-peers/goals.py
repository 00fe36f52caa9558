"""The figures that have a goal, and how far each is from it.

The goals are ratios where a peer did the same work in the same run. Every goal is a figure to stay at or
below.
"""
import dataclasses
import json
import os
import re

# What a straightforward implementation in TypeScript takes to compile the same config.
REFERENCE_COMPILE_NS = 218_000
# What scripts/bench-ledger has measured, in a comment of its report.
LEDGER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/benchmarks-ledger.md")


@dataclasses.dataclass(frozen=True)
class Goal:
    """A figure; `measured` is None when it was not measured, and `why` says why not."""

    name: str
    must: float
    moonshot: float
    measured: float = None
    why: str = ""

    def verdict(self):
        """What is reached, and how many times too large the figure is for what is not."""
        if self.measured is None:
            return f"not measured: {self.why}"
        if self.measured <= self.moonshot:
            return "moonshot reached"
        far = f"moonshot {self.measured / self.moonshot:.2f}× away"
        if self.measured <= self.must:
            return f"reached; {far}"
        return f"**missed**, {self.measured / self.must:.2f}× away; {far}"


def number(value):
    """A figure in as many digits as say something."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def ledger():
    """The figures of docs/benchmarks-ledger.md that have a goal; none when it was not written."""
    if not os.path.exists(LEDGER):
        return {}
    with open(LEDGER, encoding="utf-8") as text:
        told = re.search(r"^<!-- goals (\{.*\}) -->$", text.read(), re.M)
    return json.loads(told[1]) if told else {}


def goals(results, tls):
    """Every goal; `results` is what run.py measured."""
    rows = results.get("loads", [])

    def cpu(section, name, server):
        return next((row["cpu"] for row in rows
                     if (row["section"], row["name"], row["server"]) == (section, name, server)), None)

    def ratio(name, must, moonshot, section, load, peer, why="the section was not run, or the peer is missing"):
        ours, theirs = cpu(section, load, "bindery"), cpu(section, load, peer)
        return Goal(name, must, moonshot, ours / theirs if ours is not None and theirs else None, why)

    def of(name, must, moonshot, read, why="the section was not run"):
        try:
            return Goal(name, must, moonshot, read())
        except (KeyError, StopIteration):
            return Goal(name, must, moonshot, None, why)

    def decision(bindings, rules):
        return next(row["explainedNs"] for row in results["inProcess"]["decide"]
                    if (row["bindings"], row["rules"]) == (bindings, rules))

    yield ratio("`resolved`: CPU divided by nginx's", 1.3, 0.95, "work", "resolved", "nginx")
    yield ratio("`resolved`: CPU divided by Go's", 0.45, 0.33, "work", "resolved", "Go net/http")
    yield ratio("`explain`: CPU divided by Go's", 0.45, 0.30, "work", "explain", "Go net/http")
    yield ratio("`evaluation`: CPU divided by Go's", 0.45, 0.30, "work", "evaluation", "Go net/http")
    yield ratio("`evaluation`, each another: CPU divided by Go's", 0.45, 0.30, "work", "evaluation, each another", "Go net/http")
    yield ratio("`resolved` over TLS 1.3: CPU divided by nginx's", 1.2, 0.85, "tls", "resolved, TLS 1.3", "nginx",
                "the section was not run, or the peer is missing" if tls else "this version has no TLS listener")
    yield of("idle keep-alive peer: resident bytes", 4096, 1024, lambda: results["idle"]["bindery"]["plain"]["bytes"])
    for bindings in (20, 1000, 10_000):
        for rules in (0, 10, 1000):
            yield of(f"decision and its explanation, {bindings:,} bindings, {rules:,} rules: µs", 2, 0.5,
                     lambda bindings=bindings, rules=rules: decision(bindings, rules) / 1000)
    yield of("10,000 bindings divided by 20, without rules", 2, 1, lambda: decision(10_000, 0) / decision(20, 0))
    yield of("compiling 50 slots, 200 bindings, 500 connections, divided by 218 µs", 1, 0.25,
             lambda: results["inProcess"]["compile"]["medianNs"] / REFERENCE_COMPILE_NS)
    yield of("start to first answer: ms", 100, 20, lambda: results["start"]["readyMs"])
    yield of("idle server: resident MiB", 30, 15, lambda: results["start"]["residentKiB"] / 1024)
    for name, must, moonshot, figure in (
            ("durable writes, 64 clients: time divided by PostgreSQL's", 0.5, 0.25, "writesTimeRatio"),
            ("100,000 tenants: resident KB a tenant", 20, 8, "tenantKB"),
            ("100,000 tenants: start from a snapshot, s", 10, 3, "startSeconds"),
            ("100,000 tenants: decision time divided by that of 10", 1.2, 1, "decisionRatio")):
        yield Goal(name, must, moonshot, ledger().get(figure), "scripts/bench-ledger has not measured it")


def goals_table(results, tls):
    """The goals as lines of Markdown."""
    yield "| figure | must be at most | moonshot | measured | |"
    yield "|---|---:|---:|---:|---|"
    for goal in goals(results, tls):
        measured = "" if goal.measured is None else number(goal.measured)
        yield f"| {goal.name} | {number(goal.must)} | {number(goal.moonshot)} | {measured} | {goal.verdict()} |"
