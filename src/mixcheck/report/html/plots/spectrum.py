"""Third-octave spectrum: the mean, how it varies, and the shape of usual music or speech."""

from __future__ import annotations

import numpy as np
from bokeh.models import ColumnDataSource, FixedTicker, HoverTool

from mixcheck.compare.usual import Usual, spectrum_of
from mixcheck.measurement import Measurement
from mixcheck.report.html.plots.base import BLUE, GREEN, GREY, Plot, legend, plain_figure, single

TICKS_HZ = (31.5, 63, 125, 250, 500, 1000, 2000, 4000, 8000, 16_000)
SHOWN_DB = 70.0


def spectrum_plot(measurement: Measurement, usual: Usual | str) -> Plot | None:
    """Levels of the third octaves of the whole recording, their percentiles, and what is usual."""
    series = measurement.series
    centres, mean = spectrum_of(measurement)
    if series is None or not np.isfinite(mean).any():
        return None
    top = float(np.nanmax([np.nanmax(mean), *series.bands.level_db[-1]]))
    made = plain_figure("Hz", "dB re full scale", 320, x_axis_type="log",
                        x_range=(17.0, 23_000.0), y_range=(top - SHOWN_DB, top + 6.0))  # fmt: skip
    made.xaxis.ticker = FixedTicker(ticks=list(TICKS_HZ))
    made.xaxis.major_label_overrides = {
        hz: f"{hz / 1000:g}k" if hz >= 1000 else f"{hz:g}" for hz in TICKS_HZ
    }
    if isinstance(usual, Usual):
        name = f"usual {usual.name}"
        made.varea(usual.hz, usual.low, usual.high, color=GREEN, alpha=0.12, legend_label=name)
        made.line(usual.hz, usual.middle, color=GREY, line_dash="dotted", legend_label=name)
        against = f"against the usual shape of {usual.name} at the same level ({usual.why})"
    else:
        against = f"against no usual shape: {usual}"
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
        f"in 10, 50 and 90 % of the time, {against}."
    )
    return Plot("spectrum", "Third-octave spectrum", about, made)
