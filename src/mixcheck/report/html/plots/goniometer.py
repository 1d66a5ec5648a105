"""Goniometer: where left and right stood to each other, over the whole recording."""

from __future__ import annotations

import numpy as np
from bokeh.models import LinearColorMapper

from mixcheck.measurement import Measurement
from mixcheck.report.html.plots.base import GREY, Plot, plain_figure

RINGS_DBFS = (0, -12, -24, -40)
AXES = (("M", 0.0, 1.0), ("L", -1.0, 1.0), ("R", 1.0, 1.0), ("S", 1.0, 0.0))


def goniometer_plot(measurement: Measurement) -> Plot | None:
    """Counts of places, the brighter the more often; ``None`` where there are none."""
    series = measurement.series
    if series is None or series.goniometer is None or not series.goniometer.frames.any():
        return None
    counts = series.goniometer.frames.astype(np.float64)
    made = plain_figure("", "", 300, x_range=(-1.15, 1.15), y_range=(-1.15, 1.15),
                        frame_width=270, frame_height=270)  # fmt: skip
    made.sizing_mode, made.width = "fixed", 300
    made.min_border_left = 0
    made.axis.visible = False
    made.grid.visible = False
    half = 1.0 + 1.0 / (len(counts) - 1)
    shown = np.where(counts > 0, np.log1p(counts), np.nan)
    colours = LinearColorMapper("Viridis256", nan_color="rgba(0, 0, 0, 0)")
    made.image([shown.astype(np.float32)], x=-half, y=-half, dw=2 * half, dh=2 * half,
               color_mapper=colours)  # fmt: skip
    rings = [10.0 ** (level / 40.0) for level in RINGS_DBFS]  # the square root of the amplitude
    nothing = [0.0] * len(rings)
    made.circle(nothing, nothing, radius=rings, fill_color=None, line_color=GREY, line_alpha=0.5)
    ends = np.array([(x, y) for _, x, y in AXES]).T
    across, up = ends / np.hypot(*ends)
    made.segment(-across, -up, across, up, line_color=GREY, line_alpha=0.5)
    made.text(
        [*nothing, *(across * 1.08)], [*(-ring for ring in rings), *(up * 1.08)],
        [*map(str, RINGS_DBFS), *(name for name, _, _ in AXES)], text_color=GREY,
        text_font_size="10px", text_align="center", text_baseline="middle",
    )  # fmt: skip
    about = (
        "Upright is mono, lying is inverted, the diagonals are one channel alone. Rings in dBFS; "
        "the distance from the middle is the square root of the amplitude."
    )
    return Plot("goniometer", "Goniometer", about, made)
