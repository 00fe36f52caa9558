"""Runs and tells the benchmark of calls; see scripts/bench-execute."""
import json
import os
import shutil
import statistics
import subprocess
import sys

IN_FLIGHT = (1, 64, 512)


def folder_size(path):
    """The bytes of the files below."""
    return sum(os.path.getsize(os.path.join(base, name)) for base, _, names in os.walk(path) for name in names)


def told(*command):
    """What a program prints, as JSON."""
    environment = dict(os.environ, BINDERY_SECRET_BENCH="bench-key-0123456789")
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout)


def median(rows):
    """The median of each figure."""
    return {name: statistics.median(row[name] for row in rows) for name in rows[0]}


def main(bindery, direct, url, folder, runs, calls):
    ours, peers, sizes, held = [], {count: [] for count in IN_FLIGHT}, [], []
    for _ in range(int(runs)):
        for count in IN_FLIGHT:
            peers[count].append(told(direct, url + "/v1/pay", calls, str(count)))
        trail = os.path.join(folder, "trail")
        shutil.rmtree(trail, ignore_errors=True)
        report = told(bindery, "bench", "execute", "--provider", url, "--calls", calls, "--data", trail)
        ours.append(report)
        sizes.append(folder_size(trail) / report["auditRecords"])
        held.append(report["heldBytesPerCall"])
    print("| in flight | what | CPU a call | p50 | p99 | calls/s |")
    print("|---|---|---|---|---|---|")
    for place, count in enumerate(IN_FLIGHT):
        rows = [("libcurl alone (C)", median(peers[count]))]
        for name, member in (("our outbound client", "direct"), ("execute, audited", "execute")):
            rows.append((name, median([report["cases"][place][member] for report in ours])))
        for name, row in rows:
            share = row["cpuUs"] / rows[0][1]["cpuUs"]
            print(f"| {count} | {name} | {row['cpuUs']:.0f} us ({share:.2f}) | {row['p50Us']:.0f} us | {row['p99Us']:.0f} us | "
                  f"{row['callsPerSecond']:.0f} |")
    print()
    print(f"A call that waits for its provider holds {statistics.median(held) / 1024:.1f} KiB of memory; "
          f"its audit record takes {statistics.median(sizes):.0f} bytes.")


if __name__ == "__main__":
    main(*sys.argv[1:])
