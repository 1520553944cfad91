"""What processes cost, as Linux counts it under /proc: CPU with all children, memory."""

import os
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_UTIME, _CSTIME = 11, 14  # counted from the field after the program's name
_RESET_PEAK = "5"


def cpu_seconds(pid: int) -> float:
    """Of the process and its children, those included that have ended and were waited for."""
    return sum(_ticks(each) for each in _family(pid)) / _TICKS_PER_SECOND


def peak_rss_mib(pid: int) -> float:
    """The most since `forget_peak`, of this one process."""
    return _status_mib(pid, "VmHWM")


def rss_mib(pid: int) -> float:
    return _status_mib(pid, "VmRSS")


def forget_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text(_RESET_PEAK)


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(ticks) for ticks in fields[_UTIME : _CSTIME + 1])


def _family(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        found += [each for child in children for each in _family(int(child))]
    return found


def _status_mib(pid: int, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"no {name} of process {pid}")
