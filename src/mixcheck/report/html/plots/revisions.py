"""A and B over one time axis: loudness, waveforms, and the sections that differ."""

from __future__ import annotations

from typing import Any

import numpy as np
from bokeh.models import BoxAnnotation, ColumnDataSource

from mixcheck.compare import Revision
from mixcheck.measurement import Measurement
from mixcheck.report.html.plots.base import (
    BLUE,
    MS_PER_S,
    ORANGE,
    RED,
    Plot,
    TimeAxis,
    column_ms,
    legend,
    single,
)

NAMES = ("new", "old")
FLOOR_LUFS = -70.0


def revision_plots(
    compared: Revision, recordings: tuple[Measurement, Measurement] | None
) -> list[Plot]:
    """Both recordings, the old one moved to where it lies in the new one."""
    if recordings is None or any(one.series is None for one in recordings):
        return []
    shift_s = (compared.offset_frames or 0) / compared.new_format.sample_rate_hz
    axis = TimeAxis(max(recordings[0].format.duration_s, recordings[1].format.duration_s + shift_s))
    shifts = (0.0, shift_s)
    plots = [
        Plot("loudness", "Short-term loudness", "New and old, one over the other; sections that "
             "are not the same are shaded.", _loudness(axis, recordings, shifts)),
        Plot("waveform", "Waveforms", "New above, old below.", _waves(axis, recordings, shifts)),
    ]  # fmt: skip
    for plot in plots:
        for one in compared.sections:
            end = max(one.new_end_s, one.new_start_s + 0.01)
            shade = BoxAnnotation(left=one.new_start_s * MS_PER_S, right=end * MS_PER_S,
                                  fill_color=RED, fill_alpha=0.12, line_color=RED,
                                  line_alpha=0.4)  # fmt: skip
            plot.figure.add_layout(shade)
    return plots


def _loudness(
    axis: TimeAxis, recordings: tuple[Measurement, ...], shifts: tuple[float, ...]
) -> Any:
    made = axis.figure("LUFS", 260)
    for name, one, shift, colour in zip(NAMES, recordings, shifts, (BLUE, ORANGE), strict=True):
        series = one.series
        assert series is not None
        time = column_ms(series.columns, series.column_s, 1.0) + np.float32(shift * MS_PER_S)
        level = single(np.maximum(series.max_short_term_lufs, FLOOR_LUFS))
        source = ColumnDataSource({"time": time, "level": level})
        made.line("time", "level", source=source, color=colour, line_width=2, legend_label=name)
    legend(made)
    return made


def _waves(axis: TimeAxis, recordings: tuple[Measurement, ...], shifts: tuple[float, ...]) -> Any:
    made = axis.figure("full scale", 260, y_range=(-3.2, 1.1))
    for place, (name, one, shift, colour) in enumerate(
        zip(NAMES, recordings, shifts, (BLUE, ORANGE), strict=True)
    ):
        series = one.series
        assert series is not None
        time = column_ms(series.columns, series.column_s) + np.float32(shift * MS_PER_S)
        middle = -2.1 * place
        low, high = series.min_sample_fs.min(0), series.max_sample_fs.max(0)
        source = ColumnDataSource(
            {"time": time, "low": single(middle + low), "high": single(middle + high)}
        )
        made.varea("time", "low", "high", source=source, color=colour, alpha=0.7,
                   legend_label=name)  # fmt: skip
    legend(made)
    made.yaxis.visible = False
    return made
