from __future__ import annotations

from pathlib import Path

import numpy as np
from tests.cli.command import document, run, wav
from tests.signals import pink

CODE = "over-after-encoding"


def codes_found(path: Path, *options: str) -> set[str]:
    (file,) = document("measure", path, *options)["files"]
    return {one["code"] for one in file["findings"]}


def test_overs_after_encoding_are_told_on_request_only(tmp_path: Path) -> None:
    path = tmp_path / "loud.wav"
    loud = 0.98 * np.clip(2.0 * pink(3, 3.0, 1, band_hz=(30, 16_000)), -1, 1)
    path.write_bytes(wav(loud, rate=48_000))
    assert CODE not in codes_found(path)
    assert CODE in codes_found(path, "--after-encoding")


def test_an_unreadable_file_stays_one(tmp_path: Path) -> None:
    path = tmp_path / "no.wav"
    path.write_bytes(b"nothing")
    assert run("measure", path, "--after-encoding").exit_code == 3
