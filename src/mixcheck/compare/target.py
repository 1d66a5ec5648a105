"""Targets: what references have in common, learnt from files, kept in TOML, or built in.

A target is a delivery spec too: its ``[[limit]]`` tables are those of any profile, so that
``mixcheck check -p target.toml`` judges the dynamics by it; ``[[band]]`` and ``[[width]]``, which
are what ``mixcheck compare`` judges besides, have ``hz``, ``low``, ``middle`` and ``high``.
"""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import SampleBlock, Samples, open_audio
from mixcheck.bands import BandSpectra
from mixcheck.engine import measure_blocks
from mixcheck.errors import AudioError, ProfileError
from mixcheck.measurement import Measurement
from mixcheck.meters.spectrum import third_octaves
from mixcheck.profiles import load_profile
from mixcheck.units import power_to_db

TRAITS = (
    "loudness.plr_lu",
    "loudness.min_psr_lu",
    "loudness.loudness_range_lu",
    "level.dynamic_range_dr",
    "level.crest_factor_db",
    "stereo.correlation",
)
LEAST_SPAN_DB = 1.0
ONE_REFERENCE_DB = 2.0
LEAST_TRAIT_SPAN = {"stereo.correlation": 0.1}
POSSIBLE = {"stereo.correlation": (-1.0, 1.0), "loudness.loudness_range_lu": (0.0, math.inf)}
MANY = 10
MANY_PERCENTILES = (5.0, 95.0)
NO_SIDE_DB = -60.0


@dataclass(frozen=True, slots=True)
class Range:
    """What references span in one third octave, in decibels."""

    hz: float
    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class Target:
    """What a mix is held against.

    Parameters
    ----------
    name, title : str
    count : int
        Recordings behind it.
    is_shape : bool
        Only the shape of the curve means something, not its level against the loudness.
    bands, width : tuple of Range
        Third-octave levels against the integrated loudness; side against mid.
    traits : mapping of str to (float, float)
        Metric path to what the references span.
    notes : str
        Where it comes from, and its limits.
    """

    name: str
    title: str
    count: int
    is_shape: bool
    bands: tuple[Range, ...]
    width: tuple[Range, ...]
    traits: Mapping[str, tuple[float, float]]
    notes: str


@dataclass(frozen=True, slots=True)
class Tonal:
    """What of a recording is compared: its measurement, and side against mid in third octaves."""

    measurement: Measurement
    width: Mapping[float, float | None]


def tonal(path: str) -> Tonal:
    """Measure a recording, and its width in third octaves, in one pass.

    Raises
    ------
    AudioError
        It cannot be read.
    """
    with open_audio(path) as stream:
        audio = stream.format
        spectra = BandSpectra(audio.sample_rate_hz)
        middle = np.zeros(len(third_octaves(audio.sample_rate_hz)[0]))
        side = middle.copy()

        def watched(blocks: Iterable[SampleBlock]) -> Iterable[SampleBlock]:
            for block in blocks:
                if audio.channels == 2:
                    _add(middle, spectra, block.samples[:1] + block.samples[1:])
                    _add(side, spectra, block.samples[:1] - block.samples[1:])
                yield block

        measurement = measure_blocks(path, audio, watched(stream.blocks()))
    return Tonal(measurement, _width(audio.sample_rate_hz, middle, side))


def _add(sums: NDArray[np.float64], spectra: BandSpectra, samples: Samples) -> None:
    sums += spectra.of(samples)[0]


def _width(
    sample_rate_hz: int, middle: NDArray[np.float64], side: NDArray[np.float64]
) -> dict[float, float | None]:
    centres, _ = third_octaves(sample_rate_hz)
    whole = float(middle.sum())
    return {
        float(hz): max(NO_SIDE_DB, power_to_db(s / m) or NO_SIDE_DB) if m > 1e-9 * whole else None
        for hz, m, s in zip(centres, middle.tolist(), side.tolist(), strict=True)
        if whole
    }


def relative_bands(measured: Measurement) -> dict[float, float | None]:
    """Third-octave levels against the integrated loudness, by centre."""
    loudness = measured.value("loudness.integrated_lufs")
    levels = measured.value("spectrum.band_level_db")
    centres = measured.value("spectrum.band_centre_hz")
    if not isinstance(loudness, float) or not isinstance(levels, tuple):
        return {}
    assert isinstance(centres, tuple)
    return {
        centre: None if level is None else level - loudness
        for centre, level in zip(centres, levels, strict=True)
    }


def learn_target(
    paths: Sequence[str], *, name: str = "learnt", title: str = "Learnt from references"
) -> Target:
    """What some references have in common.

    Parameters
    ----------
    paths : sequence of str
        At least one recording.
    name, title : str

    Raises
    ------
    AudioError
        One of them cannot be read, or none has a loudness.
    """
    heard = [tonal(path) for path in paths]
    bands = _ranges([relative_bands(one.measurement) for one in heard])
    if not bands:
        raise AudioError(paths[0] if paths else "the references", "has no loudness to match",
                         "name recordings of a few seconds or more")  # fmt: skip
    stereo = [one.width for one in heard if one.measurement.format.channels == 2]
    traits = {}
    for metric in TRAITS:
        values = [one.measurement.value(metric) for one in heard]
        numbers = [float(value) for value in values if isinstance(value, int | float)]
        if numbers:
            low, _, high = _span(numbers, LEAST_TRAIT_SPAN.get(metric, LEAST_SPAN_DB))
            least, most = POSSIBLE.get(metric, (-math.inf, math.inf))
            traits[metric] = (max(low, least), min(high, most))
    notes = f"Learnt from {len(heard)} recording{'s' if len(heard) != 1 else ''}."
    return Target(name, title, len(heard), False, bands, _ranges(stereo), traits, notes)


def _ranges(curves: Sequence[Mapping[float, float | None]]) -> tuple[Range, ...]:
    centres = sorted({hz for curve in curves for hz in curve})
    ranges = []
    for hz in centres:
        levels = [level for curve in curves if (level := curve.get(hz)) is not None]
        if levels:
            ranges.append(Range(hz, *_span(levels, LEAST_SPAN_DB)))
    return tuple(ranges)


def _span(values: Sequence[float], least: float) -> tuple[float, float, float]:
    """Low, middle and high of what references have; never narrower than a least half-width."""
    middle = float(np.median(values))
    if len(values) == 1:
        least *= ONE_REFERENCE_DB
    low, high = min(values), max(values)
    if len(values) >= MANY:
        low, high = (float(one) for one in np.percentile(values, MANY_PERCENTILES))
    return min(low, middle - least), middle, max(high, middle + least)


def target_toml(target: Target, day: date) -> str:
    """A target as the text of a TOML file that :func:`load_target` and profiles read."""
    lines = [
        f"name = {_quoted(target.name)}",
        f"title = {_quoted(target.title)}",
        f"checked = {day.isoformat()}",
        f"count = {target.count}",
        f"is_shape = {str(target.is_shape).lower()}",
        f"notes = {_quoted(target.notes)}",
    ]
    for metric, (low, high) in target.traits.items():
        lines += ["", "[[limit]]", f"metric = {_quoted(metric)}", f"min = {low:.2f}",
                  f"max = {high:.2f}", 'severity = "warning"',
                  f"source = {_quoted(target.title)}"]  # fmt: skip
    for key, ranges in (("band", target.bands), ("width", target.width)):
        for one in ranges:
            lines += ["", f"[[{key}]]", f"hz = {one.hz:.4f}", f"low = {one.low:.2f}",
                      f"middle = {one.middle:.2f}", f"high = {one.high:.2f}"]  # fmt: skip
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(one if one.isprintable() else " " for one in escaped) + '"'


def target_names() -> tuple[str, ...]:
    """Names of the targets that come with mixcheck."""
    folder = files("mixcheck.compare").joinpath("targets")
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir()
                        if entry.name.endswith(".toml")))  # fmt: skip


def is_target(word: str) -> bool:
    """Whether a word on the command line means a target rather than a recording."""
    return word.endswith(".toml") or (word in target_names() and not os.path.exists(word))


def load_target(name: str) -> Target:
    """Load a target by name, or from a TOML file.

    Raises
    ------
    ProfileError
        There is none, or it says something that has no meaning.
    """
    if name in target_names():
        text = files("mixcheck.compare").joinpath("targets").joinpath(f"{name}.toml").read_text(
            "utf-8"
        )  # fmt: skip
        return _parsed(name, text, {})
    profile = load_profile(name)  # refuses what cannot be read, with the reason
    spans = {
        limit.metric: (limit.lowest, limit.highest)
        for limit in profile.limits
        if limit.lowest is not None and limit.highest is not None
    }
    return _parsed(name, Path(name).read_text("utf-8"), spans)


def _parsed(where: str, text: str, traits: Mapping[str, tuple[float, float]]) -> Target:
    data = tomllib.loads(text)
    if not data.get("band"):
        raise ProfileError(f"{where}: has no [[band]], so it is no target; "
                           "'mixcheck target learn' writes one")  # fmt: skip
    number: Callable[[Any], bool] = lambda one: isinstance(one, int | float)  # noqa: E731
    ranges = {}
    for key in ("band", "width"):
        rows = data.get(key, [])
        for row in rows:
            if sorted(row) != ["high", "hz", "low", "middle"] or not all(map(number, row.values())):
                raise ProfileError(f"{where}: each [[{key}]] needs the numbers hz, low, middle, "
                                   "high and no more")  # fmt: skip
        ranges[key] = tuple(Range(**{name: float(one) for name, one in row.items()})
                            for row in rows)  # fmt: skip
    return Target(
        str(data.get("name", where)), str(data.get("title", where)), int(data.get("count", 1)),
        bool(data.get("is_shape", False)), ranges["band"], ranges["width"], traits,
        str(data.get("notes", "")),
    )  # fmt: skip
