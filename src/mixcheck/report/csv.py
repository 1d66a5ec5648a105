"""CSV: a row a file, a column a metric, in an order that does not change with what was found.

Units are in the headers, which are the metric paths. Lists are joined by semicolons; what was not
measured is an empty cell. A relative path that a spreadsheet would take for a formula begins with
``./``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from mixcheck.judgement import counts_as
from mixcheck.meters import finding_kinds, metrics
from mixcheck.report.model import FileReport
from mixcheck.report.wording import cell_path


def render_csv(reports: Sequence[FileReport]) -> str:
    """One table for all files."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns(), lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(_row(report) for report in reports)
    return text.getvalue()


def columns() -> list[str]:
    """Headers, which depend on the version of mixcheck alone."""
    counts = [f"findings.{code}" for code in finding_kinds()]
    return ["path", "outcome", "error", "failed", "warned", *metrics(), *counts]


def _row(report: FileReport) -> Mapping[str, Any]:
    path = cell_path(report.path)
    error = cell_path(report.error or "")  # which begins with the path
    row: dict[str, Any] = {"path": path, "outcome": report.outcome or "", "error": error}
    measurement = report.measurement
    if measurement is None:
        return row
    row |= {metric: _cell(measurement.value(metric)) for metric in metrics()}
    row |= {f"findings.{code}": measurement.count(code) for code in finding_kinds()}
    for column, outcome in (("failed", "fail"), ("warned", "warn")):
        row[column] = ";".join(
            f"{verdict.profile}:{verdict.metric}"
            for judgement in report.judgements
            for verdict in judgement.verdicts
            if counts_as(verdict) == outcome
        )
    return row


def _cell(value: Any) -> str:
    if isinstance(value, tuple):
        return ";".join(map(_cell, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
