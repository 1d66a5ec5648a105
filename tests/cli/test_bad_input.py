"""What is no recording, or a broken one: a clear line, and the others go on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import mixcheck_cli.running
import numpy as np
import pytest
from tests.cli.command import GOOD, outcomes, run, tone, wav

UNREADABLE, FAILED = 3, 1
PCM = wav(tone())[44:]
NOT_FINITE = tone()
NOT_FINITE[[1000, 2000]] = np.nan, np.inf
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"


def write(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


BAD: dict[str, tuple[Callable[[Path], object], int, str]] = {
    "missing": (lambda path: None, UNREADABLE, "does not exist"),
    "empty": (write(b""), UNREADABLE, "empty"),
    "text": (write(b"Mix notes: turn the vocals up.\n"), UNREADABLE, "text"),
    "git-lfs": (write(LFS), UNREADABLE, "git lfs pull"),
    "random": (write(np.random.default_rng(1).bytes(9999)), UNREADABLE, "no audio"),
    "header only": (write(GOOD[:30]), UNREADABLE, "no audio"),
    "zero frames": (write(wav(b"")), UNREADABLE, "holds no audio"),
    "claims nothing": (write(wav(PCM, claimed_bytes=0)), UNREADABLE, "holds no audio"),
    "slow rate": (write(wav(PCM, rate=100)), UNREADABLE, "100 Hz"),
    "truncated": (write(wav(PCM[: len(PCM) // 2], claimed_bytes=len(PCM))), FAILED, "truncated"),
    "one frame short": (write(wav(PCM[:-2], claimed_bytes=len(PCM))), FAILED, "truncated"),
    "claims nearly 4 GB": (write(wav(PCM, claimed_bytes=0xFFFFFF00)), FAILED, "truncated"),
    "NaN and infinity": (write(wav(NOT_FINITE, is_float=True)), FAILED, "non-finite"),
    "only NaN": (write(wav(np.full(44_100, np.nan), is_float=True)), FAILED, "non-finite"),
    "huge": (write(wav(np.full(44_100, 3e38), is_float=True)), FAILED, "non-finite"),
    "one frame": (write(wav(np.array([0.5]))), FAILED, "Look for clipping another way"),
    "silence": (write(wav(np.zeros(44_100))), FAILED, "silent-channel"),
    "broken link": (lambda path: path.symlink_to("gone.wav"), UNREADABLE, "does not exist"),
    "link to itself": (lambda path: path.symlink_to(path), UNREADABLE, "cannot be read"),
    "folder": (lambda path: path.mkdir(), UNREADABLE, "no audio"),
}


def test_a_wav_from_a_pipe_is_told_and_no_failure(tmp_path: Path) -> None:
    (tmp_path / "piped.wav").write_bytes(wav(PCM, claimed_bytes=0xFFFFFFFF))
    ran = run("check", tmp_path / "piped.wav")
    assert ran.exit_code == 0
    assert ran.stdout.startswith("WARN  ")
    told = " ".join(ran.stdout.split())
    assert "unknown-length: the header holds the placeholder of a file that was written to" in told
    assert "truncated:" not in told
    assert run("check", tmp_path / "piped.wav", "--headers").stdout.startswith("WARN  ")
    assert run("check", tmp_path / "piped.wav", "--fail-on", "warning").exit_code == FAILED


@pytest.mark.parametrize(("make", "status", "words"), BAD.values(), ids=list(BAD))
def test_bad_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    make: Callable[[Path], object],
    status: int,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "bad.wav")
    (tmp_path / "good.wav").write_bytes(GOOD)
    for arguments in (["bad.wav"], ["bad.wav", "good.wav", "-v"], ["good.wav", "bad.wav", "-v"]):
        ran = run("check", *arguments)
        assert ran.exit_code == status
        assert "bad.wav" in ran.output
        assert words in " ".join(ran.output.split())
        assert "PASS  bad.wav" not in ran.stdout
        if "good.wav" in arguments:
            assert "PASS  good.wav" in ran.stdout
    judged = outcomes("check", "bad.wav", "good.wav")
    assert judged["good.wav"] == "pass"
    if "bad.wav" in judged:  # a folder is no file
        assert judged["bad.wav"] == ("unreadable" if status == UNREADABLE else "fail")
    assert run("check", "bad.wav", "-p", "spotify").exit_code in (status, UNREADABLE)
    assert run("measure", "bad.wav").exit_code == (UNREADABLE if status == UNREADABLE else 0)


@pytest.mark.parametrize("name", ["bad.wav", "locked"])
def test_without_permission(tmp_path: Path, name: str) -> None:
    """Neither a file nor a whole folder is passed over."""
    locked = tmp_path / name
    locked.mkdir() if name == "locked" else locked.write_bytes(GOOD)
    (tmp_path / "good.wav").write_bytes(GOOD)
    locked.chmod(0)
    try:
        if os.access(locked, os.R_OK):
            pytest.skip("who runs this may read everything, as root may")
        runs = [run("check", tmp_path), run("check", locked)]
    finally:
        locked.chmod(0o700)
    for ran in runs:
        assert ran.exit_code == UNREADABLE
        assert name in ran.output
        assert "may not be read" in " ".join(ran.output.split())


def test_file_that_vanishes_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.wav", "b.wav", "c.wav"):
        (tmp_path / name).write_bytes(GOOD)
    listed = mixcheck_cli.running.find_inputs

    def list_then_lose(paths: tuple[str, ...]) -> object:
        inputs = list(listed(paths))
        (tmp_path / "b.wav").unlink(missing_ok=True)
        return iter(inputs)

    monkeypatch.setattr(mixcheck_cli.running, "find_inputs", list_then_lose)
    ran = run("check", tmp_path, "-f", "json")
    files = json.loads(ran.stdout)["files"]
    assert [file["outcome"] for file in files] == ["pass", "unreadable", "pass"]
    assert ran.exit_code == UNREADABLE
    assert "b.wav: does not exist" in ran.stderr


@pytest.mark.parametrize("arguments", [[], ["-f", "json"], ["-o", "out.json"], ["-o", "out.txt"]])
def test_name_that_is_no_unicode(tmp_path: Path, arguments: list[str]) -> None:
    name = b"caf\xe9.wav"  # as an old archive holds it
    try:
        (tmp_path / os.fsdecode(name)).write_bytes(GOOD)
    except OSError:
        pytest.skip("this file system takes Unicode only")
    (tmp_path / "good.wav").write_bytes(GOOD)
    ran = subprocess.run(
        [sys.executable, "-m", "mixcheck_cli", "check", ".", *arguments],
        capture_output=True, cwd=tmp_path,
    )  # fmt: skip
    assert b"Traceback" not in ran.stderr
    assert b"good.wav" in ran.stdout
    assert b"caf" in ran.stdout
    assert ran.returncode in (0, UNREADABLE)


@pytest.mark.parametrize("encoding", ["ascii", "cp932"])
def test_terminal_without_unicode(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "dünn.wav").write_bytes(GOOD)
    ran = subprocess.run(
        [sys.executable, "-m", "mixcheck_cli", "check", ".", "gone.wav", "-v"],
        capture_output=True, cwd=tmp_path, env={**os.environ, "PYTHONIOENCODING": encoding},
    )  # fmt: skip
    assert b"Traceback" not in ran.stderr
    assert b"PASS" in ran.stdout
    assert ran.returncode == UNREADABLE


def test_standard_input_is_no_file() -> None:
    ran = run("check", "-")
    assert ran.exit_code == UNREADABLE
    assert "-: stands for standard input; save it as a file first" in " ".join(ran.stdout.split())
