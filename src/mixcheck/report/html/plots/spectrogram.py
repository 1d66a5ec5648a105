"""Spectrogram on a logarithmic axis, with the line above which there is nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from bokeh.models import ColorBar, FixedTicker, LinearColorMapper, Span

from mixcheck.measurement import Measurement
from mixcheck.profiles import Limit
from mixcheck.report.html.plots.base import GREY, MS_PER_S, Plot, TimeAxis

RANGE_DB = 90.0
STEP_DB = 0.5
TICKS_HZ = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
BANDWIDTH = "integrity.effective_bandwidth_hz"


def spectrogram_plot(
    measurement: Measurement, limits: Sequence[Limit], axis: TimeAxis
) -> Plot | None:
    """Level of narrow bands over time."""
    series = measurement.series
    if series is None or not np.isfinite(series.spectrogram.level_db).any():
        return None
    shown = series.spectrogram
    low, high = float(shown.edge_hz[0]), float(shown.edge_hz[-1])
    made = axis.figure("Hz", 300, y_axis_type="log", y_range=(low, high))
    top = float(np.nanmax(shown.level_db))
    with np.errstate(invalid="ignore"):
        steps = ((shown.level_db - top + RANGE_DB) / STEP_DB).clip(0.0, RANGE_DB / STEP_DB)
    colours = LinearColorMapper("Inferno256", low=0, high=RANGE_DB / STEP_DB)
    made.image(
        [np.nan_to_num(steps).astype(np.uint8)],
        x=0,
        y=low,
        dw=shown.level_db.shape[1] * shown.column_s * MS_PER_S,
        dh=high - low,
        color_mapper=colours,
    )
    made.yaxis.ticker = FixedTicker(ticks=list(TICKS_HZ))
    made.yaxis.major_label_overrides = {hz: _in_kilo(hz) for hz in TICKS_HZ}
    made.grid.grid_line_color = None
    _colour_bar(made, top)
    about = "Level of sixteenths of an octave over time, the brighter the louder, in dB."
    bandwidth: Any = measurement.value(BANDWIDTH)
    if bandwidth is not None:
        line = Span(location=bandwidth, dimension="width", line_color="#ffffff", line_dash="dashed")
        made.add_layout(line)
        about += f" The dashed line, at {bandwidth:.0f} Hz, is the effective bandwidth."
    return Plot("spectrogram", "Spectrogram", about, made)


def _colour_bar(made: Any, top_db: float) -> None:
    levels = LinearColorMapper("Inferno256", low=top_db - RANGE_DB, high=top_db)
    bar = ColorBar(color_mapper=levels, width=10, padding=4, label_standoff=4,
                   major_label_text_color=GREY, background_fill_color=None)  # fmt: skip
    made.add_layout(bar, "right")


def _in_kilo(hertz: int) -> str:
    return f"{hertz // 1000}k" if hertz >= 1000 else str(hertz)
