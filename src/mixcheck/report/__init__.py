"""Reports: pure functions from files and judgements to text. A format is a file and a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mixcheck.errors import UsageError
from mixcheck.report.csv import render_csv
from mixcheck.report.github import render_github
from mixcheck.report.json import render_json
from mixcheck.report.jsonl import render_jsonl
from mixcheck.report.junit import render_junit
from mixcheck.report.markdown import render_markdown
from mixcheck.report.marks import render_audacity, render_markers, render_reaper
from mixcheck.report.model import FileReport, Summary
from mixcheck.report.sarif import render_sarif
from mixcheck.report.schema import json_schema
from mixcheck.report.text import render_text

FORMATS: Mapping[str, Callable[[Sequence[FileReport]], str]] = {
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
}


def render(reports: Sequence[FileReport], format_name: str = "text") -> str:
    """Render reports in one of ``FORMATS``.

    Raises
    ------
    UsageError
        There is no such format.
    """
    if format_name not in FORMATS:
        raise UsageError(f"unknown format {format_name!r}; known are {', '.join(FORMATS)}")
    return FORMATS[format_name](reports)


__all__ = [
    "FORMATS",
    "FileReport",
    "Summary",
    "json_schema",
    "render",
    "render_markdown",
    "render_text",
]
