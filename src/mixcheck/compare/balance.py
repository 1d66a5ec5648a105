"""How far a mix is from references: tone, width and dynamics, at the same loudness."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from mixcheck.compare.model import Balance, Band, Trait
from mixcheck.compare.target import Range, Target, learn_target, load_target, relative_bands, tonal
from mixcheck.errors import AudioError
from mixcheck.measurement import Measurement
from mixcheck.meters import metrics
from mixcheck.units import format_number

TOLERANCE_DB = 1.0
SHAPE_BAND_HZ = (90.0, 11_000.0)
NEXT_BAND = 1.3  # neighbours are 1.26 apart
JUDGED_HZ = (28.0, 16_500.0)
WORDS = {  # metric: what more of it, and less of it, is
    "loudness.plr_lu": ("less limited", "more limited"),
    "loudness.min_psr_lu": ("less limited where it is loudest", "more limited where it is loudest"),
    "loudness.loudness_range_lu": ("louder and softer in turn", "more even"),
    "level.dynamic_range_dr": ("more dynamic", "more compressed"),
    "level.crest_factor_db": ("more peaky", "less peaky"),
    "stereo.correlation": ("narrower", "wider"),
}


def compare_references(
    path: str | os.PathLike[str],
    references: Sequence[str | os.PathLike[str]],
    *,
    tolerance_db: float = TOLERANCE_DB,
) -> Balance:
    """Hold a mix against references.

    Parameters
    ----------
    path : str or path-like
        The mix.
    references : sequence of str or path-like
        Recordings; or one target, by name or as a TOML file.
    tolerance_db : float
        How far outside the references' span still passes.

    Raises
    ------
    AudioError
        A recording cannot be read, or the mix has no loudness to compare it at.
    ProfileError
        The target has no meaning.
    """
    from mixcheck.compare.target import is_target

    names = [os.fspath(one) for one in references]
    is_learnt = len(names) == 1 and is_target(names[0])
    target = load_target(names[0]) if is_learnt else learn_target(names)
    heard = tonal(os.fspath(path))
    levels = relative_bands(heard.measurement)
    if not levels:
        raise AudioError(os.fspath(path), "has no loudness, so nothing was compared",
                         "give half a second or more that is not silent")  # fmt: skip
    if target.is_shape:
        levels = _same_height(levels, target)
    bands = tuple(_compared(levels, target.bands))
    width = tuple(_compared(heard.width, target.width)) if any(heard.width.values()) else ()
    dynamics = tuple(_traits(heard.measurement, target))
    advice = (*_tone(bands, tolerance_db), *_width_advice(width, tolerance_db),
              *_dynamics_advice(dynamics, tolerance_db))  # fmt: skip
    notes = tuple(_notes(target, is_learnt))
    outcome = "fail" if advice else "pass"
    return Balance(os.fspath(path), tuple(names), target.count, outcome, bands, width, dynamics,
                   advice, notes)  # fmt: skip


def _same_height(levels: Mapping[float, float | None], target: Target) -> dict[float, float | None]:
    """Levels moved so that they lie on the target's curve on the whole."""
    low, high = SHAPE_BAND_HZ
    within = [one for one in target.bands if low <= one.hz <= high]
    heard = [(_nearest(levels, one.hz), one.middle) for one in within]
    off = [level - middle for level, middle in heard if level is not None]
    height = float(np.median(off)) if off else 0.0
    return {hz: None if level is None else level - height for hz, level in levels.items()}


def _nearest(curve: Mapping[float, float | None], hz: float) -> float | None:
    """The level of the band with about this centre: nominal and exact centres differ."""
    near = [centre for centre in curve if abs(np.log2(centre / hz)) < 0.1]
    return curve[min(near, key=lambda centre: abs(centre - hz))] if near else None


def _compared(levels: Mapping[float, float | None], ranges: Sequence[Range]) -> Iterator[Band]:
    for one in ranges:
        level = _nearest(levels, one.hz)
        difference = None if level is None else level - one.middle
        over = 0.0
        if level is not None and JUDGED_HZ[0] <= one.hz <= JUDGED_HZ[1]:
            over = max(0.0, level - one.high) or min(0.0, level - one.low)
        yield Band(one.hz, level, one.middle, one.low, one.high, difference, over)


def _traits(measured: Measurement, target: Target) -> Iterator[Trait]:
    for metric, (low, high) in target.traits.items():
        value = measured.value(metric)
        number = float(value) if isinstance(value, int | float) else None
        over = 0.0
        if number is not None:
            over = max(0.0, number - high) or min(0.0, number - low)
        yield Trait(metric, number, (low + high) / 2.0, low, high, metrics()[metric].unit, over)


def _tone(bands: Sequence[Band], tolerance_db: float) -> Iterator[str]:
    for group in _neighbours(bands, tolerance_db):
        worst = max(group, key=lambda one: abs(one.over_db))
        side = "over" if worst.over_db > 0 else "under"
        amount = format_number(abs(worst.difference_db or 0.0), 1)
        outside = format_number(abs(worst.over_db), 1)
        yield (
            f"{amount} dB {side} the references around {_hertz(worst.centre_hz)}{_reach(group)}, "
            f"{outside} dB outside what they span: "
            f"{'cut' if worst.over_db > 0 else 'lift'} there, or look for the part that does it."
        )


def _width_advice(width: Sequence[Band], tolerance_db: float) -> Iterator[str]:
    for group in _neighbours(width, max(3.0, tolerance_db)):
        worst = max(group, key=lambda one: abs(one.over_db))
        word = "wider" if worst.over_db > 0 else "narrower"
        outside = format_number(abs(worst.over_db), 1)
        yield (
            f"{word} than the references around {_hertz(worst.centre_hz)}{_reach(group)}: the side "
            f"signal is {outside} dB {'over' if worst.over_db > 0 else 'under'} what they span."
        )


def _dynamics_advice(traits: Sequence[Trait], tolerance_db: float) -> Iterator[str]:
    for trait in traits:
        allowed = 0.1 if trait.metric == "stereo.correlation" else tolerance_db
        if abs(trait.over) <= allowed or trait.value is None:
            continue
        described = metrics()[trait.metric]
        more, less = WORDS.get(trait.metric, ("more", "less"))
        decimals = described.decimals
        low, high, value = (format_number(one or 0.0, decimals)
                            for one in (trait.low, trait.high, trait.value))  # fmt: skip
        unit = described.unit and f" {described.unit}"
        yield (
            f"{(more if trait.over > 0 else less).capitalize()} than the references: "
            f"{described.label.lower()} {value}{unit}, they have {low} to {high}."
        )


def _neighbours(bands: Sequence[Band], tolerance_db: float) -> Iterator[list[Band]]:
    """Groups of neighbouring bands that are outside on the same side."""
    group: list[Band] = []
    for band in bands:
        if abs(band.over_db) <= tolerance_db:
            continue
        is_next = (
            group
            and band.centre_hz < group[-1].centre_hz * NEXT_BAND
            and (band.over_db > 0) == (group[-1].over_db > 0)
        )
        if group and not is_next:
            yield group
            group = []
        group.append(band)
    if group:
        yield group


def _reach(group: Sequence[Band]) -> str:
    if len(group) < 2:
        return ""
    return f" ({_hertz(group[0].centre_hz)} to {_hertz(group[-1].centre_hz)})"


def _hertz(value: float) -> str:
    return f"{value / 1000:.3g} kHz" if value >= 1000 else f"{value:.0f} Hz"


def _notes(target: Target, is_learnt: bool) -> Iterator[str]:
    if target.count == 1 and not target.is_shape:
        yield "One reference has no spread: ±2 dB is allowed around it. Give several."
    if is_learnt and target.notes:
        yield target.notes
