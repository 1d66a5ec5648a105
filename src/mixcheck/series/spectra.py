"""Spectra over time: a spectrogram on a logarithmic axis, and how third octaves vary."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import AudioFormat
from mixcheck.dsp.decimation import Decimator
from mixcheck.dsp.spectrum import PowerSpectrum, frame_size
from mixcheck.meters.spectrum import third_octaves
from mixcheck.series.grid import Grid
from mixcheck.series.levels import level_db
from mixcheck.series.model import BandPercentiles, Spectrogram
from mixcheck.units import db_to_power
from mixcheck.views import BASS_SPECTRUM_S, SPECTRUM_S, HalfBlock

BANDS_IN_OCTAVE = 16
LOWEST_HZ, HIGHEST_HZ = 20.0, 24_000.0
MOST_COLUMNS = 2048
FINE_S = 600.0  # columns of a longer recording are about a second wide anyway

PERCENTILES = (10.0, 50.0, 90.0)
LEVEL_STEP_DB = 0.25
LEVELS_DB = np.arange(-150.0, 20.0, LEVEL_STEP_DB)
HEARD_DBFS = -70.0
WAITING = 16  # spectra that are looked at together

Values = NDArray[np.float64]


class SpectrogramTrack:
    """Power in narrow bands over time: of every frame, or of the seconds of a long recording."""

    def __init__(self, audio: AudioFormat) -> None:
        size = frame_size(audio.sample_rate_hz, SPECTRUM_S)
        is_fine = audio.duration_s <= FINE_S
        self._frames = PowerSpectrum(size, audio.channels) if is_fine else None
        self.cell_s = size / 2 / audio.sample_rate_hz if is_fine else 1.0
        self._rate, self._hop = audio.sample_rate_hz, size // 2
        octaves = np.log2(min(HIGHEST_HZ, audio.sample_rate_hz / 2) / LOWEST_HZ)
        count = int(octaves * BANDS_IN_OCTAVE)
        self._edges = LOWEST_HZ * 2.0 ** (np.arange(count + 1) / BANDS_IN_OCTAVE)
        self._sums = BandSums(self._edges, audio.sample_rate_hz / size, size // 2 + 1)
        self._waiting = Waiting()
        self._grid = Grid(MOST_COLUMNS)
        self._power = self._grid.track(count + 1, np.add)  # and, last, how many cells

    def update(self, block: HalfBlock) -> None:
        """Take the next block."""
        if self._frames is None:
            power = second_powers(block, self._rate)
        else:
            power = self._frames.frames(block.samples) / (self._hop * len(block.samples))
        for together in self._waiting.add(power):
            self._add(together)

    def _add(self, power: NDArray[np.floating]) -> None:
        bands = self._sums(power)
        self._power.add(np.concatenate([bands, np.ones((1, bands.shape[1]))]))
        self._grid.settle()

    def finish(self) -> dict[str, Spectrogram]:
        """The field of :class:`Series`."""
        for together in self._waiting.rest():
            self._add(together)
        self._grid.fit()
        powers, cells = self._power.values[:-1], self._power.values[-1]
        level = level_db(powers / cells)
        column_s = self.cell_s * self._grid.cells_in_column
        return {"spectrogram": Spectrogram(column_s, self._edges, level)}


class BandTracks:
    """How often each third octave had which level.

    The bands of the bass are looked at in frames of 1.4 s, which resolve them; the others, second
    by second. What is softer than -70 dBFS as a whole does not count.
    """

    def __init__(self, audio: AudioFormat) -> None:
        self._rate = audio.sample_rate_hz
        self._centres, edges = third_octaves(self._rate)
        decimator = Decimator(self._rate, audio.channels)
        self._low = int((edges[:, 1] <= decimator.usable_hz).sum())
        low_rate = decimator.rate_hz
        size = frame_size(self._rate, SPECTRUM_S)
        bass_size = frame_size(round(low_rate), BASS_SPECTRUM_S)
        edge = np.append(edges[:, 0], edges[-1, 1])
        self._sums = BandSums(edge[self._low :], self._rate / size, size // 2 + 1)
        self._bass_sums = BandSums(edge[: self._low + 1], low_rate / bass_size, bass_size // 2 + 1)
        self._bass = PowerSpectrum(bass_size, audio.channels)
        self._seconds_waiting, self._bass_waiting = Waiting(), Waiting()
        self._counts = np.zeros((len(self._centres), len(LEVELS_DB) + 1), np.int64)

    def update(self, block: HalfBlock) -> None:
        """Take the next block."""
        bass = self._bass.frames(block.bass) / (self._bass.size / 2 * len(block.bass))
        seconds = second_powers(block, self._rate)
        if block.frames % self._rate and (block.start_frame or len(seconds) > 1):
            seconds = seconds[:-1]  # cut short: too little is known of it
        for together in self._bass_waiting.add(bass):
            self._count_bass(together)
        for together in self._seconds_waiting.add(seconds):
            self._count_seconds(together)

    def _count_bass(self, power: NDArray[np.floating]) -> None:
        self._count(slice(0, self._low), power, self._bass_sums)

    def _count_seconds(self, power: NDArray[np.floating]) -> None:
        self._count(slice(self._low, None), power, self._sums)

    def _count(self, bands: slice, power: NDArray[np.floating], sums: BandSums) -> None:
        heard = power[power.sum(1) > db_to_power(HEARD_DBFS)]
        levels = level_db(sums(heard))
        places = np.searchsorted(LEVELS_DB, levels, "right")
        counts = self._counts[bands]
        places += np.arange(len(counts))[:, None] * counts.shape[1]  # one count for all bands
        counts += np.bincount(places.ravel(), minlength=counts.size).reshape(counts.shape)

    def finish(self) -> dict[str, BandPercentiles]:
        """The field of :class:`Series`."""
        for together in self._bass_waiting.rest():
            self._count_bass(together)
        for together in self._seconds_waiting.rest():
            self._count_seconds(together)
        levels = [self._percentile(share / 100.0) for share in PERCENTILES]
        return {"bands": BandPercentiles(self._centres, np.array(PERCENTILES), np.array(levels))}

    def _percentile(self, share: float) -> Values:
        """The middle of the step in which each band passes a share of its observations."""
        below = self._counts.cumsum(1)
        total = below[:, -1]
        place = (below >= np.maximum(np.ceil(share * total), 1)[:, None]).argmax(1)
        known = (total > 0) & (place > 0)
        return np.where(known, LEVELS_DB[place - 1] + LEVEL_STEP_DB / 2, np.nan)


class Waiting:
    """Spectra that wait until there are enough to make the calls for them worth while."""

    def __init__(self) -> None:
        self._queue: list[NDArray[np.floating]] = []

    def add(self, power: NDArray[np.floating]) -> Iterator[NDArray[np.floating]]:
        """Take the next ones, shape (frames, bins); all together once there are enough."""
        self._queue.append(power)
        if sum(map(len, self._queue)) >= WAITING:
            yield from self.rest()

    def rest(self) -> Iterator[NDArray[np.floating]]:
        """Those that wait, together."""
        if self._queue:
            yield np.concatenate(self._queue)
            self._queue = []


def second_powers(block: HalfBlock, sample_rate_hz: int) -> Values:
    """Mean power of the channels in each bin, shape (seconds, bins)."""
    spectra = block.spectra
    assert spectra is not None, "the series come after what makes them"
    frames = np.full(len(spectra), float(sample_rate_hz))
    frames[-1] = block.frames - sample_rate_hz * (len(frames) - 1)
    return np.asarray(spectra.mean(1) / frames[:, None])


class BandSums:
    """Sums over the bins of each band, a bin that an edge cuts being shared in proportion.

    Parameters
    ----------
    edge_hz : ndarray, shape (bands + 1,)
        Where one band ends and the next begins.
    step_hz : float
        Width of a bin.
    bins : int
        How many bins there are.
    """

    def __init__(self, edge_hz: Values, step_hz: float, bins: int) -> None:
        place = (edge_hz / step_hz + 0.5).clip(0.0, bins)
        self._bin = np.minimum(place.astype(np.int64), bins - 1)
        self._share = place - self._bin

    def __call__(self, power: NDArray[np.floating]) -> Values:
        """Shape (frames, bins) to (bands, frames)."""
        below = np.zeros((len(power), power.shape[1] + 1))
        np.cumsum(power, axis=1, dtype=np.float64, out=below[:, 1:])
        at_edges = below[:, self._bin] + self._share * power[:, self._bin]
        return np.asarray(np.diff(at_edges, axis=1).clip(0.0).T)
