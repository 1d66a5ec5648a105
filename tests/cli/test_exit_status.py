"""DESIGN 4.1: 0 passed, 1 failed, 2 wrong usage, 3 unreadable; 2 over 3 over 1."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from mixcheck_cli import main
from tests.cli.command import run

MATRIX = [
    ("check good.wav", 0),
    ("check warn.wav", 0),
    ("check good.wav warn.wav", 0),
    ("check fail.wav", 1),
    ("check good.wav fail.wav", 1),
    ("check fail.wav good.wav -q", 1),
    ("check fail.wav -f json", 1),
    ("check good.wav -p general -p spotify", 0),  # -20 LUFS only warns
    ("check good.wav -p general -p acx", 1),
    ("check good.wav -p acx -p general", 1),
    ("check --fail-on error warn.wav", 0),
    ("check --fail-on warning warn.wav", 1),
    ("check --fail-on warning good.wav", 0),
    ("check --fail-on warning fail.wav", 1),
    ("check --exit-zero fail.wav", 0),
    ("check --exit-zero --fail-on warning warn.wav", 0),
    ("check empty.wav", 3),
    ("check missing.wav", 3),
    ("check bare", 3),
    ("check empty.wav good.wav", 3),
    ("check good.wav empty.wav", 3),
    ("check fail.wav empty.wav", 3),
    ("check fail.wav bare", 3),
    ("check bare good.wav -q", 3),
    ("check --exit-zero empty.wav", 3),
    ("check --exit-zero bare", 3),
    ("check --exit-zero fail.wav empty.wav", 3),
    ("check", 2),
    ("check -p spotfy good.wav", 2),
    ("check -p spotfy empty.wav", 2),
    ("check -p spotfy fail.wav --exit-zero", 2),
    ("check -p broken.toml good.wav", 2),
    ("check -p general -p missing.toml bare", 2),
    ("check -f xml good.wav", 2),
    ("check --fail-on info good.wav", 2),
    ("check --select cliping fail.wav", 2),
    ("check --ignore cliping empty.wav", 2),
    ("check -o report.docx fail.wav", 2),
    ("check -o report.docx empty.wav", 2),
    ("check -o nowhere/report.json good.wav", 2),
    ("check -o nowhere/report.json fail.wav", 2),
    ("check -o nowhere/report.json empty.wav", 2),
    ("check -o bare good.wav", 2),
    ("check --layout 5.3 good.wav", 2),
    ("check --layout 5.3 empty.wav", 2),
    ("check --layout 5.3 bare", 2),
    ("check --layout 5.1 good.wav", 3),
    ("check --no-such-option good.wav", 2),
    ("measure good.wav", 0),
    ("measure fail.wav", 0),
    ("measure empty.wav", 3),
    ("measure good.wav missing.wav", 3),
    ("measure bare", 3),
    ("measure", 2),
    ("measure -p acx good.wav", 2),
    ("measure --layout 5.3 empty.wav", 2),
    ("profiles", 0),
    ("profiles acx", 0),
    ("profiles broken.toml", 2),
    ("profiles spotfy", 2),
    ("explain", 0),
    ("explain clipping", 0),
    ("explain cliping", 2),
    ("chekc good.wav", 2),
    ("--help", 0),
    ("--version", 0),
    ("check --help", 0),
    ("measure --help", 0),
    ("profiles --help", 0),
    ("explain --help", 0),
]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("line", "status"), MATRIX, ids=[line for line, _ in MATRIX])
def test_exit_status(line: str, status: int) -> None:
    ran = run(*shlex.split(line))
    assert ran.exit_code == status, ran.output
    if status == 2:
        assert ran.stdout == ""
        assert ran.stderr
    if status == 3:
        passed = [line for line in ran.stdout.splitlines() if line.startswith("PASS")]
        assert all("good.wav" in line for line in passed)


@pytest.mark.parametrize(
    ("arguments", "status"), [(["good.wav"], 0), (["good.wav", "fail.wav"], 1), (["gone.wav"], 3)]
)
def test_as_a_command(folder: Path, arguments: list[str], status: int) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "mixcheck_cli", "check", *arguments],
        capture_output=True, cwd=folder, text=True, encoding="utf-8",
    )  # fmt: skip
    assert ran.returncode == status
    assert ran.stdout == run("check", *arguments).stdout
    assert ran.stderr == ""


@pytest.mark.parametrize("interruption", [click.Abort, KeyboardInterrupt])
def test_an_interruption_anywhere_is_130(
    interruption: type[BaseException],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def interrupted(**_: object) -> None:
        raise interruption

    def leave(status: int) -> None:
        raise SystemExit(status)

    monkeypatch.setattr(main.mixcheck, "main", interrupted)
    monkeypatch.setattr(main, "_keep_decoders_quiet", lambda: None)
    monkeypatch.setattr(main.os, "_exit", leave)
    with pytest.raises(SystemExit) as left:
        main.main()
    assert left.value.code == 130
    assert capfd.readouterr().err == "mixcheck: interrupted\n"
