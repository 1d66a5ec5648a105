"""Time and memory of the whole process against ffmpeg's loudness meter, in the same run.

    python benchmarks/bench_whole.py [--runs 5] [--minutes 10]

Makes its own input: stereo, 48 kHz, 24 bit, shaped noise with beats and pauses. Prints the median
ratio of the runs' wall-clock times with its spread, and the peak memory of mixcheck for three
minutes and for three hours of the same material.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile

RATE_HZ = 48_000
PERIOD_S = 30
MIXCHECK = [sys.executable, "-m", "mixcheck_cli", "measure", "-f", "json"]


def write_programme(path: Path, minutes: float) -> None:
    """A programme with beats, pauses and two unlike channels, the same every time.

    Half a minute is made and repeated, so that three hours are written as fast as the disk takes.
    """
    random = np.random.Generator(np.random.PCG64(1))
    beat = np.exp(-np.arange(RATE_HZ // 2) / 4_000.0)
    beats = np.concatenate([beat, beat * 0.6])[:, None]
    seconds = []
    for second in range(PERIOD_S):
        noise = random.standard_normal((RATE_HZ, 2)).cumsum(0)
        noise -= noise.mean(0)
        bright = 0.05 * random.standard_normal((RATE_HZ, 2))
        loud = 0.003 if second > PERIOD_S - 3 else 0.5
        programme = loud * beats * (noise / np.abs(noise).max() + bright)
        seconds.append((np.clip(programme, -1, 1) * 2.0**31).astype(np.int32))
    with soundfile.SoundFile(path, "w", RATE_HZ, 2, "PCM_24") as file:
        for second in range(round(minutes * 60)):
            file.write(seconds[second % PERIOD_S])


def run(command: Sequence[str]) -> float:
    """Wall-clock seconds of a process."""
    start = time.perf_counter()
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    return time.perf_counter() - start


def peak_memory_mb(command: Sequence[str]) -> float:
    """Largest memory of a process and its children together, looked at every 20 ms.

    Memory that they share counts once (proportional set size); Linux only.
    """
    peak = 0.0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            children = _text(f"/proc/{process.pid}/task/{process.pid}/children").split()
            sizes = [_memory_mb(pid) for pid in (str(process.pid), *children)]
            peak = max(peak, sum(sizes))
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


def contenders() -> dict[str, str | None]:
    """Name to executable of every ffmpeg there could be."""
    found: dict[str, str | None] = {"ffmpeg of the system": shutil.which("ffmpeg")}
    try:
        import imageio_ffmpeg

        found["ffmpeg of imageio-ffmpeg"] = imageio_ffmpeg.get_ffmpeg_exe()
    except ImportError:
        found["ffmpeg of imageio-ffmpeg"] = None
    return found


def compare(path: Path, runs: int) -> None:
    """Print the ratio to each contender, run in turn."""
    for name, executable in contenders().items():
        if executable is None:
            print(f"{name}: absent")
            continue
        meter = [
            "-nostdin",
            "-v",
            "error",
            "-i",
            str(path),
            "-af",
            "ebur128=peak=true",
            "-f",
            "null",
            "-",
        ]
        pairs = []
        for _ in range(runs + 1):
            ours = run([*MIXCHECK, str(path)])
            theirs = run([executable, *meter])
            pairs.append((ours, theirs))
        pairs = pairs[1:]  # the first warms the file cache
        ratios = sorted(ours / theirs for ours, theirs in pairs)
        print(
            f"{name}: mixcheck {statistics.median(p[0] for p in pairs):.2f} s, "
            f"ebur128=peak=true {statistics.median(p[1] for p in pairs):.2f} s, "
            f"ratio {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        )


def main() -> None:
    """Make the input, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--minutes", type=float, default=10.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "programme.wav"
        write_programme(path, options.minutes)
        print(f"{options.minutes:g} minutes, stereo, {RATE_HZ} Hz, 24 bit, {options.runs} runs")
        compare(path, options.runs)
        peaks = {}
        for minutes in (3, 180):
            write_programme(path, minutes)
            peaks[minutes] = peak_memory_mb([*MIXCHECK, str(path)])
            print(f"peak memory, {minutes} minutes: {peaks[minutes]:.0f} MB")
        print(f"three hours against three minutes: {peaks[180] - peaks[3]:+.1f} MB")


if __name__ == "__main__":
    main()
