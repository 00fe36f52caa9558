"""Writes what was measured as Markdown."""
import datetime
import os
import platform
import re
import subprocess

from goals import goals_table, number

# Reports of scripts of their own, which are shown behind this one's.
OTHERS = tuple(f"docs/benchmarks-{name}.md" for name in ("ledger", "hostile", "execute", "health", "configs", "audit"))


def output(*command):
    """The first line that a command prints, on whichever stream."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip().split("\n")[0]


def versions(plan):
    """What was measured with what."""
    programs = plan["programs"]
    found = [re.sub(r" \(.*", "", output("swift", "--version").replace("Apple ", "").replace("version ", ""))]
    if programs.get("nginx"):
        found.append(output(programs["nginx"], "-v").rpartition(": ")[2])
    if programs.get("Go net/http"):
        found.append(output("go", "version").split(" ")[2])
    if programs.get("node"):
        found.append("node " + output(programs["node"], "--version"))
    found += [output("wrk", "--version").partition(" [")[0], output("h2load", "--version")]
    return ", ".join(found)


def cores():
    """How many cores, and which."""
    with open("/proc/cpuinfo", encoding="utf-8") as text:
        model = re.search(r"^model name\s*: (.*)$", text.read(), re.M)
    return f"{os.cpu_count()} cores of {model[1] if model else platform.machine()}, Linux {platform.release()}"


def head(plan):
    """What was run, when, and on what."""
    return f"""# Benchmarks

Written by `scripts/bench`, of one run of it; [benchmarking.md](benchmarking.md) says what each figure means
and how to run it. Medians of {plan["runs"]} runs of {plan["seconds"]} s; the servers take turns within each run.
CPU is the server's, user and system, divided by the requests that it answered. "Ours ÷ it" is Bindery's figure
divided by that of the server in the row: of CPU, less than 1 is better; of requests a second, more than 1.

- {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}, commit {output("git", "describe", "--always", "--dirty")}
- {cores()}
- {versions(plan)}
- bodies: `resolved` {os.path.getsize(plan["resolved"])} bytes, `explain` {os.path.getsize(plan["explanation"])} \
bytes, `evaluation` {os.path.getsize(plan["evaluated"])} bytes to {os.path.getsize(plan["evaluation"])}; authenticated and PDP-checked by Bindery, by nobody else"""


def ratio(ours, theirs):
    """One divided by the other; a run too short for the system's clock has no ratio."""
    return f"{ours / theirs:.2f}" if ours is not None and theirs else "–"


def milliseconds(row):
    """The percentiles of a row, as cells; a generator that has none says 0."""
    return " | ".join(f"{row[name] / 1000:.2f}" if row[name] else "–" for name in ("p50", "p99", "p999"))


def ours_of(row, rows):
    """Bindery's row of the same load."""
    same = ("section", "name", "connections")
    return next((other for other in rows if other["server"] == "bindery"
                 and all(other[name] == row[name] for name in same)), None)


def loads(results):
    """One table of everything that wrk did."""
    rows = results.get("loads")
    if not rows:
        return
    yield "\n## Closed loop\n"
    yield ("wrk, one thread. Pinned: the server on one core, wrk on another. MiB is the server's resident memory "
           "right after the run.\n")
    yield ("| load | server | CPU µs a request | ours ÷ it | requests a second | ours ÷ it | p50 ms | p99 ms "
           "| p99.9 ms | errors | MiB |")
    yield "|---|---|" + "---:|" * 9
    for row in rows:
        ours = ours_of(row, rows) or {"cpu": None, "rate": None}
        yield (f"| {row['name']}, {row['connections']} connections, {row['placement']} | {row['server']} | {row['cpu']:.1f} "
               f"| {ratio(ours['cpu'], row['cpu'])} | {row['rate']:,.0f} | {ratio(ours['rate'], row['rate'])} "
               f"| {milliseconds(row)} | {row['errors']} | {row['resident'] / 1024:.0f} |")
    for line in results.get("notes", []):
        yield f"\n{line}"


def open_loop(results):
    """The table of h2load's fixed rate."""
    told = results.get("openLoop")
    if not told:
        return
    yield "\n## Open loop\n"
    yield (f"h2load, {told['rate']:,} requests a second, each sent when it is due whether or not the ones before "
           f"it are answered: half of what the slowest server ({told['slowest']}) does in a closed loop. "
           f"`resolved`, {told['placement']}.\n")
    yield "| server | sent a second | CPU µs a request | p50 ms | p99 ms | p99.9 ms | max ms |"
    yield "|---|" + "---:|" * 6
    for row in told["rows"]:
        late = "" if row["rate"] >= 0.98 * told["rate"] else " (**the rate was not held**)"
        yield (f"| {row['server']} | {row['rate']:,.0f}{late} | {row['cpu']:.1f} | {milliseconds(row)} "
               f"| {row['max'] / 1000:.2f} |")


def idle(results):
    """The table of idle peers."""
    told = results.get("idle")
    if not told:
        return
    yield "\n## Idle peers\n"
    yield ("Resident memory of the server with keep-alive peers that have made one request each, less that without "
           "them, divided by their number. The kernel's own memory for a socket is not in it.\n")
    yield "| server | | peers | MiB without | MiB with | bytes a peer | closed by the server |"
    yield "|---|---|" + "---:|" * 5
    for server, kinds in told.items():
        for kind, row in kinds.items():
            yield (f"| {server} | {kind} | {row['count']:,} | {row['before'] / 1024:.1f} | {row['after'] / 1024:.1f} "
                   f"| {number(row['bytes'])} | {row['closed']} |")


def microseconds(row, name):
    """A figure as a cell; nothing that was not measured."""
    return f"{row[name + 'Ns'] / 1000:,.2f}" if row and name + "Ns" in row else "–"


def allocations(row, name):
    """Allocations of one decision, as a cell."""
    return f"{row[name + 'AllocationsPerThousand'] / 1000:,.1f}" if row else "–"


def found(rows, row):
    """The row of the same size, of another measurement."""
    sizes = [name for name in ("bindings", "rules") if name in row]
    return next((other for other in rows if all(other.get(name) == row[name] for name in sizes)), None)


def decisions(results):
    """What the server's own benchmark says of decisions, without any HTTP, and Cedar beside it."""
    told = results.get("inProcess")
    if not told:
        return
    counted, cedar = results.get("allocations", {}), results.get("cedar", {})
    yield "\n## Decisions in process\n"
    yield (f"**Cedar is a general engine, ours is specialised to bindings**: Cedar (cedarpy {cedar.get('version', '–')}) "
           "evaluates any policy over any entities, and looks at every policy that it is given; ours compiles a config "
           "into tables that answer this one kind of question. So the figures say what the specialisation is worth, and "
           "not that Cedar is slow. Times are medians in µs, Cedar's by its own clock with everything parsed before; each "
           "question is permitted by both.\n")
    yield ("| bindings | rules | decision | and its explanation | `explain`, every candidate | allocations: decision "
           "| and its explanation | Cedar, a policy a binding | Cedar, bindings as data |")
    yield "|" + "---:|" * 9
    for row in told["decide"]:
        count, theirs = found(counted.get("decide", []), row), found(cedar.get("decide", []), row)
        yield (f"| {row['bindings']:,} | {row['rules']:,} | {microseconds(row, 'decision')} | {microseconds(row, 'explained')} "
               f"| {microseconds(row, 'everyCandidate')} | {allocations(count, 'decision')} | {allocations(count, 'explained')} "
               f"| {microseconds(theirs, 'cedar')} | {microseconds(theirs, 'data')} |")
    yield "\nRules over attributes:\n"
    yield "| rules | decision | and its explanation | allocations: decision | and its explanation | Cedar |"
    yield "|" + "---:|" * 6
    for row in told["attributes"]:
        count, theirs = found(counted.get("attributes", []), row), found(cedar.get("attributes", []), row)
        yield (f"| {row['rules']:,} | {microseconds(row, 'decision')} | {microseconds(row, 'explained')} "
               f"| {allocations(count, 'decision')} | {allocations(count, 'explained')} | {microseconds(theirs, 'cedar')} |")
    row = told["compile"]
    yield (f"\nCompiling {row['slots']} slots, {row['bindings']} bindings, {row['connections']} connections: "
           f"{row['medianNs'] / 1000:.1f} µs.")


def process(results):
    """How it starts."""
    told = results.get("start")
    if told:
        yield "\n## Start\n"
        yield (f"Over an empty folder to the first answer: {told['readyMs']:.1f} ms; resident a second later: "
               f"{told['residentKiB'] / 1024:.1f} MiB.")


def others(root):
    """The reports of the other scripts, one level of headings down."""
    for path in (os.path.join(root, name) for name in OTHERS):
        if not os.path.exists(path):
            continue
        with open(path, encoding="utf-8") as text:
            lines = text.read().strip().split("\n")
        is_code = False
        yield f"\n<!-- from {os.path.basename(path)}, which another script writes -->"
        for line in lines:
            is_code ^= line.startswith("```")
            yield f"#{line}" if line.startswith("#") and not is_code else line
        yield f"<!-- end of {os.path.basename(path)} -->"


def report(plan, results, tls, root):
    """The whole document."""
    lines = [head(plan), "\n## Against the goals\n", *goals_table(results, tls), *loads(results), *open_loop(results),
             *idle(results), *decisions(results), *process(results), *others(root)]
    return "\n".join(lines) + "\n"
