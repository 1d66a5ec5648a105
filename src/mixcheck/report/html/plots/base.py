"""What all plots have in common: axes, colours that show on light and dark, text beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from bokeh.models import (
    BoxZoomTool,
    CrosshairTool,
    DatetimeTickFormatter,
    Range1d,
    ResetTool,
    Span,
    WheelZoomTool,
)
from bokeh.plotting import figure
from numpy.typing import NDArray

BLUE, ORANGE, GREEN, RED, PURPLE, GREY = (
    *("#3d85c6", "#d98014", "#2f9e6b", "#d64545", "#8f6fc4", "#808080"),
)
COLOUR_OF_SEVERITY = {"error": RED, "warning": ORANGE, "info": GREY, "accepted": GREY}
TIME_RANGE = "time"  # the page's script finds the range by this name
MS_PER_S = 1000.0
NARROW_PX = 270  # of a plot on a telephone, without its margins
LETTER_PX, GLYPH_PX, LEGEND_ROW_PX = 7, 32, 23


@dataclass(frozen=True, slots=True)
class Plot:
    """A figure, and what it says for who does not see it.

    Parameters
    ----------
    name : str
        For links and file names.
    title : str
    about : str
        What it shows, in words and numbers.
    figure : bokeh model
    """

    name: str
    title: str
    about: str
    figure: Any


class TimeAxis:
    """The time axis that plots share: zooming one zooms all."""

    def __init__(self, duration_s: float) -> None:
        end = max(duration_s, 0.001) * MS_PER_S
        least = min(5.0, end)
        self._range = Range1d(0, end, bounds=(0, end), min_interval=least, name=TIME_RANGE)
        self._cursor = Span(dimension="height", line_color=GREY, line_dash="dotted")

    def figure(self, label: str, height: int, **options: Any) -> Any:
        """A figure over time."""
        made = figure(
            x_axis_type="datetime",
            x_range=self._range,
            height=height,
            tools=[
                BoxZoomTool(dimensions="width"),
                WheelZoomTool(dimensions="width", modifiers={"ctrl": True}),
                ResetTool(),
                CrosshairTool(overlay=self._cursor, dimensions="height"),
            ],
            **options,
        )
        made.toolbar.active_scroll = made.toolbar.tools[1]
        made.xaxis.formatter = _times()
        styled(made, label)
        made.min_border_right = 66  # room for the scale of one, so that times stand under times
        return made


def plain_figure(x_label: str, y_label: str, height: int, **options: Any) -> Any:
    """A figure over anything but time."""
    made = figure(height=height, tools=[BoxZoomTool(), ResetTool()], **options)
    made.xaxis.axis_label = x_label
    return styled(made, y_label)


def styled(made: Any, y_label: str) -> Any:
    """The looks of every figure; the page's script sets text and grid for light and dark."""
    made.sizing_mode = "stretch_width"
    made.toolbar_location = None
    made.background_fill_color = made.border_fill_color = None
    made.outline_line_color = None
    made.min_border_left, made.min_border_right = 64, 20
    made.yaxis.axis_label = y_label
    for axis in made.axis:
        axis.axis_label_text_font_style = "normal"
        axis.axis_label_text_color = axis.major_label_text_color = GREY
        axis.axis_line_color = axis.major_tick_line_color = GREY
        axis.minor_tick_line_color = None
    made.grid.grid_line_color = GREY
    made.grid.grid_line_alpha = 0.25
    return made


def legend(made: Any) -> None:
    """The legend in a row over the plot; a click hides a line."""
    made.legend.orientation = "horizontal"
    made.legend.click_policy = "hide"
    made.legend.background_fill_color = made.legend.border_line_color = None
    made.legend.label_text_color = GREY
    made.legend.margin = made.legend.padding = 2
    made.add_layout(made.legend[0], "above")


def legend_of_names(made: Any) -> None:
    """A legend of names that may be long: as many in a row as a narrow plot holds, none cut off."""
    legend(made)
    shown = made.legend[0]
    longest = max(len(item.label.value) for item in shown.items)
    in_a_row = max(1, NARROW_PX // (GLYPH_PX + LETTER_PX * longest))
    shown.ncols = min(in_a_row, len(shown.items))
    shown.label_text_font_size = "12px"
    made.height += LEGEND_ROW_PX * (-(-len(shown.items) // shown.ncols) - 1)


def only_in_legend(made: Any, label: str, **looks: Any) -> None:
    """A line of the legend for what is drawn without one."""
    made.line([0], [float("nan")], legend_label=label, **looks)


def column_ms(columns: int, column_s: float, share: float = 0.5) -> NDArray[np.float32]:
    """Places of columns on a time axis: their middles, or ends."""
    return np.asarray((np.arange(columns) + share) * column_s * MS_PER_S, np.float32)


def single(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """Values to draw, in half the room; what is not finite leaves a gap."""
    return np.where(np.isfinite(values), values, np.nan).astype(np.float32)


def _times() -> DatetimeTickFormatter:
    """Time codes, to the millisecond where there is room."""
    second = "%H:%M:%S"
    coarse = ("days", "hours", "hourmin", "minutes", "minsec", "seconds")
    fine = ("milliseconds", "microseconds")
    return DatetimeTickFormatter(
        **dict.fromkeys(coarse, second), **dict.fromkeys(fine, "%M:%S.%3N")
    )
