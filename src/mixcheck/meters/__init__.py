"""The meters. A new one is its file, its test and its line in ``METERS``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from mixcheck.audio import FORMAT_QUANTITIES
from mixcheck.meters.alignment import AlignmentMeter
from mixcheck.meters.base import Finding, FindingKind, Meter, MeterOfSamples, Reading, finding_kinds
from mixcheck.meters.bass import BassMeter
from mixcheck.meters.burst import BurstMeter
from mixcheck.meters.clipping import ClippingMeter
from mixcheck.meters.continuity import ContinuityMeter
from mixcheck.meters.gap import GapMeter
from mixcheck.meters.impulse import ImpulseMeter
from mixcheck.meters.integrity import IntegrityMeter
from mixcheck.meters.level import LevelMeter
from mixcheck.meters.loudness import LoudnessMeter
from mixcheck.meters.noise import NoiseMeter
from mixcheck.meters.peak import PeakMeter
from mixcheck.meters.provenance import ProvenanceMeter
from mixcheck.meters.repetition import RepetitionMeter
from mixcheck.meters.spectrum import SpectrumMeter
from mixcheck.meters.speech import SpeechMeter
from mixcheck.meters.stereo import StereoMeter
from mixcheck.units import Quantity, quantities

METERS: tuple[type[Meter], ...] = (
    LoudnessMeter,
    PeakMeter,
    LevelMeter,
    ClippingMeter,
    NoiseMeter,
    SpectrumMeter,
    StereoMeter,
    IntegrityMeter,
    ContinuityMeter,
    GapMeter,
    BurstMeter,
    SpeechMeter,
    BassMeter,
    ImpulseMeter,
    RepetitionMeter,
    ProvenanceMeter,
    AlignmentMeter,
)

OF_SAMPLES: tuple[type[MeterOfSamples], ...] = (RepetitionMeter, AlignmentMeter)
"""Meters that need no views: where two processes share the work, the first has room for them."""


@cache
def metrics() -> Mapping[str, Quantity]:
    """Metric path to description, for every number of every meter and of the format."""
    described = {f"format.{name}": about for name, about in FORMAT_QUANTITIES.items()}
    for meter in METERS:
        for name, about in quantities(meter.reading).items():
            described[f"{meter.name}.{name}"] = about
    return described


__all__ = [
    "METERS",
    "OF_SAMPLES",
    "Finding",
    "FindingKind",
    "Meter",
    "MeterOfSamples",
    "Reading",
    "finding_kinds",
    "metrics",
]
