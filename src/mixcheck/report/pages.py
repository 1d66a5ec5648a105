"""Pages about profiles, findings and metrics, for ``profiles`` and ``explain``."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from mixcheck.meters import METERS, FindingKind, Meter
from mixcheck.profiles import FindingRule, Limit, Playback, Profile
from mixcheck.report.wording import allowed, paragraph
from mixcheck.units import Quantity

_KIND_HEADINGS = (
    ("what", "What it is"),
    ("why", "Why it matters"),
    ("how", "How it is found"),
    ("limits", "Known limits"),
    ("do", "What to do"),
    ("source", "Source"),
)


def finding_page(kind: FindingKind) -> str:
    """Everything about a finding code."""
    slight = f", {kind.mildest} if slight" if kind.mildest else ""
    under = f", info under {kind.info_below:g}" if kind.info_below is not None else ""
    lines = [f"{kind.code}: {kind.title} ({kind.severity}{slight}{under})"]
    if kind.heuristic:
        lines += ["", "  This is a heuristic: no standard defines it."]
    for field, heading in _KIND_HEADINGS:
        lines += ["", heading, paragraph("  ", getattr(kind, field))]
    return "\n".join(lines) + "\n"


def metric_page(path: str, described: Quantity) -> str:
    """Everything about a metric, the method and the limits of its meter included."""
    unit = f" ({described.unit})" if described.unit else ""
    lines = [f"{path}: {described.label}{unit}", "", paragraph("  ", described.about)]
    if described.heuristic:
        lines += ["", "  This is a heuristic: no standard defines it."]
    lines += ["", "Source", paragraph("  ", described.source)]
    for meter in METERS:
        if meter.name == path.partition(".")[0]:
            lines += ["", f"How the {meter.name} meter works", *_method(meter)]
    return "\n".join(lines) + "\n"


def _method(meter: type[Meter]) -> Iterator[str]:
    """Paragraphs of the meter's module, which says what it does and does not claim."""
    document = inspect.getdoc(inspect.getmodule(meter)) or ""
    for number, part in enumerate(document.replace("``", "").split("\n\n")):
        yield ("\n" if number else "") + paragraph("  ", part)


def profile_page(profile: Profile) -> str:
    """Everything a profile asks for, with its sources."""
    lines = [f"{profile.name}: {profile.title}", f"Sources checked on {profile.checked}"]
    if profile.notes:
        lines += ["", *(paragraph("  ", part) for part in profile.notes.split("\n\n"))]
    if profile.playback:
        lines += ["", *_playback_lines(profile.playback)]
    for limit in (*profile.limits, *profile.set_limits):
        lines += ["", *_limit_lines(limit)]
    if profile.findings:
        lines += ["", "Findings"]
        lines += [_rule_line(rule) for rule in profile.findings]
    return "\n".join(lines) + "\n"


def _playback_lines(playback: Playback) -> list[str]:
    target = playback.target_lufs
    if target is None:
        what = "what it does to the level is not known"
    else:
        peak = playback.max_peak_dbtp
        only = f", as far as peaks stay under {peak:.1f} dBTP" if peak is not None else ""
        how = f"up and down{only}" if playback.turns_up else "down only"
        what = f"plays at {target:.0f} LUFS, turning {how}"
    return [
        paragraph("On playback: ", what, hanging="  "),
        paragraph("  Source: ", playback.source, hanging="  "),
    ]


def _limit_lines(limit: Limit) -> list[str]:
    only = f", {limit.applies_to} only" if limit.applies_to != "any" else ""
    bounds = allowed(limit.lowest, limit.highest, limit.target, limit.one_of)
    lines = [paragraph(f"{limit.metric}: ", f"{bounds} ({limit.severity}{only})", hanging="  ")]
    lines += [paragraph("  ", text) for text in (limit.why, limit.do) if text]
    return [*lines, paragraph("  Source: ", limit.source, hanging="  ")]


def _rule_line(rule: FindingRule) -> str:
    only = f", {rule.applies_to} only" if rule.applies_to != "any" else ""
    at_most = f", at most {rule.max_count}" if rule.max_count else ""
    least = "".join(
        f", {what} {least:g} or more"
        for what, least in (
            ("value", rule.min_value),
            ("seconds", rule.min_duration_s or None),
            ("confidence", rule.min_confidence or None),
        )
        if least is not None
    )
    return paragraph(f"  {rule.code:<20} ", f"{rule.severity}{only}{at_most}{least}")
