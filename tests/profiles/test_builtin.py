from __future__ import annotations

import tomllib
from datetime import date
from importlib.resources import files

import pytest

from mixcheck import MixcheckError, Profile, load_profile, metrics, profile_names
from mixcheck.meters import finding_kinds

PROFILES = {name: load_profile(name) for name in profile_names()}
NAMED = [pytest.param(profile, id=name) for name, profile in PROFILES.items()]

# From the specs themselves: profile, metric, applies_to, lowest and highest or one of, severity
SPECS = [
    ("acx", "level.rms_dbfs", "any", (-23.0, -18.0), "error"),
    ("acx", "peak.max_sample_peak_dbfs", "any", (None, -3.0), "error"),
    ("acx", "noise.noise_floor_dbfs", "any", (None, -60.0), "error"),
    ("acx", "format.codec", "any", {"MPEG_LAYER_III"}, "error"),
    ("acx", "format.bit_rate_kbps", "any", (192, None), "error"),
    ("acx", "format.bit_rate_mode", "any", {"constant"}, "error"),
    ("acx", "format.sample_rate_hz", "any", {44100}, "error"),
    ("acx", "format.duration_s", "any", (None, 7200), "error"),
    ("apple-podcasts", "loudness.integrated_lufs", "stereo", (-17.0, -15.0), "error"),
    ("apple-podcasts", "peak.max_true_peak_dbtp", "any", (None, -1.0), "error"),
    ("ebu-r128", "loudness.integrated_lufs", "any", (-23.2, -22.8), "error"),
    ("ebu-r128", "peak.max_true_peak_dbtp", "any", (None, -1.0), "error"),
    ("spotify", "loudness.integrated_lufs", "any", (-15.0, -13.0), "warning"),
    ("spotify", "peak.max_true_peak_dbtp", "any", (None, -1.0), "error"),
]


def test_built_in_profiles() -> None:
    assert {"general", "acx", "apple-podcasts", "ebu-r128", "spotify", "mix-for-mastering"} <= set(
        PROFILES
    )
    assert profile_names() == tuple(sorted(PROFILES))


@pytest.mark.parametrize("profile", NAMED)
def test_says_where_everything_comes_from(profile: Profile) -> None:
    assert PROFILES[profile.name] is profile, "the file is named after the profile"
    assert profile.title
    assert date(2025, 1, 1) < profile.checked
    assert all(limit.source.strip() for limit in profile.limits)


@pytest.mark.parametrize("profile", NAMED)
def test_limits_can_be_met_and_told_apart(profile: Profile) -> None:
    for limit in profile.limits:
        assert limit.metric in metrics()
        if limit.lowest is not None and limit.highest is not None:
            assert limit.lowest <= limit.highest
    for rules in (
        [(limit.metric, limit.applies_to) for limit in profile.limits],
        [(rule.code, rule.applies_to) for rule in profile.findings],
    ):
        assert len(rules) == len(set(rules))
    assert {rule.code for rule in profile.findings} <= set(finding_kinds())


def test_general_asks_for_no_delivery_spec() -> None:
    assert PROFILES["general"].limits == ()
    assert PROFILES["general"].findings
    severities = {rule.code: rule.severity for rule in PROFILES["general"].findings}
    for code, kind in finding_kinds().items():
        if kind.severity != "info":
            assert severities[code] == kind.severity, code
        else:
            assert code not in severities


@pytest.mark.parametrize("name", sorted(set(PROFILES) - {"general"}))
def test_others_extend_general(name: str) -> None:
    text = files("mixcheck.profiles").joinpath(f"{name}.toml").read_text("utf-8")
    assert "extends" in tomllib.loads(text)
    general = {rule.code for rule in PROFILES["general"].findings}
    assert general <= {rule.code for rule in PROFILES[name].findings}


@pytest.mark.parametrize(("name", "metric", "kind", "allowed", "severity"), SPECS)
def test_limits_are_those_of_the_spec(
    name: str, metric: str, kind: str, allowed: object, severity: str
) -> None:
    (limit,) = (
        limit
        for limit in PROFILES[name].limits
        if limit.metric == metric and limit.applies_to == kind
    )
    bounds = set(limit.one_of) if limit.one_of else (limit.lowest, limit.highest)
    assert bounds == (allowed if limit.one_of else pytest.approx(allowed))
    assert limit.severity == severity


def test_unknown_name() -> None:
    with pytest.raises(MixcheckError, match=r"unknown profile 'spotfy'; did you mean 'spotify'\?"):
        load_profile("spotfy")
    with pytest.raises(MixcheckError, match="'mixcheck profiles' lists them"):
        load_profile("zzzzzz")
