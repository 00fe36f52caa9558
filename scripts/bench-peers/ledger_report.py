"""Writes what scripts/bench-ledger measured as Markdown."""
import datetime
import json

from goals import number
from report import cores, output

MILLION = 1_000_000


def head(plan, results):
    """What was run, when, and on what."""
    lines = [
        "# Benchmarks of the ledger", "",
        "Written by `scripts/bench-ledger`, of one run of it; [benchmarking.md](benchmarking.md) says what each figure",
        f"means and how to run it. Medians of {plan['runs']} runs of {plan['seconds']} s; the servers take turns within "
        "each repetition.", "",
        f"- {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}, commit "
        f"{output('git', 'describe', '--always', '--dirty')}",
        f"- {cores()}; the folders on {output('findmnt', '-n', '-o', 'SOURCE,FSTYPE', '--target', plan['folder'])}",
        f"- {results.get('postgres', 'without PostgreSQL')}, {output('wrk', '--version').partition(' [')[0]}"]
    return "\n".join(lines)


def ratio_of(results, clients):
    """Our changes a second divided by PostgreSQL's; None when one of them was not measured."""
    rates = {row["server"]: row["rate"] for row in results.get("writes", []) if row["clients"] == clients}
    return rates["bindery"] / rates["PostgreSQL"] if len(rates) == 2 else None


def loads(rows):
    """The table of closed loops."""
    yield ("| clients | server | changes a second | ours ÷ it | p50 ms | p99 ms | server CPU µs a change "
           "| generator's share of the cores |")
    yield "|---:|---|" + "---:|" * 6
    for row in rows:
        ours = next(other for other in rows if other["clients"] == row["clients"] and other["server"] == "bindery")
        yield (f"| {row['clients']} | {row['server']} | {row['rate']:,.0f} | {ours['rate'] / row['rate']:.2f} "
               f"| {row['p50']:.2f} | {row['p99']:.2f} | {row['cpu']:.0f} | {row['tool'] * 100:.0f} % |")


def writes(results):
    """Durable changes."""
    rows = results.get("writes")
    if not rows:
        return
    yield "\n## Durable changes\n"
    yield (f"PATCH of a connection over HTTP, authenticated, judged, in the ledger and in the audit trail when it is "
           f"answered; against pgbench, one INSERT of the same {results['entryBytes']} bytes a transaction.\n")
    yield from loads(rows)


def sizes(results):
    """Bytes a change."""
    told = results.get("bytes")
    if told:
        yield "\n## Bytes a change\n"
        yield (f"{told['ledger'] + told['audit']:,.0f}: {told['ledger']:,.0f} in the log and {told['audit']:,.0f} in the "
               f"audit trail, over {told['count']:,} changes; without what is reserved or zeroed ahead.")


def snapshot(results):
    """A snapshot and its effect."""
    told = results.get("snapshot")
    if not told:
        return
    yield "\n## A snapshot\n"
    yield (f"{told['tenants']:,} tenants, {told['bytes'] / 1e6:,.0f} MB: {told['seconds']:.1f} s, beside {told['rate']} "
           f"changes and {told['rate']} `resolved` a second, each timed from when it was due.\n")
    yield "| | requests | p50 ms | p99 ms | max ms |"
    yield "|---|" + "---:|" * 4
    for when in ("before", "during"):
        for kind, row in told[when].items():
            yield f"| {kind}, {when} | {row['count']:,} | {times(row)} |"


def times(row):
    """Percentiles as cells."""
    return " | ".join("–" if row[name] is None else f"{row[name]:.2f}" for name in ("p50", "p99", "max"))


def recovery(results):
    """A start over a log."""
    told = results.get("recovery")
    if told:
        scale = MILLION / told["count"]
        yield "\n## Recovery\n"
        yield (f"A start over {told['count']:,} changes that no snapshot covers takes {told['seconds']:.2f} s more than one "
               f"over none; scaled to a million, {told['seconds'] * scale:.1f} s.")


def followers(results):
    """Very many followers."""
    told = results.get("followers")
    if not told:
        return
    yield "\n## Followers\n"
    yield (f"{told['count']:,} followers of `/v1/events`, {told['rate']} changes a second, so "
           f"{told['count'] * told['rate']:,} events a second.\n")
    yield "| followers | server CPU, cores | changes: p50 ms | p99 ms | max ms |"
    yield "|---:|" + "---:|" * 4
    for name, count in (("without", 0), ("with", told["count"])):
        yield f"| {count:,} | {told[name]['cpuShare']:.2f} | {times(told[name]['writes'])} |"
    delay = told["with"]["delay"]
    yield (f"\nFrom the answer to the writer until the last follower has it: p50 {delay['p50']:.1f} ms, p99 "
           f"{delay['p99']:.1f} ms, at most {delay['max']:.1f} ms; changes that somebody missed: "
           f"{told['with']['missing']}.")


def replicas(results):
    """The journal in PostgreSQL."""
    told = results.get("replicas")
    if not told:
        return
    yield "\n## The journal in PostgreSQL\n"
    if "skipped" in told:
        yield f"Not measured: {told['skipped']}."
        return
    yield from loads(told["rows"])
    delay = told["lag"]["delay"]
    yield (f"\nTwo replicas, {told['rate']} changes a second at one: from the answer there until a follower of the other "
           f"has it, p50 {delay['p50']:.1f} ms, p99 {delay['p99']:.1f} ms, at most {delay['max']:.1f} ms.")


def tenants(plan, results):
    """What scripts/bench-start said of very many tenants."""
    told = results.get("start")
    if told:
        yield "\n## Very many tenants\n"
        yield (f"{told['tenants']:,}, each with 10 connections and a published config of 10 bindings (`scripts/bench-start`): "
               f"start from the snapshot {told['startSeconds']:.2f} s ({told['startCPU']:.2f} s of CPU), from the log alone "
               f"{told['logSeconds']:.2f} s; {told['tenantKiB']:.1f} KiB resident a tenant; a decision takes "
               f"{told['decisionRatio']:.2f} times that of a server with 10 tenants.")


def goals(results):
    """The figures that docs/benchmarks.md holds against its goals, for goals.py."""
    found = {}
    ratio = ratio_of(results, 64)
    if ratio:
        found["writesTimeRatio"] = round(1 / ratio, 3)
    start = results.get("start")
    if start and start["tenants"] == 100_000:
        found |= {"tenantKB": round(start["tenantKiB"] * 1.024, 2), "startSeconds": round(start["startSeconds"], 2),
                  "decisionRatio": round(start["decisionRatio"], 3)}
    return f"\n<!-- goals {json.dumps(found)} -->"


def report(plan, results):
    """The whole document."""
    return "\n".join([head(plan, results), *writes(results), *sizes(results), *snapshot(results), *recovery(results),
                      *followers(results), *tenants(plan, results), *replicas(results), goals(results)]) + "\n"
