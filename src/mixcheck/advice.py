"""What gain would do: exact, and checked before it is said.

Gain moves every level by the same amount. So each limit on a level allows a range of gains, and
what they have in common is what a fader can fix. What it cannot fix is named, with how much a
limiter or noise reduction would have to do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from mixcheck.measurement import Measurement
from mixcheck.meters import metrics
from mixcheck.profiles import Limit
from mixcheck.units import format_number

LEVEL_UNITS = frozenset({"LUFS", "dBTP", "dBFS", "dBFS(A)"})
STEP_DB = 0.1
LEADING = ("loudness.integrated_lufs", "level.rms_dbfs")
LIMITED = ("peak.max_true_peak_dbtp", "peak.max_sample_peak_dbfs")


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do, by the metric of the limit that was missed."""

    of_limit: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Level:
    """A limit on a level, and the gains that would meet it."""

    limit: Limit
    value: float
    unit: str

    @property
    def least_gain(self) -> float:
        lowest = self.limit.lowest
        return -math.inf if lowest is None else lowest - self.value

    @property
    def most_gain(self) -> float:
        highest = self.limit.highest
        return math.inf if highest is None else highest - self.value

    def excess(self, gain_db: float) -> float:
        """How far over its upper bound the level would be."""
        return gain_db - self.most_gain

    def after(self, gain_db: float) -> str:
        return f"{format_number(self.value + gain_db, 1)} {self.unit}"


def advise(measurement: Measurement, limits: Sequence[Limit]) -> Advice:
    """Advice for every limit on a level that the measurement misses."""
    levels = [level for limit in limits if (level := _level(measurement, limit)) is not None]
    missed = [level for level in levels if not level.least_gain <= 0.0 <= level.most_gain]
    if not missed:
        return Advice()
    sentence = _by_gain_alone(levels) or _by_more_than_gain(levels)
    return Advice({level.limit.metric: sentence for level in missed})


def _level(measurement: Measurement, limit: Limit) -> _Level | None:
    unit = metrics()[limit.metric].unit
    value = measurement.value(limit.metric)
    if unit not in LEVEL_UNITS or not isinstance(value, float):
        return None
    return _Level(limit, value, unit)


def _by_gain_alone(levels: Sequence[_Level]) -> str | None:
    """The gain that meets every limit, if there is one."""
    least = max(level.least_gain for level in levels)
    most = min(level.most_gain for level in levels)
    gain = _rounded_into(_wanted_gain(levels), least, most)
    if gain is None:
        return None
    shown = _shown(levels)
    outcome = " and ".join(level.after(gain) for level in shown)
    limited = any(level.limit.metric in LIMITED for level in levels)
    no_limiter = ", no limiter needed" if limited else ""
    return f"{_turn(gain)}: {outcome}{no_limiter}."


def _by_more_than_gain(levels: Sequence[_Level]) -> str:
    """The gain that meets the leading limit, and what else it then takes."""
    leading = _shown(levels)[0]
    gain = 0.0
    if not leading.least_gain <= 0.0 <= leading.most_gain:
        wanted = _wanted_gain([leading])
        rounded = _rounded_into(wanted, leading.least_gain, leading.most_gain)
        gain = wanted if rounded is None else rounded
    needs = []
    for level in levels:
        excess = level.excess(gain)
        if level is leading or excess <= 0:
            continue
        amount = format_number(math.ceil(excess / STEP_DB - 1e-9) * STEP_DB, 1)
        if level.limit.metric in LIMITED:
            needs.append(f"a limiter has to take {amount} dB off the peaks ({level.after(gain)})")
        else:
            needs.append(
                f"{metrics()[level.limit.metric].label.lower()} has to come down by {amount} dB "
                f"({level.after(gain)})"
            )
    start = f"{_turn(gain)} for {leading.after(gain)}" if gain else f"At {leading.after(0.0)}"
    return f"{start}; then {' and '.join(needs)}." if needs else f"{start}."


def _wanted_gain(levels: Sequence[_Level]) -> float:
    """Gain to the first target there is; else the smallest that meets the first bound missed."""
    for level in levels:
        if level.limit.target is not None:
            return level.limit.target - level.value
    for level in levels:
        if not level.least_gain <= 0.0 <= level.most_gain:
            return level.least_gain if level.least_gain > 0.0 else level.most_gain
    return 0.0


def _rounded_into(gain: float, least: float, most: float) -> float | None:
    """A gain in whole steps between two bounds, as near as possible to the one wanted."""
    lowest = math.ceil(least / STEP_DB - 1e-9) if least > -math.inf else -10_000
    highest = math.floor(most / STEP_DB + 1e-9) if most < math.inf else 10_000
    if lowest > highest:
        return None
    return min(max(round(gain / STEP_DB), lowest), highest) * STEP_DB


def _shown(levels: Sequence[_Level]) -> list[_Level]:
    """Levels worth naming: loudness or RMS first, then the peak."""
    order = (*LEADING, *LIMITED)
    known = [level for level in levels if level.limit.metric in order]
    return sorted(known, key=lambda level: order.index(level.limit.metric)) or list(levels[:1])


def _turn(gain_db: float) -> str:
    direction = "up" if gain_db > 0 else "down"
    return f"Turn it {direction} {format_number(abs(gain_db), 1)} dB"
