"""What the system says of a server's processes."""
import os
import re

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
    """User and system time of a server so far; of all of its processes, those that ended aside."""
    total = 0
    for member in family(pid):
        try:
            with open(f"/proc/{member}/stat", encoding="utf-8") as stat:
                fields = stat.read().rpartition(")")[2].split()
        except FileNotFoundError:
            continue  # It has ended just now.
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def resident_kib(pid):
    """Resident memory of all of a server's processes."""
    total = 0
    for member in family(pid):
        with open(f"/proc/{member}/status", encoding="utf-8") as status:
            total += int(re.search(r"VmRSS:\s+(\d+)", status.read())[1])
    return total
