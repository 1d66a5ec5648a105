"""Sets of stems made from real one-shots and loops, with faults whose truth is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

RATE_HZ = 44_100
SUFFIXES = (".flac", ".wav", ".ogg", ".aiff")
DEPTHS = {"PCM_16": 16, "PCM_24": 24, "FLOAT": None}
LEAST_SHARE_DB = -34.0  # a stem quieter than this against the mix is turned up: it must be heard

Audio = NDArray[np.float64]
Random = np.random.Generator


@dataclass(frozen=True)
class Fault:
    """What was done to the set: a kind, the stems concerned, and how much."""

    kind: str
    stems: tuple[int, ...] = ()
    gain_db: float = 0.0
    late_frames: int = 0


@dataclass
class StemSet:
    """Stems as delivered, the mix, and the truth about both."""

    stems: dict[str, Audio]
    mix: Audio
    subtype: str
    faults: list[Fault] = field(default_factory=list)

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write the set; the folder of stems, and the mix beside it."""
        inside = folder / "stems"
        inside.mkdir(parents=True)
        for name, samples in self.stems.items():
            write(inside / f"{name}.wav", samples, self.subtype)
        mix = folder / "mix.wav"
        write(mix, self.mix, self.subtype)
        return inside, mix


def write(path: Path, samples: Audio, subtype: str) -> None:
    """Write samples that are already whole steps; libsndfile would scale floats by 2^15 - 1."""
    whole = samples if subtype == "FLOAT" else np.rint(samples * 2.0**31).astype(np.int32)
    soundfile.write(path, whole.T, RATE_HZ, subtype)


def load_material(folder: Path) -> list[Audio]:
    """Every recording of 0.1 to 30 s under a folder, stereo, at one rate; in a fixed order."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in SUFFIXES:
            continue
        try:
            samples, rate = soundfile.read(path, always_2d=True)
        except soundfile.LibsndfileError:
            continue
        if rate != RATE_HZ or not 0.1 <= len(samples) / rate <= 30 or not samples.any():
            continue
        found.append(np.ascontiguousarray(np.broadcast_to(samples, (len(samples), 2)).T[:2])
                     if samples.shape[1] == 1 else samples[:, :2].T.copy())  # fmt: skip
    return found


def played(material: Sequence[Audio], frames: int, random: Random) -> Audio:
    """A part of the arrangement: a loop that repeats, or a one-shot on a swung grid."""
    sound = material[random.integers(len(material))]
    part = np.zeros((2, frames))
    step = int(RATE_HZ * 60 / random.choice([90, 120, 140]) / 4)
    if sound.shape[1] > 1.5 * RATE_HZ:
        start = int(random.integers(0, frames // 2))
        for place in range(start, frames, sound.shape[1]):
            piece = sound[:, : frames - place]
            part[:, place : place + piece.shape[1]] += piece
    else:
        odds = random.uniform(0.1, 0.6)
        for place in range(0, frames, step):
            if random.random() < odds:
                at = place + int(random.integers(0, 200))
                piece = sound[:, : max(frames - at, 0)] * random.uniform(0.4, 1.0)
                part[:, at : at + piece.shape[1]] += piece
    pan = random.uniform(0.3, 1.0, 2)[:, None]
    return part * pan


def make_set(material: Sequence[Audio], random: Random, stems: int, seconds: float) -> StemSet:
    """A set that sums, in float64."""
    frames = int(seconds * RATE_HZ)
    parts: list[Audio] = []
    while len(parts) < stems:
        part = played(material, frames, random)
        power = np.mean(part**2)
        if power > 1e-9 and np.count_nonzero(np.abs(part).max(0) > 1e-4) > RATE_HZ // 4:
            parts.append(part * 10 ** (random.uniform(-34, -22) / 20) / np.sqrt(power))
    total = sum(parts)
    loudest = max(np.abs(total).max(), *(np.abs(part).max() for part in parts))
    scale = 0.4 / loudest  # room for a stem at twice its level
    named = {f"{number + 1:02d} part": part * scale for number, part in enumerate(parts)}
    subtype = str(random.choice(list(DEPTHS)))
    return StemSet(named, total * scale, subtype)


def stored(samples: Audio, subtype: str, dither: bool, random: Random) -> Audio:
    """Samples as a file of a depth holds them, with TPDF dither or without."""
    depth = DEPTHS[subtype]
    if depth is None:
        return samples.astype(np.float32).astype(np.float64)
    step = 2.0 ** (1 - depth)
    noise = random.random(samples.shape) - random.random(samples.shape) if dither else 0.0
    return np.clip(np.rint(samples / step + noise) * step, -1.0, 1.0 - step)


def compressed(samples: Audio, ratio: float = 4.0, under_peak_db: float = 18.0) -> Audio:
    """Through a feed-forward bus compressor: 5 ms attack, 120 ms release, linked channels."""
    level = np.abs(samples).max(0)
    attack, release = (np.exp(-1 / (RATE_HZ * time)) for time in (0.005, 0.12))
    hop = 16
    peaks = level[: len(level) // hop * hop].reshape(-1, hop).max(1)
    envelope, state = np.empty(len(peaks)), 0.0
    for place, peak in enumerate(peaks.tolist()):
        keep = (attack if peak > state else release) ** hop
        state = keep * state + (1 - keep) * peak
        envelope[place] = state
    over = 20 * np.log10(np.maximum(envelope, 1e-9) / np.abs(samples).max()) + under_peak_db
    gain = 10 ** (-np.maximum(over, 0.0) * (1 - 1 / ratio) / 20)
    return samples * np.interp(np.arange(len(level)), np.arange(len(gain)) * hop, gain)


def shifted(samples: Audio, late: int) -> Audio:
    moved = np.zeros_like(samples)
    if late >= 0:
        moved[:, late:] = samples[:, : samples.shape[1] - late]
    else:
        moved[:, :late] = samples[:, -late:]
    return moved


def _turned(made: StemSet, random: Random, names: list[str]) -> Fault:
    gain = float(random.uniform(0.3, 6.0) * random.choice([-1, 1]))
    made.stems[names[0]] = made.stems[names[0]] * 10 ** (gain / 20)
    return Fault("gain", gain_db=gain)


def _moved(made: StemSet, random: Random, names: list[str]) -> Fault:
    late = int(random.choice([1, 2, 12, 64, 441, 1024, 4800, 20_000]) * random.choice([-1, 1]))
    made.stems[names[0]] = shifted(made.stems[names[0]], late)
    return Fault("offset", late_frames=late)


def _flipped(made: StemSet, random: Random, names: list[str]) -> Fault:
    made.stems[names[0]] = -made.stems[names[0]]
    return Fault("polarity")


def _missing(made: StemSet, random: Random, names: list[str]) -> Fault:
    del made.stems[names[0]]
    return Fault("missing")


def _extra(made: StemSet, random: Random, names: list[str]) -> Fault:
    made.mix = made.mix - made.stems[names[0]]
    return Fault("not-in-mix")


def _doubled(made: StemSet, random: Random, names: list[str]) -> Fault:
    if random.random() < 0.5:
        made.stems[f"{names[0]} copy"] = made.stems[names[0]]
    else:
        made.mix = made.mix + made.stems[names[0]]
    return Fault("doubled")


def _printed(made: StemSet, random: Random, names: list[str]) -> Fault:
    made.stems[names[0]] = compressed(made.stems[names[0]])
    return Fault("compression")


def _bus(made: StemSet, random: Random, names: list[str]) -> Fault:
    made.mix = compressed(made.mix, 3.0, 15.0)
    return Fault("bus-compression")


FAULTS: dict[str, Callable[[StemSet, Random, list[str]], Fault]] = {
    "gain": _turned,
    "offset": _moved,
    "polarity": _flipped,
    "missing": _missing,
    "not-in-mix": _extra,
    "doubled": _doubled,
    "compression": _printed,
    "bus-compression": _bus,
}
PAIRABLE = ("gain", "offset", "polarity", "missing", "doubled")


def broken(made: StemSet, kinds: Sequence[str], random: Random) -> StemSet:
    """The set with a fault of each kind, each at a stem of its own, then stored in its depth."""
    order = list(random.permutation(len(made.stems)))
    names = list(made.stems)
    for kind, index in zip(kinds, order, strict=False):
        fault = FAULTS[kind](made, random, [names[index]])
        made.faults.append(replace(fault, stems=(int(index),)))
    dither = bool(random.random() < 0.5)
    made.stems = {
        name: stored(samples, made.subtype, dither, random) for name, samples in made.stems.items()
    }
    made.mix = stored(made.mix, made.subtype, dither, random)
    return made
