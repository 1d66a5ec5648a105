from __future__ import annotations

import tomllib
from datetime import date
from importlib.resources import files

import pytest

from mixcheck import MixcheckError, Profile, load_profile, load_profiles, metrics, profile_names
from mixcheck.meters import finding_kinds
from mixcheck.profiles import ProfileGroup, profile_groups

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
    ("ebu-r128-s1", "loudness.integrated_lufs", "any", (-23.2, -22.8), "error"),
    ("ebu-r128-s1", "peak.max_true_peak_dbtp", "any", (None, -1.0), "error"),
    ("ebu-r128-s2", "loudness.integrated_lufs", "any", (-20.0, -16.0), "error"),
    ("ebu-r128-s2", "peak.max_true_peak_dbtp", "any", (None, -1.0), "error"),
    ("atsc-a85", "loudness.integrated_lufs", "any", (-26.0, -22.0), "warning"),
    ("atsc-a85", "peak.max_true_peak_dbtp", "any", (None, -2.0), "warning"),
    ("arib-tr-b32", "loudness.integrated_lufs", "any", (-25.0, -23.0), "warning"),
    ("arib-tr-b32", "peak.max_true_peak_dbtp", "any", (None, -1.0), "warning"),
    ("op-59", "loudness.integrated_lufs", "any", (-25.0, -23.0), "warning"),
    ("op-59", "peak.max_true_peak_dbtp", "any", (None, -2.0), "warning"),
    ("dpp", "loudness.integrated_lufs", "any", (-23.2, -22.8), "error"),
    ("dpp", "peak.max_true_peak_dbtp", "any", (None, -1.0), "error"),
    ("bbc-radio", "loudness.integrated_lufs", "any", (-23.2, -22.8), "error"),
    ("bbc-radio", "peak.max_true_peak_dbtp", "any", (None, -1.0), "error"),
    ("prss", "loudness.integrated_lufs", "any", (-26.0, -22.0), "error"),
    ("prss", "peak.max_true_peak_dbtp", "any", (None, -2.0), "error"),
    ("netflix-mix", "loudness.integrated_lufs", "any", (-29.0, -22.0), "warning"),
    ("netflix-mix", "peak.max_true_peak_dbtp", "any", (None, -2.0), "warning"),
    ("netflix-qc", "loudness.integrated_lufs", "any", (-30.0, -21.0), "warning"),
    ("netflix-qc", "peak.max_true_peak_dbtp", "any", (None, -1.0), "error"),
    ("amazon", "loudness.integrated_lufs", "any", (-29.0, -22.0), "warning"),
    ("amazon", "peak.max_true_peak_dbtp", "any", (None, -2.0), "error"),
    ("dolby-atmos-music", "loudness.integrated_lufs", "any", (-31.0, -18.0), "warning"),
    ("dolby-atmos-music", "peak.max_true_peak_dbtp", "any", (None, -1.0), "warning"),
    ("aes77-speech", "loudness.integrated_lufs", "any", (-20.0, -16.0), "warning"),
    ("aes77-speech", "peak.max_true_peak_dbtp", "any", (None, -1.0), "warning"),
    ("aes77-track", "loudness.integrated_lufs", "any", (-16.2, -15.8), "warning"),
    ("aes77-track", "peak.max_true_peak_dbtp", "any", (None, -1.0), "warning"),
    ("aswg-home", "loudness.integrated_lufs", "any", (-26.0, -22.0), "warning"),
    ("aswg-home", "peak.max_true_peak_dbtp", "any", (None, -1.0), "warning"),
    ("aswg-portable", "loudness.integrated_lufs", "any", (-20.0, -16.0), "warning"),
    ("aswg-portable", "peak.max_true_peak_dbtp", "any", (None, -1.0), "warning"),
    ("aes77-album", "loudness.integrated_lufs", "any", (None, -13.8), "warning"),
    ("ebu-r128-s1", "loudness.max_short_term_lufs", "any", (None, -18.0), "error"),
    ("tidal", "peak.max_true_peak_dbtp", "any", (None, -1.0), "warning"),
    ("deezer", "peak.max_true_peak_dbtp", "any", (None, -1.0), "warning"),
    ("amazon-music", "peak.max_true_peak_dbtp", "any", (None, -2.0), "warning"),
    ("apple-digital-masters", "peak.max_true_peak_dbtp", "any", (None, -1.0), "warning"),
    ("vinyl", "peak.max_true_peak_dbtp", "any", (None, 0.0), "warning"),
    ("dpp", "peak.true_peak_dbtp", "any", (None, -3.0), "warning"),
    ("spotify-podcasts", "loudness.integrated_lufs", "any", (-16.0, -14.0), "warning"),
    ("findaway", "level.rms_dbfs", "any", (-23.0, -18.0), "warning"),
    ("librivox", "loudness.integrated_lufs", "any", (-21.0, -15.0), "warning"),
    ("librivox", "format.bit_rate_kbps", "any", {128}, "error"),
    ("librivox", "format.channels", "any", {1}, "error"),
    ("cd", "format.sample_rate_hz", "any", {44100}, "error"),
    ("cd", "format.bit_depth", "any", {16}, "error"),
    ("cd", "format.duration_s", "any", (4, 4788), "error"),
    ("bbc-radio", "format.codec", "any", {"PCM_16"}, "error"),
    ("amazon", "format.codec", "any", {"PCM_24"}, "error"),
    ("film-stems", "format.wave_kind", "any", {"BWF", "ADM BWF"}, "error"),
    ("film-stems", "format.channels", "any", {1}, "error"),
    ("netflix-mix", "loudness.loudness_range_lu", "any", (4.0, 18.0), "warning"),
    ("aswg-home", "loudness.loudness_range_lu", "any", (None, 20.0), "warning"),
    ("voip", "speech.active_level_dbfs", "any", (-28.0, -24.0), "warning"),
    ("spotify", "peak.max_true_peak_dbtp", "any", (None, -1.0), "error"),
]

# Profile, playback in LUFS, whether it turns up too
PLAYBACK = [
    ("spotify", -14.0, True), ("apple-music", -16.0, True), ("youtube", -14.0, False),
    ("tidal", -14.0, False), ("deezer", -15.0, False), ("amazon-music", -14.0, False),
    ("soundcloud", None, False),
]  # fmt: skip
ASKED_FOR = {
    "ebu-r128", "ebu-r128-s1", "ebu-r128-s2", "atsc-a85", "arib-tr-b32", "op-59", "dpp",
    "bbc-radio", "prss", "netflix-mix", "netflix-qc", "amazon", "spotify", "apple-music",
    "apple-digital-masters", "youtube", "tidal", "deezer", "amazon-music", "soundcloud",
    "dolby-atmos-music",
    "apple-podcasts", "spotify-podcasts", "aes77-speech", "aes77-track", "aes77-album", "acx",
    "findaway", "librivox", "cd", "vinyl", "mix-for-mastering", "stems", "film-stems", "aswg-home",
    "aswg-portable", "tracking",
}  # fmt: skip


def test_built_in_profiles() -> None:
    assert set(PROFILES) >= ASKED_FOR
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


@pytest.mark.parametrize(("name", "target_lufs", "turns_up"), PLAYBACK)
def test_playback_is_that_of_the_service(
    name: str, target_lufs: float | None, turns_up: bool
) -> None:
    playback = PROFILES[name].playback
    assert playback is not None
    assert (playback.target_lufs, playback.turns_up) == (target_lufs, turns_up)
    assert playback.source


@pytest.mark.parametrize("profile", NAMED)
def test_what_is_secondary_or_unsourced_only_warns(profile: Profile) -> None:
    if profile.name in ("mix-for-mastering",):  # what no studio takes: a lossy or clipped mix
        return
    for limit in profile.limits:
        if any(word in limit.source for word in ("secondary", "unsourced", "unofficial")):
            assert limit.severity == "warning", limit.metric


@pytest.mark.parametrize("group", profile_groups(), ids=lambda group: group.name)
def test_groups_name_profiles_and_are_none(group: ProfileGroup) -> None:
    assert group.title
    assert set(group.profiles) <= set(PROFILES)
    assert group.name not in PROFILES
    assert load_profiles([group.name, group.profiles[0]]) == tuple(
        PROFILES[name] for name in group.profiles
    )


def test_unknown_name() -> None:
    with pytest.raises(MixcheckError, match=r"did you mean 'streaming'\?"):
        load_profile("streamin")
    with pytest.raises(MixcheckError, match=r"'streaming' is a group of profiles: spotify, "):
        load_profile("streaming")
    with pytest.raises(MixcheckError, match=r"unknown profile 'spotfy'; did you mean 'spotify'\?"):
        load_profile("spotfy")
    with pytest.raises(MixcheckError, match="'mixcheck profiles' lists them"):
        load_profile("zzzzzz")
