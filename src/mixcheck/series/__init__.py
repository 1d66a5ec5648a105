"""Measurements over time, gathered in the same pass and in bounded memory, when asked for."""

from mixcheck.series.collector import SeriesCollector, SeriesOfSamples
from mixcheck.series.model import Series

__all__ = ["Series", "SeriesCollector", "SeriesOfSamples"]
