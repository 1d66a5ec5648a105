"""What gain would do: exact, and checked before it is said.

Gain moves every level by the same amount. So each limit on a level allows a range of gains, and
what they have in common is what a fader can fix. What it cannot fix is named, with how much a
limiter or noise reduction would have to do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from mixcheck.measurement import Measurement
from mixcheck.meters import metrics
from mixcheck.profiles import Limit
from mixcheck.sets import all_metrics
from mixcheck.units import format_number

LEVEL_UNITS = frozenset({"LUFS", "dBTP", "dBFS", "dBFS(A)"})
STEP_DB = 0.1
ROUNDS = 4
INTEGRATED = "loudness.integrated_lufs"
LEADING = (INTEGRATED, "level.rms_dbfs")
KINDS = {  # what of a signal a level in dBFS is, where that must be said
    "level.rms_dbfs": " RMS",
    "peak.max_sample_peak_dbfs": " peak",
    "noise.noise_floor_dbfs": " RMS",
}
OVER = "inter-sample-over"
MOST_LIMITING_DB = 4.0
USUAL_CEILING_DBTP = -1.0
LIMITED = ("peak.max_true_peak_dbtp", "peak.max_sample_peak_dbfs")


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do, by the metric of the limit that was missed and by finding code."""

    of_limit: dict[str, str] = field(default_factory=dict)
    of_finding: dict[str, str] = field(default_factory=dict)


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

    def is_met(self, gain_db: float) -> bool:
        """Whether a gain meets the limit."""
        return self.least_gain - 1e-9 <= gain_db <= self.most_gain + 1e-9

    def after(self, gain_db: float) -> str:
        level = self.value + gain_db
        kind = KINDS.get(self.limit.metric, "")
        return f"{format_number(level, 1, signed=level > 0.0)} {self.unit}{kind}"


@dataclass(frozen=True, slots=True)
class _Plan:
    """A gain, and how to say it."""

    gain_db: float
    sentence: str
    minds_peaks: bool


def advise(measurement: Measurement, limits: Sequence[Limit]) -> Advice:
    """Advice for every limit on a level that the measurement misses, and for overs."""
    levels = [level for limit in limits for level in _levels(measurement, limit)]
    missed = [level for level in levels if not level.is_met(0.0)]
    if not missed:
        return Advice(of_finding=_of_overs(measurement, None))
    levels += _full_scale(measurement, levels)
    plan = _plan(levels, 0.0)
    shifts = measurement.value("loudness.gain_shift_lu")
    if isinstance(shifts, tuple):
        # The gate at -70 LUFS makes loudness move by a little more or less than the gain.
        for _ in range(ROUNDS):
            plan = _plan(levels, _between_steps(shifts, plan.gain_db))
    plans = {level.limit.metric: plan.sentence for level in missed}
    return Advice(plans, _of_overs(measurement, plan))


def _of_overs(measurement: Measurement, plan: _Plan | None) -> dict[str, str]:
    """What to do about peaks over full scale, unless a plan already brings them under it."""
    true_peak = measurement.value(LIMITED[0])
    sample_peak = measurement.value(LIMITED[1])
    if not isinstance(true_peak, float) or not isinstance(sample_peak, float) or true_peak <= 0.0:
        return {}
    if plan and (plan.minds_peaks or true_peak + plan.gain_db <= 0.0):
        return {OVER: plan.sentence}
    down_db = math.ceil((true_peak - USUAL_CEILING_DBTP) / STEP_DB - 1e-9) * STEP_DB
    after = format_number(true_peak - down_db, 1)
    cure = (
        f"Turn it down {format_number(down_db, 1)} dB for a true peak of {after} dBTP; or, to keep "
        f"it as loud, export with a true-peak limiter at {USUAL_CEILING_DBTP:.1f} dBTP last in the "
        "chain."
    )
    if sample_peak <= 0.0:
        return {OVER: cure}
    over = format_number(sample_peak, 1, signed=True)
    return {OVER: f"Samples reach {over} dBFS, which only a lossy or float file can hold. {cure}"}


def _plan(levels: Sequence[_Level], shift_lu: float) -> _Plan:
    """The best gain, if the loudness moves by so much more than the gain."""
    shifted = [
        replace(level, value=level.value + shift_lu) if level.limit.metric == INTEGRATED else level
        for level in levels
    ]
    return _by_gain_alone(shifted) or _by_more_than_gain(shifted)


def _between_steps(shifts: tuple[float, ...], gain_db: float) -> float:
    """Shift for a gain, from those for whole decibels around 0."""
    middle = len(shifts) // 2
    place = min(max(gain_db + middle, 0.0), len(shifts) - 1.0)
    below = min(int(place), len(shifts) - 2)
    share = place - below
    return shifts[below] * (1.0 - share) + shifts[below + 1] * share


def _levels(measurement: Measurement, limit: Limit) -> list[_Level]:
    """A limit on a level, once for each member of a list."""
    unit = metrics()[limit.metric].unit
    value = measurement.value(limit.metric)
    members = value if isinstance(value, tuple) else (value,)
    if unit not in LEVEL_UNITS:
        return []
    return [_Level(limit, member, unit) for member in members if isinstance(member, float)]


def _full_scale(measurement: Measurement, levels: Sequence[_Level]) -> list[_Level]:
    """Full scale as a limit, where the profile has none on peaks: nobody wants to clip."""
    peak = measurement.value(LIMITED[0])
    if not isinstance(peak, float) or any(level.limit.metric in LIMITED for level in levels):
        return []
    return [_Level(Limit(metric=LIMITED[0], max=max(0.0, peak), source=""), peak, "dBTP")]


def _by_gain_alone(levels: Sequence[_Level]) -> _Plan | None:
    """The gain that meets every limit, if there is one."""
    least = max(level.least_gain for level in levels)
    most = min(level.most_gain for level in levels)
    gain = _rounded_into(_wanted_gain(levels), least, most)
    if gain is None:
        return None
    outcome = " and ".join(level.after(gain) for level in _shown(levels))
    limited = any(level.limit.metric in LIMITED for level in _shown(levels))
    no_limiter = ", no limiter needed" if limited else ""
    return _Plan(gain, f"{_turn(gain)}: {outcome}{no_limiter}.", limited)


def _by_more_than_gain(levels: Sequence[_Level]) -> _Plan:
    """The gain that meets the leading limit, and what else it then takes."""
    leading = _shown(levels)[0]
    gain = 0.0
    if not leading.is_met(0.0):
        wanted = _wanted_gain([leading])
        rounded = _rounded_into(wanted, leading.least_gain, leading.most_gain)
        gain = wanted if rounded is None else rounded
    needs = [
        _need(level, gain) for level in levels if level is not leading and not level.is_met(gain)
    ]
    needed = " and ".join(dict.fromkeys(needs))
    limited = any(level.limit.metric in LIMITED for level in levels)
    if gain:
        sentence = f"{_turn(gain)} for {leading.after(gain)}; then {needed}."
    else:
        sentence = f"{needed[0].upper()}{needed[1:]}; {leading.after(gain)} is right."
    excess = max(
        (gain - level.most_gain for level in levels if level.limit.metric in LIMITED), default=0.0
    )
    if excess > MOST_LIMITING_DB:
        sentence += (
            " That much limiting costs loudness and can be heard: bring the peaks down in the mix "
            "first, then measure again."
        )
    return _Plan(gain, sentence, limited)


def _need(level: _Level, gain_db: float) -> str:
    """What it takes to meet a limit that the gain leaves missed."""
    excess, lack = gain_db - level.most_gain, level.least_gain - gain_db
    amount = format_number(math.ceil(max(excess, lack) / STEP_DB - 1e-9) * STEP_DB, 1)
    before = level.after(gain_db)
    if excess > 0 and level.limit.metric in LIMITED:
        return f"a limiter has to take {amount} dB off the peaks (from {before})"
    verb = "come down" if excess > 0 else "come up"
    label = lower_label(level.limit.metric)
    return f"the {label} has to {verb} by {amount} dB (from {before})"


def lower_label(metric: str) -> str:
    """A metric's label within a sentence: ``"noise floor"``, ``"RMS level"``."""
    label = all_metrics()[metric].label
    return label if label[:2].isupper() else label[0].lower() + label[1:]


def _wanted_gain(levels: Sequence[_Level]) -> float:
    """Gain to the first target there is; else the smallest that meets the first bound missed."""
    for level in levels:
        if level.limit.target is not None:
            return level.limit.target - level.value
    for level in levels:
        if not level.is_met(0.0):
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
    known = [level for level in levels if level.limit.metric in order and level.limit.source]
    return sorted(known, key=lambda level: order.index(level.limit.metric)) or list(levels[:1])


def _turn(gain_db: float) -> str:
    direction = "up" if gain_db > 0 else "down"
    return f"Turn it {direction} {format_number(abs(gain_db), 1)} dB"
