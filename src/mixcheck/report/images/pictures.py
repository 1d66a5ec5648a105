"""Each plot on a sheet of its own, with the name of the file and its verdict above."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.style import context

from mixcheck.measurement import Measurement
from mixcheck.report.document import unicode_path
from mixcheck.report.images.over_all import draw_goniometer, draw_levels, draw_spectrum
from mixcheck.report.images.over_time import (
    draw_correlation,
    draw_loudness,
    draw_spectrogram,
    draw_waveform,
)
from mixcheck.report.model import FileReport
from mixcheck.report.wording import printable

WIDE, SQUARE = (10.0, 3.6), (5.0, 5.0)
DOTS_PER_INCH = 120
STYLE = {
    "svg.hashsalt": "mixcheck",  # the same file gives the same picture
    "font.size": 9.0,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "axes.spines.top": False,
    "axes.spines.right": False,
}

Draw = Callable[[Any, Measurement, FileReport], bool]
DRAWN: Mapping[str, tuple[Draw, tuple[float, float]]] = {
    "loudness": (draw_loudness, WIDE),
    "waveform": (draw_waveform, WIDE),
    "spectrogram": (draw_spectrogram, WIDE),
    "correlation": (draw_correlation, WIDE),
    "spectrum": (draw_spectrum, WIDE),
    "goniometer": (draw_goniometer, SQUARE),
    "levels": (draw_levels, WIDE),
}


def pictures(report: FileReport, kind: str) -> dict[str, bytes]:
    """Every plot that the recording has, by name."""
    measurement = report.measurement
    if measurement is None or measurement.series is None:
        return {}
    drawn = {}
    with context(["default", STYLE]):
        for name, (draw, size) in DRAWN.items():
            figure = Figure(figsize=size, dpi=DOTS_PER_INCH, layout="constrained")
            axes = figure.subplots()
            if draw(axes, measurement, report):
                axes.set_title(_title(report, name), loc="left", fontsize=10, parse_math=False)
                drawn[name] = _printed(figure, kind)
    return drawn


def _title(report: FileReport, name: str) -> str:
    file = printable(unicode_path(report.path)).rpartition("/")[2]
    verdict = f" · {report.outcome}" if report.outcome else ""
    return f"{file} · {name}{verdict}"


def _printed(figure: Figure, kind: str) -> bytes:
    buffer = io.BytesIO()
    if kind == "svg":
        FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None})
    else:
        FigureCanvasAgg(figure).print_png(buffer)
    return buffer.getvalue()
