"""Markdown: what failed and why, worst first, then the files that passed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from mixcheck.meters import metrics
from mixcheck.report.checks import Check, accepted_checks, missed
from mixcheck.report.model import OUTCOMES, FileReport, SetReport
from mixcheck.report.sets import set_line, set_sentences
from mixcheck.report.totals import Totals
from mixcheck.report.wording import IN_A_LINE, display, printable
from mixcheck.units import format_number

WORDS = {"unreadable": "UNREADABLE", "fail": "FAIL", "warn": "WARN", "pass": "pass", None: ""}
ORDER = (*reversed(OUTCOMES), None)


def render_markdown(
    reports: Sequence[FileReport],
    whole: SetReport | None = None,
    *,
    most_bytes: int | None = None,
) -> str:
    """One page for all files, cut between two files where it would be longer than allowed."""
    head = ["## mixcheck"]
    for line in Totals.of(reports).lines():
        head += ["", _escaped(line)]
    head += _set(whole) if whole else []
    worst_first = sorted(reports, key=lambda report: ORDER.index(report.outcome))
    columns = ("", "File", "Integrated loudness", "True peak", "What is wrong")
    table = [_row(columns), _row(["---"] * len(columns))]
    rows = [_row(_cells(report)) for report in worst_first]
    steps = [line for report in worst_first for line in _steps(report)]
    if most_bytes is not None:
        room = most_bytes - _bytes([*head, "", *table, ""]) - 200
        rows = _fitting(rows, room, "files are in the log, but not shown here")
        steps = _fitting(steps, room - _bytes(rows), "lines of advice are not shown here")
    parts = [*head, "", *(table + rows if reports else ())]
    if steps:
        parts += ["", "### Do this", "", *steps]
    return "\n".join(parts).rstrip() + "\n"


def _set(whole: SetReport) -> list[str]:
    """The set in a line, what is wrong with it, and its spreads."""
    lines = ["", f"{WORDS[whole.outcome]} {_escaped(set_line(whole))}", ""]
    lines += [f"- {_escaped(sentence)}" for _, sentence in set_sentences(whole)]
    lines += ["", _row(("Spread", "least", "median", "most")), _row(["---"] * 4)]
    for one in whole.recordings.spreads:
        numbers = (format_number(n, 1) for n in (one.lowest, one.median, one.highest))
        lines.append(_row((_escaped(f"{one.label}, {one.unit}"), *numbers)))
    return lines


def _cells(report: FileReport) -> Iterable[str]:
    yield WORDS[report.outcome]
    yield _escaped(report.path)
    for metric in IN_A_LINE:
        value = report.measurement.value(metric) if report.measurement else None
        yield _escaped(display(value, metrics()[metric]))
    if report.error is not None:
        yield _escaped(report.error.removeprefix(f"{report.path}: "))
    else:
        told = [_said(check, report) for check in missed(report)]
        told += dict.fromkeys(
            f"accepted: {one.title} ({one.verdict.accepted})" for one in accepted_checks(report)
        )
        yield "<br>".join(map(_escaped, told))


def _said(check: Check, report: FileReport) -> str:
    spec = f"{check.verdict.profile}: " if len(report.judgements) > 1 else ""
    return f"{spec}{check.sentence}"


def _steps(report: FileReport) -> Iterator[str]:
    steps = dict.fromkeys(step for one in report.judgements for step in one.advice)
    if steps:
        yield f"- {_escaped(report.path)}"
        yield from (f"  - {_escaped(step)}" for step in steps)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    """Text that is neither Markdown nor HTML, nor the mention of a person or an issue."""
    spelt = printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    spelt = re.sub(r"([\\`*_{}\[\]|~$])", r"\\\1", spelt)
    return re.sub("[@#]|://", r"\g<0><!-- -->", spelt)


def _bytes(lines: Iterable[str]) -> int:
    return sum(len(line.encode("utf-8", "backslashreplace")) + 1 for line in lines)


def _fitting(lines: list[str], room: int, what: str) -> list[str]:
    """As many lines as there is room for, and how many were left out."""
    kept: list[str] = []
    for line in lines:
        room -= _bytes([line])
        if room < 0:
            return [*kept, "", f"… {len(lines) - len(kept)} more {what}."]
        kept.append(line)
    return kept
