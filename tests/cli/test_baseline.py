from __future__ import annotations

import json
import os
from collections.abc import Mapping
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


DROPOUTS = {1.5: 0.005, 2.8: 0.02, 4.0: 0.06}


def with_dropouts(path: str, dropouts: Mapping[float, float]) -> None:
    """Noise that drops out: seconds of start to seconds of length."""
    rate = 48_000
    samples = np.random.default_rng(7).normal(0.0, 0.05, 5 * rate)
    for start, seconds in dropouts.items():
        samples[round(start * rate) : round((start + seconds) * rate)] = 0.0
    soundfile.write(path, samples, rate, "PCM_16")


@pytest.mark.parametrize("seconds", [0.008, 0.012, 0.02, 0.05])
def test_a_short_dropout_that_got_longer_fails(seconds: float) -> None:
    with_dropouts("d.wav", DROPOUTS)
    run("check", "d.wav", "--baseline", "d.json", "--update-baseline")
    with_dropouts("d.wav", {**DROPOUTS, 1.5: 0.0055})
    assert run("check", "d.wav", "--baseline", "d.json").exit_code == 0
    with_dropouts("d.wav", {**DROPOUTS, 1.5: seconds})
    ran = run("check", "d.wav", "--baseline", "d.json")
    assert ran.exit_code == 1
    assert "00:00:01.500  mono error    dropout" in ran.stdout
    assert "00:00:02.800  mono accepted dropout" in ran.stdout


def test_a_new_dropout_is_told_from_an_old_one_after_it() -> None:
    with_dropouts("d.wav", DROPOUTS)
    run("check", "d.wav", "--baseline", "d.json", "--update-baseline")
    with_dropouts("d.wav", {**DROPOUTS, 2.0: 0.02})
    ran = run("check", "d.wav", "--baseline", "d.json")
    assert ran.exit_code == 1
    assert "00:00:02.000  mono error    dropout" in ran.stdout
    document = json.loads(run("check", "d.wav", "--baseline", "d.json", "-f", "json").stdout)
    accepted = document["files"][0]["accepted"]
    assert [one["start_s"] for one in accepted] == pytest.approx(list(DROPOUTS))


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
