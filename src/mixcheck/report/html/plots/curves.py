"""Curves over third octaves and over time, for sets and comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource, FixedTicker, HoverTool, Span
from bokeh.palettes import Category20

from mixcheck.report.html.plots.base import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    Plot,
    TimeAxis,
    column_ms,
    legend_of_names,
    plain_figure,
    single,
)

OCTAVES_HZ = (31.5, 63, 125, 250, 500, 1000, 2000, 4000, 8000, 16_000)
COLOURS = (BLUE, ORANGE, GREEN, GREY)
MOST_STACKED = 20

Levels = Sequence[float | None]


def octave_figure(label: str, height: int, **options: Any) -> Any:
    """A figure over frequency, on a logarithmic axis."""
    made = plain_figure("Hz", label, height, x_axis_type="log", x_range=(17.0, 23_000.0),
                        **options)  # fmt: skip
    made.xaxis.ticker = FixedTicker(ticks=list(OCTAVES_HZ))
    made.xaxis.major_label_overrides = {
        hz: f"{hz / 1000:g}k" if hz >= 1000 else f"{hz:g}" for hz in OCTAVES_HZ
    }
    return made


def band_curves(
    name: str, title: str, about: str, label: str, hz: Sequence[float], curves: Mapping[str, Levels]
) -> Plot:
    """A line a curve over third octaves."""
    made = octave_figure(label, 280)
    for (curve, levels), colour in zip(curves.items(), COLOURS, strict=False):
        source = ColumnDataSource({"hz": list(hz), "level": numbers(levels)})
        line = made.line("hz", "level", source=source, color=colour, line_width=2,
                         legend_label=curve)  # fmt: skip
        made.scatter("hz", "level", source=source, color=colour, size=4)
        tips = [("band", "@hz{0} Hz"), (curve, f"@level{{0.0}} {label}")]
        made.add_tools(HoverTool(renderers=[line], tooltips=tips, mode="vline"))
    made.add_layout(Span(location=0.0, dimension="width", line_color=GREY, line_alpha=0.6))
    legend_of_names(made)
    return Plot(name, title, about, made)


def shares_plot(hz: Sequence[float], shares: Mapping[str, Sequence[float]]) -> Plot:
    """Who gives how much of each third octave: areas on top of one another."""
    made = octave_figure("share", 320, y_range=(0.0, 1.0))
    kept = dict(sorted(shares.items(), key=lambda item: -sum(item[1]))[:MOST_STACKED])
    columns = {f"share{number}": list(share) for number, share in enumerate(kept.values())}
    source = ColumnDataSource({"hz": list(hz), **columns})
    colours = [Category20[MOST_STACKED][number] for number in range(len(kept))]
    made.varea_stack(list(columns), x="hz", source=source, color=colours, alpha=0.8,
                     legend_label=list(kept))  # fmt: skip
    legend_of_names(made)
    loudest = next(iter(kept), "")
    about = f"Share of each stem in the power of each third octave; {loudest} gives most."
    return Plot("shares", "Share by stem and band", about, made)


def level_over_time(
    name: str, title: str, about: str, column_s: float, levels: Levels, limit: float | None
) -> Plot:
    """A level over time, and the line that it must not cross."""
    axis = TimeAxis(len(levels) * column_s)
    made = axis.figure("dBFS", 240)
    values = numbers(levels)
    source = ColumnDataSource({"time": column_ms(len(levels), column_s), "level": values})
    made.line("time", "level", source=source, color=BLUE, legend_label=title.lower())
    if limit is not None:
        made.add_layout(
            Span(location=limit, dimension="width", line_color=GREEN, line_dash="dashed")
        )
        made.line([0.0], [limit], color=GREEN, line_dash="dashed", legend_label="allowed")
    legend_of_names(made)
    return Plot(name, title, about, made)


def numbers(levels: Levels) -> Any:
    """Levels to draw; what is not known leaves a gap."""
    return single(np.array([np.nan if one is None else one for one in levels], np.float64))
