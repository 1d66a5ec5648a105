"""Correlation of left and right over time: of everything, and of the bass."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from bokeh.models import BoxAnnotation, ColumnDataSource

from mixcheck.measurement import Measurement
from mixcheck.meters import metrics
from mixcheck.profiles import Limit
from mixcheck.report.html.plots.base import (
    BLUE,
    PURPLE,
    RED,
    Plot,
    TimeAxis,
    column_ms,
    legend,
    single,
)
from mixcheck.report.wording import display

SAID = ("stereo.correlation", "stereo.min_correlation", "bass.correlation")


def correlation_plot(
    measurement: Measurement, limits: Sequence[Limit], axis: TimeAxis
) -> Plot | None:
    """Correlation over time; ``None`` where there is none."""
    series = measurement.series
    if series is None or series.correlation is None or series.bass_correlation is None:
        return None
    if not np.isfinite(series.correlation).any():
        return None
    made = axis.figure("correlation", 200, y_range=(-1.05, 1.05))
    made.add_layout(
        BoxAnnotation(bottom=-1.05, top=0.0, fill_color=RED, fill_alpha=0.08, line_color=None)
    )
    source = ColumnDataSource(
        {
            "time": column_ms(series.columns, series.column_s),
            "band": single(series.correlation),
            "bass": single(series.bass_correlation),
        }
    )
    made.line("time", "band", source=source, color=BLUE, legend_label="all")
    if np.isfinite(series.bass_correlation).any():
        made.line("time", "bass", source=source, color=PURPLE, legend_label="under 150 Hz")
    legend(made)
    told = ", ".join(
        f"{metrics()[metric].label.lower()} {display(measurement.value(metric), metrics()[metric])}"
        for metric in SAID
    )
    return Plot("correlation", "Correlation", f"Left against right over time: {told}.", made)
