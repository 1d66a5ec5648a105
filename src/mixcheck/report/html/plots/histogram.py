"""Histogram of levels: how much of the time had which level."""

from __future__ import annotations

import numpy as np

from mixcheck.measurement import Measurement
from mixcheck.report.html.plots.base import BLUE, Plot, plain_figure
from mixcheck.series.distribution import LEVEL_STEP_DB


def histogram_plot(measurement: Measurement) -> Plot | None:
    """Share of the time at each level."""
    series = measurement.series
    if series is None:
        return None
    histogram = series.level_histogram
    total = int(histogram.segments.sum()) + histogram.softer_segments
    share = 100.0 * histogram.segments / max(total, 1)
    used = np.flatnonzero(histogram.segments)
    if not len(used):
        return None
    edges = histogram.edge_dbfs
    first, last = edges[used[0]] - 3.0, edges[used[-1]] + 3.0
    made = plain_figure("RMS of 10 ms, dBFS", "% of the time", 260, x_range=(first, last))
    made.quad(left=edges[:-1], right=edges[1:], top=share, bottom=0, color=BLUE, alpha=0.7,
              line_color=None)  # fmt: skip
    made.y_range.start = 0
    softer = 100.0 * histogram.softer_segments / max(total, 1)
    most = edges[histogram.segments.argmax()] + LEVEL_STEP_DB / 2
    about = (
        f"How much of the time had which level; most often around {most:.0f} dBFS. "
        f"{softer:.1f} % was softer than {edges[0]:.0f} dBFS."
    )
    return Plot("histogram", "Levels", about, made)
