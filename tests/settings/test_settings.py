from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.report.frozen import MIX, found, measured

from mixcheck import ProfileError
from mixcheck.settings import Settings, find_settings, load_settings, matches

ACCEPT = '[[accept]]\nglob = "*.wav"\ncode = "clipping"\nreason = "art"\n'
WRONG = {
    "unknown key": ('profil = "acx"\n', ["profil", "'profile'"]),
    "unknown key of files": ('[[files]]\nglob = "*"\nprofiles = "acx"\n', ["files 1", "'profile'"]),
    "unknown code": ('ignore = ["cliping"]\n', ["ignore", "cliping", "'clipping'"]),
    "unknown code of accept": (
        ACCEPT.replace("clipping", "cliping"),
        ["accept 1", "cliping", "'clipping'"],
    ),
    "no glob": ('[[files]]\nprofile = "acx"\n', ["files 1", "glob"]),
    "no reason": (ACCEPT.replace('reason = "art"\n', ""), ["accept 1", "reason"]),
    "empty reason": (ACCEPT.replace("art", " "), ["accept 1", "reason"]),
    "profile is a number": ("profile = 5\n", ["profile"]),
    "glob of numbers": ("[[files]]\nglob = [1]\n", ["files 1", "glob"]),
    "unknown severity": ('fail_on = "info"\n', ["fail_on", "info"]),
    "files is a table": ('[files]\nglob = "*"\n', ["[[files]]"]),
    "time is text": (ACCEPT + 'start_s = "1:00"\n', ["accept 1", "start_s"]),
    "times reversed": (ACCEPT + "start_s = 5\nend_s = 4\n", ["accept 1", "start_s", "end_s"]),
    "time of a limit": (
        ACCEPT.replace("clipping", "level.rms_dbfs") + "end_s = 4\n",
        ["accept 1", "level.rms_dbfs", "whole file"],
    ),
    "date as text": (ACCEPT + 'expires = "soon"\n', ["accept 1", "expires"]),
    "control character": (ACCEPT.replace('"art"', r'"\u001b[2J"'), ["reason", "control"]),
    "not TOML": ("profile = ", ["TOML"]),
}


@pytest.mark.parametrize(("text", "words"), WRONG.values(), ids=list(WRONG))
def test_refused_with_file_and_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mixcheck.toml").write_text(text)
    with pytest.raises(ProfileError) as caught:
        load_settings("mixcheck.toml")
    assert all(word in str(caught.value) for word in ["mixcheck.toml", *words])


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("*.wav", ["a.wav", "x/y/a.wav"], ["a.wave", "a.wav/b"]),
        ("a/*.wav", ["a/b.wav"], ["a/b/c.wav", "x/a/b.wav"]),
        ("a/**", ["a/b", "a/b/c.wav"], ["b/a/c", "a"]),
        ("**/old/*", ["old/a", "x/y/old/a"], ["old/a/b", "older/a"]),
        ("a/**/b.wav", ["a/b.wav", "a/x/y/b.wav"], ["a/xb.wav"]),
        ("take ?.wav", ["take 1.wav"], ["take 12.wav"]),
        ("take [12].wav", ["take 1.wav"], ["take 3.wav"]),
        ("take [!12].wav", ["take 3.wav"], ["take 1.wav"]),
        ("a+(b).wav", ["a+(b).wav"], ["aab.wav"]),
        ("[.wav", ["[.wav"], ["a.wav"]),
        ("*.wav", ["two\nlines.wav"], []),
    ],
)
def test_globs(pattern: str, yes: list[str], no: list[str]) -> None:
    assert all(matches(pattern, path) for path in yes)
    assert not any(matches(pattern, path) for path in no)


def settings(folder: Path, text: str) -> Settings:
    (folder / "mixcheck.toml").write_text(text)
    return find_settings(str(folder / "x.wav"))


def test_the_last_word_about_a_file_counts(tmp_path: Path) -> None:
    text = (
        'profile = "acx"\nfail_on = "warning"\n'
        '[[files]]\nglob = "m/**"\nprofile = ["cd", "tidal"]\n'
        '[[files]]\nglob = ["m/x.wav", "y.wav"]\nignore = "hum"\n'
    )
    found = settings(tmp_path, text)
    assert found.of_file(str(tmp_path / "a.wav")).profile == ("acx",)
    rule = found.of_file(str(tmp_path / "m/x.wav"))
    assert (rule.profile, rule.ignore, rule.fail_on) == (("cd", "tidal"), ("hum",), "warning")


def test_nearest_folder_first(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (tmp_path / "mixcheck.toml").write_text('profile = "cd"\n')
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.other]\nx = 1\n")
    assert find_settings(str(deep / "x.wav")).path == str(tmp_path / "mixcheck.toml")
    (tmp_path / "a" / "pyproject.toml").write_text('[tool.mixcheck]\nprofile = "acx"\n')
    assert find_settings(str(deep / "x.wav")).rules[0].profile == ("acx",)
    (tmp_path / "a" / "mixcheck.toml").write_text('profile = "tidal"\n')
    assert find_settings(str(deep / "x.wav")).rules[0].profile == ("tidal",)


def test_what_is_accepted(tmp_path: Path) -> None:
    at = [found("clipping", start) for start in (1.0, 5.0, 9.0)]
    measurement = measured(MIX, [*at, found("hum")], path=str(tmp_path / "a.wav"))
    some = settings(tmp_path, ACCEPT + "start_s = 4\nend_s = 6\n")
    accepted, used = some.accepted(measurement, date(2026, 1, 1))
    assert [one for one, _ in accepted.findings] == at[1:2]
    assert accepted.count("clipping") == 1  # of the nine that were counted
    assert used == some.accept
    everything = settings(tmp_path, ACCEPT)
    assert everything.accepted(measurement, date(2026, 1, 1))[0].count("clipping") == 9
    elsewhere = settings(tmp_path, ACCEPT.replace("*.wav", "b.wav"))
    assert elsewhere.accepted(measurement, date(2026, 1, 1))[1] == ()


def test_the_last_day_still_counts(tmp_path: Path) -> None:
    measurement = measured(MIX, [found("clipping")], path=str(tmp_path / "a.wav"))
    dated = settings(tmp_path, ACCEPT + "expires = 2026-03-31\n")
    assert dated.accepted(measurement, date(2026, 3, 31))[1]
    assert not dated.accepted(measurement, date(2026, 4, 1))[1]
