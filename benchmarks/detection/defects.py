"""Defects, injected at known places, each in grades of severity.

A defect takes an excerpt and gives the samples to write and the places where it was put, in
seconds; no place means that the whole file has it. ``None`` means that the excerpt does not suit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from material import Excerpt, Samples

Places = list[tuple[float, float]]
Injected = tuple[Samples, Places]
Injection = Callable[[Excerpt, np.random.Generator], "Injected | None"]

NEAR_S = 0.01
PROGRAMME_DBFS = -40.0
PER_EXCERPT = 3


@dataclass(frozen=True)
class Defect:
    """``codes``: the findings that name it rightly."""

    name: str
    grade: str
    codes: tuple[str, ...]
    inject: Injection
    required: bool = True  # False: a grade beyond what is asked for

    @property
    def code(self) -> str:
        return self.codes[0]


def level(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples)))) if samples.size else 0.0


def spots(excerpt: Excerpt, rng: np.random.Generator, seconds: float) -> Iterator[int]:
    """Frames in the midst of programme: it goes on right up to the place and right after it."""
    samples, rate = excerpt.samples, excerpt.rate
    near, length = round(NEAR_S * rate), round(seconds * rate)
    floor = 10 ** (PROGRAMME_DBFS / 20)
    first, slot = rate, (samples.shape[1] - 2 * rate) // PER_EXCERPT
    for number in range(PER_EXCERPT):
        for _ in range(20):
            at = first + number * slot + int(rng.integers(max(1, slot - length - rate)))
            sides = samples[:, at - near : at], samples[:, at + length : at + length + near]
            if min(map(level, sides)) > floor:
                yield at
                break


def flattened(share: float, gain_db: float, excerpt: Excerpt, rng: np.random.Generator) -> Injected:
    """The peaks cut off at the level that this share of 1 ms peaks exceeds, then a gain."""
    samples, rate = excerpt.samples, excerpt.rate
    size = max(1, rate // 1000)
    whole = samples.shape[1] // size * size
    peaks = np.abs(samples[:, :whole]).reshape(len(samples), -1, size).max(2)
    rail = float(np.quantile(peaks, 1.0 - share))
    return np.clip(samples / rail, -1.0, 1.0) * 10 ** (gain_db / 20), []


def flat_tops(
    length: int, level_dbfs: float, excerpt: Excerpt, rng: np.random.Generator
) -> Injected | None:
    """Single tops held for so many samples, at the highest level of the file."""
    rail = 10 ** (level_dbfs / 20)
    rail = min(rail, 1.0 - 2.0**-15)
    samples = excerpt.samples * (0.94 * rail / np.abs(excerpt.samples).max())
    places = []
    for at in spots(excerpt, rng, 0.001):
        channel = int(rng.integers(len(samples)))
        window = samples[channel, at : at + excerpt.rate // 50]
        top = at + int(np.abs(window).argmax())
        side = np.sign(samples[channel, top])
        samples[channel, top : top + length] = side * rail
        places.append((top / excerpt.rate, (top + length) / excerpt.rate))
    return (samples, places) if places else None


def clicks(length: int, over_db: float, excerpt: Excerpt, rng: np.random.Generator) -> Injected:
    """A pulse of so many samples, so far over the RMS of the 20 ms around it."""
    samples, rate, places = excerpt.samples * 0.25, excerpt.rate, []
    for at in spots(excerpt, rng, 0.001):
        near = samples[:, at - rate // 100 : at + rate // 100]
        height = min(0.98, level(near) * 10 ** (over_db / 20))
        shape = rng.choice([-1.0, 1.0]) * rng.uniform(0.6, 1.0, length)
        shape[int(rng.integers(length))] = np.sign(shape[0])
        samples[:, at : at + length] += height * shape
        places.append((at / rate, (at + length) / rate))
    return np.clip(samples, -1.0, 1.0), places


def dropouts(seconds: float, fill: str, excerpt: Excerpt, rng: np.random.Generator) -> Injected:
    """Zero, or the last value, held; or faint noise in place of the programme."""
    samples, rate, places = excerpt.samples.copy(), excerpt.rate, []
    length = round(seconds * rate)
    for at in spots(excerpt, rng, seconds):
        hole = samples[:, at : at + length]
        hole[:] = {"zero": 0.0, "held": samples[:, at - 1 : at]}.get(fill, 0.0)
        if fill == "noise":
            hole += 10 ** (-80 / 20) * rng.standard_normal(hole.shape)
        places.append((at / rate, (at + length) / rate))
    return samples, places


def stuck(seconds: float, times: int, excerpt: Excerpt, rng: np.random.Generator) -> Injected:
    """The last buffer played again, in place of what should follow."""
    samples, rate, places = excerpt.samples.copy(), excerpt.rate, []
    length = round(seconds * rate)
    for at in spots(excerpt, rng, seconds * times):
        samples[:, at : at + times * length] = np.tile(samples[:, at - length : at], (1, times))
        places.append((at / rate, (at + times * length) / rate))
    return samples, places


def bursts(
    seconds: float, level_dbfs: float, excerpt: Excerpt, rng: np.random.Generator
) -> Injected:
    """Random samples in place of the programme."""
    samples, rate, places = excerpt.samples.copy(), excerpt.rate, []
    length = round(seconds * rate)
    for at in spots(excerpt, rng, seconds):
        shape = (len(samples), length)
        samples[:, at : at + length] = 10 ** (level_dbfs / 20) * rng.uniform(-1.0, 1.0, shape)
        places.append((at / rate, (at + length) / rate))
    return samples, places


def hum(
    mains_hz: float, over_floor_db: float, excerpt: Excerpt, rng: np.random.Generator
) -> Injected:
    """Pauses of 1 s with a room's noise between stretches of programme, and hum under it all."""
    rate, floor = excerpt.rate, 10 ** (rng.uniform(-72.0, -58.0) / 20)
    parts = [_edges_faded(part, rate) for part in np.array_split(excerpt.samples, 6, axis=1)]
    pause = np.zeros((len(excerpt.samples), rate))
    samples = np.concatenate([piece for part in parts for piece in (part, pause)], axis=1)
    tone = _hum_of(mains_hz + rng.uniform(-0.1, 0.1), samples.shape[1] / rate, rate, rng)
    noise = floor * rng.standard_normal(samples.shape)
    return np.clip(samples + noise + floor * 10 ** (over_floor_db / 20) * tone, -1, 1), []


def _edges_faded(part: Samples, rate: int) -> Samples:
    frames = rate // 20
    ramp = np.linspace(0.0, 1.0, frames)
    part = part.copy()
    part[:, :frames] *= ramp
    part[:, -frames:] *= ramp[::-1]
    return part


def _hum_of(mains_hz: float, seconds: float, rate: int, rng: np.random.Generator) -> Samples:
    """Three harmonics, RMS 1 in all."""
    time = np.arange(round(seconds * rate)) / rate
    parts = zip((1, 2, 3), (1.0, *rng.uniform(0.1, 0.8, 2)), strict=True)
    tone = sum(
        share * np.sin(2 * np.pi * (mains_hz * number * time + rng.uniform()))
        for number, share in parts
    )
    return np.asarray(tone / level(np.asarray(tone)))


def offset(amount: float, excerpt: Excerpt, rng: np.random.Generator) -> Injected:
    return np.clip(0.9 * excerpt.samples + amount, -1.0, 1.0), []


def in_stereo(
    change: Callable[[Samples, int], Samples], excerpt: Excerpt, rng: np.random.Generator
) -> Injected | None:
    """A fault between two channels; a mono excerpt plays on both."""
    both = np.broadcast_to(excerpt.samples, (2, excerpt.samples.shape[1]))
    if min(map(level, both)) < 0.25 * max(map(level, both)):
        return None
    return change(both.copy(), excerpt.rate), []


def inverted(both: Samples, rate: int) -> Samples:
    middle = both.mean(0)
    return np.stack([middle + 0.2 * (both[0] - middle), -(middle + 0.2 * (both[1] - middle))])


def one_silent(both: Samples, rate: int) -> Samples:
    return both * np.array([[1.0], [0.0]])


def identical(both: Samples, rate: int) -> Samples:
    return np.tile(both.mean(0), (2, 1))


def unbalanced(by_db: float, both: Samples, rate: int) -> Samples:
    """The balance of the excerpt itself taken out first."""
    powers = np.sqrt((both**2).mean(1))
    gains = powers.min() / powers * np.array([1.0, 10 ** (-by_db / 20)])
    return both * gains[:, None]


def delayed(by_s: float, both: Samples, rate: int) -> Samples:
    """Both channels mostly the same signal, the right one late by whole frames."""
    middle, frames = both.mean(0), max(1, round(by_s * rate))
    mixed = middle + 0.3 * (both - middle)
    mixed[1] = np.concatenate([np.zeros(frames), mixed[1, :-frames]])
    return mixed


def cut(excerpt: Excerpt, rng: np.random.Generator) -> Injected | None:
    """The excerpt as it is, torn out of the midst, where its edges are loud."""
    edges = excerpt.samples[:, : excerpt.rate // 100], excerpt.samples[:, -excerpt.rate // 100 :]
    if min(map(level, edges)) < 0.5 * level(excerpt.samples):
        return None
    return excerpt.samples, []


def hiss(level_dbfs: float, excerpt: Excerpt, rng: np.random.Generator) -> Injected:
    """Pauses of a second, and noise over everything."""
    parts = [
        _edges_faded(part, excerpt.rate) for part in np.array_split(excerpt.samples, 4, axis=1)
    ]
    pause = np.zeros((len(excerpt.samples), excerpt.rate))
    samples = np.concatenate([piece for part in parts for piece in (part, pause)], axis=1)
    samples *= 0.2 / level(samples)
    noise = 10 ** (level_dbfs / 20) * rng.standard_normal(samples.shape)
    return np.clip(samples + noise, -1.0, 1.0), []


def _graded(
    name: str, codes: tuple[str, ...], inject: Callable[..., object], grades: dict[str, tuple]
) -> list[Defect]:
    """A grade whose name begins with ``+`` is harder than what is asked for."""
    return [
        Defect(name, grade.lstrip("+"), codes, partial(inject, *values), not grade.startswith("+"))
        for grade, values in grades.items()
    ]


DEFECTS = [
    *_graded("clipping", ("clipping",), flat_tops, {
        "3 samples, 0 dBFS": (3, 0.0), "5 samples, -3 dBFS": (5, -3.0)}),
    *_graded("clipping", ("clipping",), flattened, {
        "1 % of peaks, -6 dB": (0.01, -6.0), "5 % of peaks": (0.05, 0.0),
        "+0.2 % of peaks, -6 dB": (0.002, -6.0)}),
    *_graded("click", ("click",), clicks, {
        "1 sample, 20 dB": (1, 20.0), "3 samples, 20 dB": (3, 20.0),
        "10 samples, 20 dB": (10, 20.0), "+1 sample, 12 dB": (1, 12.0)}),
    *_graded("dropout", ("dropout", "gap"), dropouts, {
        "2 ms of zero": (0.002, "zero"), "20 ms of zero": (0.02, "zero"),
        "100 ms of zero": (0.1, "zero"), "10 ms held": (0.01, "held")}),
    *_graded("gap", ("gap", "dropout"), dropouts, {
        "20 ms at -80 dBFS": (0.02, "noise"), "200 ms at -80 dBFS": (0.2, "noise")}),
    *_graded("stuck buffer", ("repeated-block",), stuck, {
        "5 ms": (0.005, 1), "20 ms": (0.02, 1), "50 ms": (0.05, 1), "10 ms, 4 times": (0.01, 4)}),
    *_graded("noise burst", ("noise-burst",), bursts, {
        "10 ms, -6 dBFS": (0.01, -6.0), "100 ms, -6 dBFS": (0.1, -6.0)}),
    *_graded("hum", ("hum",), hum, {
        "50 Hz, 10 dB over": (50.0, 10.0), "60 Hz, 10 dB over": (60.0, 10.0),
        "50 Hz, 20 dB over": (50.0, 20.0)}),
    *_graded("offset", ("dc-offset",), offset, {"0.02": (0.02,), "0.1": (0.1,)}),
    *_graded("polarity", ("inverted-polarity",), in_stereo, {"one channel": (inverted,)}),
    *_graded("silent channel", ("silent-channel",), in_stereo, {"right": (one_silent,)}),
    *_graded("dual mono", ("dual-mono",), in_stereo, {"all": (identical,)}),
    *_graded("imbalance", ("channel-imbalance",), in_stereo, {
        "3.2 dB": (partial(unbalanced, 3.2),), "6 dB": (partial(unbalanced, 6.0),)}),
    *_graded("delay", ("inter-channel-delay",), in_stereo, {
        "0.1 ms": (partial(delayed, 0.0001),), "1 ms": (partial(delayed, 0.001),),
        "10 ms": (partial(delayed, 0.01),)}),
    *_graded("cut", ("cut-start", "cut-end"), cut, {"torn out": ()}),
    *_graded("hiss", ("high-noise-floor",), hiss, {"-45 dBFS": (-45.0,)}),
]  # fmt: skip
