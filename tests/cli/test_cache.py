from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from tests.cli.command import GOOD, run

from mixcheck import cache, many, measure


@pytest.fixture
def recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cache, "FRESH_S", 0.0)
    path = tmp_path / "a.wav"
    path.write_bytes(GOOD)
    os.utime(path, (time.time() - 100, time.time() - 100))
    return path


def forbid(*_: object, **__: object) -> None:
    raise AssertionError("measured again")


def test_another_profile_needs_no_audio(recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run("check", "-f", "json", recording).stdout
    monkeypatch.setattr(many, "measure", forbid)
    assert run("check", "-f", "json", recording).stdout == first
    assert '"profile": "spotify"' in run("check", "-p", "spotify", "-f", "json", recording).stdout


def test_no_cache_measures_anew_and_keeps_nothing(
    recording: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("measure", "-q", "--no-cache", recording)
    assert list(cache_folder.iterdir()) == []
    run("measure", "-q", recording)
    counted = []
    monkeypatch.setattr(many, "measure", lambda *a, **k: counted.append(a) or measure(*a, **k))
    run("measure", "-q", "--no-cache", recording)
    assert len(counted) == 1


def test_cache_tells_and_clears(recording: Path, cache_folder: Path, tmp_path: Path) -> None:
    run("measure", "-q", recording)
    assert run("cache").stdout.startswith(f"{cache_folder}: 1 measurements, ")
    assert run("cache", "--clear").stdout.startswith(f"{cache_folder}: 0 measurements, ")
    assert "0 measurements" in run("cache", "--cache-dir", tmp_path / "other").stdout


def test_a_cache_that_cannot_be_made_costs_a_note(recording: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    found = run("measure", "-q", "--cache-dir", tmp_path / "file" / "folder", recording)
    assert found.exit_code == 0
    assert found.stderr.count("\n") == 1
    assert "measurements are not kept" in found.stderr
    assert run("cache", "--cache-dir", tmp_path / "file" / "folder").exit_code == 2
