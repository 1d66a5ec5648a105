"""Measurements over time: plain arrays, at a resolution fit for a screen."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Spectrogram:
    """Power in narrow bands over time.

    Parameters
    ----------
    column_s : float
        Width of a column; the first begins at 0.
    edge_hz : ndarray, shape (bands + 1,)
        A sixteenth of an octave from one to the next.
    level_db : ndarray, shape (bands, columns)
        RMS level over all channels, re full scale.
    """

    column_s: float
    edge_hz: Values
    level_db: Values


@dataclass(frozen=True, slots=True, eq=False)
class BandPercentiles:
    """How the third octaves vary: levels that are not exceeded in some of the time.

    Parameters
    ----------
    centre_hz : ndarray, shape (bands,)
        As in ``spectrum.band_centre_hz``.
    percent : ndarray, shape (percentiles,)
        Share of the time, 0 to 100.
    level_db : ndarray, shape (percentiles, bands)
        RMS level over all channels, re full scale, to a quarter of a decibel, second by second
        (bass: in frames of 1.4 s); what is softer than -70 dBFS as a whole does not count.
    """

    centre_hz: Values
    percent: Values
    level_db: Values


@dataclass(frozen=True, slots=True, eq=False)
class LevelHistogram:
    """How often 10 ms had which RMS level, over all channels.

    Parameters
    ----------
    edge_dbfs : ndarray, shape (levels + 1,)
        The last holds what is louder, too.
    segments : ndarray of int, shape (levels,)
        How many.
    softer_segments : int
        How many were under the first edge.
    """

    edge_dbfs: Values
    segments: Counts
    softer_segments: int


@dataclass(frozen=True, slots=True, eq=False)
class Goniometer:
    """How often left and right stood where.

    Parameters
    ----------
    frames : ndarray of int, shape (cells, cells)
        Frames looked at, mid (left + right) going up along the rows and side (right - left) along
        the columns, both from -1 to 1; the distance from the middle is the square root of the
        amplitude.
    """

    frames: Counts


@dataclass(frozen=True, slots=True, eq=False)
class Excerpt:
    """The samples around a finding.

    Parameters
    ----------
    code : str
        Of the finding.
    at_s : float
        Where the finding begins.
    start_s : float
        Where the samples begin.
    sample_rate_hz : int
    samples : ndarray, shape (channels, frames)
    """

    code: str
    at_s: float
    start_s: float
    sample_rate_hz: int
    samples: NDArray[np.floating]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Series:
    """One recording over time.

    Values are of columns, which are 10 ms wide in a short recording and wider in a longer one;
    each holds the extremes of everything within it. Levels are NaN where there is none yet (the
    first window is not full) and minus infinity in silence.

    Parameters
    ----------
    column_s : float
        Width of a column, in seconds; the first begins at 0.
    min_momentary_lufs, max_momentary_lufs : ndarray, shape (columns,)
        Least and greatest momentary loudness (EBU Tech 3341: 400 ms) of the windows that end
        within the column, one every 10 ms.
    min_short_term_lufs, max_short_term_lufs : ndarray, shape (columns,)
        The same of short-term loudness (3 s).
    min_sample_fs, max_sample_fs : ndarray, shape (channels, columns)
        Lowest and highest sample, full scale 1.0.
    correlation, bass_correlation : ndarray, shape (columns,), or None
        Correlation of left and right in half a second around the column, of the whole band and of
        what lies under 150 Hz; NaN under -60 dBFS. ``None`` for other than two channels.
    second_s : float
        Width of the columns of ``max_true_peak_dbtp``: 1 s, or more in a long recording.
    max_true_peak_dbtp : ndarray, shape (seconds,)
        Highest true peak over all channels.
    spectrogram : Spectrogram
    bands : BandPercentiles
    level_histogram : LevelHistogram
    goniometer : Goniometer or None
        ``None`` for other than two channels.
    excerpts : tuple of Excerpt
        The worst places, up to three, of a local file.
    """

    column_s: float
    min_momentary_lufs: Values
    max_momentary_lufs: Values
    min_short_term_lufs: Values
    max_short_term_lufs: Values
    min_sample_fs: Values
    max_sample_fs: Values
    correlation: Values | None
    bass_correlation: Values | None
    second_s: float
    max_true_peak_dbtp: Values
    spectrogram: Spectrogram
    bands: BandPercentiles
    level_histogram: LevelHistogram
    goniometer: Goniometer | None
    excerpts: tuple[Excerpt, ...] = ()

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return int(self.min_sample_fs.shape[1])

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON, to six significant digits; what is not finite is ``None``."""
        return {field.name: plain(getattr(self, field.name)) for field in dataclasses.fields(self)}


def plain(value: Any) -> Any:
    """Lists and numbers of JSON for an array, a dataclass of arrays or a number."""
    if dataclasses.is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
    if isinstance(value, tuple) or (isinstance(value, np.ndarray) and value.ndim > 1):
        return [plain(row) for row in value]
    if isinstance(value, np.ndarray):
        numbers = value.tolist()
        if value.dtype.kind != "f":
            return numbers
        return [
            float(f"{number:.6g}") if there else None
            for number, there in zip(numbers, np.isfinite(value).tolist(), strict=True)
        ]
    return value
