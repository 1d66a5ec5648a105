"""Pictures over time: loudness, waveform, spectrogram, correlation."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.ticker import FuncFormatter

from mixcheck.measurement import Measurement
from mixcheck.report.model import FileReport
from mixcheck.report.wording import channel_names
from mixcheck.series import Series

FLOOR_LUFS = -70.0
RANGE_DB = 90.0
LANE = 2.1
INTEGRATED = "loudness.integrated_lufs"
COLOURS = {"error": "C3", "warning": "C1", "info": "0.5"}


def draw_loudness(axes: Any, measurement: Measurement, report: FileReport) -> bool:
    """Momentary and short-term loudness, the integrated one, what is allowed, true peaks."""
    series, integrated = _series(measurement), measurement.value(INTEGRATED)
    if integrated is None:
        return False
    end = _seconds(series) + series.column_s / 2
    momentary = [np.maximum(one, FLOOR_LUFS) for one in (series.min_momentary_lufs,
                                                         series.max_momentary_lufs)]  # fmt: skip
    axes.fill_between(end, *momentary, color="C0", alpha=0.3, label="momentary")
    axes.plot(end, momentary[1], color="C0", linewidth=0.6)
    axes.plot(end, np.maximum(series.max_short_term_lufs, FLOOR_LUFS), "C1", label="short-term")
    axes.axhline(integrated, color="C1", linestyle="--", linewidth=1, label="integrated")
    for limit in (limit for one in report.judgements for limit in one.profile.limits):
        if limit.metric == INTEGRATED and None not in (limit.lowest, limit.highest):
            axes.axhspan(limit.lowest, limit.highest, color="C2", alpha=0.15)
    edges = np.arange(len(series.max_true_peak_dbtp) + 1) * series.second_s
    axes.stairs(np.maximum(series.max_true_peak_dbtp, FLOOR_LUFS), edges, color="C2",
                baseline=None, label="true peak")  # fmt: skip
    axes.set(ylabel="LUFS, dBTP", ylim=(-50.0, 3.0))
    axes.legend(loc="lower right", ncols=4, fontsize=8)
    _time(axes, measurement)
    return True


def draw_waveform(axes: Any, measurement: Measurement, report: FileReport) -> bool:
    """Lowest and highest samples of each channel, and a mark at each finding."""
    series, names = _series(measurement), channel_names(measurement.format)
    time = _seconds(series)
    for channel in range(len(names)):
        middle = -LANE * channel
        low, high = series.min_sample_fs[channel], series.max_sample_fs[channel]
        axes.fill_between(time, middle + low, middle + high, color="C0", linewidth=0.4)
    for one in measurement.findings:
        axes.axvspan(one.start_s, one.end_s, color=COLOURS[one.severity], alpha=0.4)
    axes.set_yticks([-LANE * channel for channel in range(len(names))], names)
    axes.set_ylim(1.05 - LANE * len(names), 1.05)
    _time(axes, measurement)
    return True


def draw_spectrogram(axes: Any, measurement: Measurement, report: FileReport) -> bool:
    """Level of narrow bands, and the effective bandwidth."""
    shown = _series(measurement).spectrogram
    if not np.isfinite(shown.level_db).any():
        return False
    edges = np.arange(shown.level_db.shape[1] + 1) * shown.column_s
    top = float(np.nanmax(shown.level_db))
    mesh = axes.pcolormesh(edges, shown.edge_hz, shown.level_db, cmap="inferno",
                           vmin=top - RANGE_DB, vmax=top, rasterized=True)  # fmt: skip
    axes.set_facecolor("black")
    axes.figure.colorbar(mesh, ax=axes, label="dB", pad=0.01)
    bandwidth = measurement.value("integrity.effective_bandwidth_hz")
    if bandwidth is not None:
        axes.axhline(bandwidth, color="white", linestyle="--", linewidth=1)
    axes.set(yscale="log", ylabel="Hz")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda hertz, _: f"{hertz:g}"))
    axes.grid(visible=False)
    _time(axes, measurement)
    return True


def draw_correlation(axes: Any, measurement: Measurement, report: FileReport) -> bool:
    """Correlation of everything and of the bass."""
    series = _series(measurement)
    if series.correlation is None or series.bass_correlation is None:
        return False
    if not np.isfinite(series.correlation).any():
        return False
    axes.axhspan(-1.05, 0.0, color="C3", alpha=0.07)
    axes.plot(_seconds(series), series.correlation, "C0", linewidth=0.8, label="all")
    axes.plot(_seconds(series), series.bass_correlation, "C4", linewidth=0.8,
              label="under 150 Hz")  # fmt: skip
    axes.set(ylabel="correlation", ylim=(-1.05, 1.05))
    axes.legend(loc="lower right", fontsize=8)
    _time(axes, measurement)
    return True


def _series(measurement: Measurement) -> Series:
    assert measurement.series is not None
    return measurement.series


def _seconds(series: Series) -> Any:
    """Middles of the columns."""
    return (np.arange(series.columns) + 0.5) * series.column_s


def _time(axes: Any, measurement: Measurement) -> None:
    axes.set_xlim(0.0, measurement.format.duration_s)
    axes.xaxis.set_major_formatter(FuncFormatter(_clock))


def _clock(seconds: float, _: Any) -> str:
    minutes, rest = divmod(max(seconds, 0.0), 60.0)
    hours, minutes = divmod(int(minutes), 60)
    tail = f"{rest:04.1f}" if rest % 1.0 else f"{rest:02.0f}"
    return f"{hours}:{minutes:02d}:{tail}" if hours else f"{minutes}:{tail}"
