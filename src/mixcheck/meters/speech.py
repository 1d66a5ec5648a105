"""Active speech level: the level while somebody speaks, pauses left out.

Conventions: levels are RMS, 0 dBFS being ±1.0 held, which is P.56's dBov. Several channels are
taken together: the mean of their magnitudes makes the envelope, that of their powers the level.

Method: the magnitude, averaged over 1.4 ms or less, passes two exponential averages of 30 ms. What
lies over a threshold, or did within the last 200 ms, is active. The threshold is the one that lies
15.9 dB under the level of what it makes active. P.56 tries thresholds a factor of two apart and
interpolates; here they are 0.02 dB apart, so that gain moves the level by the gain.

Source: ITU-T P.56 (12/2011) method B, as in the speech voltmeter of ITU-T G.191 (sv56).

Limits: it knows level, not speech: music or noise without pauses is active throughout.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import AudioFormat
from mixcheck.dsp.recursive import RecursiveFilter
from mixcheck.meters.base import Reading, unmeasured
from mixcheck.units import power_to_db, quantities, quantity
from mixcheck.views import Block

LEAST_ENVELOPE_HZ = 700  # P.56 asks for 694
TIME_CONSTANT_S = 0.03
HANGOVER_S = 0.2
MARGIN_DB = 15.9
SHORTEST_S = 1.0

LOWEST_DB, HIGHEST_DB, STEP_DB = -120.0, 60.0, 0.02
LEVELS = round((HIGHEST_DB - LOWEST_DB) / STEP_DB)


@dataclass(frozen=True, kw_only=True)
class SpeechReading(Reading):
    """How loud speech is while it lasts."""

    active_level_dbfs: float | None = quantity(
        "dBFS",
        "Active speech level",
        source="ITU-T P.56 (12/2011) method B",
        about="RMS level while somebody speaks; a full-scale sine is -3.01. P.56 calls it dBov.",
    )
    activity_share: float | None = quantity(
        "",
        "Speech activity",
        source="ITU-T P.56 (12/2011) method B",
        about="Share of the time in which somebody speaks.",
        decimals=2,
    )


class SpeechMeter:
    """Meters active speech level."""

    name: ClassVar = "speech"
    reading: ClassVar = SpeechReading

    def __init__(self, audio: AudioFormat) -> None:
        self._rate = audio.sample_rate_hz
        self._step = _step(self._rate)
        envelope_hz = self._rate / self._step
        held = math.exp(-1.0 / (TIME_CONSTANT_S * envelope_hz))
        section = (((1.0 - held) ** 2, 0.0, 0.0), (1.0, -2.0 * held, held**2))
        self._averages = RecursiveFilter([section], 1)
        self._hangover = round(HANGOVER_S * envelope_hz)
        self._recent = np.zeros(self._hangover)
        self._active_at = np.zeros(LEVELS + 1, np.int64)  # how often the hung level was each one
        self._energy = 0.0
        self._frames = 0

    def update(self, block: Block) -> None:
        """Take the next block."""
        self._frames += block.frames
        self._energy += float(block.segments.energy.mean(0).sum())
        whole = block.frames - block.frames % self._step
        if not whole:
            return
        magnitude = np.abs(block.samples[:, :whole]).reshape(len(block.samples), -1, self._step)
        # A product with ones adds ten times faster than a sum over the short axis.
        sums = magnitude @ np.ones(self._step, magnitude.dtype)
        mean = sums.astype(np.float64).mean(0, keepdims=True) / self._step
        envelope = np.concatenate([self._recent, self._averages.apply(mean)[0]])
        self._recent = envelope[len(envelope) - self._hangover :]
        hung = _running_max(envelope, self._hangover + 1)
        level = 20.0 * np.log10(np.maximum(hung, 1e-30))
        place = np.floor((level - LOWEST_DB) / STEP_DB).clip(-1, LEVELS - 1).astype(np.int64)
        self._active_at += np.bincount(place + 1, minlength=LEVELS + 1)

    def finish(self) -> SpeechReading:
        """Level of all that was active."""
        if self._frames < SHORTEST_S * self._rate:
            return _nothing(f"shorter than {SHORTEST_S:g} s")
        # Steps that were active at each threshold or over it, the lowest threshold first.
        active = np.cumsum(self._active_at[:0:-1])[::-1]
        thresholds = LOWEST_DB + STEP_DB * np.arange(LEVELS)
        tried = active > 0
        if not tried.any():
            return _nothing(f"nothing is louder than {LOWEST_DB:g} dBFS")
        active, thresholds = active[tried], thresholds[tried]
        level = 10.0 * np.log10(self._energy / (active * self._step))
        over = level - thresholds - MARGIN_DB
        met = np.flatnonzero(over <= 0.0)
        if not len(met):
            return _nothing("no threshold tells speech from pauses")
        found = float(np.interp(0.0, over[[met[0], met[0] - 1]], level[[met[0], met[0] - 1]]))
        whole = power_to_db(self._energy / self._frames)
        share = min(1.0, 10.0 ** ((whole - found) / 10.0)) if whole is not None else None
        return SpeechReading(active_level_dbfs=found, activity_share=share)


def _nothing(reason: str) -> SpeechReading:
    return SpeechReading(reasons=unmeasured(quantities(SpeechReading), reason))


def _step(rate_hz: int) -> int:
    """Frames that one value of the envelope stands for: they divide a second."""
    longest = max(1, rate_hz // LEAST_ENVELOPE_HZ)
    return next(step for step in range(longest, 0, -1) if rate_hz % step == 0)


def _running_max(values: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """Largest of every ``length`` values in a row, by doubling."""
    reached = 1
    while reached < length:
        more = min(reached, length - reached)
        values = np.maximum(values[more:], values[:-more])
        reached += more
    return values
