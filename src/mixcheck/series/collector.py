"""Gathers the series beside the meters, from what they and their views have computed already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

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

Fields = Mapping[str, Any]


class Tracks(Protocol):
    """Something followed over time: updated with every block, after the meters, then finished."""

    def update(self, block: Any) -> None:
        """Take the next block."""

    def finish(self) -> Fields:
        """Fields of :class:`Series`; called once, after the meters have finished."""


class SeriesOfSamples:
    """What needs no more than the samples and their spectra, and no meter.

    Like the meters of samples it may run in the process that decodes; of the grid, it keeps a copy
    that comes out the same.
    """

    name: ClassVar = "series"

    def __init__(self, audio: AudioFormat) -> None:
        self._grid = Grid()
        self._parts: tuple[Tracks, ...] = (
            WaveformTracks(self._grid, audio.sample_rate_hz, audio.channels),
            SpectrogramTrack(audio),
            BandTracks(audio),
            GoniometerCounts(audio),
        )

    def update(self, block: Any) -> None:
        """Take the next block, which has its spectra."""
        for part in self._parts:
            part.update(block)
        self._grid.settle()

    def finish(self) -> Fields:
        """Fields of :class:`Series`."""
        self._grid.fit()
        return _fields(self._parts)


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
            CorrelationTracks(self._grid, bass),
            TruePeakTrack(self._seconds),
            LevelCounts(),
        )

    def update(self, block: Block) -> None:
        """Take the next block, after the meters."""
        for part in self._parts:
            part.update(block)
        self._grid.settle()
        self._seconds.settle()

    def finish(self, of_samples: Fields) -> Series:
        """The series of all blocks; called after the meters have finished.

        Parameters
        ----------
        of_samples : mapping of str to any
            What :class:`SeriesOfSamples` has of the same blocks.
        """
        self._grid.fit()
        self._seconds.fit()
        return Series(
            column_s=self._grid.cells_in_column / SEGMENTS_PER_S,
            second_s=float(self._seconds.cells_in_column),
            **of_samples,
            **_fields(self._parts),
        )


def _fields(parts: Sequence[Tracks]) -> Fields:
    return {name: value for part in parts for name, value in part.finish().items()}
