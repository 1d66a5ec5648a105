"""Advice is taken: its gain is applied to the samples, which are then measured and judged again."""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest
from tests.report.frozen import CLEAN, measured
from tests.signals import RATE, Signal, faded, noise, pink, ratio, sine, steps

import mixcheck
from mixcheck import Judgement, Limit, Measurement, Profile, judge, load_profile, metrics

UNITS = {"LUFS": "loudness.integrated_lufs", "dBTP": "peak.max_true_peak_dbtp"}
LOUDNESS, TRUE_PEAK = UNITS.values()
RMS, SAMPLE_PEAK = "level.rms_dbfs", "peak.max_sample_peak_dbfs"
WITHIN = 0.1 / 2 + 1e-6  # what is printed with one decimal


def limit(metric: str, **bounds: Any) -> Limit:
    return Limit(metric=metric, source="me", **bounds)


def profile(*limits: Limit) -> Profile:
    return Profile(name="mine", title="Mine", checked=date(2026, 1, 31), limits=limits)


@cache
def material(kind: str) -> tuple[Signal, Measurement]:
    """A tone, music, or music with one peak so many dB over its highest."""
    if kind == "tone":
        samples = faded(sine(997.0, 3.2), 0.01)
    else:
        swell = ratio(-6.0) * np.exp(0.5 * sine(0.4, 4.0))
        samples = faded(0.1 * swell * pink(7, 4.0), 0.05)
        width = RATE // 2000
        bump = np.hanning(2 * width + 1)
        middle = samples.shape[-1] // 2
        section = slice(middle - width, middle + width + 1)
        wanted = np.abs(samples).max() * ratio(float(kind.removeprefix("music") or 0))
        samples[:, section] += bump * (wanted - samples[:, section])
    return samples, mixcheck.measure_array(samples, RATE)


def at(metric: str, level: float, kind: str) -> Signal:
    """Material turned to a level of a metric."""
    samples, measurement = material(kind)
    value = measurement.value(metric)
    assert isinstance(value, float)
    return samples * ratio(level - value)


def gain_of(sentence: str) -> float:
    """The gain in dB that a sentence tells to apply."""
    found = re.match(r"Turn it (up|down) (\d+\.\d) dB", sentence)
    if found is None:
        assert "Turn it" not in sentence, sentence
        return 0.0
    return float(found[2]) * (1 if found[1] == "up" else -1)


def levels_of(sentence: str) -> list[tuple[float, str]]:
    """Every level that a sentence promises, with its unit."""
    return [
        (float(number), unit)
        for number, unit in re.findall(r"([+-]?\d+\.\d) (LUFS|dBTP|dBFS\(A\)|dBFS)", sentence)
    ]


def judged(samples: Signal, spec: Profile) -> tuple[Measurement, Judgement]:
    measurement = mixcheck.measure_array(samples, RATE)
    return measurement, judge(measurement, spec)


def level_advice(judgement: Judgement) -> str:
    """The sentence about gain: the same for every level that misses its limit."""
    missed = [one for one in judgement.verdicts if one.metric in missed_levels(judgement)]
    (sentence,) = {one.advice for one in missed if one.value is not None}
    assert sentence in judgement.advice
    return str(sentence)


def measured_levels(measurement: Measurement, spec: Profile, unit: str) -> list[float]:
    """Values of the metrics of a profile that have this unit."""
    values = [measurement.value(one.metric) for one in spec.limits
              if metrics()[one.metric].unit == unit]  # fmt: skip
    return [value for value in values if isinstance(value, float)]


def missed_levels(judgement: Judgement) -> set[str]:
    return {
        verdict.metric
        for verdict in judgement.verdicts
        if verdict.outcome != "pass"
        and verdict.metric in metrics()
        and metrics()[verdict.metric].unit in ("LUFS", "dBTP", "dBFS")
    }


SPOTIFY = load_profile("spotify")
ACX = load_profile("acx")
EBU = load_profile("ebu-r128")
GAIN_SUFFICES = {  # metric, its level, material, profile
    "loud, Spotify": (LOUDNESS, -9.3, "music", SPOTIFY),
    "soft, Spotify": (LOUDNESS, -31.23, "tone", SPOTIFY),
    "over the peak limit": (SAMPLE_PEAK, -0.3, "tone", profile(limit(TRUE_PEAK, max=-1.0))),
    "soft, EBU": (LOUDNESS, -23.456, "tone", EBU),
    "loud, EBU": (LOUDNESS, -3.21, "tone", EBU),
    "RMS": (SAMPLE_PEAK, -10.0, "tone", profile(limit(RMS, min=-23.0, max=-18.0))),
    "peak decides the gain": (
        LOUDNESS,
        -8.0,
        "music",
        profile(limit(LOUDNESS, min=-36.0, max=-5.0), limit(TRUE_PEAK, max=-1.0)),
    ),
    "narrow range": (
        SAMPLE_PEAK, -20.04, "tone", profile(limit(SAMPLE_PEAK, target=-10.0, tolerance=0.06)),
    ),
    "noise floor too": (
        RMS, -12.0, "music",
        profile(limit(RMS, min=-30.0, max=-18.0), limit("noise.noise_floor_dbfs", max=-25.0)),
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("metric", "level", "kind", "spec"), GAIN_SUFFICES.values(), ids=list(GAIN_SUFFICES)
)
def test_gain_alone_does_what_was_said(metric: str, level: float, kind: str, spec: Profile) -> None:
    samples = at(metric, level, kind)
    _, judgement = judged(samples, spec)
    sentence = level_advice(judgement)
    assert "limiter has to" not in sentence
    assert missed_levels(judgement)
    gain_db = gain_of(sentence)
    after, again = judged(samples * ratio(gain_db), spec)
    assert not missed_levels(again)
    promised = levels_of(sentence)
    assert promised
    for said, unit in promised:
        values = measured_levels(after, spec, unit)
        assert any(abs(value - said) < WITHIN for value in values), (sentence, values)
    has_peak_limit = {one.metric for one in spec.limits} & {TRUE_PEAK, SAMPLE_PEAK}
    assert ("no limiter needed" in sentence) == bool(has_peak_limit)


LIMITER = {
    "soft with a peak, Spotify": (LOUDNESS, -20.0, "music 6", SPOTIFY),
    "loudness is right": (LOUDNESS, -14.0, "music 5", SPOTIFY),
    "EBU": (LOUDNESS, -35.0, "music 22", EBU),
    "sample peak": (
        RMS, -30.0, "music 9",
        profile(limit(RMS, min=-20.0, max=-18.0), limit(SAMPLE_PEAK, max=-3.0)),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("metric", "level", "kind", "spec"), LIMITER.values(), ids=list(LIMITER))
def test_how_much_a_limiter_has_to_do(metric: str, level: float, kind: str, spec: Profile) -> None:
    samples = at(metric, level, kind)
    _, judgement = judged(samples, spec)
    sentence = level_advice(judgement)
    found = re.search(r"[Aa] limiter has to take (\d+\.\d) dB off the peaks", sentence)
    assert found, sentence
    after, again = judged(samples * ratio(gain_of(sentence)), spec)
    (peak,) = [one for one in spec.limits if one.metric in (TRUE_PEAK, SAMPLE_PEAK)]
    assert missed_levels(again) == {peak.metric}
    value = after.value(peak.metric)
    assert isinstance(value, float)
    assert peak.highest is not None
    excess = value - peak.highest
    assert excess - 1e-3 <= float(found[1]) <= excess + 0.1 + 1e-3
    for said, unit in levels_of(sentence):
        assert any(abs(one - said) < WITHIN for one in measured_levels(after, spec, unit))


def test_noise_that_no_gain_mends() -> None:
    hiss = ratio(-50.0) * noise(5, 4.0, channels=1)
    speech = ratio(-9.0) * sine(997.0, 4.0) * (np.arange(4 * RATE) % RATE < RATE // 4)
    spec = profile(*(one for one in ACX.limits if not one.metric.startswith("format")))
    _, judgement = judged(hiss + speech, spec)
    sentence = level_advice(judgement)
    found = re.search(r"noise floor has to come down by (\d+\.\d) dB", sentence)
    assert found, sentence
    after, again = judged((hiss + speech) * ratio(gain_of(sentence)), spec)
    assert missed_levels(again) == {"noise.noise_floor_dbfs"}
    floor = after.value("noise.noise_floor_dbfs")
    assert isinstance(floor, float)
    assert float(found[1]) == pytest.approx(floor + 60.0, abs=0.1)


@pytest.mark.parametrize("spec", [SPOTIFY, EBU, ACX, load_profile("general")])
def test_no_advice_when_everything_passes(spec: Profile) -> None:
    values = dict(CLEAN)
    for one in spec.limits:
        if one.target is not None:
            values[one.metric] = one.target
        elif one.lowest is not None and one.highest is not None:
            values[one.metric] = (one.lowest + one.highest) / 2
        elif one.highest is not None:
            values[one.metric] = one.highest - 1.0
    rules = tuple(one for one in spec.limits if not one.metric.startswith("format."))
    spec = dataclasses.replace(spec, limits=rules)
    judgement = judge(measured(values), spec)
    assert judgement.outcome == "pass"
    assert judgement.advice == ()
    assert all(verdict.advice is None for verdict in judgement.verdicts)


def test_no_gain_is_advised_for_what_gain_does_not_move() -> None:
    spec = profile(limit("loudness.loudness_range_lu", max=1.0), limit(LOUDNESS, max=0.0))
    assert judge(measured(), spec).advice == ()


def test_other_metrics_do_not_stop_the_advice() -> None:
    spec = profile(limit(LOUDNESS, max=-20.0), limit("noise.hum_dbfs", max=-70.0))
    assert level_advice(judge(measured(), spec)) == "Turn it down 7.4 dB: -20.0 LUFS."


def test_peaks_of_each_channel_limit_the_gain_too() -> None:
    spec = profile(
        limit(LOUDNESS, target=-14.0, tolerance=1.0), limit("peak.true_peak_dbtp", max=-1.0)
    )
    samples = at(LOUDNESS, -20.0, "music 6")
    _, judgement = judged(samples, spec)
    sentence = level_advice(judgement)
    _, again = judged(samples * ratio(gain_of(sentence)), spec)
    assert again.outcome == "pass" or "limiter" in sentence


def test_what_the_gain_leaves_missed_is_named() -> None:
    spec = profile(limit(LOUDNESS, target=-23.0, tolerance=0.5), limit(RMS, min=-20.0))
    measurement = measured({**CLEAN, LOUDNESS: -18.0, RMS: -21.0})
    sentence = level_advice(judge(measurement, spec))
    gain_db = gain_of(sentence)
    assert -21.0 + gain_db < -20.0, "no gain meets both"
    assert "RMS" in sentence.upper()


def test_gain_never_drives_the_peaks_over_full_scale_unsaid() -> None:
    spec = profile(limit(LOUDNESS, target=-14.0, tolerance=1.0))
    measurement = measured({**CLEAN, LOUDNESS: -24.0, TRUE_PEAK: -2.0, SAMPLE_PEAK: -2.0})
    sentence = level_advice(judge(measurement, spec))
    assert -2.0 + gain_of(sentence) <= 0.0 or "limiter" in sentence


def test_advised_loudness_holds_where_pauses_cross_the_absolute_gate() -> None:
    """Turned down, room tone falls under -70 LUFS and no longer counts for the relative gate."""
    phrases = steps([(1.0, -14.0), (0.8, -66.0), (1.0, -26.0), (0.8, -66.0)] * 3)
    _, judgement = judged(phrases, EBU)
    sentence = level_advice(judgement)
    assert "no limiter needed" in sentence
    after, again = judged(phrases * ratio(gain_of(sentence)), EBU)
    assert not missed_levels(again)
    said = next(level for level, unit in levels_of(sentence) if unit == "LUFS")
    assert after.value(LOUDNESS) == pytest.approx(said, abs=0.1)


def test_digital_silence_gets_no_gain() -> None:
    _, judgement = judged(np.zeros((2, 4 * RATE)), SPOTIFY)
    assert not [step for step in judgement.advice if re.match(r"Turn it (up|down) \d", step)]
    assert judgement.outcome == "fail"


@pytest.mark.parametrize("peak_dbfs", [3.3, 5.1, 11.97])  # less is harmless, and only told
def test_overs_are_told_by_the_files_own_figures(peak_dbfs: float) -> None:
    samples = ratio(peak_dbfs) * faded(sine(997.0, 4.0), 0.1)[None]
    before, judgement = judged(samples, load_profile("general"))
    (sentence,) = (one for one in judgement.advice if "Turn it down" in one)
    assert f"Samples reach +{peak_dbfs:.1f} dBFS" in sentence
    found = re.search(r"Turn it down (\d+\.\d) dB for a true peak of (-\d\.\d) dBTP", sentence)
    assert found, sentence
    after, again = judged(samples * ratio(-float(found[1])), load_profile("general"))
    assert after.value(TRUE_PEAK) == pytest.approx(float(found[2]), abs=0.06)
    assert -1.1 <= float(found[2]) <= -1.0
    assert before.count("inter-sample-over") > after.count("inter-sample-over") == 0
    assert again.outcome == "pass"
