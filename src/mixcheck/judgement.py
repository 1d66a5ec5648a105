"""Judge a measurement by a profile: a pure function, no audio needed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from mixcheck.acceptance import NOTHING, Acceptance
from mixcheck.advice import advise, lower_label
from mixcheck.measurement import Measurement, Value
from mixcheck.meters import Finding, finding_kinds
from mixcheck.meters.base import SEVERITIES
from mixcheck.predictions import Prediction, predict
from mixcheck.profiles import FindingRule, Limit, Profile
from mixcheck.sets import RecordingSet

FINDINGS = "findings"
"""Prefix of the metric of a verdict about a finding code."""

OUTCOMES = ("pass", "warn", "fail")
_OUTCOME_OF_SEVERITY = {"error": "fail", "warning": "warn"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One limit against one value.

    Parameters
    ----------
    profile, metric : str
        Which limit of which profile; ``"findings.clipping"`` for a finding code.
    value : number, str or None
        What was measured.
    min, max : float or None
        Bounds, inclusive.
    target : float or None
        What the bounds are around.
    one_of : tuple
        Allowed values, where there are no bounds.
    severity : str
        What missing the limit amounts to.
    outcome : str
        ``"pass"``, ``"warn"``, ``"fail"`` or ``"unmeasured"``.
    margin : float or None
        Distance to the nearer bound, negative outside.
    source : str
        Where the limit comes from.
    advice : str or None
        What to do, where it did not pass.
    reason : str or None
        Why there is no value.
    accepted : str or None
        Why it does not count, where it was not passed but accepted.
    """

    profile: str
    metric: str
    value: Value
    min: float | None
    max: float | None
    target: float | None
    one_of: tuple[float | str, ...]
    severity: str
    outcome: str
    margin: float | None
    source: str
    advice: str | None
    reason: str | None
    accepted: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """All verdicts of a profile on one file.

    Parameters
    ----------
    profile : Profile
        By what was judged.
    outcome : str
        ``"pass"``, ``"warn"`` or ``"fail"``: the worst verdict.
    verdicts : tuple of Verdict
        In the order of the profile.
    advice : tuple of str
        What to do, most important first; empty if everything passed.
    prediction : Prediction or None
        What the service does on playback, where the profile is that of a service.
    """

    profile: Profile
    outcome: str
    verdicts: tuple[Verdict, ...]
    advice: tuple[str, ...]
    prediction: Prediction | None = None


def judge(measurement: Measurement, profile: Profile, accepted: Acceptance = NOTHING) -> Judgement:
    """Judge a measurement by a profile; what is accepted is said, and does not count.

    A limit whose metric could not be measured is not passed: an error fails, a warning warns.
    A finding code that could not be looked for fails only if it is an error; it is listed as
    unmeasured in any case.
    """
    kind = channel_kind(measurement)
    limits = [limit for limit in profile.limits if limit.applies_to in ("any", kind)]
    rules = [rule for rule in profile.findings if rule.applies_to in ("any", kind)]
    advice = advise(measurement, limits)
    counts, unseen = measurement.counts(), measurement.unseen()
    about = _About(profile.name, advice.of_finding, accepted, measurement.findings)
    verdicts = (
        *(_judge_limit(measurement, profile.name, limit, advice.of_limit) for limit in limits),
        *(
            _judge_findings(rule, counts.get(rule.code, 0), unseen.get(rule.code), about)
            for rule in rules
        ),
    )
    if accepted.limits:
        verdicts = tuple(
            replace(one, accepted=accepted.of_limit(profile.name, one.metric))
            if one.outcome != "pass" and one.accepted is None
            else one
            for one in verdicts
        )
    missed = missed_verdicts(verdicts)
    outcome = worst_outcome(map(counts_as, missed))
    is_judged = any(verdict.outcome != "unmeasured" for verdict in verdicts)
    if not is_judged:
        outcome = worst_outcome((outcome, "warn"))
    steps = [verdict.advice for verdict in sorted(missed, key=_urgency) if verdict.advice]
    if not is_judged:
        steps.append(
            "Nothing was judged, which is no pass: give a longer recording, or ask for more."
        )
    prediction = predict(measurement, profile)
    return Judgement(profile, outcome, verdicts, tuple(dict.fromkeys(steps)), prediction)


def judge_set(recordings: RecordingSet, profile: Profile) -> Judgement | None:
    """Judge a set as a whole; ``None`` if the profile asks nothing of sets."""
    if not profile.set_limits:
        return None
    verdicts = tuple(
        _judge_limit(recordings, profile.name, limit, {}) for limit in profile.set_limits
    )
    steps = [verdict.advice for verdict in sorted(verdicts, key=_urgency) if verdict.advice]
    outcome = worst_outcome(map(counts_as, verdicts))
    return Judgement(profile, outcome, verdicts, tuple(dict.fromkeys(steps)))


def worst_outcome(outcomes: Iterable[str]) -> str:
    """The worst of several outcomes; pass if there is none."""
    return max(outcomes, key=OUTCOMES.index, default="pass")


def channel_kind(measurement: Measurement) -> str:
    """``"mono"``, ``"stereo"`` or ``"multichannel"``; mono measured as dual mono is stereo."""
    audio = measurement.format
    if audio.channels == 1:
        return "stereo" if audio.channel_layout == ("dual-mono",) else "mono"
    return "stereo" if audio.channels == 2 else "multichannel"


def missed_verdicts(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Those that make the file warn or fail."""
    return [one for one in verdicts if one.outcome != "pass" and counts_as(one) != "pass"]


def _urgency(verdict: Verdict) -> int:
    return -OUTCOMES.index(counts_as(verdict))


def counts_as(verdict: Verdict) -> str:
    """What a verdict makes of the file: pass, warn or fail."""
    if verdict.accepted is not None:
        return "pass"
    if verdict.outcome != "unmeasured":
        return verdict.outcome
    if verdict.severity == "warning" and verdict.metric.startswith(FINDINGS):
        return "pass"
    return _OUTCOME_OF_SEVERITY[verdict.severity]


def _judge_limit(
    measurement: Measurement | RecordingSet, profile: str, limit: Limit, advice: Mapping[str, str]
) -> Verdict:
    value = measurement.value(limit.metric)
    members = members_of(value)
    margin = None
    # A silent channel has no level, and so is under any upper bound.
    only_upper = limit.lowest is None and not limit.one_of
    if not (any if only_upper else all)(member is not None for member in members):
        outcome = "unmeasured"
    elif limit.one_of:
        allowed = all(member in limit.one_of for member in members)
        outcome = "pass" if allowed else _OUTCOME_OF_SEVERITY[limit.severity]
    else:
        margin = margin_of(limit, value)
        outcome = "pass" if margin >= 0 else _OUTCOME_OF_SEVERITY[limit.severity]
    reason = measurement.reason(limit.metric) or "the file does not say"
    do: str | None = advice.get(limit.metric, limit.do) or None
    if outcome == "unmeasured":
        do = (
            f"The {lower_label(limit.metric)} could not be judged ({reason}): "
            "give a recording that has one, or check it another way."
        )
    return Verdict(
        profile=profile,
        metric=limit.metric,
        value=value,
        min=limit.lowest,
        max=limit.highest,
        target=limit.target,
        one_of=limit.one_of,
        severity=limit.severity,
        outcome=outcome,
        margin=margin,
        source=limit.source,
        advice=None if outcome == "pass" else do,
        reason=reason if outcome == "unmeasured" else None,
    )


def members_of(value: Value) -> tuple[Value, ...]:
    """The members of a list, or the value as the only one; an empty list has one unmeasured."""
    return (value or (None,)) if isinstance(value, tuple) else (value,)


def margin_of(limit: Limit, value: Value) -> float:
    """Distance of a value to the nearer bound of a limit, negative outside.

    A list has the margin of its worst member.
    """
    lowest = -math.inf if limit.lowest is None else limit.lowest
    highest = math.inf if limit.highest is None else limit.highest
    numbers = [one for one in members_of(value) if isinstance(one, int | float)]
    return min(min(one - lowest, highest - one) for one in numbers)


@dataclass(frozen=True, slots=True)
class _About:
    """What the verdicts on the findings of a file have in common."""

    profile: str
    advice: Mapping[str, str]
    accepted: Acceptance
    findings: tuple[Finding, ...]


def _judge_findings(rule: FindingRule, found: int, unseen: str | None, about: _About) -> Verdict:
    """Judge a code by how often it was found, or why it could not be looked for."""
    if not found:
        return _nothing_found(rule, unseen, about.profile)
    listed = [one for one in about.findings if one.code == rule.code]
    counted = [one for one in listed if rule.counts(one)]
    if len(counted) == len(listed):  # then those that are not listed count too
        accepted = about.accepted.count(rule.code)
    else:
        found, accepted = len(counted), sum(rule.counts(one) for one, _ in about.accepted.findings)
    count = max(0, found - accepted)
    passed = count <= rule.max_count
    kind = finding_kinds()[rule.code]
    return Verdict(
        **_of_rule(rule, about.profile),
        value=count,
        outcome="pass" if passed else _OUTCOME_OF_SEVERITY[_worst_weight(rule, counted, about)],
        margin=float(rule.max_count - count),
        advice=None if passed else rule.why or about.advice.get(rule.code, kind.do),
        reason=None,
        accepted=about.accepted.of_code(rule.code) if passed and found > rule.max_count else None,
    )


def _worst_weight(rule: FindingRule, counted: Iterable[Finding], about: _About) -> str:
    """What the findings that count, and are not accepted, amount to."""
    weights = [rule.weight(one) for one in counted if about.accepted.of_finding(one) is None]
    return max(weights, key=SEVERITIES.index, default=rule.severity)


@lru_cache(4096)  # it is the verdict on most codes of most files
def _nothing_found(rule: FindingRule, unseen: str | None, profile: str) -> Verdict:
    title = finding_kinds()[rule.code].title.lower()
    is_seen = unseen is None
    return Verdict(
        **_of_rule(rule, profile),
        value=0 if is_seen else None,
        outcome="pass" if is_seen else "unmeasured",
        margin=float(rule.max_count) if is_seen else None,
        advice=None if is_seen else f"Look for {title} another way: {unseen}.",
        reason=unseen,
    )


def _of_rule(rule: FindingRule, profile: str) -> dict[str, Any]:
    return {
        "profile": profile,
        "metric": f"{FINDINGS}.{rule.code}",
        "min": None,
        "max": float(rule.max_count),
        "target": None,
        "one_of": (),
        "severity": rule.severity,
        "source": rule.source or finding_kinds()[rule.code].source,
    }
