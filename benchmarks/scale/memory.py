"""The caller's memory over 1,000 and over 1,000,000 results.

``memory.py [COUNT…] [FORMAT…]``: each count in a process of its own. Names come from a generator
instead of a folder, and a stub gives a real measurement instead of making one; all between them is
the command: the queue, judging, and the reports that stream.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time

COUNTS = (1_000, 1_000_000)
OUTPUTS = ("jsonl", "csv", "parquet")


def main() -> None:
    counts = [int(word) for word in sys.argv[1:] if word.isdigit()] or list(COUNTS)
    for output in [word for word in sys.argv[1:] if word in OUTPUTS] or OUTPUTS:
        peaks = [in_process(count, output) for count in counts]
        for count, (peak_mb, seconds) in zip(counts, peaks, strict=True):
            more = peak_mb / peaks[0][0] - 1.0
            told = f"{count:>9} results {peak_mb:6.1f} MB {more:+6.1%} {seconds:6.0f} s"
            print(f"-o .{output}: {told}", flush=True)


def in_process(count: int, output: str) -> tuple[float, float]:
    """Peak resident size in MB, and seconds."""
    command = [sys.executable, __file__, "--run", str(count), output]
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    peak_mb, seconds = ran.stdout.split()[-2:]
    return float(peak_mb), float(seconds)


def run(count: int, output: str) -> None:
    """Report so many results, in this process."""
    import numpy as np
    from mixcheck_cli import running
    from mixcheck_cli.main import mixcheck

    import mixcheck as library
    from mixcheck import many

    rng = np.random.default_rng(1)
    measured = library.measure_array(np.clip(rng.normal(0.0, 0.2, (2, 480_000)), -0.5, 0.5), 48_000)
    many.measure = lambda path, **_: measured
    running.find_inputs = lambda _: (f"archive/{n // 1000}/{n}.wav" for n in range(count))
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, f"report.{output}")
        started = time.perf_counter()
        words = ["check", "x", "-q", "-j1", "--no-cache", "--exit-zero", "-o", report]
        try:
            mixcheck.main(words, standalone_mode=False)
        except SystemExit as ended:
            if ended.code:
                raise
        seconds = time.perf_counter() - started
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(peak_kb / 1024.0, seconds)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        run(int(sys.argv[2]), sys.argv[3])
    else:
        main()
