"""The terminal report: the verdict first, in words; 80 columns, no colour needed.

One file is shown whole; of several, one line each, unless detail is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from mixcheck.advice import lower_label
from mixcheck.judgement import FINDINGS, Judgement, Verdict, counts_as, missed_verdicts
from mixcheck.measurement import Measurement
from mixcheck.meters import Finding, finding_kinds, metrics
from mixcheck.report.checks import distance, enough_decimals
from mixcheck.report.checks import missed as missed_checks
from mixcheck.report.method import method_line
from mixcheck.report.model import FileReport, SetReport
from mixcheck.report.services import other_limits, service_rows, services_of
from mixcheck.report.sets import set_lines
from mixcheck.report.stream import streamed
from mixcheck.report.totals import Totals
from mixcheck.report.wording import (
    IN_A_LINE,
    WIDTH,
    allowed,
    channel_names,
    describe_format,
    display,
    paragraph,
    printable,
    shortened,
)
from mixcheck.units import clock

Item = TypeVar("Item")
Key = TypeVar("Key")

WORDS = {"pass": "PASS", "warn": "WARN", "fail": "FAIL", "unreadable": "UNREADABLE", None: "----"}
PLACES_LISTED = 3
LEAST_NAME = 16  # letters of a file's name that a line keeps
MOST_CHANNELS_NAMED = 3
SEVERITIES = ("error", "warning", "info", "accepted")
HEURISTIC_MARK = "*"
LIMIT_WIDTH = 18
VALUES_END = 33

HEADLINES = (
    "loudness.integrated_lufs",
    "peak.max_true_peak_dbtp",
    "loudness.loudness_range_lu",
    "loudness.max_short_term_lufs",
    "loudness.plr_lu",
    "level.rms_dbfs",
    "level.dynamic_range_dr",
    "noise.noise_floor_dbfs",
    "stereo.correlation",
    "stereo.mono_sum_loss_db",
)


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the table: what, measured, allowed, distance, verdict."""

    label: str
    value: str
    limit: str = ""
    margin: str = ""
    outcome: str = "info"

    def __str__(self) -> str:
        named = f"{self.label} {self.value:>{VALUES_END - len(self.label)}}"
        columns = f"  {named}  {self.limit:<{LIMIT_WIDTH}} {self.margin:>12}"
        line = f"{columns} {self.outcome}".rstrip()
        if len(line) <= WIDTH:
            return line
        if len(self.limit) > LIMIT_WIDTH:
            short = replace(self, limit="see below")
            return f"{short}\n{paragraph('    allowed: ', self.limit, hanging='    ')}"
        parts = (self.value, self.limit, self.margin, self.outcome)
        return paragraph(f"  {self.label}: ", "; ".join(filter(None, parts)), hanging="    ")


class TextStream:
    """The report as text.

    Parameters
    ----------
    detail : bool
        Show files whole, instead of in a line each.
    """

    def __init__(self, *, detail: bool) -> None:
        self._detail = detail
        self._totals = Totals()

    def start(self) -> str:
        """Nothing."""
        return ""

    def add(self, report: FileReport) -> str:
        """The lines of a file."""
        self._totals.add(report)
        if not self._detail:
            return _joined([_line(report)])
        gap = [""] if self._totals.files > 1 else []
        return _joined([*gap, *_file(report)])

    def finish(self, whole: SetReport | None) -> str:
        """The set, and the summary."""
        lines = ["", *set_lines(whole)] if whole else []
        if self._totals.files > 1:
            lines += ["", *(paragraph("", line) for line in self._totals.lines())]
        return _joined(lines)


def render_text(
    reports: Sequence[FileReport], whole: SetReport | None = None, *, detail: bool | None = None
) -> str:
    """The report as text; ``detail=None`` shows a single file whole and several in lines."""
    stream = TextStream(detail=len(reports) == 1 if detail is None else detail)
    return streamed(stream, reports, whole)


def _joined(lines: Iterable[str]) -> str:
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _line(report: FileReport) -> str:
    """One file in one line."""
    word = WORDS[report.outcome]
    measurement = report.measurement
    if measurement is None:
        return _unreadable(report)
    numbers = " ".join(f"{_display(measurement, metric):>12}" for metric in IN_A_LINE)
    start = f"{word}  {numbers}  "
    path = printable(report.path)
    most = WIDTH - len(start)
    least = min(len(path), LEAST_NAME)
    whys = _worst_in_short(report)
    why = next((one for one in whys if len(one) + 2 + least <= most), whys[-1])
    why = shortened(why, most - least - 2) if why else ""
    name = shortened(path, most - (len(why) + 2 if why else 0))
    return f"{start}{name}  {why}".rstrip()


def _unreadable(report: FileReport) -> str:
    """Which file, what is wrong with it, and what to do."""
    start = f"{WORDS['unreadable']}  "
    path = printable(report.path)
    trouble = printable(report.error or "").removeprefix(path)
    return paragraph(start, shortened(path, WIDTH - len(start) - 1) + trouble)


def _worst_in_short(report: FileReport) -> tuple[str, ...]:
    """What is wrong, and shorter: without the profile."""
    bad = [one for judgement in report.judgements for one in missed_verdicts(judgement.verdicts)]
    if not bad:
        return ("",)
    bad.sort(key=lambda verdict: verdict.severity != "error")
    others = len({verdict.metric for verdict in bad}) - 1
    short = f"{_short_label(bad[0])}{f' +{others}' if others else ''}"
    return (f"{bad[0].profile}: {short}", short) if len(report.judgements) > 1 else (short,)


def _short_label(verdict: Verdict) -> str:
    if not verdict.metric.startswith(FINDINGS):
        return lower_label(verdict.metric)
    return _code(verdict) if verdict.outcome != "unmeasured" else f"no {_code(verdict)} check"


def _file(report: FileReport) -> Iterator[str]:
    """One file, whole."""
    measurement = report.measurement
    if measurement is None:
        yield _unreadable(report)
        return
    yield paragraph(f"{WORDS[report.outcome]}  ", printable(report.path))
    yield paragraph("      ", describe_format(measurement.format))
    judged: set[str] = set()
    services = services_of(report.judgements)
    for judgement in report.judgements:
        if judgement not in services:
            judged |= {one.metric for one in judgement.verdicts if one.metric in metrics()}
            yield ""
            yield from _judgement(measurement, judgement)
    if services:
        yield ""
        yield from service_rows(services)
        yield from (str(_verdict_row(measurement, one)) for one in other_limits(services))
        yield from _faults(measurement, services[0].verdicts)
    unjudged = [
        metric
        for metric in HEADLINES
        if metric not in judged and measurement.value(metric) is not None
    ]
    if unjudged:
        yield ""
    for metric in unjudged:
        yield str(_Row(_label(metric), _display(measurement, metric)))
    yield from _findings(measurement, report)
    yield from _notes(measurement, report)
    yield from _steps(report)
    yield ""
    found = {one.code for one in measurement.findings}
    is_marked = any(metrics()[metric].heuristic for metric in (*judged, *unjudged))
    if is_marked or any(finding_kinds()[code].heuristic for code in found):
        yield f"  {HEURISTIC_MARK} a heuristic: no standard defines it"
    if measurement.is_of_audio:
        yield paragraph("  ", method_line(measurement.format))


def _label(metric: str) -> str:
    described = metrics()[metric]
    return described.label + (HEURISTIC_MARK if described.heuristic else "")


def _judgement(measurement: Measurement, judgement: Judgement) -> Iterator[str]:
    profile = judgement.profile
    title = f"{profile.title} (profile {profile.name}, checked {profile.checked})"
    yield paragraph("  ", f"{title}: {WORDS[judgement.outcome]}")
    limits = [one for one in judgement.verdicts if not one.metric.startswith(FINDINGS)]
    for verdict in limits:
        yield str(_verdict_row(measurement, verdict))
        if verdict.outcome == "unmeasured":
            yield paragraph("    not measured: ", verdict.reason or "", hanging="    ")
    if judgement.prediction:
        yield str(_Row("On playback", judgement.prediction.sentence))
    yield from _faults(measurement, judgement.verdicts)


def _faults(measurement: Measurement, verdicts: Iterable[Verdict]) -> Iterator[str]:
    """What was looked for and not found, or could not be looked for."""
    counted = [one for one in verdicts if one.metric.startswith(FINDINGS)]
    found = {one.code for one in measurement.findings}
    clean = [
        one
        for one in counted
        if one.outcome == "pass" and one.accepted is None and _code(one) not in found
    ]
    if clean:
        plural = "s" if len(clean) > 1 else ""
        yield f"  {len(clean)} kind{plural} of fault looked for and not found"
    unseen = [one for one in counted if one.outcome == "unmeasured"]
    for (reason, effect), group in _grouped(unseen, lambda one: (one.reason, counts_as(one))):
        codes = ", ".join(_code(one) for one in group)
        so = f", so {WORDS[effect]}" if effect != "pass" else ""
        yield paragraph("  ", f"not looked for: {codes} ({reason}){so}", hanging="    ")


def _verdict_row(measurement: Measurement, verdict: Verdict) -> _Row:
    described = metrics()[verdict.metric]
    decimals = enough_decimals(verdict, described)
    return _Row(
        _label(verdict.metric),
        _display(measurement, verdict.metric, decimals),
        allowed(verdict.min, verdict.max, verdict.target, verdict.one_of),
        distance(verdict, decimals),
        _word(verdict),
    )


def _word(verdict: Verdict) -> str:
    if verdict.accepted is not None:
        return "accepted"
    return "FAIL" if verdict.outcome == "fail" else verdict.outcome


def _display(measurement: Measurement, metric: str, decimals: int | None = None) -> str:
    return display(measurement.value(metric), metrics()[metric], decimals)


def _severities(report: FileReport) -> Callable[[Finding], str]:
    """What a finding amounts to: the worst of the profiles, "info" if none of them counts it."""
    if not report.judgements:
        return lambda one: one.severity
    rules = [rule for judgement in report.judgements for rule in judgement.profile.findings]

    def severity(one: Finding) -> str:
        if report.accepted.of_finding(one) is not None:
            return "accepted"
        return min((rule.weight(one) for rule in rules), key=SEVERITIES.index, default="info")

    return severity


def _findings(measurement: Measurement, report: FileReport) -> Iterator[str]:
    findings, severity = measurement.findings, _severities(report)
    if not findings:
        return
    yield ""
    by_severity = sorted(findings, key=lambda one: (SEVERITIES.index(severity(one)), one.start_s))
    for code, places in _grouped(by_severity, lambda one: one.code):
        for one in places[:PLACES_LISTED]:
            place = f"  {clock(one.start_s)}  {_channels(measurement, one):<4} {severity(one):<8} "
            yield paragraph(place, f"{_marked(code)}: {one.message}", hanging=" " * 16)
        total, accepted = measurement.count(code), report.accepted.count(code)
        if total > PLACES_LISTED:
            rest = f", {total - accepted} not accepted" if 0 < accepted < total else ""
            yield f"  {'':<12}  … {total} places of {code} in all{rest}"


def _marked(code: str) -> str:
    return code + (HEURISTIC_MARK if finding_kinds()[code].heuristic else "")


def _channels(measurement: Measurement, one: Finding) -> str:
    names = channel_names(measurement.format)
    if len(one.channels) > MOST_CHANNELS_NAMED:
        return f"{len(one.channels)} ch"
    return "+".join(names[channel] for channel in one.channels)


def _notes(measurement: Measurement, report: FileReport) -> Iterator[str]:
    """What a reader must know to read the numbers right."""
    notes = []
    audio = measurement.format
    if audio.channels == 1 and audio.channel_layout == ("C",):
        notes.append(
            "Mono: measured as one loudspeaker. On two it plays 3 LU louder (--dual-mono)."
        )
    if audio.channels > 2 and audio.layout_origin == "assumed":
        notes.append("The file states no channel layout; the usual one was assumed (--layout).")
    missing = [
        metric
        for metric in HEADLINES
        if measurement.value(metric) is None
        and not (metric.startswith("stereo.") and audio.channels != 2)
    ]
    for reason, group in _grouped(missing, measurement.reason):
        labels = ", ".join(metrics()[metric].label for metric in group)
        notes.append(f"Not measured ({reason}): {labels}.")
    if audio.duration_s < 60 and measurement.value("loudness.loudness_range_lu") is not None:
        notes.append("Loudness range is unstable under a minute (EBU Tech 3341).")
    notes += _accepted(report)
    if notes:
        yield ""
        yield from (paragraph("  ", note) for note in notes)


def _accepted(report: FileReport) -> Iterator[str]:
    """What does not count, and why."""
    missed = [
        (_short_label(one), one.accepted)
        for judgement in report.judgements
        for one in judgement.verdicts
        if one.accepted is not None
    ]
    for (what, why), _ in _grouped(missed, lambda pair: pair):
        yield f"Accepted: {what} ({why})."
    unlisted = [one for one in missed_checks(report) if one.note]
    for (code, note), _ in _grouped(unlisted, lambda one: (one.rule, one.note)):
        yield f"Not accepted: {code}: {note}."


def _steps(report: FileReport) -> Iterator[str]:
    with_advice = [one for one in report.judgements if one.advice]
    for advice, group in _grouped(with_advice, lambda one: one.advice):
        yield ""
        names = ", ".join(one.profile.name for one in group)
        is_all = len(group) == len(report.judgements)
        yield "  Do this" if is_all else paragraph("  Do this for ", names, hanging="  ")
        yield from (paragraph("    ", step, hanging="    ") for step in advice)


def _grouped(items: Iterable[Item], key: Callable[[Item], Key]) -> Iterable[tuple[Key, list[Item]]]:
    """Items by key, the keys in the order in which they first come."""
    groups: dict[Key, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups.items()


def _code(verdict: Verdict) -> str:
    return verdict.metric.rpartition(".")[2]
