from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.command import run

from mixcheck import load_profile, metrics, profile_names
from mixcheck.meters import finding_kinds
from mixcheck.profiles import ProfileGroup, profile_groups


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("code", finding_kinds())
def test_explain_finding(code: str) -> None:
    ran = run("explain", code)
    kind = finding_kinds()[code]
    assert ran.exit_code == 0
    text = words(ran.stdout)
    for part in ("what", "why", "how", "limits", "do", "source"):
        assert words(getattr(kind, part)) in text


@pytest.mark.parametrize("path", metrics())
def test_explain_metric(path: str) -> None:
    ran = run("explain", path)
    assert ran.exit_code == 0
    described = metrics()[path]
    for part in (path, described.label, described.about, described.source, described.unit):
        assert words(part) in words(ran.stdout)
    assert ("heuristic" in ran.stdout) == described.heuristic


def test_explain_metric_by_its_last_word() -> None:
    last = [path.rpartition(".")[2] for path in metrics()]
    for path in metrics():
        name = path.rpartition(".")[2]
        if last.count(name) == 1:
            assert run("explain", name).stdout == run("explain", path).stdout


def test_explain_lists_everything() -> None:
    text = run("explain").stdout
    assert all(name in text.split() for name in [*finding_kinds(), *metrics()])
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("cliping", "clipping"), ("loudness.integrated_luf", "loudness.integrated_lufs"),
     ("correlatoin", "correlation"), ("zzzz", "mixcheck explain")],
)  # fmt: skip
def test_explain_unknown(wrong: str, right: str) -> None:
    ran = run("explain", wrong)
    assert ran.exit_code == 2
    assert ran.stderr.startswith("mixcheck: ")
    assert f"'{wrong}'" in ran.stderr
    assert f"'{right}'" in ran.stderr


@pytest.mark.parametrize("name", profile_names())
def test_profile_page(name: str) -> None:
    ran = run("profiles", name)
    profile = load_profile(name)
    assert ran.exit_code == 0
    text = words(ran.stdout)
    for limit in profile.limits:
        assert limit.metric in text
        for part in (limit.source, limit.why, limit.do):
            assert words(part) in text
    for rule in profile.findings:
        assert rule.code in text
    assert str(profile.checked) in text
    assert words(profile.notes) in text


def test_profiles_lists_all() -> None:
    profiles, groups = run("profiles").stdout.split("\n\nGroups\n")
    first_words = [line.split()[0] for line in profiles.splitlines() if line[0] != " "]
    assert tuple(first_words) == profile_names()
    for group in profile_groups():
        assert f"\n{group.name} " in f"\n{groups}"
        assert all(name in words(groups).replace(",", "").split() for name in group.profiles)
    assert max(map(len, run("profiles").stdout.splitlines())) <= 80


@pytest.mark.parametrize("name", profile_names())
def test_profile_as_toml_to_start_from(name: str, tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text(run("profiles", name, "--toml").stdout, "utf-8")
    assert load_profile(own) == load_profile(name)


@pytest.mark.parametrize("group", profile_groups(), ids=lambda group: group.name)
def test_a_group_lists_its_profiles(group: ProfileGroup) -> None:
    lines = run("profiles", group.name).stdout.splitlines()
    assert lines[0] == group.title
    assert tuple(line.split()[0] for line in lines[2:] if line[0] != " ") == group.profiles


def test_toml_of_nothing() -> None:
    ran = run("profiles", "--toml")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "needs the name" in ran.stderr


def test_profile_by_path(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"\ntitle = "Mine"\nchecked = 2026-01-31\nextends = "acx"\n')
    assert "level.rms_dbfs" in run("profiles", file).stdout


@pytest.mark.parametrize("command", [("profiles",), ("check", "x.wav", "-p")], ids=str)
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, ["mine.toml", "cannot be read"]),
        ("name = ", ["mine.toml", "not TOML"]),
        ('name = "mine"\n', ["mine.toml", "title"]),
        ('titel = "x"\n', ["mine.toml", "'titel'", "'title'"]),
    ],
)
def test_broken_profile(
    tmp_path: Path, command: tuple[str, ...], text: str | None, words: list[str]
) -> None:
    file = tmp_path / "mine.toml"
    if text is not None:
        file.write_text(text)
    ran = run(*command, file)
    assert ran.exit_code == 2
    assert ran.stdout == ""
    assert ran.stderr.startswith("mixcheck: ")
    assert all(word in ran.stderr for word in words)


def test_unknown_profile_gets_the_nearest_word() -> None:
    for arguments in (("profiles", "aple-podcasts"), ("check", "x.wav", "-p", "aple-podcasts")):
        assert "did you mean 'apple-podcasts'?" in run(*arguments).stderr


def test_help_names_every_command_and_exit_status() -> None:
    text = run("--help").stdout
    assert all(command in text for command in ("check", "measure", "profiles", "explain"))
    assert all(status in text for status in ("0 nothing", "1 something", "2 wrong", "3 some"))
    assert run("-h").stdout == text
