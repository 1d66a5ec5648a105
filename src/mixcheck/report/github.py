"""Workflow commands of GitHub Actions: an annotation a file, the most severe first.

GitHub shows ten annotations of a kind for each step and drops the others in silence, so a file has
one, and the tenth says how many more there are. The whole table goes to the step's summary.

Source: GitHub, "Workflow commands for GitHub Actions"; the escapes of its toolkit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mixcheck.report.checks import missed
from mixcheck.report.model import FileReport, SetReport
from mixcheck.report.sets import set_line, set_sentences
from mixcheck.report.totals import Totals
from mixcheck.report.wording import printable

SHOWN = 10
COMMANDS = {"unreadable": "error", "fail": "error", "warn": "warning"}


def render_github(reports: Sequence[FileReport], whole: SetReport | None = None) -> str:
    """Workflow commands, and the summary in a line that is none."""
    lines: list[str] = []
    for command in ("error", "warning"):
        ours = [report for report in reports if COMMANDS.get(report.outcome or "") == command]
        ours.sort(key=lambda report: report.outcome == "fail")  # unreadable first
        annotations = [_annotation(command, report) for report in ours]
        if whole and COMMANDS.get(whole.outcome) == command:
            annotations.insert(0, _of_set(command, whole))
        lines += _shown(command, annotations)
    lines += [printable(set_line(whole))] if whole else []
    return "\n".join([*lines, *Totals.of(reports).lines()]) + "\n"


def _shown(command: str, annotations: list[str]) -> Iterator[str]:
    if len(annotations) <= SHOWN:
        yield from annotations
        return
    yield from annotations[: SHOWN - 1]
    more = len(annotations) - SHOWN + 1
    yield f"::{command} title=mixcheck::{more} more files: the step's summary has them all"


def _annotation(command: str, report: FileReport) -> str:
    path = printable(report.path)
    if report.error is not None:
        text = printable(report.error)
    else:
        text = "\n".join(f"{check.sentence} [{check.verdict.profile}]" for check in missed(report))
        advice = dict.fromkeys(step for one in report.judgements for step in one.advice)
        text = "\n".join([text, *advice])
    file, title = path.removeprefix("./"), f"mixcheck: {path}"
    return f"::{command} file={_property(file)},title={_property(title)}::{_data(text)}"


def _of_set(command: str, whole: SetReport) -> str:
    text = "\n".join(sentence for _, sentence in set_sentences(whole))
    title = f"mixcheck: {whole.recordings.kind} {printable(whole.folder)}"
    return f"::{command} title={_property(title)}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
