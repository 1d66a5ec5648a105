"""Third-octave spectrum: the mean, how it varies, and the shape of usual music or speech."""

from __future__ import annotations

from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource, FixedTicker, HoverTool
from numpy.typing import NDArray

from mixcheck.compare import Target, load_target
from mixcheck.measurement import Measurement
from mixcheck.report.html.plots.base import BLUE, GREEN, GREY, Plot, legend, plain_figure, single

TICKS_HZ = (31.5, 63, 125, 250, 500, 1000, 2000, 4000, 8000, 16_000)
SHOWN_DB = 70.0
TARGET = "music"


def spectrum_plot(measurement: Measurement) -> Plot | None:
    """Levels of the third octaves of the whole recording, and their percentiles."""
    series = measurement.series
    levels: Any = measurement.value("spectrum.band_level_db")
    centres: Any = measurement.value("spectrum.band_centre_hz")
    mean = np.array([np.nan if level is None else level for level in levels or ()], np.float64)
    if series is None or not np.isfinite(mean).any():
        return None
    top = float(np.nanmax([np.nanmax(mean), *series.bands.level_db[-1]]))
    made = plain_figure("Hz", "dB re full scale", 320, x_axis_type="log",
                        x_range=(17.0, 23_000.0), y_range=(top - SHOWN_DB, top + 6.0))  # fmt: skip
    made.xaxis.ticker = FixedTicker(ticks=list(TICKS_HZ))
    made.xaxis.major_label_overrides = {
        hz: f"{hz / 1000:g}k" if hz >= 1000 else f"{hz:g}" for hz in TICKS_HZ
    }
    _target(made, np.array(centres), mean)
    low, middle, high = (single(row) for row in series.bands.level_db)
    source = ColumnDataSource(
        {"hz": centres, "mean": single(mean), "low": low, "middle": middle, "high": high}
    )
    made.varea("hz", "low", "high", source=source, color=BLUE, alpha=0.2,
               legend_label="10 to 90 % of the time")  # fmt: skip
    made.line("hz", "middle", source=source, color=BLUE, alpha=0.7, line_dash="dashed",
              legend_label="half of the time")  # fmt: skip
    line = made.line("hz", "mean", source=source, color=BLUE, line_width=2, legend_label="mean")
    tips = [("band", "@hz{0} Hz"), ("mean", "@mean{0.0} dB"), ("10 %", "@low{0.0} dB"),
            ("50 %", "@middle{0.0} dB"), ("90 %", "@high{0.0} dB")]  # fmt: skip
    made.add_tools(HoverTool(renderers=[line], tooltips=tips, mode="vline"))
    legend(made)
    peak = centres[int(np.nanargmax(mean))]
    about = (
        f"Third-octave levels of the whole, highest at {peak:.0f} Hz, and what they were not over "
        f"in 10, 50 and 90 % of the time, against the usual shape of {TARGET}, laid at the same "
        "level."
    )
    return Plot("spectrum", "Third-octave spectrum", about, made)


def _target(made: Any, centres: NDArray[np.float64], mean: NDArray[np.float64]) -> None:
    """The usual shape, as high as the recording in the bands that both have."""
    target: Target = load_target(TARGET)
    hz = np.array([band.hz for band in target.bands])
    near = np.abs(np.log(hz[:, None] / centres)).argmin(1)
    middle = np.array([band.middle for band in target.bands])
    shift = np.nanmedian(np.where(np.isfinite(mean[near]), mean[near] - middle, np.nan))
    if not np.isfinite(shift):
        return
    low = [band.low + shift for band in target.bands]
    high = [band.high + shift for band in target.bands]
    made.varea(hz, low, high, color=GREEN, alpha=0.12, legend_label=f"usual {TARGET}")
    made.line(hz, middle + shift, color=GREY, line_dash="dotted", legend_label=f"usual {TARGET}")
