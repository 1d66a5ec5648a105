"""The plots of a page, one file a kind."""

from __future__ import annotations

from collections.abc import Sequence

from mixcheck.compare.usual import Usual
from mixcheck.measurement import Measurement
from mixcheck.profiles import Limit
from mixcheck.report.html.plots.base import Plot, TimeAxis
from mixcheck.report.html.plots.correlation import correlation_plot
from mixcheck.report.html.plots.excerpts import excerpt_plots
from mixcheck.report.html.plots.goniometer import goniometer_plot
from mixcheck.report.html.plots.histogram import histogram_plot
from mixcheck.report.html.plots.loudness import loudness_plot
from mixcheck.report.html.plots.spectrogram import spectrogram_plot
from mixcheck.report.html.plots.spectrum import spectrum_plot
from mixcheck.report.html.plots.waveform import waveform_plot

OVER_TIME = (loudness_plot, waveform_plot, spectrogram_plot, correlation_plot)
OVER_ALL = (goniometer_plot, histogram_plot)


def plots_over_time(measurement: Measurement, limits: Sequence[Limit]) -> list[Plot]:
    """The plots that share a time axis, in order."""
    axis = TimeAxis(measurement.format.duration_s)
    made = (make(measurement, limits, axis) for make in OVER_TIME)
    return [plot for plot in made if plot is not None]


def plots_over_all(measurement: Measurement, usual: Usual | str) -> list[Plot]:
    """The plots of the recording as a whole, in order.

    Parameters
    ----------
    measurement : Measurement
    usual : Usual or str
        What its spectrum is shown against, or why against nothing.
    """
    made = (spectrum_plot(measurement, usual), *(make(measurement) for make in OVER_ALL))
    return [plot for plot in made if plot is not None]


__all__ = ["Plot", "excerpt_plots", "plots_over_all", "plots_over_time"]
