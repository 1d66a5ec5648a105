from __future__ import annotations

import copy
import dataclasses
from datetime import date
from typing import Any

import pytest
from tests.report.frozen import CLEAN, MIX, audio_format, found, measured

from mixcheck import Judgement, Limit, Profile, Verdict, judge, load_profile
from mixcheck.audio import AudioFormat
from mixcheck.profiles import FindingRule

LOUDNESS = "loudness.integrated_lufs"
PEAKS = "peak.true_peak_dbtp"
DUAL_MONO = dataclasses.replace(
    audio_format(channels=1), channel_layout=("dual-mono",), layout_origin="given"
)


def profile(*limits: Limit, findings: tuple[FindingRule, ...] = ()) -> Profile:
    return Profile(
        name="mine", title="Mine", checked=date(2026, 1, 31), limits=limits, findings=findings
    )


def limit(metric: str = LOUDNESS, **rest: Any) -> Limit:
    return Limit(metric=metric, source="me", **rest)


def verdict_on(value: Any, rule: Limit) -> tuple[Judgement, Verdict]:
    judgement = judge(measured({**CLEAN, rule.metric: value}), profile(rule))
    (verdict,) = judgement.verdicts
    return judgement, verdict


def test_is_pure() -> None:
    measurement, spec = measured(findings=[found("clipping")]), load_profile("spotify")
    before = copy.deepcopy(measurement), copy.deepcopy(spec)
    assert judge(measurement, spec) == judge(measurement, spec)
    assert (measurement, spec) == before


RANGES = [  # bounds; values inside with their margins; values outside with theirs
    (
        {"min": -23.0, "max": -18.0},
        [(-23.0, 0.0), (-18.0, 0.0), (-20.0, 2.0)],
        [(-23.01, -0.01), (-17.9, -0.1)],
    ),
    ({"max": -1.0}, [(-1.0, 0.0), (-99.0, 98.0)], [(-0.999, -0.001), (3.0, -4.0)]),
    ({"min": 192}, [(192, 0), (320, 128)], [(191.9, -0.1)]),
    (
        {"target": -23.0, "tolerance": 0.2},
        [(-23.2, 0.0), (-22.8, 0.0), (-23.0, 0.2)],
        [(-23.21, -0.01), (-22.79, -0.01)],
    ),
    ({"target": -14.0, "tolerance": 1.0}, [(-15.0, 0.0), (-13.0, 0.0)], [(-12.6, -0.4)]),
]


@pytest.mark.parametrize(("severity", "outcome"), [("error", "fail"), ("warning", "warn")])
@pytest.mark.parametrize(("bounds", "inside", "outside"), RANGES)
def test_bounds_are_inclusive(
    bounds: dict[str, float],
    inside: list[tuple[float, float]],
    outside: list[tuple[float, float]],
    severity: str,
    outcome: str,
) -> None:
    rule = limit(severity=severity, **bounds)
    expected = [(*one, "pass") for one in inside] + [(*one, outcome) for one in outside]
    for value, margin, wanted in expected:
        judgement, verdict = verdict_on(value, rule)
        assert (verdict.outcome, judgement.outcome) == (wanted, wanted), value
        assert verdict.margin == pytest.approx(margin, abs=1e-9)
        assert verdict.value == value
        assert (verdict.min, verdict.max) == (rule.lowest, rule.highest)


@pytest.mark.parametrize(("metric", "choice"), [
    ("format.codec", ("PCM_24", "FLOAT")), ("format.channels", (1, 2)),
])  # fmt: skip
def test_choice(metric: str, choice: tuple[Any, ...]) -> None:
    for accepted in (choice, choice[:1]):
        judgement = judge(measured(), profile(limit(metric, one_of=accepted)))
        inside = measured().value(metric) in accepted
        assert judgement.outcome == ("pass" if inside else "fail")
        assert judgement.verdicts[0].one_of == accepted


@pytest.mark.parametrize(("severity", "outcome"), [("error", "fail"), ("warning", "warn")])
@pytest.mark.parametrize("bounds", [{"max": 0.0}, {"target": 0, "tolerance": 99}, {"one_of": (1,)}])
def test_unmeasured_never_passes(severity: str, outcome: str, bounds: dict[str, Any]) -> None:
    measurement = measured(
        {**CLEAN, LOUDNESS: None}, reasons={LOUDNESS: "nothing is louder than -70 LUFS"}
    )
    judgement = judge(measurement, profile(limit(severity=severity, **bounds)))
    (verdict,) = judgement.verdicts
    assert judgement.outcome == outcome
    assert (verdict.outcome, verdict.value, verdict.margin) == ("unmeasured", None, None)
    assert verdict.reason == "nothing is louder than -70 LUFS"


def test_unmeasured_header_field_has_a_reason() -> None:
    rule = limit("format.bit_depth", min=16)
    judgement = judge(measured(audio=audio_format(bit_depth=None)), profile(rule))
    assert judgement.outcome == "fail"
    assert judgement.verdicts[0].reason


KINDS = [
    (audio_format(channels=1), "mono"),
    (audio_format(channels=2), "stereo"),
    (DUAL_MONO, "stereo"),
    (audio_format(channels=6), "multichannel"),
    (audio_format(channels=7), "multichannel"),
]


@pytest.mark.parametrize(("audio", "kind"), KINDS, ids=["mono", "stereo", "dual-mono", "6", "7"])
def test_applies_to(audio: AudioFormat, kind: str) -> None:
    everything = ("any", "mono", "stereo", "multichannel")
    limits = [limit(max=-10.0 - n, applies_to=one) for n, one in enumerate(everything)]
    rules = [FindingRule(code="hum", max_count=n, applies_to=k) for n, k in enumerate(everything)]
    judgement = judge(measured(audio=audio), profile(*limits, findings=tuple(rules)))
    number = everything.index(kind)
    assert [verdict.max for verdict in judgement.verdicts] == [-10.0, -10.0 - number, 0, number]


LISTS = [  # per channel; bounds; outcome; margin
    ((-1.5, -2.0), {"max": -1.0}, "pass", 0.5),
    ((-1.5, -0.8), {"max": -1.0}, "fail", -0.2),
    ((-0.8, -1.5), {"max": -1.0}, "fail", -0.2),
    ((-20.0, -30.0), {"min": -23.0}, "fail", -7.0),
    ((-20.0, -21.0), {"target": -20.0, "tolerance": 1.5}, "pass", 0.5),
    ((-20.0, None), {"max": -1.0}, "pass", 19.0),  # silence is under any level
]


@pytest.mark.parametrize(("value", "bounds", "outcome", "margin"), LISTS)
def test_list_is_judged_by_its_worst_member(
    value: tuple[float | None, ...], bounds: dict[str, float], outcome: str, margin: float
) -> None:
    judgement, verdict = verdict_on(value, limit(PEAKS, **bounds))
    assert (judgement.outcome, verdict.margin) == (outcome, pytest.approx(margin))


@pytest.mark.parametrize("value", [(-20.0, None), (None, -20.0), (None, None), ()], ids=str)
def test_unmeasured_member_of_a_list_never_passes(value: tuple[float | None, ...]) -> None:
    judgement, verdict = verdict_on(value, limit(PEAKS, min=-23.0))
    assert judgement.outcome == "fail"
    assert verdict.outcome in ("fail", "unmeasured")


def test_choice_of_a_list() -> None:
    judgement, _ = verdict_on((-3.0, -3.0), limit(PEAKS, one_of=(-3.0,)))
    assert judgement.outcome == "pass"
    judgement, _ = verdict_on((-3.0, -4.0), limit(PEAKS, one_of=(-3.0,)))
    assert judgement.outcome == "fail"


COUNTS = [  # findings there; allowed; severity; outcome
    (0, 0, "error", "pass"),
    (1, 0, "error", "fail"),
    (1, 0, "warning", "warn"),
    (2, 2, "error", "pass"),
    (3, 2, "error", "fail"),
]


@pytest.mark.parametrize(("there", "allowed", "severity", "outcome"), COUNTS)
def test_findings_are_counted(there: int, allowed: int, severity: str, outcome: str) -> None:
    findings = [found("clipping", float(at)) for at in range(there)] + [found("hum")]
    rule = FindingRule(code="clipping", severity=severity, max_count=allowed)
    judgement = judge(measured(CLEAN, findings), profile(findings=(rule,)))
    (verdict,) = judgement.verdicts
    assert (judgement.outcome, verdict.outcome) == (outcome, outcome)
    assert (verdict.metric, verdict.value) == ("findings.clipping", there)
    assert (verdict.max, verdict.margin) == (allowed, allowed - there)
    assert verdict.source
    assert bool(judgement.advice) == (outcome != "pass")


@pytest.mark.parametrize(("severity", "outcome"), [("error", "fail"), ("warning", "pass")])
def test_finding_that_could_not_be_looked_for(severity: str, outcome: str) -> None:
    measurement = measured(CLEAN, reasons={"hum": "fewer than 4 s"})
    rules = (FindingRule(code="hum", severity=severity), FindingRule(code="clipping"))
    judgement = judge(measurement, profile(findings=rules))
    verdict, _ = judgement.verdicts
    assert judgement.outcome == outcome
    assert (verdict.outcome, verdict.value, verdict.reason) == (
        "unmeasured", None, "fewer than 4 s",
    )  # fmt: skip


FILTERED = [  # findings, a rule's filters, how many count
    ([("dc-offset", {"value": 0.02, "unit": "FS", "severity": "info"})], {}, 0),
    ([("dc-offset", {"value": -0.02, "unit": "FS", "severity": "info"})], {"min_value": 0.01}, 1),
    ([("dc-offset", {"value": -0.06, "unit": "FS"})], {}, 1),
    ([("dc-offset", {"value": -0.06, "unit": "FS"})], {"min_value": 0.1}, 0),
    ([("hum", {"value": -72.0, "unit": "dBFS"})], {"min_value": -60.0}, 0),
    ([("hum", {"value": -50.0, "unit": "dBFS"})], {"min_value": -60.0}, 1),
    ([("cut-end", {"value": -20.0, "unit": "dBFS"})], {}, 1),
    ([("click", {"confidence": 0.7}), ("click", {"confidence": 0.9})], {"min_confidence": 0.8}, 1),
    ([("dropout", {}), ("dropout", {"end_s": 1.5})], {"min_duration_s": 0.1}, 1),
    ([("truncated", {})], {"min_value": 5.0}, 1),  # has no value: it cannot be under one
]


@pytest.mark.parametrize(("findings", "filters", "counting"), FILTERED)
def test_a_rule_says_which_findings_count(
    findings: list[tuple[str, dict[str, Any]]], filters: dict[str, float], counting: int
) -> None:
    rule = FindingRule(code=findings[0][0], severity="warning", **filters)
    measurement = measured(CLEAN, [found(code, **about) for code, about in findings])
    (verdict,) = judge(measurement, profile(findings=(rule,))).verdicts
    assert verdict.value == counting
    assert verdict.outcome == ("warn" if counting else "pass")


@pytest.mark.parametrize(
    ("name", "outcomes"), [("general", []), ("cd", []), ("acx", ["warn"]), ("bbc-radio", ["warn"])]
)
def test_a_cut_start_counts_where_speech_is_delivered(name: str, outcomes: list[str]) -> None:
    judgement = judge(measured(CLEAN, [found("cut-start")]), load_profile(name))
    judged = [one.outcome for one in judgement.verdicts if one.metric == "findings.cut-start"]
    assert judged == outcomes


def test_finding_seen_counts_even_if_part_could_not_be_looked_at() -> None:
    measurement = measured(CLEAN, [found("hum")], reasons={"hum": "only one channel"})
    judgement = judge(measurement, profile(findings=(FindingRule(code="hum"),)))
    assert judgement.verdicts[0].outcome == "fail"


def test_outcome_is_the_worst_verdict() -> None:
    warns = limit(max=-20.0, severity="warning")
    fails = limit("loudness.plr_lu", min=20.0)
    passes = limit("loudness.loudness_range_lu", min=1.0)
    for rules, outcome in (
        ((passes,), "pass"), ((passes, warns), "warn"), ((warns, fails, passes), "fail"),
        ((), "warn"),  # nothing was judged
    ):  # fmt: skip
        judgement = judge(measured(), profile(*rules))
        assert judgement.outcome == outcome
        assert [verdict.metric for verdict in judgement.verdicts] == [one.metric for one in rules]


def test_what_fails_is_advised_before_what_warns() -> None:
    spec = profile(
        limit("format.codec", one_of=("FLOAT",), severity="warning", do="First in the profile."),
        limit("format.sample_rate_hz", min=96_000, do="Worst."),
        limit("format.channels", max=1, do="Worst."),
        limit("format.bit_depth", min=16, do="Not needed."),
    )
    judgement = judge(measured(), spec)
    assert judgement.advice == ("Worst.", "First in the profile.")
    assert [verdict.advice for verdict in judgement.verdicts] == [
        "First in the profile.", "Worst.", "Worst.", None,
    ]  # fmt: skip


def test_verdict_carries_its_limit() -> None:
    judgement, verdict = verdict_on(MIX[LOUDNESS], limit(target=-14, tolerance=1))
    assert verdict.profile == judgement.profile.name == "mine"
    assert (verdict.target, verdict.min, verdict.max) == (-14, -15, -13)
    assert (verdict.source, verdict.severity) == ("me", "error")


def test_what_judged_nothing_is_no_pass() -> None:
    measurement = measured(CLEAN, reasons={"hum": "fewer than 4 s"})
    judgement = judge(measurement, profile(findings=(FindingRule(code="hum", severity="warning"),)))
    assert judgement.outcome == "warn"
    assert judgement.advice


SLIGHT = {"severity": "warning", "value": 3.0, "unit": "samples"}


@pytest.mark.parametrize(
    ("findings", "filters", "outcome"),
    [
        ([SLIGHT], {}, "warn"),
        ([SLIGHT, {"value": 90.0, "unit": "samples"}], {}, "fail"),
        ([SLIGHT], {"min_value": 0.0}, "fail"),  # whoever says from which value on, means it
        ([SLIGHT], {"severity": "warning"}, "warn"),
    ],
)
def test_a_slight_finding_amounts_to_no_more_than_it_is(
    findings: list[dict[str, Any]], filters: dict[str, Any], outcome: str
) -> None:
    rule = FindingRule(code="clipping", **filters)
    measurement = measured(CLEAN, [found("clipping", **about) for about in findings])
    (verdict,) = judge(measurement, profile(findings=(rule,))).verdicts
    assert (verdict.value, verdict.outcome) == (len(findings), outcome)
