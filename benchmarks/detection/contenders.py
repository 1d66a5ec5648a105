"""Who looks for the defects: mixcheck, and peers that are installed."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import soundfile
from numpy.typing import NDArray

import mixcheck

Found = Mapping[str, list[tuple[float, float]]]
FRAME, HOP = 512, 256


def mixcheck_finds(path: Path) -> Found:
    found = defaultdict(list)
    for item in mixcheck.measure(path).findings:
        found[item.code].append((item.start_s, item.end_s))
    return found


def essentia_finds(path: Path) -> Found:
    """Its detectors with their defaults, frame by frame where they ask for frames."""
    import essentia.standard as es

    data, rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono = np.ascontiguousarray(data.mean(1))
    found: dict[str, list[tuple[float, float]]] = {
        "click": _framed(es.ClickDetector(sampleRate=rate), data, 1.0, FRAME, HOP),
        "clipping": _framed(es.SaturationDetector(sampleRate=rate), data, 1.0, FRAME, HOP),
        "dropout": _framed(es.GapsDetector(sampleRate=rate), data, 1.0, 2048, 1024),
        "noise-burst": _bursts(es.NoiseBurstDetector(), data, rate),
        "repeated-block": _jumps(es.DiscontinuityDetector(), data, rate),
        "hum": [],
        "dual-mono": [],
    }
    _, hz, _, starts, ends = es.HumDetector(sampleRate=rate)(mono)
    found["hum"] = [
        (float(start), float(end))
        for tone, start, end in zip(hz, starts, ends, strict=True)
        if min(abs(tone - mains) for mains in (50, 60, 100, 120)) <= 1.0
    ]
    if data.shape[1] == 2 and es.FalseStereoDetector()(np.ascontiguousarray(data))[0]:
        found["dual-mono"] = [(0.0, len(data) / rate)]
    start, stop = es.StartStopCut(sampleRate=rate)(mono)
    found["cut-start"] = [(0.0, 0.0)] * bool(start)
    found["cut-end"] = [(len(mono) / rate,) * 2] * bool(stop)
    return found


def _frames(channel: NDArray[np.float32], size: int, hop: int) -> NDArray[np.float32]:
    padded = np.pad(channel, (0, size))
    return np.lib.stride_tricks.sliding_window_view(padded, size)[::hop]


def _framed(
    detector: Callable[..., tuple[NDArray, NDArray]],
    data: NDArray,
    unit: float,
    size: int,
    hop: int,
) -> list[tuple[float, float]]:
    """Starts and ends in seconds; they come once for every frame that sees them."""
    places = set()
    for channel in data.T:
        detector.reset()  # type: ignore[attr-defined]
        for frame in _frames(channel, size, hop):
            starts, ends = detector(np.ascontiguousarray(frame))
            places |= {
                (round(float(s), 3), round(float(e), 3)) for s, e in zip(starts, ends, strict=True)
            }
    return sorted(places)


def _jumps(detector: Callable[..., tuple], data: NDArray, rate: int) -> list[tuple[float, float]]:
    places = set()
    for channel in data.T:
        for number, frame in enumerate(_frames(channel, FRAME, HOP)):
            where, _ = detector(np.ascontiguousarray(frame))
            places |= {round((number * HOP + float(one)) / rate, 3) for one in where}
    return [(place, place) for place in sorted(places)]


def _bursts(
    detector: Callable[..., NDArray], data: NDArray, rate: int
) -> list[tuple[float, float]]:
    places = set()
    for channel in data.T:
        detector.reset()  # type: ignore[attr-defined]
        for number, frame in enumerate(_frames(channel, FRAME, HOP)):
            if len(detector(np.ascontiguousarray(frame))):
                places.add(number * HOP / rate)
    return [(place, place + FRAME / rate) for place in sorted(places)]


def clipdetect_finds(path: Path) -> Found:
    from clipdetect import detect_clipping

    data, rate = soundfile.read(path, always_2d=True)
    sections, _ = detect_clipping(data)
    return {"clipping": [(one["start"] / rate, one["end"] / rate) for one in sections]}


def ffmpeg_finds(path: Path) -> Found:
    """Filters ``silencedetect`` and ``aphasemeter``."""
    phase = ",aphasemeter=video=0:phasing=1" if soundfile.info(path).channels == 2 else ""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner", "-nostats", "-i"]
    command += [str(path), "-af", f"silencedetect=n=-60dB:d=0.002{phase}", "-f", "null", "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    pattern = r"{}_start: ([-\d.]+).*?{}_end: ([-\d.]+)"
    names = {"dropout": "silence", "dual-mono": "mono", "inverted-polarity": "out_phase"}
    return {
        code: [
            (float(start), float(end))
            for start, end in re.findall(pattern.format(name, name), text, re.DOTALL)
        ]
        for code, name in names.items()
    }


CONTENDERS: dict[str, Callable[[Path], Found]] = {
    "mixcheck": mixcheck_finds,
    "Essentia": essentia_finds,
    "clipdetect": clipdetect_finds,
    "ffmpeg": ffmpeg_finds,
}
COVERS = {
    "Essentia": {
        "click", "clipping", "dropout", "gap", "noise-burst", "repeated-block", "hum",
        "dual-mono", "cut-start",
    },
    "clipdetect": {"clipping"},
    "ffmpeg": {"dropout", "gap", "dual-mono", "inverted-polarity"},
}  # fmt: skip
PACKAGES = {"Essentia": "essentia", "clipdetect": "clipdetect"}


def absent() -> list[str]:
    """Contenders that are not installed."""
    return [name for name, package in PACKAGES.items() if not importlib.util.find_spec(package)]
