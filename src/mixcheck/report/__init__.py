"""Reports: pure functions from files and judgements to text. A format is a file and a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mixcheck.errors import UsageError
from mixcheck.report.csv import CsvStream, render_csv
from mixcheck.report.github import render_github
from mixcheck.report.html import render_html
from mixcheck.report.json import render_json
from mixcheck.report.jsonl import JsonlStream, render_jsonl
from mixcheck.report.junit import render_junit
from mixcheck.report.markdown import render_markdown
from mixcheck.report.marks import render_audacity, render_markers, render_reaper
from mixcheck.report.model import FileReport, SetReport, Summary
from mixcheck.report.sarif import render_sarif
from mixcheck.report.schema import json_schema
from mixcheck.report.stream import Stream
from mixcheck.report.text import TextStream, render_text

Renderer = Callable[[Sequence[FileReport], SetReport | None], str]

FORMATS: Mapping[str, Renderer] = {
    "text": render_text,
    "json": render_json,
    "jsonl": render_jsonl,
    "csv": render_csv,
    "markdown": render_markdown,
    "junit": render_junit,
    "sarif": render_sarif,
    "github": render_github,
    "audacity": render_audacity,
    "reaper": render_reaper,
    "markers": render_markers,
    "html": render_html,
}


STREAMS: Mapping[str, Callable[[], Stream]] = {"jsonl": JsonlStream, "csv": CsvStream}
"""The formats that need not wait for the last file; so need not text, see :class:`TextStream`."""


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
    return FORMATS[format_name](reports, whole)


__all__ = [
    "FORMATS",
    "STREAMS",
    "FileReport",
    "SetReport",
    "Stream",
    "Summary",
    "TextStream",
    "json_schema",
    "render",
    "render_markdown",
    "render_text",
]
