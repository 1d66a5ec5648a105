"""Sets of stems for tests: coloured noise that comes and goes, quantised as files are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from mixcheck.stems import Fault, StemSet, check_stems

RATE = 16_000
SECONDS = 4.0
STEPS = {"PCM_16": 2.0**-15, "PCM_24": 2.0**-23}
Audio = NDArray[np.float64]


def make(count: int = 4, seed: int = 0, seconds: float = SECONDS) -> dict[str, Audio]:
    random = np.random.default_rng(seed)
    frames = int(seconds * RATE)
    stems = {}
    for number in range(count):
        noise = random.standard_normal((2, frames))
        colour = np.hanning(2 + int(random.integers(1, 12)))[1:-1]
        noise = np.stack([np.convolve(row, colour / colour.sum(), "same") for row in noise])
        gate = np.repeat(random.random(-(-frames // 2_000)) > 0.3, 2_000)[:frames]
        stems[f"{number + 1:02d} part"] = noise * gate * random.uniform(0.01, 0.04)
    return stems


def total(stems: dict[str, Audio]) -> Audio:
    return np.sum(list(stems.values()), axis=0)


def write(path: Path, samples: Audio, subtype: str = "PCM_24", dither: bool = False) -> str:
    if subtype == "FLOAT":
        soundfile.write(path, samples.T, RATE, subtype)
        return str(path)
    steps = samples / STEPS[subtype]
    if dither:
        random = np.random.default_rng(sum(path.name.encode()))
        steps = steps + random.random(samples.shape) - random.random(samples.shape)
    # As integers: libsndfile scales floats by 2^15 - 1.
    whole = np.rint(steps).astype(np.int32) * round(2.0**31 * STEPS[subtype])
    soundfile.write(path, whole.T, RATE, subtype)
    return str(path)


def check(
    folder: Path,
    stems: dict[str, Audio],
    mix: Audio | None = None,
    subtype: str = "PCM_24",
    dither: bool = False,
) -> StemSet:
    folder.mkdir(parents=True, exist_ok=True)
    paths = [
        write(folder / f"{name}.wav", samples, subtype, dither) for name, samples in stems.items()
    ]
    mix_path = None if mix is None else write(folder / "the mix.wav", mix, subtype, dither)
    return check_stems(paths, mix_path, folder=str(folder))


def errors(checked: StemSet) -> list[Fault]:
    return [one for one in checked.faults if one.severity == "error"]
