"""What is known of a set of recordings: plain frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from mixcheck.measurement import Value
from mixcheck.meters import Reading, metrics
from mixcheck.units import Quantity, quantities, quantity

SET = "set"
"""Prefix of the metric paths of a set."""


@dataclass(frozen=True, kw_only=True)
class SetReading(Reading):
    """Numbers of a set as a whole."""

    integrated_lufs: float | None = quantity(
        "LUFS",
        "Loudness of the set",
        source="ITU-R BS.1770-5 Annex 1",
        about="Integrated loudness of all files as one programme: the gates look at the gating "
        "blocks of all of them. It is what playback by the album is levelled by.",
    )
    relative_gate_lufs: float | None = quantity(
        "LUFS",
        "Relative gate of the set",
        source="ITU-R BS.1770-5 Annex 1",
        about="Blocks at or under this level did not count for the loudness of the set.",
    )
    max_integrated_lufs: float | None = quantity(
        "LUFS",
        "Loudest file",
        source="AES TD1008 (2021)",
        about="Integrated loudness of the loudest file, by which AES77 levels an album.",
    )
    loudness_spread_lu: float | None = quantity(
        "LU",
        "Spread of loudness",
        source="definition",
        about="Integrated loudness of the loudest file less that of the softest.",
    )
    max_true_peak_dbtp: float | None = quantity(
        "dBTP",
        "Highest true peak",
        source="ITU-R BS.1770-5 Annex 2",
        about="The highest true peak of all files.",
        decimals=2,
    )
    plr_lu: float | None = quantity(
        "LU",
        "Peak to loudness of the set",
        source="EBU Tech 3343 v4",
        about="Highest true peak less the loudness of the set.",
    )
    mean_dynamic_range_dr: float | None = quantity(
        "DR",
        "Mean dynamic range",
        source="Pleasurize Music Foundation, DR meter",
        about="Mean of the files' dynamic ranges, which the DR of an album is rounded from.",
    )
    total_duration_s: float | None = quantity(
        "s", "Duration of the set", source="definition", about="Length of all files together."
    )


@cache
def set_metrics() -> Mapping[str, Quantity]:
    """Metric path to description, for every number of a set."""
    return {f"{SET}.{name}": about for name, about in quantities(SetReading).items()}


@cache
def all_metrics() -> Mapping[str, Quantity]:
    """Metric path to description, for every number of a file and of a set."""
    return {**metrics(), **set_metrics()}


@dataclass(frozen=True, slots=True)
class Spread:
    """How far the files of a set lie apart in one trait.

    Parameters
    ----------
    trait : str
        Metric path, or a word such as ``"bass_db"`` for what is worked out from several.
    label, unit : str
        As people call it.
    files : int
        Files in which it was measured.
    lowest, median, highest : float
    lowest_path, highest_path : str
        The files at the ends.
    """

    trait: str
    label: str
    unit: str
    files: int
    lowest: float
    median: float
    highest: float
    lowest_path: str
    highest_path: str


@dataclass(frozen=True, slots=True)
class Odd:
    """A file that is unlike the others of its set, and in what.

    Parameters
    ----------
    path : str or None
        The file; ``None`` where the files fall into groups, none of which is most of them.
    trait : str
        As in :class:`Spread`, or a metric path of the format.
    value, usual : float, int, str or None
        What this file has, and most others (or their median).
    unit : str
    message : str
        The reason, for an engineer.
    do : str
        What to do.
    """

    path: str | None
    trait: str
    value: float | int | str | None
    usual: float | int | str | None
    unit: str
    message: str
    do: str


@dataclass(frozen=True, slots=True)
class RecordingSet:
    """A set of recordings that were measured.

    Parameters
    ----------
    kind : str
        A key of ``KINDS``.
    files : int
        Recordings in it.
    reading : SetReading
        Numbers of the whole.
    spreads : tuple of Spread
    odd : tuple of Odd
        What is unlike the rest, in the order of the traits, then of the files.
    """

    kind: str
    files: int
    reading: SetReading
    spreads: tuple[Spread, ...]
    odd: tuple[Odd, ...]

    def value(self, metric: str) -> Value:
        """Value of a metric path such as ``"set.integrated_lufs"``.

        Raises
        ------
        KeyError
            There is no such metric.
        """
        if metric not in set_metrics():
            raise KeyError(metric)
        value: Value = getattr(self.reading, metric.partition(".")[2])
        return value

    def reason(self, metric: str) -> str | None:
        """Why a metric path has no value."""
        return self.reading.reasons.get(metric.partition(".")[2])
