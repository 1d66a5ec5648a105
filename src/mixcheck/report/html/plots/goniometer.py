"""Goniometer: where left and right stood to each other, over the whole recording."""

from __future__ import annotations

import numpy as np
from bokeh.models import Label, LinearColorMapper

from mixcheck.measurement import Measurement
from mixcheck.report.html.plots.base import GREY, Plot, plain_figure

RINGS_DBFS = (0, -12, -24, -40)
AXES = (("M", 0.0, 1.0), ("L", -1.0, 1.0), ("R", 1.0, 1.0), ("S", 1.0, 0.0))


def goniometer_plot(measurement: Measurement) -> Plot | None:
    """Counts of places, the brighter the more often; ``None`` for other than two channels."""
    series = measurement.series
    if series is None or series.goniometer is None:
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
    for level in RINGS_DBFS:
        radius = 10.0 ** (level / 40.0)  # the square root of the amplitude
        made.circle(0, 0, radius=radius, fill_color=None, line_color=GREY, line_alpha=0.5)
        made.add_layout(Label(x=0, y=-radius, text=str(level), text_color=GREY,
                              text_font_size="9px", text_align="center"))  # fmt: skip
    for name, across, up in AXES:
        length = float(np.hypot(across, up))
        made.segment(-across / length, -up / length, across / length, up / length,
                     line_color=GREY, line_alpha=0.5)  # fmt: skip
        made.add_layout(Label(x=across / length * 1.08, y=up / length * 1.08, text=name,
                              text_color=GREY, text_align="center", text_baseline="middle",
                              text_font_size="11px"))  # fmt: skip
    about = (
        "Upright is mono, lying is inverted, the diagonals are one channel alone. Rings in dBFS; "
        "the distance from the middle is the square root of the amplitude."
    )
    return Plot("goniometer", "Goniometer", about, made)
