"""Pictures of the recording as a whole: third octaves, goniometer, levels."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

from mixcheck.compare.usual import Usual, spectrum_of, usual_spectrum
from mixcheck.measurement import Measurement
from mixcheck.report.model import FileReport

TICKS_HZ = (31.5, 63, 125, 250, 500, 1000, 2000, 4000, 8000, 16_000)
SHOWN_DB = 70.0
RINGS_DBFS = (0, -12, -24, -40)


def draw_spectrum(axes: Any, measurement: Measurement, report: FileReport) -> bool:
    """Third octaves: mean, and what they are not over in 10, 50 and 90 % of the time."""
    assert measurement.series is not None
    centres, mean = spectrum_of(measurement)
    if not np.isfinite(mean).any():
        return False
    usual = usual_spectrum(measurement, [one.profile for one in report.judgements], report.target)
    if isinstance(usual, Usual):
        axes.fill_between(usual.hz, usual.low, usual.high, color="C2", alpha=0.12,
                          label=f"usual {usual.name}")  # fmt: skip
    low, middle, high = measurement.series.bands.level_db
    axes.fill_between(centres, low, high, color="C0", alpha=0.2, label="10 to 90 % of the time")
    axes.plot(centres, middle, "C0--", linewidth=0.8, label="half of the time")
    axes.plot(centres, mean, "C0o-", markersize=3, label="mean")
    top = float(np.nanmax(mean))
    axes.set(xscale="log", xlabel="Hz", ylabel="dB re full scale", xlim=(17.0, 23_000.0),
             ylim=(top - SHOWN_DB, top + 12.0))  # fmt: skip
    axes.xaxis.set_major_locator(FixedLocator(TICKS_HZ))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda hertz, _: f"{hertz:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.legend(loc="lower left", fontsize=8)
    return True


def draw_goniometer(axes: Any, measurement: Measurement, report: FileReport) -> bool:
    """Where left and right stood to each other."""
    assert measurement.series is not None
    goniometer = measurement.series.goniometer
    if goniometer is None or not goniometer.frames.any():
        return False
    counts = goniometer.frames
    half = 1.0 + 1.0 / (len(counts) - 1)
    shown = np.where(counts > 0, np.log1p(counts), np.nan)
    axes.imshow(shown, origin="lower", extent=(-half, half, -half, half), cmap="viridis")
    turn = np.linspace(0.0, 2.0 * np.pi, 200)
    for level in RINGS_DBFS:
        radius = 10.0 ** (level / 40.0)  # the square root of the amplitude
        axes.plot(radius * np.cos(turn), radius * np.sin(turn), color="0.6", linewidth=0.6)
        axes.text(0.0, -radius, str(level), fontsize=7, ha="center", color="0.4")
    for name, angle in (("M", 90.0), ("L", 135.0), ("R", 45.0), ("S", 0.0)):
        across, up = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        axes.plot([-across, across], [-up, up], color="0.6", linewidth=0.6)
        axes.text(1.07 * across, 1.07 * up, name, ha="center", va="center")
    axes.set_axis_off()
    return True


def draw_levels(axes: Any, measurement: Measurement, report: FileReport) -> bool:
    """How much of the time had which level."""
    assert measurement.series is not None
    histogram = measurement.series.level_histogram
    used = np.flatnonzero(histogram.segments)
    if not len(used):
        return False
    total = int(histogram.segments.sum()) + histogram.softer_segments
    axes.stairs(100.0 * histogram.segments / total, histogram.edge_dbfs, fill=True)
    edges = histogram.edge_dbfs
    axes.set(xlabel="RMS of 10 ms, dBFS", ylabel="% of the time",
             xlim=(edges[used[0]] - 3.0, edges[used[-1]] + 3.0))  # fmt: skip
    return True
