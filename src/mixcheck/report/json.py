"""JSON: one document, whose shape depends neither on verbosity nor on what was found."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from mixcheck import __version__
from mixcheck.measurement import ANALYSIS_VERSION, SCHEMA_VERSION
from mixcheck.report.document import file_object, json_text
from mixcheck.report.method import METHOD, heuristics
from mixcheck.report.model import FileReport, SetReport, Summary
from mixcheck.report.sets import set_object


def render_json(reports: Sequence[FileReport], whole: SetReport | None = None) -> str:
    """One JSON document for all files."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "mixcheck_version": __version__,
        "analysis_version": ANALYSIS_VERSION,
        "method": {**METHOD, "heuristics": heuristics()},
        "files": [file_object(report) for report in reports],
        "set": set_object(whole) if whole else None,
        "summary": dataclasses.asdict(Summary.of(reports)),
    }
    return json_text(document)
