from __future__ import annotations

import pytest
from tests.report.frozen import CLEAN, measured

from mixcheck import ProfileError, load_profile
from mixcheck.judgement import judge, judge_set
from mixcheck.sets import survey_set


@pytest.mark.parametrize(
    ("loudest_lufs", "outcome"),
    [(-14.0, "pass"), (-14.19, "pass"), (-14.3, "warn"), (-13.7, "warn")],
)
def test_the_loudest_track_of_an_aes77_album_is_at_its_target(
    loudest_lufs: float, outcome: str
) -> None:
    profile = load_profile("aes77-album")
    levels = (-19.0, loudest_lufs, -16.0)
    tracks = [measured({**CLEAN, "loudness.integrated_lufs": level}) for level in levels]
    judged = judge_set(survey_set(tracks), profile)
    assert judged is not None
    assert judged.outcome == outcome
    assert [one.metric for one in judged.verdicts] == ["set.max_integrated_lufs"]
    assert bool(judged.advice) == (outcome != "pass")


def test_limits_of_sets_are_none_of_a_file() -> None:
    judged = judge(measured(CLEAN), load_profile("aes77-album"))
    assert not any(one.metric.startswith("set.") for one in judged.verdicts)
    assert judge_set(survey_set([measured(CLEAN)]), load_profile("spotify")) is None


def test_an_album_without_loudness_does_not_pass() -> None:
    judged = judge_set(survey_set([]), load_profile("aes77-album"))
    assert judged is not None
    assert judged.outcome == "warn"
    assert judged.verdicts[0].outcome == "unmeasured"


def test_a_limit_of_a_set_is_of_files_of_all_kinds(tmp_path: object) -> None:
    path = f"{tmp_path}/mine.toml"
    with open(path, "w") as file:
        file.write(
            'name = "mine"\ntitle = "Mine"\nchecked = 2026-01-01\n[[limit]]\n'
            'metric = "set.integrated_lufs"\nmax = -9.0\nsource = "ours"\napplies_to = "stereo"\n'
        )
    with pytest.raises(ProfileError, match="applies_to must be any"):
        load_profile(path)
