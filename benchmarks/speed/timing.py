"""Whole processes against the clock: in turn, several times, medians and spread."""

from __future__ import annotations

import re
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

Run = Callable[[], float]


class RefusedError(Exception):
    """A contender that does not do its work here."""


def seconds_of(command: Sequence[str]) -> float:
    """Wall-clock seconds of a process, whatever it thinks of the file."""
    start = time.perf_counter()
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    seconds = time.perf_counter() - start
    if ended.returncode not in (0, 1):
        said = ended.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise RefusedError(f"exit status {ended.returncode}: {' '.join(said)}")
    return seconds


def in_turn(runs: int, *contenders: Run) -> list[list[float]]:
    """Seconds of each contender, called one after another; the first round only warms caches."""
    rounds = [[contender() for contender in contenders] for _ in range(runs + 1)]
    return [list(column) for column in zip(*rounds[1:], strict=True)]


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Median, least and most."""
    low, high = min(values), max(values)
    return f"{statistics.median(values):.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """Ours over theirs, round by round."""
    return spread([one / other for one, other in zip(ours, theirs, strict=True)])


def peak_memory_mb(command: Sequence[str]) -> float:
    """Largest memory of a process and its children together, looked at every 20 ms.

    Memory that they share counts once (proportional set size); Linux only.
    """
    peak = 0.0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            children = _text(f"/proc/{process.pid}/task/{process.pid}/children").split()
            peak = max(peak, sum(map(_memory_mb, (str(process.pid), *children))))
            time.sleep(0.02)
    return peak


def _memory_mb(pid: str) -> float:
    sizes = re.findall(r"^Pss:\s+(\d+) kB", _text(f"/proc/{pid}/smaps_rollup"), re.MULTILINE)
    return sum(map(int, sizes)) / 1024


def _text(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""  # the process has just ended
