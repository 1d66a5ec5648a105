"""CSV: a row a file, a column a metric, in an order that does not change with what was found.

Units are in the headers, which are the metric paths. Lists are joined by semicolons; what was not
measured is an empty cell. A relative path that a spreadsheet would take for a formula begins with
``./``. Of a set the last row has its folder for a path and its kind for an outcome's beginning:
``album: warn``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from mixcheck.report.model import FileReport, SetReport
from mixcheck.report.sets import set_sentences
from mixcheck.report.stream import streamed
from mixcheck.report.table import columns, row_of
from mixcheck.report.wording import cell_path

OF_SET = {  # what of a set stands in the column of a file's metric
    "loudness.integrated_lufs": "set.integrated_lufs",
    "loudness.relative_gate_lufs": "set.relative_gate_lufs",
    "loudness.plr_lu": "set.plr_lu",
    "peak.max_true_peak_dbtp": "set.max_true_peak_dbtp",
    "level.dynamic_range_dr": "set.mean_dynamic_range_dr",
    "format.duration_s": "set.total_duration_s",
}


class CsvStream:
    """A row a file."""

    def start(self) -> str:
        """The headers."""
        return _line(columns())

    def add(self, report: FileReport) -> str:
        """The row of a file."""
        return _line(map(_cell, row_of(report).values()))

    def finish(self, whole: SetReport | None) -> str:
        """The row of the set."""
        return _line(map(_cell, _set_row(whole).values())) if whole else ""


def render_csv(reports: Sequence[FileReport], whole: SetReport | None = None) -> str:
    """One table for all files."""
    return streamed(CsvStream(), reports, whole)


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def _set_row(whole: SetReport) -> dict[str, Any]:
    recordings = whole.recordings
    row: dict[str, Any] = dict.fromkeys(columns())
    row |= {"path": cell_path(whole.folder), "outcome": f"{recordings.kind}: {whole.outcome}"}
    row |= {column: recordings.value(metric) for column, metric in OF_SET.items()}
    for column, outcome in (("failed", "fail"), ("warned", "warn")):
        told = [sentence for one, sentence in set_sentences(whole) if one == outcome]
        row[column] = "; ".join(told)
    return row


def _cell(value: Any) -> str:
    if isinstance(value, tuple):
        return ";".join(map(_cell, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
