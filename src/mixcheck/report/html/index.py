"""The index of several files: a table to sort and to filter, a row a file, small plots in it."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from mixcheck import __version__
from mixcheck.measurement import Measurement
from mixcheck.meters import metrics
from mixcheck.report.checks import missed
from mixcheck.report.html.assets import asset, policy
from mixcheck.report.html.set_words import SetWords
from mixcheck.report.html.templating import environment
from mixcheck.report.html.words import WORDS, Number, number, safe
from mixcheck.report.model import FileReport, SetReport
from mixcheck.report.totals import Totals
from mixcheck.sets import Odd, odd_ones

SHOWN = (
    "loudness.integrated_lufs",
    "peak.max_true_peak_dbtp",
    "loudness.loudness_range_lu",
    "noise.noise_floor_dbfs",
)
POINTS = 80
LOUDNESS_RANGE_LUFS = (-50.0, 0.0)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index keeps of a file, so that the file itself need not be kept.

    Parameters
    ----------
    path, outcome, why : str
        ``why`` says what is wrong, in short.
    href : str or None
        Its own page.
    duration_s : float
    numbers : tuple of Number
    short_term, waveform : tuple of float
        A few points from 0 to 1, for small plots.
    """

    path: str
    outcome: str | None
    why: str
    href: str | None = None
    duration_s: float = 0.0
    numbers: tuple[Number, ...] = ()
    short_term: tuple[float, ...] = ()
    waveform: tuple[float, ...] = ()

    @classmethod
    def of(cls, report: FileReport, href: str | None = None) -> Entry:
        """The entry of a file, whose page is at ``href``."""
        path = safe(report.path)
        measurement = report.measurement
        if measurement is None:
            return cls(path, report.outcome, safe(report.error or ""), href)
        titles = list(dict.fromkeys(check.title for check in missed(report)))
        return cls(
            path=path,
            outcome=report.outcome,
            why=safe(", ".join(titles)),
            href=href,
            duration_s=measurement.format.duration_s,
            numbers=tuple(number(measurement, metric) for metric in SHOWN),
            short_term=_loudness(measurement),
            waveform=_waveform(measurement),
        )


def _loudness(measurement: Measurement) -> tuple[float, ...]:
    if measurement.series is None:
        return ()
    low, high = LOUDNESS_RANGE_LUFS
    place = (measurement.series.max_momentary_lufs - low) / (high - low)
    return _points(np.nan_to_num(place, nan=0.0, neginf=0.0).clip(0.0, 1.0))


def _waveform(measurement: Measurement) -> tuple[float, ...]:
    if measurement.series is None:
        return ()
    series = measurement.series
    highest = np.maximum(series.max_sample_fs.max(0), -series.min_sample_fs.min(0))
    return _points(highest.clip(0.0, 1.0))


def _points(values: NDArray[np.float64]) -> tuple[float, ...]:
    """The highest of each of a few parts."""
    starts = np.unique(np.linspace(0, len(values), POINTS, endpoint=False).astype(int))
    return tuple(round(float(one), 3) for one in np.maximum.reduceat(values, starts))


def why_odd(odd: Sequence[Odd]) -> Mapping[str, list[str]]:
    """What sets each file apart from the others, by its path as shown."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for one in odd:
        if one.path is not None:
            told = one.message.removeprefix(f"{os.path.basename(one.path)}: ")
            reasons[safe(one.path)].append(safe(told))
    return reasons


def index_page(
    reports: Sequence[FileReport], entries: Sequence[Entry], whole: SetReport | None = None
) -> str:
    """The page of several files, self-contained but for the pages that it links to.

    Files unlike the others are marked by the rule of sets, whether they are a set or not.
    """
    scripts = [asset("index.js")]
    labels = [metrics()[metric].label for metric in SHOWN]
    units = [metrics()[metric].unit for metric in SHOWN]
    title, *often = Totals.of(reports).lines()
    measured = [one.measurement for one in reports if one.measurement is not None]
    odd = odd_ones(measured) if whole is None else whole.recordings.odd
    outcomes = Counter(entry.outcome or "none" for entry in entries)
    return (
        environment()
        .get_template("index.html")
        .render(
            title=safe(title),
            often=safe("".join(often)),
            entries=entries,
            odd=why_odd(odd),
            whole=None if whole is None else SetWords.of(whole),
            labels=list(zip(labels, units, strict=True)),
            outcomes=[
                (name, WORDS.get(name, "Measured"), n) for name, n in sorted(outcomes.items())
            ],
            words=WORDS,
            version=__version__,
            style=Markup(asset("page.css") + asset("index.css")),
            scripts=[Markup(text) for text in scripts],
            policy=policy(scripts),
            small=_small,
        )
    )


def _small(points: Sequence[float], kind: str) -> Markup:
    """A small plot of points from 0 to 1, as SVG; a waveform is the same up and down."""
    if not points:
        return Markup("")
    height, count = 24.0, len(points)
    step = 120.0 / max(count - 1, 1)
    if kind == "line":
        line = " ".join(f"{n * step:.0f},{height * (1 - y):.1f}" for n, y in enumerate(points))
    else:
        up = [f"{n * step:.0f},{height / 2 * (1 - y):.1f}" for n, y in enumerate(points)]
        down = [f"{n * step:.0f},{height / 2 * (1 + y):.1f}" for n, y in enumerate(points)]
        line = " ".join([*up, *reversed(down)])
    shape = "polyline" if kind == "line" else "polygon"
    return Markup(
        '<svg class="small {}" viewBox="0 0 120 24" preserveAspectRatio="none" aria-hidden="true">'
        '<{} points="{}"/></svg>'
    ).format(kind, shape, line)


__all__ = ["Entry", "index_page"]
