"""What a page says, as rows and sentences for its template."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from mixcheck.judgement import Judgement, Verdict, counts_as
from mixcheck.measurement import Measurement
from mixcheck.meters import Finding, finding_kinds, metrics
from mixcheck.report.checks import checks, distance, enough_decimals
from mixcheck.report.document import unicode_path
from mixcheck.report.html.assets import asset_of_package
from mixcheck.report.model import FileReport
from mixcheck.report.wording import allowed, channel_names, display, printable
from mixcheck.units import clock

WORDS = {"pass": "Pass", "warn": "Warning", "fail": "Fail", "unreadable": "Unreadable",
         None: "Measured", "unmeasured": "Unmeasured"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Number:
    """A number as shown, and as measured."""

    metric: str
    label: str
    text: str
    value: Any
    about: str = ""
    source: str = ""
    is_heuristic: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One limit against what was measured."""

    number: Number
    limit: str
    margin: str
    outcome: str
    word: str
    source: str
    advice: str | None
    vocabulary: Sequence[str]


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding, and where to look for it."""

    start: str
    end: str
    start_s: float
    end_s: float
    channels: str
    code: str
    title: str
    severity: str
    message: str
    confidence: float
    accepted: str | None
    vocabulary: Sequence[str]


@cache
def vocabulary() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Names that others give to findings and metrics."""
    return tomllib.loads(asset_of_package("vocabularies.toml"))


def safe(text: str) -> str:
    """Text that shows what cannot be shown: bytes that are no Unicode, and control characters."""
    return printable(unicode_path(text))


def number(measurement: Measurement, metric: str, decimals: int | None = None) -> Number:
    """A metric with all that is known of it."""
    described = metrics()[metric]
    value = measurement.value(metric)
    reason = measurement.reason(metric) if value is None else None
    return Number(
        metric=metric,
        label=described.label,
        text=safe(display(value, described, decimals)),
        value=value,
        about=described.about,
        source=described.source,
        is_heuristic=described.heuristic,
        reason=None if reason is None else safe(reason),
    )


def headline(report: FileReport) -> str:
    """The sentence that a producer needs."""
    if report.error is not None:
        return safe(report.error)
    steps = [step for judgement in report.judgements for step in judgement.advice]
    if steps:
        return safe(steps[0])
    if not report.judgements:
        return "Measured, and not held against any specification."
    titles = ", ".join(judgement.profile.title for judgement in report.judgements)
    return safe(f"Ready to deliver: it meets {titles}.")


def limit_rows(measurement: Measurement, judgement: Judgement) -> Iterator[LimitRow]:
    """What a profile asks of numbers."""
    for verdict in judgement.verdicts:
        if verdict.metric in metrics():
            yield _limit_row(measurement, verdict)


def _limit_row(measurement: Measurement, verdict: Verdict) -> LimitRow:
    decimals = enough_decimals(verdict, metrics()[verdict.metric])
    return LimitRow(
        number=number(measurement, verdict.metric, decimals),
        limit=safe(allowed(verdict.min, verdict.max, verdict.target, verdict.one_of)),
        margin=distance(verdict, decimals),
        outcome=counts_as(verdict),
        word=WORDS[verdict.outcome] if verdict.accepted is None else "Accepted",
        source=safe(verdict.source),
        advice=safe(verdict.advice) if verdict.advice else None,
        vocabulary=vocabulary()["metrics"].get(verdict.metric, ()),
    )


def fault_sentences(report: FileReport, judgement: Judgement) -> Iterator[tuple[str, str]]:
    """Kinds of fault: outcome, and what came of it.

    ``"pass"`` is what was looked for and not found, ``"unmeasured"`` what was not looked for and
    does no harm. What was found and does not count stands among the findings alone.
    """
    measurement = report.measurement
    found = {one.code for one in measurement.findings} if measurement is not None else set()
    for check in checks(report):
        verdict = check.verdict
        if verdict.profile != judgement.profile.name or verdict.metric in metrics():
            continue
        if check.outcome != "pass":
            yield check.outcome, safe(check.sentence)
        elif verdict.outcome == "unmeasured":
            yield "unmeasured", safe(check.sentence)
        elif check.rule not in found:
            yield "pass", safe(check.sentence)


def findings_in_all(measurement: Measurement) -> int:
    """How many findings there are, those that are not listed included."""
    return sum(measurement.count(code) for code in {one.code for one in measurement.findings})


def finding_rows(measurement: Measurement, report: FileReport) -> Iterator[FindingRow]:
    """Every finding that is listed, in order of time."""
    names = channel_names(measurement.format)
    for one in measurement.findings:
        yield _finding_row(one, names, report.accepted.of_finding(one))


def _finding_row(one: Finding, names: Sequence[str], accepted: str | None) -> FindingRow:
    return FindingRow(
        start=clock(one.start_s),
        end=clock(one.end_s),
        start_s=one.start_s,
        end_s=one.end_s,
        channels=safe(" ".join(names[channel] for channel in one.channels)),
        code=one.code,
        title=finding_kinds()[one.code].title,
        severity=one.severity,
        message=safe(one.message),
        confidence=one.confidence,
        accepted=None if accepted is None else safe(accepted),
        vocabulary=vocabulary()["findings"].get(one.code, ()),
    )


def all_numbers(measurement: Measurement) -> Mapping[str, list[Number]]:
    """Every number, by the name of its meter."""
    groups: dict[str, list[Number]] = {}
    for metric in metrics():
        groups.setdefault(metric.partition(".")[0], []).append(number(measurement, metric))
    return groups
