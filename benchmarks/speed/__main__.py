"""What mixcheck costs, beside what others cost, in the same run.

    python benchmarks/speed [--runs 5] [--quick] [SECTION...]

Sections: targets, start, memory, stages, growth; all of them without a name. ``--quick`` makes
everything shorter, for a look.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np
import soundfile
from contenders import contenders, ffmpeg_meter, mixcheck, newest_ffmpeg
from programmes import write_programme
from stages import seconds_by_stage
from timing import RefusedError, in_turn, peak_memory_mb, ratios, seconds_of, spread

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line has it


@dataclass(frozen=True)
class Bench:
    """Where to write, and how much of everything."""

    folder: Path
    runs: int
    share: float  # of the full length

    def programme(self, name: str, minutes: float, **options: object) -> Path:
        """A file of so many minutes, written once."""
        path = self.folder / name
        if not path.exists():
            write_programme(path, minutes * self.share, **options)  # type: ignore[arg-type]
        return path


def targets(bench: Bench) -> None:
    """The table of the README: whole processes against the newest ffmpeg, then all others."""
    executable = newest_ffmpeg()
    work = {
        "four minutes, WAV, 44.1 kHz": ("four.wav", 4.0, {"rate_hz": 44_100}),
        "ten minutes, WAV, 48 kHz": ("ten.wav", 10.0, {}),
        "three hours, FLAC": ("hours.flac", 180.0, {}),
    }
    if executable is None:
        print("ffmpeg of imageio-ffmpeg: absent")
    else:
        theirs = ffmpeg_meter(executable)
        for title, (name, minutes, options) in work.items():
            path = bench.programme(name, minutes, **options)
            runs = bench.runs if minutes < 60 else max(1, bench.runs // 2)
            found = in_turn(
                runs, lambda p=path: seconds_of(mixcheck(p)), lambda p=path: seconds_of(theirs(p))
            )
            print(f"{title}: {spread(found[0])} s, ffmpeg {spread(found[1])} s, ", end="")
            print(f"ratio {ratios(*found)}", flush=True)
        _songs(bench, executable)
    path = bench.programme("ten.wav", 10.0)
    print("\nTen minutes, WAV, all that is installed:")
    for name, command in contenders().items():
        if command is None:
            print(f"  {name}: absent")
            continue
        ours, theirs = lambda: seconds_of(mixcheck(path)), lambda c=command: seconds_of(c(path))
        try:
            found = in_turn(max(1, bench.runs // 2), ours, theirs)
        except RefusedError as why:
            print(f"  {name}: does not run, {why}")
            continue
        print(f"  mixcheck over {name}: {ratios(*found)}, {spread(found[1])} s", flush=True)


def _songs(bench: Bench, executable: str) -> None:
    """Two hundred songs: one call of mixcheck against two ffmpegs at a time."""
    folder = bench.folder / "songs"
    folder.mkdir(exist_ok=True)
    count = max(4, round(200 * bench.share))
    source = [
        write_programme(bench.folder / f"song{seed}.wav", 3.5, rate_hz=44_100, seed=seed)
        for seed in range(4)
    ]
    for number in range(count):
        song = folder / f"{number:03d}.wav"
        if not song.exists():
            os.link(source[number % len(source)], song)
    names = b"\0".join(bytes(path) for path in sorted(folder.iterdir()))
    meter = ["-nostdin", "-v", "error", "-i", "{}", "-af", "ebur128=peak=true", "-f", "null", "-"]
    theirs = ["xargs", "-0", "-P", "2", "-I", "{}", executable, *meter]

    def by_ffmpeg() -> float:
        (bench.folder / "names").write_bytes(names)
        return seconds_of(["sh", "-c", 'exec "$@" <"$0"', str(bench.folder / "names"), *theirs])

    found = in_turn(max(1, bench.runs // 3), lambda: seconds_of(mixcheck(folder)), by_ffmpeg)
    print(f"{count} songs of 3.5 minutes: {spread(found[0])} s, ", end="")
    print(f"xargs -P2 ffmpeg {spread(found[1])} s, ratio {ratios(*found)}", flush=True)


def start(bench: Bench) -> None:
    """Start-up, against an interpreter that imports click, and imports by themselves."""
    base = [sys.executable, "-c", "import click"]
    for words in (["--help"], ["--version"]):
        command = [sys.executable, "-m", "mixcheck_cli", *words]
        found = in_turn(4 * bench.runs, lambda c=command: seconds_of(c), lambda: seconds_of(base))
        print(f"mixcheck {words[0]} over 'import click': {ratios(*found)}")
    for module in ("numpy", "soundfile", "mixcheck", "mixcheck_cli.measure", "scipy.signal"):
        command = [sys.executable, "-c", f"import {module}"]
        found = in_turn(bench.runs, lambda c=command: seconds_of(c))
        print(f"import {module}: {spread(found[0], 3)} s")


def memory(bench: Bench) -> None:
    """Peak memory of all processes together, against length."""
    peaks = {}
    for name, minutes in (("three.wav", 3.0), ("ten.wav", 10.0), ("hours.flac", 180.0)):
        peaks[name] = peak_memory_mb(mixcheck(bench.programme(name, minutes)))
        print(f"peak memory, {minutes * bench.share:g} minutes ({name}): {peaks[name]:.0f} MB")
    print(f"three hours over ten minutes: {peaks['hours.flac'] / peaks['ten.wav']:.3f}")


def stages(bench: Bench) -> None:
    """Seconds per stage and meter, one process."""
    path = bench.programme("ten.wav", 10.0)
    samples = soundfile.info(path).frames * 2
    for name, seconds in seconds_by_stage(path).items():
        print(f"{name:24s} {seconds:7.3f} s {seconds / samples * 1e9:7.2f} ns a sample")


def growth(bench: Bench) -> None:
    """Cost against length, channels, rate and codec, with a straight line through the lengths."""
    lengths = (1.0, 3.0, 10.0, 30.0, 60.0, 180.0)
    seconds = []
    for minutes in lengths:
        path = bench.programme(f"{minutes:g}-minutes.wav", minutes)
        seconds.append(min(in_turn(2, lambda p=path: seconds_of(mixcheck(p)))[0]))
        print(f"{minutes * bench.share:g} minutes: {seconds[-1]:.2f} s", flush=True)
        path.unlink()
    _fit("minute", np.array(lengths) * bench.share, np.array(seconds))
    counts = (1, 2, 4, 6, 8, 12, 16)
    seconds = []
    for channels in counts:
        path = bench.programme(f"{channels}-channels.wav", 4.0, channels=channels)
        seconds.append(min(in_turn(2, lambda p=path: seconds_of(mixcheck(p)))[0]))
        print(f"{channels} channels, {4 * bench.share:g} minutes: {seconds[-1]:.2f} s", flush=True)
        path.unlink()
    _fit("channel", np.array(counts), np.array(seconds))
    kinds = (
        ("wav", "PCM_16", 48_000), ("wav", "PCM_24", 44_100), ("wav", "PCM_24", 96_000),
        ("wav", "PCM_24", 192_000), ("wav", "FLOAT", 48_000), ("wav", "PCM_32", 48_000),
        ("flac", "PCM_24", 48_000), ("ogg", "VORBIS", 48_000), ("ogg", "OPUS", 48_000),
        ("mp3", "MPEG_LAYER_III", 48_000),
    )  # fmt: skip
    for suffix, codec, rate_hz in kinds:
        path = bench.programme(f"{codec}-{rate_hz}.{suffix}", 4.0, codec=codec, rate_hz=rate_hz)
        found = min(in_turn(2, lambda p=path: seconds_of(mixcheck(p)))[0])
        print(f"{suffix} {codec} {rate_hz} Hz, {4 * bench.share:g} minutes: {found:.2f} s")
        path.unlink()


def _fit(what: str, amounts: np.ndarray, seconds: np.ndarray) -> None:
    slope, offset = np.polyfit(amounts, seconds, 1)
    residual = seconds - (slope * amounts + offset)
    share = 1.0 - residual.var() / seconds.var()
    print(f"  {slope:.4f} s a {what} and {offset:.2f} s; the line explains {share:.4%}")


SECTIONS: dict[str, Callable[[Bench], None]] = {
    section.__name__: section for section in (targets, start, memory, stages, growth)
}


def main() -> None:
    """Run the sections that were named, or all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, []], metavar="SECTION")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(
        f"mixcheck {metadata.version('mixcheck')}, Python {sys.version.split()[0]}, {cores} cores\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), options.runs, 0.05 if options.quick else 1.0)
        for name in options.sections or SECTIONS:
            print(f"## {name}\n")
            SECTIONS[name](bench)
            print()


if __name__ == "__main__":
    main()
