"""The page of one file."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from bokeh.document import Document
from bokeh.embed import components
from bokeh.settings import settings
from markupsafe import Markup

from mixcheck import __version__
from mixcheck.compare.usual import usual_spectrum
from mixcheck.measurement import ANALYSIS_VERSION
from mixcheck.report.html.assets import asset, bokeh_script, policy
from mixcheck.report.html.plots import Plot, excerpt_plots, plots_over_all, plots_over_time
from mixcheck.report.html.templating import environment
from mixcheck.report.html.words import (
    WORDS,
    all_numbers,
    fault_sentences,
    finding_rows,
    findings_in_all,
    headline,
    limit_rows,
    number,
    safe,
)
from mixcheck.report.method import METHOD, method_line
from mixcheck.report.model import FileReport
from mixcheck.report.wording import describe_format

HEADLINES = (
    "loudness.integrated_lufs",
    "peak.max_true_peak_dbtp",
    "loudness.loudness_range_lu",
    "noise.noise_floor_dbfs",
)


SHARED = ("bokeh.min.js", "page.js", "page.css")


def shared_files() -> dict[str, str]:
    """What the pages of a set share, by name, to lie beside them."""
    return dict(zip(SHARED, (bokeh_script(), asset("page.js"), asset("page.css")), strict=True))


def file_page(report: FileReport, back: str | None = None) -> str:
    """The page of one file.

    Parameters
    ----------
    report : FileReport
        Plots are drawn where its measurement has series.
    back : str, optional
        The index of a set, whose :func:`shared_files` lie beside the page. Without one, the page
        carries everything that it needs.
    """
    measurement = report.measurement
    groups: dict[str, list[Plot]] = {"time": [], "places": [], "whole": []}
    if measurement is not None and measurement.series is not None:
        limits = [limit for one in report.judgements for limit in one.profile.limits]
        profiles = [one.profile for one in report.judgements]
        usual = usual_spectrum(measurement, profiles, report.target)
        groups = {
            "time": plots_over_time(measurement, limits),
            "places": excerpt_plots(measurement),
            "whole": plots_over_all(measurement, usual),
        }
    drawing, shown = drawn(groups)
    scripts = [bokeh_script(), drawing, asset("page.js")] if drawing else []
    if back is not None:
        scripts = scripts[1:2]
    return (
        environment()
        .get_template("file.html")
        .render(
            **context(report),
            plots=shown,
            scripts=[Markup(text) for text in scripts],
            policy=policy(scripts, "" if back is None else "'self'"),
            back=back,
        )
    )


def context(report: FileReport) -> dict[str, Any]:
    """What the template says of a file."""
    measurement = report.measurement
    told: dict[str, Any] = {
        "path": safe(report.path),
        "name": safe(report.path).rpartition("/")[2],
        "outcome": report.outcome or "none",
        "word": WORDS[report.outcome],
        "headline": headline(report),
        "sha256": report.sha256,
        "version": __version__,
        "analysis_version": ANALYSIS_VERSION,
        "method": METHOD,
        "measurement": measurement,
        "style": Markup(asset("page.css")),
    }
    if measurement is None:
        return told
    return told | {
        "format": safe(describe_format(measurement.format)),
        "method_line": safe(method_line(measurement.format)),
        "headlines": [number(measurement, metric) for metric in HEADLINES],
        "steps": list(dict.fromkeys(safe(s) for one in report.judgements for s in one.advice)),
        "profiles": [
            {
                "name": safe(one.profile.name),
                "title": safe(one.profile.title),
                "checked": one.profile.checked,
                "notes": safe(" ".join(one.profile.notes.split())),
                "outcome": one.outcome,
                "word": WORDS[one.outcome],
                "rows": list(limit_rows(measurement, one)),
                "faults": list(fault_sentences(report, one)),
                "playback": safe(one.prediction.sentence) if one.prediction else None,
            }
            for one in report.judgements
        ],
        "findings": list(finding_rows(measurement, report)),
        "findings_in_all": findings_in_all(measurement),
        "groups": all_numbers(measurement),
    }


def drawn(groups: dict[str, list[Plot]]) -> tuple[str, dict[str, list[dict[str, Any]]]]:
    """The script that draws the plots, and for each its place and its words."""
    plots = [plot for group in groups.values() for plot in group]
    if not plots:
        return "", {name: [] for name in groups}
    document = Document()
    with document.models.freeze():  # counted once, not again for every plot
        for plot in plots:
            _without_looks_of_choice(plot.figure)
            document.add_root(plot.figure)
    with _unchecked():
        script, places = components([plot.figure for plot in plots], wrap_script=False)
    place_of = dict(zip((plot.name for plot in plots), places, strict=True))
    return script.replace("</", "<\\/"), {
        name: [
            {"name": p.name, "title": p.title, "about": p.about, "place": Markup(place_of[p.name])}
            for p in group
        ]
        for name, group in groups.items()
    }


def _without_looks_of_choice(figure: Any) -> None:
    """Leave out how marks look when others are chosen: nothing can be; a fifth of the models."""
    for one in figure.renderers:
        one.nonselection_glyph = one.muted_glyph = "auto"


@contextlib.contextmanager
def _unchecked() -> Iterator[None]:
    """Without Bokeh's search for mistakes in figures, a tenth of the time; tests look at them."""
    before = settings.perform_document_validation()
    settings.perform_document_validation = False
    try:
        yield
    finally:
        settings.perform_document_validation = before
