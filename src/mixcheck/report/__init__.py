"""Reports: pure functions from files and judgements to text. A format is a file and a line.

A format's module is imported when it is asked for: a run writes one or two of a dozen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from mixcheck.errors import UsageError
from mixcheck.report.model import FileReport, SetReport, Summary
from mixcheck.report.stream import Stream

FORMATS: Mapping[str, str] = {
    "text": "text.render_text",
    "json": "json.render_json",
    "jsonl": "jsonl.render_jsonl",
    "csv": "csv.render_csv",
    "markdown": "markdown.render_markdown",
    "junit": "junit.render_junit",
    "sarif": "sarif.render_sarif",
    "github": "github.render_github",
    "audacity": "marks.render_audacity",
    "reaper": "marks.render_reaper",
    "markers": "marks.render_markers",
    "html": "html.render_html",
}
"""The module here, and the function in it, that renders reports and the set that they may be."""

STREAMS: Mapping[str, str] = {"jsonl": "jsonl.JsonlStream", "csv": "csv.CsvStream"}
"""The formats that need not wait for the last file; so need not text, see ``text.TextStream``."""


def render(
    reports: Sequence[FileReport], format_name: str = "text", whole: SetReport | None = None
) -> str:
    """Render reports in one of ``FORMATS``, and the set that they are, if they are one.

    Raises
    ------
    UsageError
        There is no such format.
    """
    if format_name not in FORMATS:
        raise UsageError(f"unknown format {format_name!r}; known are {', '.join(FORMATS)}")
    text: str = _at(FORMATS[format_name])(reports, whole)
    return text


def open_stream(format_name: str) -> Stream:
    """A new stream of one of ``STREAMS``."""
    stream: Stream = _at(STREAMS[format_name])()
    return stream


def _at(place: str) -> Any:
    module, _, name = place.partition(".")
    return getattr(import_module(f"{__name__}.{module}"), name)


__all__ = [
    "FORMATS",
    "STREAMS",
    "FileReport",
    "SetReport",
    "Stream",
    "Summary",
    "open_stream",
    "render",
]
