"""A set of files as a whole, in words and as plain data, for every format that has room for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mixcheck.report.checks import missed, set_checks
from mixcheck.report.document import unicode_path
from mixcheck.report.model import SetReport
from mixcheck.report.wording import display, length, paragraph, printable
from mixcheck.sets import Odd, SetReading, Spread, set_metrics
from mixcheck.units import flat_dict, format_number, quantities

WORDS = {"pass": "PASS", "warn": "WARN", "fail": "FAIL"}
TOLD = (
    "set.integrated_lufs",
    "set.max_integrated_lufs",
    "set.max_true_peak_dbtp",
    "set.plr_lu",
    "set.mean_dynamic_range_dr",
)


def set_object(report: SetReport) -> dict[str, Any]:
    """The object of a set in a JSON document."""
    recordings = report.recordings
    reading = recordings.reading
    numbers = {name: getattr(reading, name) for name in quantities(SetReading)}
    return {
        "kind": recordings.kind,
        "path": unicode_path(report.folder),
        "outcome": report.outcome,
        "files": recordings.files,
        "measurement": {**numbers, "reasons": dict(reading.reasons)},
        "spreads": [_spread_object(one) for one in recordings.spreads],
        "odd": [_odd_object(one) for one in recordings.odd],
        "verdicts": [
            flat_dict(verdict) for judgement in report.judgements for verdict in judgement.verdicts
        ],
    }


def _spread_object(one: Spread) -> dict[str, Any]:
    paths = {name: unicode_path(getattr(one, name)) for name in ("lowest_path", "highest_path")}
    return {**flat_dict(one), **paths}


def _odd_object(one: Odd) -> dict[str, Any]:
    path = None if one.path is None else unicode_path(one.path)
    return {**flat_dict(one), "path": path, "message": unicode_path(one.message)}


def set_line(report: SetReport) -> str:
    """What a set is, and how loud it is as a whole, in a line."""
    recordings = report.recordings
    loudness = _display(report, "set.integrated_lufs")
    peak = _display(report, "set.max_true_peak_dbtp")
    seconds = length(recordings.reading.total_duration_s or 0.0)
    files = f"{recordings.files} file{'s' if recordings.files != 1 else ''}"
    return f"{recordings.kind}: {files}, {seconds}, {loudness} together, peaks {peak}"


def set_sentences(report: SetReport) -> list[tuple[str, str]]:
    """Outcome and sentence of all that was not passed, and of each odd one out."""
    odd = [("warn", printable(one.message)) for one in report.recordings.odd]
    judged = [
        (check.outcome, f"{check.sentence} [{check.verdict.profile}]") for check in missed(report)
    ]
    return [*judged, *odd]


def set_lines(report: SetReport) -> Iterator[str]:
    """The set for people, in 80 columns."""
    recordings = report.recordings
    seconds = length(recordings.reading.total_duration_s or 0.0)
    head = f"{printable(report.folder)}, {recordings.kind} of {recordings.files} files, {seconds}"
    yield paragraph(f"{WORDS[report.outcome]}  ", head)
    for metric in TOLD:
        if recordings.value(metric) is not None:
            yield f"  {set_metrics()[metric].label:<28} {_display(report, metric):>12}"
    for check in set_checks(report):
        word = "FAIL" if check.outcome == "fail" else check.outcome
        yield paragraph("  ", f"{check.verdict.profile}: {check.sentence}: {word}", hanging="    ")
    if recordings.spreads:
        yield f"\n  {'Spread':<24} {'least':>9} {'median':>9} {'most':>9}"
    for spread in recordings.spreads:
        numbers = (format_number(n, 1) for n in (spread.lowest, spread.median, spread.highest))
        columns = " ".join(f"{number:>9}" for number in numbers)
        yield f"  {spread.label:<24} {columns} {spread.unit}"
    yield ""
    if not recordings.odd:
        yield "  No file is unlike the others."
        return
    yield "  Unlike the others"
    for one in recordings.odd:
        yield paragraph("    ", printable(one.message), hanging="      ")
        yield paragraph("      ", one.do)


def _display(report: SetReport, metric: str) -> str:
    return display(report.recordings.value(metric), set_metrics()[metric])
