"""Clean recordings, split once and for all into a part to tune on and a part kept aside."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

Samples = NDArray[np.float64]  # (channels, frames)
SUFFIXES = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".aif", ".aiff")
PARTS = ("tuning", "aside")
LOSSY = ("VORBIS", "OPUS", "MPEG_LAYER_III")
ONE_SHOT_S = 3.0
EXCERPT_S = 12.0
HEARD_DBFS = -40.0


@dataclass(frozen=True)
class Recording:
    path: Path
    rate: int
    channels: int
    seconds: float
    is_lossy: bool

    @property
    def part(self) -> str:
        """By the name of the file alone, so that it never changes sides."""
        return PARTS[hashlib.sha256(self.path.name.encode()).digest()[0] % 2]

    @property
    def is_one_shot(self) -> bool:
        return self.seconds < ONE_SHOT_S


@dataclass(frozen=True)
class Excerpt:
    recording: Recording
    start_s: float
    samples: Samples

    @property
    def rate(self) -> int:
        return self.recording.rate


def recordings(folders: Iterable[Path]) -> list[Recording]:
    """All that can be read, in order of their paths; the same bytes count once."""
    seen: set[bytes] = set()
    found = []
    for path in sorted(path for folder in folders for path in _files(folder)):
        try:
            info = soundfile.info(path)
        except soundfile.LibsndfileError:
            continue
        digest = hashlib.sha256(path.read_bytes()).digest()
        if digest in seen or not info.frames:
            continue
        seen.add(digest)
        is_lossy = info.subtype in LOSSY
        found.append(Recording(path, info.samplerate, info.channels, info.duration, is_lossy))
    return found


def _files(folder: Path) -> Iterator[Path]:
    for where, _, names in os.walk(folder):
        for name in names:
            path = Path(where, name)
            if path.suffix.lower() in SUFFIXES and not path.is_symlink():
                yield path


def excerpts(
    found: Iterable[Recording], count: int, seed: int, seconds: float = EXCERPT_S
) -> list[Excerpt]:
    """Excerpts that can be heard, drawn evenly from the recordings long enough."""
    rng = np.random.default_rng(seed)
    pool = [one for one in found if one.seconds >= seconds + 1.0 and one.channels <= 2]
    rng.shuffle(pool)  # type: ignore[arg-type]
    drawn: list[Excerpt] = []
    for turn in range(8 * count):
        if len(drawn) == count or not pool:
            break
        recording = pool[turn % len(pool)]
        start_s = float(rng.uniform(0.0, recording.seconds - seconds))
        samples = read(recording, start_s, seconds)
        if samples.any() and 10 * np.log10(np.mean(samples**2)) > HEARD_DBFS:
            drawn.append(Excerpt(recording, start_s, samples))
    return drawn


def read(recording: Recording, start_s: float = 0.0, seconds: float | None = None) -> Samples:
    """Samples of a stretch, planar; a lossy one is brought under full scale, as on a medium."""
    frames = -1 if seconds is None else round(seconds * recording.rate)
    data, _ = soundfile.read(
        recording.path,
        start=round(start_s * recording.rate),
        frames=frames,
        dtype="float64",
        always_2d=True,
    )
    samples = np.ascontiguousarray(data.T)
    return samples * min(1.0, 0.98 / max(float(np.abs(samples).max(initial=0.0)), 1e-9))
