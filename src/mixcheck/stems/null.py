"""The null test: what the sum leaves of the mix, whether that is rounding, and if not, why."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixcheck.alignment.lockstep import read_in_step
from mixcheck.stems.causes import exact_cause, silent_causes
from mixcheck.stems.explain import EXCERPT_BUDGET, Explanation, explain
from mixcheck.stems.model import Fault, Null, Span
from mixcheck.stems.reading import Opened
from mixcheck.stems.survey import Survey
from mixcheck.stems.verdicts import fit_faults, rest_faults, set_gain_db, set_lag
from mixcheck.units import power_to_db, ratio_to_db

FAIR_LIMIT = 1e-9  # mean square: -90 dBFS
LIMIT_OVER_NOISE = 16.0
SIGNIFICANT_OVER_NOISE = 4.0
DITHERED_STEP_POWER = 0.25  # of a step squared: rounding and triangular dither together
FLOAT_STEP = 2.0**-24
LOSSY_NOISE = 1e-3  # of a lossy file's power
RESAMPLED_NOISE = 1e-6
LISTED_SPANS = 20
MOST_OVER = 0.9  # of the residual where the sum is over full scale: that is clipping, no curve
CAUSE_S = 10  # of the excerpt in which a cause has to explain the residual
MOST_CURVE_COLUMNS = 1000


def _noise_power(setting: Opened, survey: Survey) -> float:
    """Mean square that rounding and dither of all files may leave in the difference."""
    samples = survey.frames * setting.channels
    power = 0.0
    energies = survey.energy.sum(1, dtype=np.float64) / samples
    for source, own in zip(setting.sources, energies, strict=True):
        audio = source.format
        if audio.is_lossy:
            power += LOSSY_NOISE * own
        elif audio.is_float or audio.bit_depth is None:
            power += FLOAT_STEP**2 * max(own, 1e-12)
        else:
            power += DITHERED_STEP_POWER * 4.0 ** (1 - audio.bit_depth)
        if audio.sample_rate_hz != setting.rate:
            power += RESAMPLED_NOISE * own
    return float(power + len(energies) * FLOAT_STEP**2 * energies.max(initial=0.0))


def null_test(
    survey: Survey, setting: Opened, non_finite: int
) -> tuple[Null, Explanation | None, list[Fault]]:
    """The null test of a surveyed set, what explains it, and the faults that follow.

    Where no more segments fail than samples were no numbers, these are the reason, and named.
    """
    samples = survey.frames * setting.channels
    residual = survey.residual_energy
    per_segment = residual / (survey.segment_s * setting.rate * setting.channels)
    noise = _noise_power(setting, survey)
    limit = max(FAIR_LIMIT, LIMIT_OVER_NOISE * noise)
    power = float(residual.sum()) / samples
    worst = float(per_segment.max(initial=0.0))
    found, faults = None, []
    if worst > SIGNIFICANT_OVER_NOISE * noise:
        found = _explained(survey, setting, noise)
        faults = _faults(survey, setting, found, per_segment, limit, noise)
        if non_finite and np.count_nonzero(per_segment > limit) <= non_finite:
            faults = [one for one in faults if one.stems]
    faulty = any(one.severity == "error" for one in faults)
    mix_power = float(survey.energy[-1].sum(dtype=np.float64)) / samples
    mix_bands = survey.bands[-1]
    bands = [
        power_to_db(float(one / own)) if own > 0.0 else None
        for one, own in zip(np.atleast_1d(survey.residual_bands), mix_bands, strict=True)
    ]
    null = Null(
        outcome="fail" if worst > limit or faulty else "pass",
        residual_dbfs=power_to_db(power),
        residual_peak_dbfs=ratio_to_db(survey.residual_peak),
        residual_to_mix_db=power_to_db(power / mix_power) if mix_power else None,
        worst_residual_dbfs=power_to_db(worst),
        limit_dbfs=float(10.0 * np.log10(limit)),
        fitted_residual_dbfs=power_to_db(found.rest_power) if found else None,
        set_gain_db=None if found is None else -set_gain_db(found) + 0.0,
        set_offset_frames=None if found is None else -set_lag(found),
        band_centre_hz=tuple(survey.centres.tolist()),
        band_residual_db=tuple(bands),
        spans=_spans(per_segment, limit, survey.segment_s),
        curve_column_s=survey.segment_s * _curve_step(per_segment),
        residual_curve_dbfs=_curve(per_segment),
    )
    return null, found, faults


def _faults(
    survey: Survey,
    setting: Opened,
    found: Explanation,
    per_segment: NDArray[np.float64],
    limit: float,
    noise: float,
) -> list[Fault]:
    """What the fit says; or, where it does not explain the residual, a cause that does."""
    names, count = setting.names, survey.stems
    is_over = float(per_segment.max(initial=0.0)) > limit
    over = survey.over_energy / max(float(survey.residual_energy.sum()), 1e-30)
    channels = [source.format.channels for source in setting.sources[:count]]
    faults = list(fit_faults(found, names, survey.gram[:count, :count], channels))
    if not is_over or (found.is_explained and faults):
        return faults
    cause = _cause(survey, setting, found, noise) if over < MOST_OVER else None
    if cause is not None:
        whole = cause.code == "saturated"
        others = [one for one in faults if not whole and not set(cause.stems) & set(one.stems)]
        return [*others, cause]
    if any(one.code == "wrong-mix" for one in faults):
        return faults
    rest = list(rest_faults(found, names, over))
    if any(one.code == "missing" for one in rest):
        is_bad = np.flatnonzero(per_segment > limit)
        silent = silent_causes(survey.energy[:count], is_bad, survey.segment_s, names)
        rest = list(silent) or rest
    return faults + rest


def _cause(survey: Survey, setting: Opened, found: Explanation, noise: float) -> Fault | None:
    """A cause that explains what is left where the residual is highest."""
    length = min(survey.frames, CAUSE_S * setting.rate, EXCERPT_BUDGET // survey.stems)
    middle = int(np.argmax(survey.residual_energy)) * round(survey.segment_s * setting.rate)
    start = max(0, min(middle - length // 2, survey.frames - length))
    return exact_cause(_read(setting, start, length), setting.names, found, noise)


def _read(setting: Opened, start: int, frames: int) -> NDArray[np.floating]:
    looks = [lambda block: None] * len(setting.sources)
    steps = read_in_step(setting.sources, looks, start_frame=start, frames=frames)
    return np.concatenate([step.samples for step in steps], axis=2)


def _explained(survey: Survey, setting: Opened, noise: float) -> Explanation:
    def read(start: int, frames: int) -> NDArray[np.floating]:
        return _read(setting, start, frames)

    count = survey.stems
    return explain(
        read,
        survey.energy[:count] / setting.channels,
        survey.residual_energy / setting.channels,
        round(survey.segment_s * setting.rate),
        survey.frames,
        setting.rate,
        noise,
        survey.correlation()[:count, :count],
        survey.gram[:count, :count],
    )


def _curve_step(power: NDArray[np.float64]) -> int:
    return -(-len(power) // MOST_CURVE_COLUMNS) or 1


def _curve(power: NDArray[np.float64]) -> tuple[float | None, ...]:
    """The highest of each few segments, in dBFS."""
    starts = np.arange(0, len(power), _curve_step(power))
    highest = np.maximum.reduceat(power, starts) if len(starts) else power
    return tuple(power_to_db(one) for one in highest.tolist())


def _spans(power: NDArray[np.float64], limit: float, segment_s: float) -> tuple[Span, ...]:
    """Stretches over the limit; gaps of half a second are bridged."""
    over = np.flatnonzero(power > limit)
    if not len(over):
        return ()
    groups = np.split(over, np.flatnonzero(np.diff(over) * segment_s > 0.55) + 1)
    spans = [
        Span(
            float(group[0] * segment_s),
            float((group[-1] + 1) * segment_s),
            float(10.0 * np.log10(power[group].mean())),
        )
        for group in groups
    ]
    longest = sorted(spans, key=lambda one: one.start_s - one.end_s)[:LISTED_SPANS]
    return tuple(sorted(longest, key=lambda one: one.start_s))
