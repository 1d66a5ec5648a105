"""A second run over 10,000 unchanged files, against the first.

``second_run.py SONG… [--files N]``: the songs are measured, which gives the cost of the first run
for each file. The cache is then filled with their measurements, for N files; what the second run
does (find the file, ask the cache, judge, report) does not depend on what is in the audio.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mixcheck import Measurement, MeasurementCache, measure_many
from mixcheck.cache import Entry, Settings, place_of
from mixcheck.stored import packed

REPEATS = 5
RUNS = (["check"], ["check", "-q"], ["check", "-p", "streaming"], ["check", "-f", "jsonl"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("songs", nargs="+")
    parser.add_argument("--files", type=int, default=10_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        first_s, measured = first_run(asked.songs, Path(folder))
        minutes = sum(one.format.duration_s for one in measured) / 60.0 / len(measured)
        print(f"first run: {first_s:.2f} s a file of {minutes:.1f} minutes on all cores,")
        print(f"  {first_s * asked.files:.0f} s for {asked.files}")
        fill(Path(folder), asked.files, measured)
        for words in (
            ["check"],
            ["check", "-q"],
            ["check", "-p", "streaming"],
            ["check", "-f", "jsonl"],
        ):
            times = [mixcheck([*words, folder + "/files"], Path(folder)) for _ in range(REPEATS)]
            second_s = statistics.median(times)
            ratio = first_s * asked.files / second_s
            spread = f"{min(times):.2f} to {max(times):.2f}"
            print(f"second run, {' '.join(words)}: {second_s:.2f} s ({spread}), 1/{ratio:.0f}")


def first_run(songs: list[str], folder: Path) -> tuple[float, list[Measurement]]:
    """Seconds a file with an empty cache, and what was measured."""
    cache = folder / "first"
    taken_s = mixcheck(["measure", "-q", *songs], cache)
    with MeasurementCache(cache) as known:
        measured = [one for one in measure_many(songs, cache=known) if isinstance(one, Measurement)]
    return taken_s / len(songs), measured


def fill(folder: Path, files: int, measured: list[Measurement]) -> None:
    """Files, and a cache that knows them, each as one of those that were measured."""
    (folder / "files").mkdir()
    paths = [folder / "files" / f"{number:05d}.wav" for number in range(files)]
    for path in paths:
        path.write_bytes(os.urandom(64))
    time.sleep(3.0)  # what is younger may yet change
    blobs = [packed(one) for one in measured]
    with MeasurementCache(folder) as cache:
        for number, path in enumerate(paths):
            data = blobs[number % len(blobs)]
            place = place_of(str(path))
            cache.keep(Entry(place, number.to_bytes(32, "big"), Settings().key, data))


def mixcheck(words: list[str], cache: Path) -> float:
    """Seconds that a run takes."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "mixcheck_cli", *words, "--cache-dir", str(cache)]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
