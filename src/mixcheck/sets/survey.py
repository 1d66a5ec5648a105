"""The numbers of a set, its spreads, and the odd ones out.

Method: a file is odd in a trait if it lies further from the median than a floor that an engineer
would let pass, and further than 3.5 robust standard deviations (Iglewicz and Hoaglin's modified
z-score, from the median of the absolute deviations: the odd one does not hide itself by widening
the spread). In loudness the loudest and the softest file are odd too if they lie more than 4 LU
from the median, however wide the spread: a step of that size is heard. Of fewer than three files
none is odd. In its format a file is odd if more than half of the files have another.

Source: NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.5.17; the floors are mixcheck's.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean, median
from typing import Any

from mixcheck.measurement import Measurement
from mixcheck.meters.gating import GatingBlocks
from mixcheck.sets.model import Odd, RecordingSet, SetReading, Spread
from mixcheck.sets.traits import FORMAT_DO, FORMAT_TRAITS, TRAITS, Trait
from mixcheck.units import format_number

KINDS: Mapping[str, str] = {"album": "tracks that are heard one after the other"}
MOST_Z = 3.5
NORMAL = 0.6745  # median absolute deviation of a normal distribution, in standard deviations
LEAST_FILES = 3

Values = Sequence[tuple[str, float]]


def survey_set(measurements: Sequence[Measurement], kind: str = "album") -> RecordingSet:
    """What the files of a set come to together, and which of them are unlike the others.

    Parameters
    ----------
    measurements : sequence of Measurement
        Those that could be measured.
    kind : str
        A key of ``KINDS``.

    Raises
    ------
    KeyError
        There is no such kind.
    """
    if kind not in KINDS:
        raise KeyError(kind)
    values = {trait.name: _values(trait, measurements) for trait in TRAITS}
    return RecordingSet(
        kind=kind,
        files=len(measurements),
        reading=_reading(measurements),
        spreads=tuple(_spread(trait, values[trait.name]) for trait in TRAITS if values[trait.name]),
        odd=odd_ones(measurements),
    )


def odd_ones(measurements: Sequence[Measurement]) -> tuple[Odd, ...]:
    """The files that are unlike the others, and in what: formats first, then trait by trait."""
    odd = (one for trait in TRAITS for one in _odd(trait, _values(trait, measurements)))
    return (*_odd_formats(measurements), *odd)


def _values(trait: Trait, measurements: Sequence[Measurement]) -> Values:
    numbers = ((one.path, trait.value(one)) for one in measurements)
    return [(path, number) for path, number in numbers if number is not None]


def _reading(measurements: Sequence[Measurement]) -> SetReading:
    heard = [one for one in measurements if one.readings]
    pooled = GatingBlocks.merged(one.readings["loudness"].gating_blocks for one in heard)  # type: ignore[attr-defined]
    integrated, gate = pooled.loudness()
    loudness, peaks, ranges = (
        [number for one in heard if isinstance(number := one.value(metric), int | float)]
        for metric in (
            "loudness.integrated_lufs", "peak.max_true_peak_dbtp", "level.dynamic_range_dr",
        )
    )  # fmt: skip
    peak = max(peaks, default=None)
    values: dict[str, Any] = {
        "integrated_lufs": integrated,
        "relative_gate_lufs": gate,
        "max_integrated_lufs": max(loudness, default=None),
        "loudness_spread_lu": max(loudness) - min(loudness) if loudness else None,
        "max_true_peak_dbtp": peak,
        "plr_lu": peak - integrated if peak is not None and integrated is not None else None,
        "mean_dynamic_range_dr": fmean(ranges) if ranges else None,
        "total_duration_s": sum(one.format.duration_s for one in measurements),
    }
    reasons = {
        name: "no file of the set has one" for name, value in values.items() if value is None
    }
    return SetReading(**values, reasons=reasons)


def _spread(trait: Trait, values: Values) -> Spread:
    low, high = (pick(values, key=lambda one: one[1]) for pick in (min, max))
    middle = median(number for _, number in values)
    return Spread(
        trait.name, trait.label, trait.unit, len(values), low[1], middle, high[1], low[0], high[0]
    )


def _odd(trait: Trait, values: Values) -> Iterator[Odd]:
    """The files that lie apart from the others in a trait."""
    if len(values) < LEAST_FILES:
        return
    usual = median(number for _, number in values)
    deviation = median(abs(number - usual) for _, number in values)
    allowed = max(trait.floor, MOST_Z * deviation / NORMAL)
    ends = {pick(number for _, number in values) for pick in (min, max)}
    for path, number in values:
        side = trait.over if number > usual else trait.under
        distance = abs(number - usual)
        is_far_end = trait.end is not None and number in ends and distance > trait.end
        if side and (distance > allowed or is_far_end):
            told = side.told.format(
                by=format_number(distance, trait.decimals),
                usual=format_number(usual, trait.decimals),
            )
            message = f"{os.path.basename(path)}: {told}"
            yield Odd(path, trait.name, number, usual, trait.unit, message, side.do)


def _odd_formats(measurements: Sequence[Measurement]) -> Iterator[Odd]:
    """The files that are stored otherwise than most, or that there are several ways."""
    for metric, label, unit in FORMAT_TRAITS:
        values = [(one.path, one.value(metric)) for one in measurements]
        counts = Counter(value for _, value in values)
        if len(counts) < 2:
            continue
        usual, often = counts.most_common(1)[0]
        if 2 * often <= len(values):
            told = ", ".join(f"{_plain(one, unit)} ({n})" for one, n in counts.most_common())
            yield Odd(None, metric, None, None, unit, f"{label} differs: {told}", FORMAT_DO)
            continue
        for path, value in values:
            if value != usual:
                message = (
                    f"{os.path.basename(path)}: {label.lower()} {_plain(value, unit)}, "
                    f"most of the set {_plain(usual, unit)}"
                )
                yield Odd(path, metric, _scalar(value), _scalar(usual), unit, message, FORMAT_DO)


def _plain(value: Any, unit: str) -> str:
    if value is None:
        return "none"
    text = value.replace("_", " ") if isinstance(value, str) else f"{value:g}"
    return f"{text} {'channel' if unit == 'channels' and value == 1 else unit}".strip()


def _scalar(value: Any) -> Any:
    return value if isinstance(value, int | float | str) else None
