"""Recordings that belong together, as those of an album: the whole, and what is unlike the rest."""

from mixcheck.sets.model import (
    SET,
    Odd,
    RecordingSet,
    SetReading,
    Spread,
    all_metrics,
    set_metrics,
)
from mixcheck.sets.survey import KINDS, odd_ones, survey_set

__all__ = [
    "KINDS",
    "SET",
    "Odd",
    "RecordingSet",
    "SetReading",
    "Spread",
    "all_metrics",
    "odd_ones",
    "set_metrics",
    "survey_set",
]
