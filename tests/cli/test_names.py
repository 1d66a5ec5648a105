"""Files whose names mean something to a shell, a terminal, a parser or a CI job."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from mixcheck_cli.options import FORMAT_NAMES, FORMAT_OF_SUFFIX
from tests.cli.command import CLIPPED, GOOD, run

NAMES = [
    b"two words.wav", b"it's \"quoted\".wav", b"new\nline.wav", b"::error::x.wav",
    b"a ::error::b.wav", b"##[error]x.wav", b"\x1b[31mred.wav", b"caf\xe9.wav", b"--help.wav",
    b"-x.wav", b"=1+1.wav", b"<b>&amp;.wav", b"a|b`c.wav", b"]]>.wav", b"$(touch pwned).wav",
    b"{name}.wav", b"100%,a:b.wav",
]  # fmt: skip


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The current folder: a clipped file of every name, and a good and an empty one of it."""
    monkeypatch.chdir(tmp_path)
    names = [os.fsdecode(name) for name in NAMES]
    for number, name in enumerate(names):
        Path(name).write_bytes((CLIPPED, GOOD, b"")[number % 3])
    return names


@pytest.mark.parametrize("format_name", FORMAT_NAMES)
def test_every_format_prints_them(hostile: list[str], format_name: str) -> None:
    for arguments in (["--", *hostile], ["."]):
        ran = run("check", "-f", format_name, *arguments)
        assert ran.exit_code == 3
        for text in (ran.stdout, ran.stderr):
            text.encode()
            assert "##[" not in text
            lines = [line.strip() for line in text.splitlines()]
            commands = [line for line in lines if line.startswith("::")]
            assert bool(commands) == (format_name == "github" and text == ran.stdout)
            assert all(line.startswith("::error ") for line in commands)
    assert not Path("pwned").exists()


def test_every_format_is_written_for_them(hostile: list[str]) -> None:
    outputs = [f"report{suffix}" for suffix in FORMAT_OF_SUFFIX]
    options = [word for output in outputs for word in ("-o", output)]
    assert run("check", "-q", *options, "--", *hostile).exit_code == 3
    assert all(Path(output).stat().st_size for output in outputs)
    files = json.loads(Path("report.json").read_text("utf-8"))["files"]
    spelt = [name.encode("utf-8", "backslashreplace").decode() for name in hostile]
    assert [file["path"] for file in files] == spelt


def test_a_file_of_marks_for_each(hostile: list[str]) -> None:
    readable = [name for number, name in enumerate(hostile) if number % 3 < 2]
    Path("marks").mkdir()
    run("check", "-q", "-o", "marks/{name}.labels.txt", "--", *readable)
    assert set(os.listdir("marks")) == {f"{name}.labels.txt" for name in readable}


def test_two_recordings_of_one_name_do_not_share_a_file(hostile: list[str]) -> None:
    Path("other").mkdir()
    Path("other/two words.wav").write_bytes(GOOD)
    ran = run("check", "-q", "-o", "{name}.labels.txt", "two words.wav", "other/two words.wav")
    assert ran.exit_code == 2
    assert "two recordings are called 'two words.wav'" in ran.stderr


def test_the_real_command_on_a_real_standard_output(hostile: list[str]) -> None:
    command = [sys.executable, "-m", "mixcheck_cli", "check", "-f", "github", "--", *hostile]
    ran = subprocess.run(
        command, capture_output=True, env={**os.environ, "GITHUB_STEP_SUMMARY": "summary.md"}
    )
    assert ran.returncode == 3
    assert b"\x1b" not in ran.stdout + ran.stderr
    assert ran.stdout.count(b"\n::error") + ran.stdout.startswith(b"::error") == 10  # GitHub's most
    summary = Path("summary.md").read_text("utf-8")
    assert f"{len(hostile)} files" in summary
    assert "<b>" not in summary


def test_a_wrong_option_is_told_in_a_line_that_says_where_to_read_on(hostile: list[str]) -> None:
    assert "two words.wav" in hostile
    Path("-dash.wav").write_bytes(GOOD)
    for arguments, words in (
        (["check", "--frmat", "json", "two words.wav"], ["--frmat", "mixcheck check --help"]),
        (["check", "-dash.wav"], ["put -- before file names", "mixcheck check --help"]),
        (["chek\n::error::x"], ["No such command", "mixcheck --help"]),
    ):
        command = [sys.executable, "-m", "mixcheck_cli", *arguments]
        ran = subprocess.run(command, capture_output=True, text=True)
        assert ran.returncode == 2
        (line,) = ran.stderr.splitlines()
        assert all(word in line for word in words)
        assert "::" not in line
    assert subprocess.run([*command[:3], "check", "-q", "--", "-dash.wav"]).returncode == 0


def test_the_summary_of_a_step_is_added_to(
    hostile: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("summary.md").write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    run("check", "two words.wav", "-f", "github")
    text = Path("summary.md").read_text("utf-8")
    assert text.startswith("before\n")
    assert "two words.wav" in text
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "nowhere/summary.md")
    assert run("check", "two words.wav", "-f", "github").exit_code == 2
