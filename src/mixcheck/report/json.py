"""JSON: one document, whose shape depends neither on verbosity nor on what was found."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

from mixcheck import __version__
from mixcheck.judgement import Verdict
from mixcheck.many import Unreadable
from mixcheck.measurement import ANALYSIS_VERSION, SCHEMA_VERSION
from mixcheck.report.method import METHOD, heuristics
from mixcheck.report.model import FileReport, Summary


def render_json(reports: Sequence[FileReport]) -> str:
    """One JSON document for all files."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "mixcheck_version": __version__,
        "analysis_version": ANALYSIS_VERSION,
        "method": {**METHOD, "heuristics": heuristics()},
        "files": [file_object(report) for report in reports],
        "summary": dataclasses.asdict(Summary.of(reports)),
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def file_object(report: FileReport) -> dict[str, Any]:
    """The object of one file."""
    path = report.path.encode("utf-8", "backslashreplace").decode()  # a name need not be Unicode
    head = {"path": path, "outcome": report.outcome}
    if isinstance(report.measured, Unreadable):
        error = str(report.error).encode("utf-8", "backslashreplace").decode()
        nothing: dict[str, Any] = {"format": None, "measurement": None}
        return head | {"error": error} | nothing | {"findings": [], "verdicts": []}
    measured = report.measured.to_dict()
    return {
        **head,
        "error": None,
        "format": measured["format"],
        "measurement": measured["measurement"],
        "findings": measured["findings"],
        "verdicts": [
            _verdict_object(verdict)
            for judgement in report.judgements
            for verdict in judgement.verdicts
        ],
    }


def _verdict_object(verdict: Verdict) -> dict[str, Any]:
    return dataclasses.asdict(verdict)
