"""Loudness history: momentary, short-term, integrated, what is allowed, true peaks and overs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from bokeh.models import BoxAnnotation, ColumnDataSource, HoverTool, Span

from mixcheck.measurement import Measurement
from mixcheck.meters import metrics
from mixcheck.profiles import Limit
from mixcheck.report.html.plots.base import (
    BLUE,
    GREEN,
    MS_PER_S,
    ORANGE,
    RED,
    Plot,
    TimeAxis,
    column_ms,
    legend,
    only_in_legend,
    single,
)
from mixcheck.report.wording import display
from mixcheck.series import Series

FLOOR_LUFS = -70.0
SHOWN_LUFS = -45.0
INTEGRATED, TRUE_PEAK = "loudness.integrated_lufs", "peak.max_true_peak_dbtp"
SAID = (INTEGRATED, "loudness.max_momentary_lufs", "loudness.max_short_term_lufs", TRUE_PEAK)


def loudness_plot(measurement: Measurement, limits: Sequence[Limit], axis: TimeAxis) -> Plot | None:
    """Loudness over time."""
    series = measurement.series
    if series is None or measurement.value(INTEGRATED) is None:
        return None
    made = axis.figure("LUFS, dBTP", 300, y_range=(_lowest(series), 3.0))
    _lines(made, series)
    _integrated(made, measurement, limits)
    _overs(made, measurement)
    legend(made)
    told = ", ".join(
        f"{metrics()[metric].label.lower()} {display(measurement.value(metric), metrics()[metric])}"
        for metric in SAID
    )
    return Plot(
        "loudness", "Loudness", f"Momentary and short-term loudness over time: {told}.", made
    )


def _lowest(series: Series) -> float:
    """Bottom of the plot: a quiet recording shows too."""
    usual = np.nanpercentile(_over_floor(series.max_momentary_lufs), 20)
    return float(np.clip(usual - 15.0, FLOOR_LUFS, SHOWN_LUFS))


def _lines(made: Any, series: Series) -> None:
    source = ColumnDataSource(
        {
            "time": column_ms(series.columns, series.column_s, 1.0),
            "low": _over_floor(series.min_momentary_lufs),
            "high": _over_floor(series.max_momentary_lufs),
            "short_term": _over_floor(series.max_short_term_lufs),
            "least": _over_floor(series.min_short_term_lufs),
        }
    )
    made.varea(
        "time", "low", "high", source=source, color=BLUE, alpha=0.3, legend_label="momentary"
    )
    made.line("time", "high", source=source, color=BLUE, alpha=0.9, line_width=1,
              legend_label="momentary")  # fmt: skip
    line = made.line("time", "short_term", source=source, color=ORANGE, line_width=2,
                     legend_label="short-term")  # fmt: skip
    peaks_db = series.max_true_peak_dbtp
    seconds = len(peaks_db)
    peaks = ColumnDataSource(
        {
            "time": column_ms(seconds + 1, series.second_s, 0.0),
            "peak": _over_floor(np.append(peaks_db, peaks_db[-1])),
        }
    )
    made.step("time", "peak", source=peaks, mode="after", color=GREEN, alpha=0.8,
              legend_label="true peak")  # fmt: skip
    tips = [("time", "@time{%H:%M:%S.%3N}"), ("momentary", "@high{0.0} LUFS"),
            ("short-term", "@short_term{0.0} LUFS")]  # fmt: skip
    hover = HoverTool(
        renderers=[line], tooltips=tips, mode="vline", formatters={"@time": "datetime"}
    )
    made.add_tools(hover)


def _over_floor(values: Any) -> Any:
    return single(np.maximum(values, FLOOR_LUFS))


def _integrated(made: Any, measurement: Measurement, limits: Sequence[Limit]) -> None:
    integrated = measurement.value(INTEGRATED)
    made.add_layout(
        Span(
            location=integrated,
            dimension="width",
            line_color=ORANGE,
            line_dash="dashed",
            line_width=1.5,
        )
    )
    only_in_legend(made, "integrated", color=ORANGE, line_dash="dashed")
    for limit in limits:
        if limit.metric == INTEGRATED and (limit.lowest, limit.highest) != (None, None):
            band = BoxAnnotation(bottom=limit.lowest, top=limit.highest, fill_color=GREEN,
                                 fill_alpha=0.12, line_color=None)  # fmt: skip
            made.add_layout(band)
            only_in_legend(made, "integrated allowed", color=GREEN, alpha=0.3, line_width=8)
        if limit.metric == TRUE_PEAK and limit.highest is not None:
            made.add_layout(Span(location=limit.highest, dimension="width", line_color=GREEN,
                                 line_dash="dotted"))  # fmt: skip
            only_in_legend(made, "true peak allowed", color=GREEN, line_dash="dotted")


def _overs(made: Any, measurement: Measurement) -> None:
    overs = [one for one in measurement.findings if one.code == "inter-sample-over"]
    if overs:
        made.scatter(
            [one.start_s * MS_PER_S for one in overs],
            [1.5] * len(overs),
            marker="inverted_triangle",
            size=9,
            color=RED,
            legend_label="over 0 dBTP",
        )
