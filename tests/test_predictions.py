from __future__ import annotations

from datetime import date

import pytest
from tests.report.frozen import MIX, measured

from mixcheck import FileReport, Measurement, Profile, judge, load_profile, load_profiles, render
from mixcheck.predictions import predict
from mixcheck.profiles import Playback


def programme(lufs: float | None, peak_dbtp: float = -1.0) -> Measurement:
    return measured({**MIX, "loudness.integrated_lufs": lufs, "peak.max_true_peak_dbtp": peak_dbtp})


def said(playback: Playback, measurement: Measurement) -> tuple[float | None, str]:
    profile = Profile(name="x", title="X", checked=date(2026, 1, 31), playback=playback)
    found = predict(measurement, profile)
    assert found is not None
    return found.gain_db, found.sentence


BOTH = Playback(source="s", target_lufs=-14.0, turns_up=True, max_peak_dbtp=-1.0)
DOWN = Playback(source="s", target_lufs=-14.0)


@pytest.mark.parametrize(
    ("playback", "lufs", "peak_dbtp", "gain_db", "sentence"),
    [
        (BOTH, -12.6, 0.1, -1.4, "turned down 1.4 dB"),
        (DOWN, -12.6, 0.1, -1.4, "turned down 1.4 dB"),
        (BOTH, -14.0, -1.0, 0.0, "played as it is"),
        (BOTH, -16.0, -6.0, 2.0, "turned up 2.0 dB"),
        (BOTH, -16.0, -2.2, 1.2, "turned up 1.2 of 2.0 dB (its peaks)"),
        (BOTH, -16.0, -0.5, 0.0, "plays 2.0 dB softer (its peaks)"),
        (DOWN, -16.0, -6.0, 0.0, "plays 2.0 dB softer"),
        (Playback(source="s"), -16.0, -6.0, None, "not known, the sources disagree"),
        (BOTH, None, -6.0, None, "not known, no loudness was measured"),
    ],
)
def test_what_a_service_does(
    playback: Playback, lufs: float | None, peak_dbtp: float, gain_db: float | None, sentence: str
) -> None:
    gain, words = said(playback, programme(lufs, peak_dbtp))
    assert words == sentence
    assert gain == (None if gain_db is None else pytest.approx(gain_db))


def test_a_prediction_rejects_nothing() -> None:
    for name in ("apple-music", "youtube", "soundcloud"):
        judgement = judge(programme(-6.0), load_profile(name))
        assert judgement.prediction is not None
        assert not [one for one in judgement.verdicts if one.metric.startswith("loudness.")]


def test_a_delivery_spec_predicts_nothing() -> None:
    assert judge(programme(-6.0), load_profile("acx")).prediction is None


def test_a_group_is_one_table_with_a_row_a_service() -> None:
    profiles = load_profiles(["streaming"])
    text = render([FileReport.of(programme(-12.6, -1.2), profiles)])
    table = text[text.index("  Service ") :].split("\n\n")[0].splitlines()
    for profile, row in zip(profiles, table[1:], strict=False):
        assert row.split()[0] == profile.name
    assert "turned down 1.4 dB" in table[1]
    assert "turned down 3.4 dB" in table[2]
    assert text.count("kinds of fault looked for") <= 1
    assert max(map(len, text.splitlines())) <= 80
