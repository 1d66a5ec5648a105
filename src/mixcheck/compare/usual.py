"""Which usual spectrum a recording is shown against: that of music, that of speech, or none.

A heuristic, and never a verdict: it chooses a curve for the eye. What the user names counts; then
what the profile is for; then the recording. Speech has next to nothing under 85 Hz and lies clearly
nearer the usual shape of speech. What is shorter than ten seconds, or lies far from both, is shown
against nothing. Speech with rumble passes for music: a profile for speech, or a name, says better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixcheck.compare.target import Target, load_target
from mixcheck.measurement import Measurement
from mixcheck.profiles import Profile
from mixcheck.units import power_to_db

NONE = "none"
SHORTEST_S = 10.0
COMPARED_HZ = (70.0, 7000.0)  # both targets, and every sample rate, have these
MOST_APART_DB = 9.0  # RMS, of music; the farthest of 33 pieces lay 8.5 dB away
NEARER_DB = 2.0
LOW_HZ = (30.0, 85.0)
LOW_SHARE_DB = -40.0

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Usual:
    """A target laid over the spectrum of a recording.

    Parameters
    ----------
    name : str
    why : str
        Why this one.
    hz : ndarray, shape (bands,)
    low, middle, high : ndarray, shape (bands,)
        Levels, at the recording's own.
    """

    name: str
    why: str
    hz: Values
    low: Values
    middle: Values
    high: Values


def usual_spectrum(
    measurement: Measurement, profiles: Sequence[Profile], wanted: str | None = None
) -> Usual | str:
    """The target to show a recording against, or why there is none.

    Parameters
    ----------
    measurement : Measurement
    profiles : sequence of Profile
        Those that it is judged by.
    wanted : str, optional
        A target's name or file, or ``"none"``: it counts before all else.
    """
    hz, level = spectrum_of(measurement)
    if not np.isfinite(level).any():
        return "there is no spectrum"
    if wanted == NONE:
        return "none was wanted"
    if wanted is not None:
        return _laid(load_target(wanted), "as wanted", hz, level) or "they have no band in common"
    if measurement.format.duration_s < SHORTEST_S:
        return f"shorter than {SHORTEST_S:g} s, it has no usual shape"
    contents = {one.content: one.name for one in profiles if one.content}
    if len(contents) == 1:
        content, name = contents.popitem()
        why = f"profile {name} is for {content}"
        return _laid(load_target(content), why, hz, level) or "they have no band in common"
    return _by_content(hz, level)


def spectrum_of(measurement: Measurement) -> tuple[Values, Values]:
    """Centres and levels of the third octaves; NaN where there is nothing."""
    levels: Any = measurement.value("spectrum.band_level_db") or ()
    centres: Any = measurement.value("spectrum.band_centre_hz") or ()
    known = [np.nan if level is None else level for level in levels]
    return np.array(centres, np.float64), np.array(known, np.float64)


def _by_content(hz: Values, level: Values) -> Usual | str:
    laid = {name: _laid(load_target(name), "", hz, level) for name in ("music", "speech")}
    apart = {name: _apart(one, hz, level) if one else np.inf for name, one in laid.items()}
    is_speech = (
        apart["speech"] < apart["music"] - NEARER_DB and _low_share_db(hz, level) < LOW_SHARE_DB
    )
    content = "speech" if is_speech else "music"
    usual = laid[content]
    if usual is None or (apart["music"] > MOST_APART_DB and not is_speech):
        return "it is like neither music nor speech"
    return _because(usual, "it is nearer that than music" if is_speech else "it is not speech")


def _because(usual: Usual, why: str) -> Usual:
    return Usual(usual.name, why, usual.hz, usual.low, usual.middle, usual.high)


def _laid(target: Target, why: str, hz: Values, level: Values) -> Usual | None:
    """The target as high as the recording in the bands that both have."""
    centres = np.array([band.hz for band in target.bands])
    low, middle, high = (
        np.array([getattr(band, name) for band in target.bands])
        for name in ("low", "middle", "high")
    )
    here = _at(centres, hz, level)
    if not np.isfinite(here).any():
        return None
    shift = float(np.nanmedian(here - middle))
    return Usual(target.name, why, centres, low + shift, middle + shift, high + shift)


def _at(centres: Values, hz: Values, level: Values) -> Values:
    """Levels of the recording in the bands nearest to some centres; NaN beyond its own."""
    near = np.abs(np.log(centres[:, None] / hz)).argmin(1)
    is_there = np.abs(np.log2(hz[near] / centres)) < 1 / 6
    return np.where(is_there, level[near], np.nan)


def _apart(usual: Usual, hz: Values, level: Values) -> float:
    """RMS of the difference, over the middle of the band."""
    low, high = COMPARED_HZ
    within = (usual.hz > low) & (usual.hz < high)
    difference = (_at(usual.hz, hz, level) - usual.middle)[within]
    known = difference[np.isfinite(difference)]
    if not len(known):
        return np.inf
    return float(np.sqrt(np.mean((known - np.median(known)) ** 2)))


def _low_share_db(hz: Values, level: Values) -> float:
    """Mean power of a third octave under the voice, against that of all together."""
    power = 10.0 ** (np.nan_to_num(level, nan=-300.0) / 10.0)
    low = power[(hz > LOW_HZ[0]) & (hz < LOW_HZ[1])]
    share = float(low.mean() / power.sum()) if len(low) else 0.0
    return power_to_db(share) or -300.0
