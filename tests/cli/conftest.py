from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.command import CLIPPED, GOOD, OFF_ZERO


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: good, clipped and offset audio, a file that is empty, a bare folder."""
    monkeypatch.chdir(tmp_path)
    for name, content in (
        ("good.wav", GOOD),
        ("fail.wav", CLIPPED),
        ("warn.wav", OFF_ZERO),
        ("empty.wav", b""),
        ("broken.toml", b"name = "),
    ):
        (tmp_path / name).write_bytes(content)
    (tmp_path / "bare").mkdir()
    return tmp_path
