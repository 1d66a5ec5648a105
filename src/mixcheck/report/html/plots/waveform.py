"""Waveform, one lane a channel, with a mark at every finding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource, FixedTicker, HoverTool

from mixcheck.measurement import Measurement
from mixcheck.meters import Finding
from mixcheck.profiles import Limit
from mixcheck.report.html.plots.base import (
    BLUE,
    COLOUR_OF_SEVERITY,
    MS_PER_S,
    Plot,
    TimeAxis,
    column_ms,
    single,
)
from mixcheck.report.html.words import findings_in_all
from mixcheck.report.wording import channel_names

LANE = 2.1
LEAST_MARK_S = 0.005
WHOLE_SHARE = 0.9


def waveform_plot(measurement: Measurement, limits: Sequence[Limit], axis: TimeAxis) -> Plot | None:
    """Lowest and highest samples over time."""
    series = measurement.series
    if series is None:
        return None
    names = channel_names(measurement.format)
    channels = len(names)
    top, bottom = 1.05, 1.05 - LANE * channels
    made = axis.figure("full scale", min(140 + 70 * channels, 640), y_range=(bottom, top))
    middles = -LANE * np.arange(channels)[:, None]
    middle_ms = column_ms(series.columns, series.column_s)
    end_ms = np.float32(measurement.format.duration_s * MS_PER_S)
    columns = {"time": np.concatenate([[np.float32(0.0)], middle_ms, [end_ms]])}
    lowest, highest = (
        np.pad(middles + extreme, ((0, 0), (1, 1)), "edge")
        for extreme in (series.min_sample_fs, series.max_sample_fs)
    )
    for channel in range(channels):
        columns[f"low{channel}"] = single(lowest[channel])
        columns[f"high{channel}"] = single(highest[channel])
    lanes = ColumnDataSource(columns)
    for channel in range(channels):
        low, high = f"low{channel}", f"high{channel}"
        made.varea("time", low, high, source=lanes, color=BLUE, alpha=0.6)
        made.line("time", high, source=lanes, color=BLUE)
    places = middles[:, 0].tolist()
    made.yaxis.ticker = FixedTicker(ticks=places)
    made.yaxis.major_label_overrides = dict(zip(places, names, strict=True))
    local = [one for one in measurement.findings if not _is_of_whole(one, measurement)]
    _marks(made, local, bottom, top)
    count, whole = len(local), len(measurement.findings) - len(local)
    about = f"Waveform of {channels} channel{'s' if channels != 1 else ''}; " + (
        f"{count} of {findings_in_all(measurement)} findings marked"
        if measurement.findings
        else "nothing was found"
    )
    about += f"; {whole} of the recording as a whole." if whole else "."
    return Plot("waveform", "Waveform", about, made)


def _is_of_whole(one: Finding, measurement: Measurement) -> bool:
    """Whether a finding is of the recording as such, and of no place in it."""
    return one.end_s - one.start_s > WHOLE_SHARE * measurement.format.duration_s


def _marks(made: Any, findings: Sequence[Finding], bottom: float, top: float) -> None:
    if not findings:
        return
    ends = [max(one.end_s, one.start_s + LEAST_MARK_S) * MS_PER_S for one in findings]
    marks = ColumnDataSource(
        {
            "left": [one.start_s * MS_PER_S for one in findings],
            "right": ends,
            "colour": [COLOUR_OF_SEVERITY[one.severity] for one in findings],
            "code": [one.code for one in findings],
            "message": [one.message for one in findings],
        }
    )
    drawn = made.quad(
        "left", "right", top, bottom, source=marks,
        fill_color="colour", fill_alpha=0.15, line_color="colour", line_alpha=0.8,
    )  # fmt: skip
    tips = [("finding", "@code"), ("at", "@left{%H:%M:%S.%3N}"), ("what", "@message")]
    made.add_tools(HoverTool(renderers=[drawn], tooltips=tips, formatters={"@left": "datetime"}))
