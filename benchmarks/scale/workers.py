"""What more workers bring.

``workers.py dask``: four Dask workers against one, over files whose bytes take their time to come:
a task waits before it measures. ``workers.py processes SONG…``: two processes against one.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from mixcheck_cli.cluster import cluster_executor

from mixcheck import Measurement, measure_many

REPEATS = 3
FILES = 40
WAIT_S = 1.0  # a song of 40 MB from a storage that gives 40 MB/s
WORKERS = (1, 4)


class Far(Executor):
    """Runs each task after a wait."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return self._executor.submit(late, fn, *args, **kwargs)


def late(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Wait, as for bytes, then do it."""
    time.sleep(WAIT_S)
    return fn(*args, **kwargs)


def dask() -> None:
    """Dask workers over files that are far away."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.wav" for number in range(FILES)]
        for number, path in enumerate(paths):
            noise = np.random.default_rng(number).normal(0.0, 0.1, (24_000, 2))
            soundfile.write(path, noise, 48_000, "PCM_16")
        taken = {}
        for workers in WORKERS:
            with cluster_executor(f"local:{workers}") as executor:
                far = Far(executor)
                list(measure_many(paths[: 4 * workers], executor=far))  # loads what is loaded once
                taken[workers] = statistics.median(one_pass(paths, far) for _ in range(REPEATS))
            print(f"{workers} workers: {taken[workers]:.2f} s for {FILES} files", flush=True)
    print(f"{WORKERS[1]} against {WORKERS[0]}: {taken[WORKERS[0]] / taken[WORKERS[1]]:.2f}")


def one_pass(paths: list[Path], executor: Executor) -> float:
    """Seconds for all files."""
    started = time.perf_counter()
    found = list(measure_many(paths, executor=executor))
    seconds = time.perf_counter() - started
    if not all(isinstance(one, Measurement) for one in found):
        raise SystemExit("a file was not measured")
    return seconds


def processes(songs: list[str]) -> None:
    """Processes of this machine."""
    taken: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(REPEATS):
        for jobs in taken:
            command = [sys.executable, "-m", "mixcheck_cli", "measure", "-q", "--no-cache"]
            started = time.perf_counter()
            subprocess.run([*command, f"-j{jobs}", *songs], check=True)
            taken[jobs].append(time.perf_counter() - started)
    medians = {jobs: statistics.median(times) for jobs, times in taken.items()}
    for jobs, times in taken.items():
        spread = f"{min(times):.1f} to {max(times):.1f}"
        print(f"-j{jobs}: {medians[jobs]:.1f} s ({spread}) for {len(songs)} songs")
    print(f"two against one: {medians[1] / medians[2]:.2f}")


if __name__ == "__main__":
    dask() if sys.argv[1] == "dask" else processes(sys.argv[2:])
