from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.cli.command import GOOD, document, run

from mixcheck import load_profile


def paths(*arguments: str | Path) -> list[str]:
    return [file["path"] for file in document("measure", *arguments)["files"]]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in (
        "b.wav", "a.WAV", "notes.txt", "cover.jpg", ".hidden.wav", "._a.wav",
        "disc 2/02.wav", "disc 2/01.wav", "disc 2/deep/er/x.wav", "disc 1/01.wav",
        ".git/secret.wav", "disc 1/.trash/old.wav", "take.wav/inside.wav",
    ):  # fmt: skip
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(GOOD)
    return tmp_path


TREE = [
    "./a.WAV", "./b.wav", "./disc 1/01.wav", "./disc 2/01.wav", "./disc 2/02.wav",
    "./disc 2/deep/er/x.wav", "./take.wav/inside.wav",
]  # fmt: skip


@pytest.mark.usefixtures("tree")
def test_folder_recursively_in_order_without_hidden_and_other_files() -> None:
    assert paths(".") == TREE


@pytest.mark.usefixtures("tree")
def test_what_is_named_comes_in_the_order_named() -> None:
    assert paths("disc 2", "b.wav", "disc 1") == [
        "disc 2/01.wav", "disc 2/02.wav", "disc 2/deep/er/x.wav", "b.wav", "disc 1/01.wav",
    ]  # fmt: skip


def test_duplicates_once(tree: Path) -> None:
    (tree / "link.wav").symlink_to(tree / "b.wav")
    assert paths("b.wav", "./b.wav", tree / "b.wav", "link.wav", "b.wav") == ["b.wav"]
    assert paths("disc 2/02.wav", "disc 2") == [
        "disc 2/02.wav", "disc 2/01.wav", "disc 2/deep/er/x.wav",
    ]  # fmt: skip


@pytest.mark.usefixtures("tree")
def test_what_is_named_is_read_whatever_its_name() -> None:
    assert paths(".hidden.wav", "notes.txt", ".git") == [
        ".hidden.wav", "notes.txt", ".git/secret.wav",
    ]  # fmt: skip


def test_copies_are_not_duplicates(tree: Path) -> None:
    (tree / "copy.wav").write_bytes(GOOD)
    assert paths("b.wav", "copy.wav") == ["b.wav", "copy.wav"]


def test_folder_without_audio_is_named(tree: Path) -> None:
    (tree / "scans").mkdir()
    (tree / "scans" / "cover.jpg").write_bytes(b"\xff\xd8")
    ran = run("check", "scans", "b.wav")
    assert ran.exit_code == 3
    assert "UNREADABLE  scans: holds no audio" in ran.stdout
    assert "b.wav" in ran.stdout


def test_a_folder_without_audio_is_in_the_json_document(tree: Path) -> None:
    (tree / "bare").mkdir()
    ran = document("check", "bare")
    (folder,) = ran["files"]
    assert (folder["path"], folder["outcome"]) == ("bare", "unreadable")
    assert "holds no audio" in folder["error"]
    assert (ran["summary"]["files"], ran["summary"]["unreadable"]) == (1, 1)
    assert "bare: holds no audio" in run("check", "bare", "-f", "json").stderr


@pytest.mark.usefixtures("tree")
def test_profiles_are_all_applied() -> None:
    (file,) = document("check", "b.wav", "-p", "spotify", "--profile", "acx")["files"]
    assert {verdict["profile"] for verdict in file["verdicts"]} == {"spotify", "acx"}
    text = run("check", "b.wav", "-p", "spotify", "-p", "acx").stdout
    assert text.index(load_profile("spotify").title) < text.index(load_profile("acx").title)


@pytest.mark.usefixtures("tree")
def test_general_is_the_default() -> None:
    (file,) = document("check", "b.wav")["files"]
    assert {verdict["profile"] for verdict in file["verdicts"]} == {"general"}


def test_audio_that_cannot_be_read_yet_keeps_its_folder_from_passing(tree: Path) -> None:
    (tree / "ci").mkdir()
    (tree / "ci" / "1.wav").write_bytes(GOOD)
    (tree / "ci" / "2.m4a").write_bytes(b"\x00\x00\x00\x20ftypM4A " + bytes(100))
    ran = run("check", "ci")
    assert ran.exit_code == 3
    assert "2.m4a: is MPEG-4" in ran.stdout


@pytest.mark.usefixtures("tree")
def test_a_pattern_that_the_shell_left_alone() -> None:
    assert paths("disc */0?.wav") == ["disc 1/01.wav", "disc 2/01.wav", "disc 2/02.wav"]
    assert paths("disc 2/**/x.wav") == ["disc 2/deep/er/x.wav"]
    assert "no*.wav: does not exist" in run("check", "no*.wav").stdout


def test_a_name_with_brackets_is_a_name(tree: Path) -> None:
    (tree / "mix [v2].wav").write_bytes(GOOD)
    (tree / "mix v.wav").write_bytes(GOOD)
    assert paths("mix [v2].wav") == ["mix [v2].wav"]


def test_what_lies_in_a_folder_named_before_comes_once(tree: Path) -> None:
    (tree / "disc 1" / "link.wav").symlink_to(tree / "disc 1" / "01.wav")
    assert paths(".", "disc 1", "b.wav", ".git") == [*TREE, ".git/secret.wav"]
    ran = run("check", ".", "gone.wav")
    assert "gone.wav: does not exist" in ran.stdout


def test_a_folder_that_may_not_be_read_is_told_once(tree: Path) -> None:
    (tree / "disc 1").chmod(0)
    try:
        if os.access(tree / "disc 1", os.R_OK):
            pytest.skip("this user may read everything")
        ran = run("check", "disc 1")
        found = document("check", "disc 1")["files"]
    finally:
        (tree / "disc 1").chmod(0o700)
    assert ran.stdout.count("UNREADABLE") == 1
    assert "may not be read" in found[0]["error"]
