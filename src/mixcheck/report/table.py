"""A row a file: what the formats that are tables have in common."""

from __future__ import annotations

from functools import cache
from typing import Any

from mixcheck.judgement import counts_as
from mixcheck.meters import finding_kinds, metrics
from mixcheck.report.model import FileReport
from mixcheck.report.wording import cell_path


@cache
def columns() -> list[str]:
    """Headers, which depend on the version of mixcheck alone."""
    counts = [f"findings.{code}" for code in finding_kinds()]
    return ["path", "outcome", "error", "failed", "warned", *metrics(), *counts]


def row_of(report: FileReport) -> dict[str, Any]:
    """The columns of a file with their values; ``None`` for what was not measured."""
    error = None if report.error is None else cell_path(report.error)  # which begins with the path
    row: dict[str, Any] = dict.fromkeys(columns())
    row |= {"path": cell_path(report.path), "outcome": report.outcome, "error": error}
    measurement = report.measurement
    if measurement is None:
        return row
    row |= {metric: measurement.value(metric) for metric in metrics()}
    row |= {f"findings.{code}": measurement.count(code) for code in finding_kinds()}
    for column, outcome in (("failed", "fail"), ("warned", "warn")):
        row[column] = ";".join(
            f"{verdict.profile}:{verdict.metric}"
            for judgement in report.judgements
            for verdict in judgement.verdicts
            if counts_as(verdict) == outcome
        )
    return row
