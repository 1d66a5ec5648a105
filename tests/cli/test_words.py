"""What stands on the terminal: lines that fit, and words that make sense."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.cli.command import run, tone, wav

pytestmark = pytest.mark.usefixtures("folder")

LIMIT = '[[limit]]\nmetric = "peak.max_true_peak_dbtp"\nmax = -1.0\nsource = "me"\n'
HEAD = 'name = "own"\ntitle = "Own"\nchecked = 2026-01-31\n'


def test_several_profiles_and_files_fit_the_terminal() -> None:
    long = "a recording with quite a long name.wav"
    Path(long).write_bytes(Path("fail.wav").read_bytes())
    names = ("spotify-podcasts", "aes77-speech", "apple-digital-masters")
    ran = run("check", long, "fail.wav", "warn.wav", *(w for one in names for w in ("-p", one)))
    assert len(ran.stdout.splitlines()) > 3
    assert [line for line in ran.stdout.splitlines() if len(line) > 80] == []


def test_the_same_limit_twice_is_refused() -> None:
    Path("own.toml").write_text(HEAD + LIMIT + LIMIT.replace("-1.0", "-2.0"))
    ran = run("check", "good.wav", "-p", "own.toml")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "own.toml: limit 2 (peak.max_true_peak_dbtp): stands there already, as 1" in ran.stderr
    other_severity = LIMIT.replace("-1.0", "-2.0") + 'severity = "warning"\n'
    Path("own.toml").write_text(HEAD + LIMIT + other_severity)
    assert run("check", "good.wav", "-p", "own.toml").exit_code == 0


def test_a_layout_that_nobody_knows() -> None:
    Path("many.wav").write_bytes(wav(np.repeat(tone(), 20), channels=20))
    text = run("check", "many.wav").stdout
    assert "20 channels, layout unknown" in text
    assert "Layout unknown." in text


def test_one_channel_is_singular() -> None:
    ran = run("check", "good.wav", "--layout", "5.1")
    assert "has 1 channel, layout 5.1 has 6" in ran.stdout + ran.stderr


def test_silence_is_told_what_to_give_instead() -> None:
    Path("silence.wav").write_bytes(wav(np.zeros(44_100)))
    text = " ".join(run("check", "silence.wav", "-p", "spotify").stdout.split())
    assert "could not be judged (nothing is louder than -70 LUFS): give a recording" in text
    assert "Check the" not in text
