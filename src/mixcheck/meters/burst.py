"""Noise bursts: random samples in place of the programme, for some milliseconds.

Method: In white noise neighbouring samples have nothing to do with each other; in music and speech
they nearly always have. Stretches of 5 ms whose neighbouring samples correlate by less than 0.25,
besides what is chance, are looked at closely. There the noise must begin and end from one
millisecond to the next, stay at one level from its beginning to its end, be white up to half the
rate, and be far louder in the treble than what is on either side: a snare, a cymbal or a consonant
dies away, and has a colour.

Source: mixcheck; white noise by its autocorrelation.

Limits: noise that is coloured, faded or under the programme is not seen, nor is a burst under
10 ms, as the plosives of a telephone are, or of more than 1 s. The noise channel of an old games
console looks the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import AudioFormat, Samples
from mixcheck.dsp.recent import Recent
from mixcheck.meters.base import LISTED_PER_CODE, Finding, Reading, finding, together
from mixcheck.units import db_to_power, power_to_db, quantity
from mixcheck.views import Block

PARTS_PER_S = 200
MOST_ALIKE = 0.25  # correlation of neighbours, for a closer look, besides what is chance
LEAST_DBFS = -16.0
DURATION_S = (0.0085, 1.0)
BESIDE = 2  # parts from the first and the last that is noise to those that are not
OVER_SIDES_DB = 10.0  # in the treble: the differences of neighbours
SIDE_S = 0.010
EDGE_S = 0.001
EDGE_SHARE = 0.5  # of the RMS of the burst: it begins and ends at once
STEADY_DB = 2.0  # from quarter to quarter, besides what is chance
LAGS = 4
WHITE = 0.1  # correlation at any of these, besides what is chance
MERGED_S = 0.005  # in different channels, one burst
CHANCE = 3.0  # standard deviations


@dataclass(frozen=True, kw_only=True)
class BurstReading(Reading):
    """Bursts of noise."""

    noise_bursts: int | None = quantity(
        "",
        "Noise bursts",
        source="mixcheck",
        about="Places where white noise stands in for the programme.",
        decimals=0,
        heuristic=True,
    )


class BurstMeter:
    """Finds bursts of noise."""

    name: ClassVar = "burst"
    reading: ClassVar = BurstReading

    def __init__(self, audio: AudioFormat) -> None:
        self._rate = audio.sample_rate_hz
        self._size = max(2, self._rate // PARTS_PER_S)
        self._recent = Recent(audio.channels, round((DURATION_S[1] + 4 * SIDE_S) * self._rate))
        self._energy = np.zeros((audio.channels, 0))
        self._treble = np.zeros((audio.channels, 0))  # energy of the differences of neighbours
        self._first = 0  # number of the first part of these
        self._new = 0  # number of the first that no burst was seen to end with
        self._found: list[tuple[int, int, int, float]] = []  # frame, length, channel, level

    def update(self, block: Block) -> None:
        """Take the next block."""
        self._recent.add(block.samples)
        for start in range(0, block.frames, self._rate):
            self._add_second(block.samples[:, start : start + self._rate])
        ready = self._energy.shape[1] - 2 * BESIDE
        if ready > self._new - self._first:
            self._look(self._new - self._first, ready)
            self._new = self._first + ready
        kept = round(DURATION_S[1] * PARTS_PER_S) + 4 * BESIDE
        self._first += max(0, self._energy.shape[1] - kept)
        self._energy, self._treble = self._energy[:, -kept:], self._treble[:, -kept:]

    def _add_second(self, samples: Samples) -> None:
        count = samples.shape[1] // self._size
        parts = samples[:, : count * self._size].reshape(len(samples), count, self._size)
        energy = np.vecdot(parts, parts).astype(np.float64)
        alike = np.vecdot(parts[:, :, 1:], parts[:, :, :-1])
        self._energy = np.concatenate([self._energy, energy], axis=1)
        self._treble = np.concatenate([self._treble, 2.0 * (energy - alike)], axis=1)

    def _look(self, start: int, end: int) -> None:
        """For bursts whose last part is among those from ``start`` to ``end``."""
        treble, over = self._treble, db_to_power(OVER_SIDES_DB)
        is_noise = self._is_noise()
        is_end = is_noise[:, start:end] & ~is_noise[:, start + 1 : end + 1]
        for channel, index in np.argwhere(is_end).tolist():
            last = start + index
            others = np.flatnonzero(~is_noise[channel, :last])
            first = int(others[-1]) + 1 if len(others) else 0
            if last - first >= DURATION_S[1] * PARTS_PER_S:
                continue
            level = treble[channel, first : last + 1].max()
            beside = treble[channel, [max(0, first - BESIDE), last + BESIDE]].max()
            if first > BESIDE and level > over * beside:
                self._decide(channel, self._first + first, self._first + last)

    def _is_noise(self) -> NDArray[np.bool_]:
        """Which parts may be noise, those left out that are far under it in the treble."""
        energy, treble = self._energy, self._treble
        alike = 1.0 - treble / (2.0 * np.maximum(energy, 1e-30))
        is_noise = np.abs(alike) < MOST_ALIKE + 2.0 / np.sqrt(self._size)
        is_noise &= energy > db_to_power(LEAST_DBFS) * self._size
        padded = np.pad(treble, ((0, 0), (BESIDE, BESIDE)))
        near = [padded[:, shift : shift + treble.shape[1]] for shift in range(2 * BESIDE + 1)]
        return np.asarray(
            is_noise & (db_to_power(OVER_SIDES_DB) * treble > np.maximum.reduce(near))
        )

    def _decide(self, channel: int, first: int, last: int) -> None:
        """Look closely at parts that may be a burst."""
        start, end = self._frame_of(first - BESIDE - 1), self._frame_of(last + 2 * BESIDE)
        samples = self._recent.between(channel, start, end)
        if samples is None:
            return
        inner = slice(self._frame_of(first) - start, self._frame_of(last + 1) - start)
        seen = burst(samples, inner, self._rate)
        if seen is not None:
            self._found.append((start + seen[0], seen[1] - seen[0], channel, seen[2]))

    def _frame_of(self, part: int) -> int:
        seconds, part = divmod(part, self._rate // self._size)
        return seconds * self._rate + part * self._size

    def finish(self) -> BurstReading:
        """Bursts of the whole file."""
        places = together(self._found, MERGED_S * self._rate)
        findings = tuple(map(self._finding, places[:LISTED_PER_CODE]))
        return BurstReading(noise_bursts=len(places), findings=findings)

    def _finding(self, place: list[tuple[int, int, int, float]]) -> Finding:
        start = place[0][0]
        length = max(frame + length for frame, length, _, _ in place) - start
        level = max(level for _, _, _, level in place)
        return finding(
            "noise-burst",
            f"{1000 * length / self._rate:.0f} ms of white noise at {level:.1f} dBFS",
            start_s=start / self._rate,
            end_s=(start + length) / self._rate,
            channels=sorted({channel for _, _, channel, _ in place}),
            value=level,
            unit="dBFS",
            confidence=0.8,
        )


def burst(samples: NDArray[np.float64], inner: slice, rate: int) -> tuple[int, int, float] | None:
    """The burst in a stretch, if it is one.

    Parameters
    ----------
    samples : ndarray, shape (frames,)
        With 10 ms at least on either side.
    inner : slice
        Where there may be noise.
    rate : int

    Returns
    -------
    tuple of int, int and float, or None
        First frame, the frame after the last, and the RMS level in dBFS.
    """
    steps = np.diff(samples)
    usual = _rms(steps[inner])
    strong = np.flatnonzero(np.abs(steps) > usual) + 1
    if not len(strong):
        return None
    start, end = int(strong[0]), int(strong[-1])
    side, edge = round(SIDE_S * rate), max(4, round(EDGE_S * rate))
    beside = (steps[max(0, start - side) : start - 1], steps[end : end + side])
    inside = samples[start:end]
    if len(inside) < DURATION_S[0] * rate or max(map(_rms, beside)) ** 2 > usual**2 / db_to_power(
        OVER_SIDES_DB
    ):
        return None
    edges = steps[start : start + edge], steps[end - edge : end]
    if min(map(_rms, edges)) < EDGE_SHARE * usual:
        return None
    quarters = [10.0 * np.log10(part.var() + 1e-30) for part in np.array_split(inside, 4)]
    chance_db = 10.0 / np.log(10.0) * np.sqrt(2.0 / (len(inside) / 4))
    if np.ptp(quarters) > STEADY_DB + CHANCE * chance_db or not _is_white(inside):
        return None
    level = power_to_db(float(np.mean(inside**2)))
    return None if level is None else (start, end, level)


def _is_white(samples: NDArray[np.float64]) -> bool:
    centred = samples - samples.mean()
    most = (WHITE + CHANCE / np.sqrt(len(samples))) * np.vdot(centred, centred)
    return all(abs(np.vdot(centred[lag:], centred[:-lag])) < most for lag in range(1, LAGS + 1))


def _rms(samples: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.vdot(samples, samples) / max(1, len(samples))))
