"""What a page costs: ``python benchmarks/pages.py RECORDING…`` prints its size and its time.

Each check runs in a process of its own, from the cold, with and without ``-o page.html``; the least
of several runs counts, in processor time as well as on the clock.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 5


def cost(arguments: list[str]) -> tuple[float, float]:
    """Seconds on the clock, and of all processors, of the quickest run."""
    costs = []
    for _ in range(RUNS):
        before, start = _processor_s(), time.perf_counter()
        subprocess.run([sys.executable, "-m", "mixcheck_cli", *arguments], check=True)
        costs.append((time.perf_counter() - start, _processor_s() - before))
    clock, processor = zip(*costs, strict=True)
    return min(clock), min(processor)


def _processor_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    print("recording, page in MB, check in s, with the page, added; processor s added")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        for recording in sys.argv[1:]:
            check = ["check", "--no-cache", "--exit-zero", "-q", recording]
            bare, bare_processor = cost(check)
            whole, processor = cost([*check, "-o", str(page)])
            print(
                f"{Path(recording).name}: {page.stat().st_size / 1e6:.2f} MB, {bare:.2f} s, "
                f"{whole:.2f} s, +{whole - bare:.2f} s; +{processor - bare_processor:.2f} s"
            )


if __name__ == "__main__":
    main()
