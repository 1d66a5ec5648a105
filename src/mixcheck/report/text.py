"""The terminal report: the verdict first, in words; 80 columns, no colour needed.

One file is shown whole; of several, one line each, unless detail is asked for.
"""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from mixcheck.audio import AudioFormat
from mixcheck.judgement import FINDINGS, Judgement, Verdict
from mixcheck.measurement import Measurement, Value
from mixcheck.meters import Finding, finding_kinds, metrics
from mixcheck.report.model import FileReport, Summary
from mixcheck.units import Quantity, clock, format_number

WIDTH = 80
WORDS = {"pass": "PASS", "warn": "WARN", "fail": "FAIL", "unreadable": "UNREADABLE", None: "----"}
CHANNEL_NAMES = {1: ("M",), 2: ("L", "R")}
PLACES_LISTED = 3

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
        row = f"  {self.label:<21} {self.value:>13}  {self.limit:<19} {self.margin:>12}"
        return f"{row}  {self.outcome}".rstrip()


def render_text(reports: Sequence[FileReport], *, detail: bool | None = None) -> str:
    """The report as text; ``detail=None`` shows a single file whole and several in lines."""
    whole = len(reports) == 1 if detail is None else detail
    lines: list[str] = []
    for report in reports:
        lines += [*_file(report), ""] if whole else [_line(report)]
    if len(reports) > 1:
        lines += ([] if whole else [""]) + [summary_line(reports)]
    return "\n".join(line.rstrip() for line in lines).rstrip("\n") + "\n" if lines else ""


def summary_line(reports: Sequence[FileReport]) -> str:
    """How many files came out how, and how much audio that was."""
    summary = Summary.of(reports)
    counts = [
        f"{count} {word}"
        for count, word in (
            (summary.passed, "pass"),
            (summary.warned, "warn"),
            (summary.failed, "fail"),
            (summary.unreadable, "unreadable"),
        )
        if count
    ]
    seconds = sum(report.measurement.format.duration_s for report in reports if report.measurement)
    files = f"{summary.files} file{'s' if summary.files != 1 else ''}"
    head = f"{files}: {', '.join(counts)}" if counts else files
    return f"{head} · {_length(seconds)} of audio"


def _line(report: FileReport) -> str:
    """One file in one line."""
    word = WORDS[report.outcome]
    measurement = report.measurement
    if measurement is None:
        return _wrapped(f"{word}  ", report.error or "")
    numbers = " ".join(
        f"{_display(measurement, metric):>12}"
        for metric in ("loudness.integrated_lufs", "peak.max_true_peak_dbtp")
    )
    start = f"{word}  {numbers}  "
    why = _worst_in_short(report)
    room = WIDTH - len(start) - (len(why) + 2 if why else 0)
    name = _shortened(report.path, max(room, 16))
    return f"{start}{name}  {why}".rstrip()


def _worst_in_short(report: FileReport) -> str:
    bad = [
        verdict
        for judgement in report.judgements
        for verdict in judgement.verdicts
        if verdict.outcome in ("fail", "warn")
        or (verdict.outcome == "unmeasured" and not verdict.metric.startswith(FINDINGS))
    ]
    bad.sort(key=lambda verdict: verdict.severity != "error")
    names = list(dict.fromkeys(verdict.metric.rpartition(".")[2] for verdict in bad))
    names = [_short_label(name, bad) for name in names]
    return f"{names[0]}{f' +{len(names) - 1}' if len(names) > 1 else ''}" if names else ""


def _short_label(name: str, verdicts: Sequence[Verdict]) -> str:
    verdict = next(one for one in verdicts if one.metric.rpartition(".")[2] == name)
    return name if verdict.metric.startswith(FINDINGS) else metrics()[verdict.metric].label.lower()


def _file(report: FileReport) -> Iterator[str]:
    """One file, whole."""
    yield _wrapped(f"{WORDS[report.outcome]:<6}", report.error or report.path)
    measurement = report.measurement
    if measurement is None:
        return
    yield _wrapped("      ", describe_format(measurement.format))
    judged: set[str] = set()
    for judgement in report.judgements:
        judged |= {verdict.metric for verdict in judgement.verdicts}
        yield ""
        yield from _judgement(measurement, judgement)
    yield ""
    for metric in HEADLINES:
        if metric not in judged and measurement.value(metric) is not None:
            yield str(_Row(metrics()[metric].label, _display(measurement, metric)))
    yield from _findings(measurement)
    yield from _notes(measurement, report)
    yield from _steps(report)


def describe_format(audio: AudioFormat) -> str:
    """A format in a line: container, bits, rate, channels, length."""
    bits = "float" if audio.is_float else "bit" if audio.bit_depth else ""
    depth = f" {audio.bit_depth} {bits}" if audio.bit_depth else f" {audio.codec}"
    rate = f" {audio.bit_rate_kbps:.0f} kbit/s" if audio.bit_rate_kbps and audio.is_lossy else ""
    layout = {1: "mono", 2: "stereo"}.get(audio.channels, f"{audio.channels} channels")
    if audio.channel_layout and audio.channels > 2:
        layout += f" ({' '.join(audio.channel_layout)}, {audio.layout_origin})"
    if audio.channels == 1 and audio.channel_layout == ("dual-mono",):
        layout = "mono, measured as dual mono"
    kilohertz = f"{audio.sample_rate_hz / 1000:g} kHz"
    parts = (f"{audio.container}{depth}{rate}", kilohertz, layout, _length(audio.duration_s))
    return " · ".join(parts)


def _length(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.2f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _judgement(measurement: Measurement, judgement: Judgement) -> Iterator[str]:
    profile = judgement.profile
    yield f"  {profile.title} (profile {profile.name}, checked {profile.checked}): " + WORDS[
        judgement.outcome
    ]
    limits = [one for one in judgement.verdicts if not one.metric.startswith(FINDINGS)]
    for verdict in limits:
        yield str(_verdict_row(measurement, judgement, verdict))
        if verdict.outcome == "unmeasured":
            yield f"    not measured: {verdict.reason}"
    counted = [one for one in judgement.verdicts if one.metric.startswith(FINDINGS)]
    clean = [one for one in counted if one.outcome == "pass" and not one.value]
    if clean:
        yield f"  {len(clean)} kinds of fault looked for and not found"
    unseen = [one for one in counted if one.outcome == "unmeasured"]
    for reason, group in groupby(unseen, key=lambda one: one.reason):
        codes = ", ".join(_code(one) for one in group)
        yield _wrapped("  ", f"not looked for: {codes} ({reason})")


def _verdict_row(measurement: Measurement, judgement: Judgement, verdict: Verdict) -> _Row:
    described = metrics()[verdict.metric]
    limit = next(one for one in judgement.profile.limits if one.metric == verdict.metric)
    outcome = verdict.outcome if verdict.outcome != "fail" else "FAIL"
    decimals = _decimals(verdict, described)
    margin = ""
    if verdict.margin is not None:
        side = "left" if verdict.margin >= 0 else _side(verdict)
        margin = f"{format_number(abs(verdict.margin), decimals)} {side}"
    if limit.target is not None and limit.tolerance is not None and limit in (
        judgement.profile.limits
    ):
        middle = ((verdict.min or 0.0) + (verdict.max or 0.0)) / 2
        tolerance = ((verdict.max or 0.0) - (verdict.min or 0.0)) / 2
        allowed = f"target {format_number(middle, 1)} ±{format_number(tolerance, 1)}"
    else:
        allowed = _allowed(verdict)
    value = _display(measurement, verdict.metric, decimals)
    return _Row(described.label, value, allowed, margin, outcome)


def _allowed(verdict: Verdict) -> str:
    if verdict.one_of:
        return " or ".join(_plain(one) for one in verdict.one_of)
    if verdict.min is not None and verdict.max is not None:
        return f"{_plain(verdict.min)} to {_plain(verdict.max)}"
    if verdict.min is not None:
        return f"min {_plain(verdict.min)}"
    return f"max {_plain(verdict.max)}"


def _plain(value: float | str | None) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _side(verdict: Verdict) -> str:
    value = verdict.value
    below = verdict.min is not None and isinstance(value, int | float) and value < verdict.min
    return "under" if below else "over"


def _decimals(verdict: Verdict, described: Quantity) -> int:
    """As usual, but enough to tell a value from the limit that it misses."""
    decimals = described.decimals
    if verdict.margin is not None and verdict.margin < 0:
        while decimals < 4 and not round(verdict.margin, decimals):
            decimals += 1
    return decimals


def _display(measurement: Measurement, metric: str, decimals: int | None = None) -> str:
    described = metrics()[metric]
    return display(measurement.value(metric), described, decimals)


def display(value: Value, described: Quantity, decimals: int | None = None) -> str:
    """A value with its unit, as people read it; a dash for what was not measured."""
    if value is None:
        return "–"
    if isinstance(value, tuple):
        return " ".join(display(one, described, decimals).split(" ")[0] for one in value)
    if isinstance(value, str):
        return value
    places = described.decimals if decimals is None else decimals
    signed = described.unit in ("dBTP", "LUFS") and value > 0
    return f"{format_number(value, places, signed=signed)} {described.unit}".strip()


def _findings(measurement: Measurement) -> Iterator[str]:
    findings = measurement.findings
    if not findings:
        return
    yield ""
    totals = _totals(measurement)
    by_code = sorted(findings, key=lambda one: (_severity_rank(one), one.code, one.start_s))
    for code, group in groupby(by_code, key=lambda one: one.code):
        places = list(group)
        for one in places[:PLACES_LISTED]:
            yield _wrapped(f"  {clock(one.start_s)}  ", _place(measurement, one))
        total = max(totals.get(code, 0), len(places))
        if total > PLACES_LISTED:
            yield f"  {total} places of {code} in all, the first {PLACES_LISTED} shown"


def _severity_rank(finding: Finding) -> int:
    return ("error", "warning", "info").index(finding.severity)


def _totals(measurement: Measurement) -> dict[str, int]:
    """Counts that go beyond the places listed."""
    counted = {
        "inter-sample-over": "peak.inter_sample_overs",
        "non-finite": "integrity.non_finite_samples",
        "dropout": "continuity.dropouts",
    }
    return {
        code: value
        for code, metric in counted.items()
        if isinstance(value := measurement.value(metric), int)
    }


def _place(measurement: Measurement, one: Finding) -> str:
    names = CHANNEL_NAMES.get(measurement.format.channels) or measurement.format.channel_layout
    channels = "+".join(names[channel] if names else str(channel + 1) for channel in one.channels)
    return f"{channels or 'all':<4} {one.severity:<8} {one.code}: {one.message}"


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
    for reason, group in groupby(missing, key=measurement.reason):
        labels = ", ".join(metrics()[metric].label.lower() for metric in group)
        notes.append(f"Not measured ({reason}): {labels}.")
    if audio.duration_s < 60 and measurement.value("loudness.loudness_range_lu") is not None:
        notes.append("Loudness range is unstable under a minute (EBU Tech 3341).")
    if notes:
        yield ""
        yield from (_wrapped("  ", note) for note in notes)


def _steps(report: FileReport) -> Iterator[str]:
    steps = dict.fromkeys(step for one in report.judgements for step in one.advice)
    if steps:
        yield ""
        yield "  Do this"
        yield from (_wrapped("    ", step, hanging="    ") for step in steps)


def _code(verdict: Verdict) -> str:
    return verdict.metric.rpartition(".")[2]


def _wrapped(start: str, text: str, hanging: str | None = None) -> str:
    indent = " " * min(len(start), 20) if hanging is None else hanging
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=start,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _shortened(path: str, room: int) -> str:
    """A path that fits, its file name kept before its folders."""
    if len(path) <= room:
        return path
    name = os.path.basename(path)
    if len(name) < room:
        return "…" + path[-(room - 1) :]
    keep = room - 1
    return name[: keep - keep // 2] + "…" + name[-(keep // 2) :]


def explain_kind(code: str) -> str:
    """Title of a finding code."""
    return finding_kinds()[code].title
