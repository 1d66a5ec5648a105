"""The same signals through mixcheck, ffmpeg, libebur128 and pyloudnorm: what each reads.

    python benchmarks/compare_meters.py [RECORDING...]

Prints the tables of docs/accuracy.md: errors on synthesised signals whose right value is known, and
on recordings the largest differences. A meter that is not installed is named as absent.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pyloudnorm
import soundfile
from numpy.typing import NDArray

import mixcheck
from mixcheck.conformance import synthesise

try:
    import pyebur128
except ImportError:
    pyebur128 = None

Samples = NDArray[np.float64]  # (frames, channels)
METRICS = {
    "integrated": "loudness.integrated_lufs",
    "range": "loudness.loudness_range_lu",
    "momentary": "loudness.max_momentary_lufs",
    "short-term": "loudness.max_short_term_lufs",
    "true peak": "peak.max_true_peak_dbtp",
}


def mixcheck_reads(path: Path, samples: Samples, rate: int, what: str) -> float | None:
    value = mixcheck.measure(path).value(METRICS[what])
    return value if isinstance(value, float) else None


def ffmpeg_reads(path: Path, samples: Samples, rate: int, what: str) -> float | None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner", "-nostats"]
    command += ["-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    if what in ("momentary", "short-term"):
        letter = {"momentary": "M", "short-term": "S"}[what]
        return max(map(float, re.findall(rf"\b{letter}:\s*(-?[\d.]+)", text)))
    name = {"integrated": r"\bI:", "range": "LRA:", "true peak": r"True peak:\s+Peak:"}[what]
    return float(re.findall(rf"{name}\s*(-?[\d.]+)", text)[-1])


def libebur128_reads(path: Path, samples: Samples, rate: int, what: str) -> float | None:
    if pyebur128 is None:
        return None
    mode = pyebur128.MeasurementMode
    meter = pyebur128.R128State(
        samples.shape[1], rate, mode.MODE_I | mode.MODE_LRA | mode.MODE_S | mode.MODE_TRUE_PEAK
    )
    read = {"momentary": pyebur128.get_loudness_momentary,
            "short-term": pyebur128.get_loudness_shortterm}.get(what)  # fmt: skip
    highest = -np.inf
    hop = rate // 10
    for start in range(0, len(samples), hop):
        part = np.ascontiguousarray(samples[start : start + hop])
        meter.add_frames(part.ravel(), len(part))
        if read:
            highest = max(highest, read(meter))
    if read:
        return highest
    if what == "integrated":
        return float(pyebur128.get_loudness_global(meter))
    if what == "range":
        return float(pyebur128.get_loudness_range(meter))
    peaks = [pyebur128.get_true_peak(meter, channel) for channel in range(samples.shape[1])]
    return float(20.0 * np.log10(max(peaks)))


def pyloudnorm_reads(path: Path, samples: Samples, rate: int, what: str) -> float | None:
    meter = pyloudnorm.Meter(rate, filter_class="DeMan")
    if what == "integrated":
        return float(meter.integrated_loudness(samples))
    return float(meter.loudness_range(samples)) if what == "range" else None


METERS: dict[str, Callable[[Path, Samples, int, str], float | None]] = {
    "mixcheck": mixcheck_reads,
    "ffmpeg": ffmpeg_reads,
    "libebur128": libebur128_reads,
    "pyloudnorm": pyloudnorm_reads,
}


def steps(*parts: tuple[float, float], hz: float = 1000.0) -> dict[str, object]:
    return {"kind": "steps", "steps": parts, "hz": hz}


def tone(fraction: str, phase_deg: float) -> dict[str, object]:
    return {"kind": "fraction_of_rate", "fraction": fraction, "amplitude": 1.0,
            "phase_deg": phase_deg, "seconds": 0.5}  # fmt: skip


def sweep_of_phases(fraction: str) -> list[dict[str, object]]:
    return [tone(fraction, phase) for phase in np.arange(0.0, 180.0, 7.5)]


# what, expected, rate, signals: the worst of them counts
CASES: list[tuple[str, str, float, int, list[dict[str, object]]]] = [
    ("Tech 3341 case 1", "integrated", -23.0, 48_000, [steps((20.0, -23.0))]),
    ("Tech 3341 case 3", "integrated", -23.0, 48_000,
     [steps((10.0, -36.0), (60.0, -23.0), (10.0, -36.0))]),
    ("Tech 3341 case 5", "integrated", -23.0, 48_000,
     [steps((20.0, -26.0), (20.1, -20.0), (20.0, -26.0))]),
    ("997 Hz at 192 kHz", "integrated", 0.0, 192_000, [steps((3.0, 0.0), hz=997.0)]),
    ("997 Hz at 44.1 kHz", "integrated", 0.0, 44_100, [steps((3.0, 0.0), hz=997.0)]),
    ("Tech 3341 case 10, worst part", "short-term", -23.0, 48_000,
     [steps((0.15 * part, -np.inf), (3.0, -23.0), (1.0, -np.inf)) for part in range(20)]),
    ("Tech 3341 case 13, worst part", "momentary", -23.0, 48_000,
     [steps((0.02 * part, -np.inf), (0.4, -23.0), (1.0, -np.inf)) for part in range(20)]),
    ("Tech 3342 case 1", "range", 10.0, 48_000, [steps((20.0, -20.0), (20.0, -30.0))]),
    ("Tech 3342 case 4", "range", 15.0, 48_000,
     [steps(*((20.0, level) for level in (-50.0, -35.0, -20.0, -35.0, -50.0)))]),
    ("sine at fs/4, worst phase", "true peak", 0.0, 48_000, sweep_of_phases("1/4")),
    ("sine at 2/5 fs, worst phase", "true peak", 0.0, 48_000, sweep_of_phases("2/5")),
    ("sine at 0.45 fs, worst phase", "true peak", 0.0, 48_000, sweep_of_phases("9/20")),
    ("sine at 0.45 fs, 96 kHz, worst phase", "true peak", 0.0, 96_000, sweep_of_phases("9/20")),
    ("sine at 0.45 fs, 192 kHz, worst phase", "true peak", 0.0, 192_000, sweep_of_phases("9/20")),
]  # fmt: skip


def errors(case: tuple[str, str, float, int, list[dict[str, object]]]) -> Iterator[str]:
    """The worst error of each meter, as text."""
    _, what, expected, rate, recipes = case
    found: dict[str, list[float]] = {name: [] for name in METERS}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "signal.wav"
        for recipe in recipes:
            samples = synthesise(recipe, rate).T
            soundfile.write(path, samples, rate, "FLOAT")
            for name, read in METERS.items():
                value = read(path, samples, rate, what)
                if value is not None:
                    found[name].append(value - expected)
    for values in found.values():
        yield f"{max(values, key=abs):+.3f}" if values else "–"


def compare_recordings(paths: list[Path]) -> None:
    """The largest differences from mixcheck over recordings."""
    for what in ("integrated", "range", "true peak"):
        for name in list(METERS)[1:]:
            worst: list[tuple[float, str]] = []
            for path in paths:
                samples, rate = soundfile.read(path, always_2d=True)
                seconds = len(samples) / rate
                is_short = seconds < (60 if what == "range" else 10 if name == "pyloudnorm" else 1)
                if samples.shape[1] > 2 or is_short:
                    continue
                ours = mixcheck_reads(path, samples, rate, what)
                theirs = METERS[name](path, samples, rate, what)
                if ours is not None and theirs is not None and np.isfinite(theirs):
                    worst.append((ours - theirs, path.name))
            worst.sort(key=lambda one: -abs(one[0]))
            if worst:
                told = ", ".join(f"{file} {difference:+.2f}" for difference, file in worst[:3])
                print(f"| {what} | {name} | {len(worst)} | {told} |")


def main() -> None:
    """Print the tables."""
    print(f"| signal | what | right | {' | '.join(METERS)} |")
    print("|---|---|---|" + "---|" * len(METERS))
    for case in CASES:
        print(f"| {case[0]} | {case[1]} | {case[2]:g} | {' | '.join(errors(case))} |", flush=True)
    if sys.argv[1:]:
        print("\n| what | meter | recordings | largest differences, mixcheck less the other |")
        print("|---|---|---|---|")
        compare_recordings([Path(name) for name in sys.argv[1:]])


if __name__ == "__main__":
    main()
