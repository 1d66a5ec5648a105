"""Verdicts in words, a sentence each: what the formats for CI jobs are made from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mixcheck.judgement import FINDINGS, Verdict, counts_as, members_of, missed_verdicts
from mixcheck.meters import Finding, finding_kinds
from mixcheck.report.model import FileReport, SetReport
from mixcheck.report.wording import allowed, display
from mixcheck.sets import all_metrics
from mixcheck.units import Quantity, clock, format_number

PLACES_NAMED = 3
WORSE_WITH_MORE = ("dBTP", "dBFS", "dB", "samples", "s")  # units of findings


@dataclass(frozen=True, slots=True)
class Check:
    """One verdict about one file.

    Parameters
    ----------
    verdict : Verdict
        What was judged.
    rule : str
        Metric path, or finding code.
    title : str
        What is wrong, in short: what was looked at, or that it was not.
    sentence : str
        What was measured, what is allowed, by how much it was missed.
    places : tuple of Finding
        Where, for a finding code.
    note : str
        Why some places of a code that is accepted by time are not, where that is so.
    """

    verdict: Verdict
    rule: str
    title: str
    sentence: str
    places: tuple[Finding, ...]
    note: str = ""

    @property
    def outcome(self) -> str:
        """What it makes of the file: pass, warn or fail."""
        return counts_as(self.verdict)


def checks(report: FileReport) -> Iterator[Check]:
    """All checks of a file, in the order of its profiles."""
    for verdict in _verdicts(report):
        yield _check(report, verdict)


def set_checks(report: SetReport) -> Iterator[Check]:
    """All checks of a set as a whole."""
    yield from map(_check_of_limit, _verdicts(report))


def missed(report: FileReport | SetReport) -> list[Check]:
    """The checks that were not passed, failures first."""
    bad = missed_verdicts(_verdicts(report))
    bad.sort(key=counts_as)  # "fail" before "warn"
    if isinstance(report, SetReport):
        return [_check_of_limit(verdict) for verdict in bad]
    return [_check(report, verdict) for verdict in bad]


def accepted_checks(report: FileReport) -> list[Check]:
    """The checks that were not passed, but accepted."""
    return [one for one in checks(report) if one.verdict.accepted is not None]


def missed_titles(report: FileReport) -> set[str]:
    """What was not passed, in words."""
    return {_title(one) for one in missed_verdicts(_verdicts(report))}


def _verdicts(report: FileReport | SetReport) -> Iterator[Verdict]:
    for judgement in report.judgements:
        yield from judgement.verdicts


def _check(report: FileReport, verdict: Verdict) -> Check:
    group, _, code = verdict.metric.partition(".")
    if group != FINDINGS:
        return _check_of_limit(verdict)
    findings = report.measurement.findings if report.measurement else ()
    rules = [
        rule
        for judgement in report.judgements
        if judgement.profile.name == verdict.profile
        for rule in judgement.profile.findings
    ]
    places = tuple(
        one
        for one in findings
        if one.code == code
        and any(rule.counts(one) for rule in rules)
        and report.accepted.of_finding(one) is None
    )
    note = _unlisted(verdict, len(places)) if code in report.accepted.by_time else ""
    sentence = "; ".join(filter(None, (_of_finding(verdict, code, places), note)))
    return Check(verdict, code, _title(verdict), sentence, places, note)


def _unlisted(verdict: Verdict, listed: int) -> str:
    """Why places that nobody knows the time of are not accepted by time."""
    count = (verdict.value if isinstance(verdict.value, int) else 0) - listed
    if count <= 0:
        return ""
    are = "place is" if count == 1 else "places are"
    return (
        f"{count} more {are} not listed and so cannot be accepted by time; "
        "accept without start_s and end_s, or from the start to the end of the file"
    )


def _title(verdict: Verdict) -> str:
    group, _, code = verdict.metric.partition(".")
    is_unmeasured = verdict.outcome == "unmeasured"
    if group == FINDINGS:
        return finding_kinds()[code].title + (": not looked for" if is_unmeasured else "")
    return all_metrics()[verdict.metric].label + (": not measured" if is_unmeasured else "")


def _check_of_limit(verdict: Verdict) -> Check:
    title = _title(verdict)
    return Check(verdict, verdict.metric, title, _of_limit(verdict, title), ())


def _of_limit(verdict: Verdict, title: str) -> str:
    if verdict.outcome == "unmeasured":
        return f"{title} ({verdict.reason})"
    described = all_metrics()[verdict.metric]
    decimals = enough_decimals(verdict, described)
    value = display(verdict.value, described, decimals)
    limit = allowed(verdict.min, verdict.max, verdict.target, verdict.one_of)
    return ", ".join(filter(None, (f"{title} {value}", limit, distance(verdict, decimals))))


def _of_finding(verdict: Verdict, code: str, places: Sequence[Finding]) -> str:
    if verdict.outcome == "unmeasured":
        return f"{code}: not looked for ({verdict.reason})"
    if verdict.accepted is not None:
        return f"{code}: accepted ({verdict.accepted})"
    if not verdict.value:
        return f"{code}: none"
    count = f"{code}: {verdict.value} place{'s' if verdict.value != 1 else ''}"
    if not places:
        return count
    where = ", ".join(clock(one.start_s) for one in places[:PLACES_NAMED])
    more = ", …" if len(places) > PLACES_NAMED else ""
    return f"{count} ({where}{more}); {_worst(places).message}"


def _worst(places: Sequence[Finding]) -> Finding:
    """The place to speak of; where more does not mean worse, the first."""
    return max(
        places,
        key=lambda one: (
            one.value if one.value is not None and one.unit in WORSE_WITH_MORE else -math.inf
        ),
    )


def distance(verdict: Verdict, decimals: int) -> str:
    """How far a value is from its limit, and on which side."""
    if verdict.margin is None:
        return ""
    side = "left" if verdict.margin >= 0 else _side(verdict)
    return f"{format_number(abs(verdict.margin), decimals)} {side}"


def _side(verdict: Verdict) -> str:
    """Which bound was missed, by the member of a list that misses it most."""
    numbers = [one for one in members_of(verdict.value) if isinstance(one, int | float)]
    under = 0.0 if verdict.min is None else verdict.min - min(numbers)
    over = 0.0 if verdict.max is None else max(numbers) - verdict.max
    return "under" if under > over else "over"


def enough_decimals(verdict: Verdict, described: Quantity) -> int:
    """As usual, but enough to tell a value from the limit that it is close to."""
    decimals = described.decimals
    if verdict.margin:
        while decimals < 4 and not round(verdict.margin, decimals):
            decimals += 1
    return decimals
