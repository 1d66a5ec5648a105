"""The worst places, enlarged until samples show."""

from __future__ import annotations

import numpy as np
from bokeh.models import Span

from mixcheck.measurement import Measurement
from mixcheck.meters import finding_kinds
from mixcheck.report.html.plots.base import (
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    RED,
    Plot,
    legend,
    plain_figure,
)
from mixcheck.report.wording import channel_names
from mixcheck.series.model import Excerpt
from mixcheck.units import clock

COLOURS = (BLUE, ORANGE, GREEN, PURPLE)


def excerpt_plots(measurement: Measurement) -> list[Plot]:
    """A plot of the samples around each of the worst places."""
    excerpts = measurement.series.excerpts if measurement.series else ()
    names = channel_names(measurement.format)
    return [_plot(number, one, names) for number, one in enumerate(excerpts, 1)]


def _plot(number: int, one: Excerpt, names: tuple[str, ...]) -> Plot:
    time = one.start_s + np.arange(one.samples.shape[1]) / one.sample_rate_hz - one.at_s
    made = plain_figure("ms from the place", "full scale", 220)
    for channel, samples in list(enumerate(one.samples))[: len(COLOURS)]:
        made.line((time * 1000.0).astype(np.float32), samples.astype(np.float32),
                  color=COLOURS[channel], legend_label=names[channel])  # fmt: skip
    made.add_layout(Span(location=0.0, dimension="height", line_color=RED, line_dash="dashed"))
    legend(made)
    title = f"{finding_kinds()[one.code].title} at {clock(one.at_s)}"
    about = f"The samples around {clock(one.at_s)}, where {one.code} was found."
    return Plot(f"place-{number}", title, about, made)
