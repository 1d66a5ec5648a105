"""Gathers the series beside the meters, from what they and their views have computed already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from mixcheck.audio import AudioFormat
from mixcheck.meters.bass import BassMeter
from mixcheck.meters.loudness import LoudnessMeter
from mixcheck.series.correlation import CorrelationTracks
from mixcheck.series.distribution import GoniometerCounts, LevelCounts
from mixcheck.series.grid import Grid
from mixcheck.series.levels import LoudnessTracks, TruePeakTrack, WaveformTracks
from mixcheck.series.model import Series
from mixcheck.series.spectra import BandTracks, SpectrogramTrack
from mixcheck.views import SEGMENTS_PER_S, Block


class Tracks(Protocol):
    """Something followed over time: updated with every block, after the meters, then finished."""

    def update(self, block: Block) -> None:
        """Take the next block."""

    def finish(self) -> Mapping[str, Any]:
        """Fields of :class:`Series`; called once, after the meters have finished."""


class SeriesCollector:
    """Collects the series of one recording.

    Parameters
    ----------
    audio : AudioFormat
    meters : mapping of str to Meter
        Those of the same recording, by name; they take each block first.
    """

    def __init__(self, audio: AudioFormat, meters: Mapping[str, Any]) -> None:
        loudness, bass = meters[LoudnessMeter.name], meters[BassMeter.name]
        self._grid, self._seconds = Grid(), Grid()
        self._parts: tuple[Tracks, ...] = (
            LoudnessTracks(self._grid, loudness),
            WaveformTracks(self._grid, audio.sample_rate_hz, audio.channels),
            CorrelationTracks(self._grid, bass),
            TruePeakTrack(self._seconds),
            SpectrogramTrack(audio),
            BandTracks(audio),
            LevelCounts(),
            GoniometerCounts(audio),
        )

    def update(self, block: Block) -> None:
        """Take the next block, after the meters."""
        for part in self._parts:
            part.update(block)
        self._grid.settle()
        self._seconds.settle()

    def finish(self) -> Series:
        """The series of all blocks; called after the meters have finished."""
        self._grid.fit()
        self._seconds.fit()
        fields = {name: value for part in self._parts for name, value in part.finish().items()}
        return Series(
            column_s=self._grid.cells_in_column / SEGMENTS_PER_S,
            second_s=float(self._seconds.cells_in_column),
            **fields,
        )
