from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.cli.command import run

pytestmark = pytest.mark.usefixtures("folder")


def test_only_new_faults_fail(folder: Path) -> None:
    assert run("check", "fail.wav", "good.wav").exit_code == 1
    made = run("check", "fail.wav", "good.wav", "--baseline", "b.json", "--update-baseline")
    assert made.exit_code == 0
    assert list(json.loads((folder / "b.json").read_text())["files"]) == ["fail.wav"]
    ran = run("check", "fail.wav", "good.wav", "--baseline", "b.json", "-v")
    assert ran.exit_code == 0
    assert "Accepted: clipping (baseline)." in ran.stdout
    (folder / "new.wav").write_bytes((folder / "fail.wav").read_bytes())
    assert run("check", "fail.wav", "new.wav", "--baseline", "b.json").exit_code == 1


def test_from_any_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("check", "fail.wav", "--baseline", "b.json", "--update-baseline")
    monkeypatch.chdir(folder / "bare")
    assert run("check", "../fail.wav", "--baseline", "../b.json").exit_code == 0
    assert run("check", folder / "fail.wav", "--baseline", folder / "b.json").exit_code == 0


def test_survives_other_tags_and_a_little_more_at_the_start(folder: Path) -> None:
    samples, rate = soundfile.read(folder / "fail.wav")
    path = folder / "song.flac"
    soundfile.write(path, samples, rate, "PCM_16")
    run("check", path, "--baseline", "b.json", "--update-baseline")
    with soundfile.SoundFile(path, "w", rate, 1, "PCM_16") as file:
        file.title = "another title"
        file.write(np.concatenate([np.zeros(rate // 4), samples]))
    assert run("check", path, "--baseline", "b.json").exit_code == 0
    assert run("check", path).exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--update-baseline"], "needs --baseline"),
        (["--baseline", "gone.json"], "gone.json: does not exist"),
        (["--baseline", "broken.toml"], "broken.toml: is no baseline"),
        (["--baseline", "nowhere/b.json", "--update-baseline"], "cannot be written"),
    ],
)
def test_wrong_usage(arguments: list[str], words: str) -> None:
    ran = run("check", "fail.wav", "-q", *arguments)
    assert ran.exit_code == 2
    assert words in ran.stderr


def test_a_name_that_is_not_unicode(folder: Path) -> None:
    path = os.fsdecode(b"caf\xe9.wav")
    Path(path).write_bytes((folder / "fail.wav").read_bytes())
    assert run("check", path, "--baseline", "b.json", "--update-baseline").exit_code == 0
    assert run("check", path, "--baseline", "b.json").exit_code == 0


def test_an_unreadable_file_is_never_accepted() -> None:
    ran = run("check", "empty.wav", "--baseline", "b.json", "--update-baseline")
    assert ran.exit_code == 3
    assert run("check", "empty.wav", "--baseline", "b.json").exit_code == 3
