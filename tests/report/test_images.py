"""Pictures of plots: what there is to draw is drawn, and a hostile name is a name."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import soundfile
from tests.cli.command import run
from tests.signals import RATE, programme

OF_STEREO = {"loudness", "waveform", "spectrogram", "correlation", "spectrum", "goniometer",
             "levels"}  # fmt: skip


def names(folder: Path) -> set[str]:
    return {path.name.split(".")[-2] for path in folder.iterdir()}


def test_every_plot_is_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "mix.wav"
    soundfile.write(path, programme(2.0).T, RATE)
    run("check", path, "--plots", tmp_path / "plots", "-p", "spotify")
    assert names(tmp_path / "plots") == OF_STEREO
    for picture in (tmp_path / "plots").iterdir():
        assert picture.name.startswith("0001-mix.wav.")
        data = picture.read_bytes()
        assert data.startswith(b"\x89PNG")
        assert len(data) > 4000


def test_svg_is_xml_whatever_the_name_and_the_same_every_time(tmp_path: Path) -> None:
    path = tmp_path / "$x^2$ <script>&.wav"
    soundfile.write(path, programme(1.0)[:1].T, RATE)
    for folder in ("one", "two"):
        run("measure", path, "--plots", tmp_path / folder, "--plots-as", "svg")
    assert names(tmp_path / "one") == OF_STEREO - {"correlation", "goniometer"}
    for picture in (tmp_path / "one").iterdir():
        assert ElementTree.parse(picture).getroot().tag.endswith("svg")
        assert picture.read_bytes() == (tmp_path / "two" / picture.name).read_bytes()


def test_silence_and_what_cannot_be_read(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silence.wav", np.zeros((RATE, 2)), RATE)
    (tmp_path / "text.wav").write_bytes(b"hello")
    ran = run("check", tmp_path, "--plots", tmp_path / "plots")
    assert ran.exit_code == 3
    assert names(tmp_path / "plots") == {"waveform"}


@pytest.mark.parametrize("wrong", ["extra", "place"])
def test_one_line_says_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    path = tmp_path / "mix.wav"
    soundfile.write(path, programme(0.5).T, RATE)
    folder = tmp_path / "plots"
    if wrong == "extra":
        monkeypatch.setattr("mixcheck.report.images.find_spec", lambda name: None)
    else:
        folder = path / "plots"
    ran = run("check", path, "--plots", folder)
    assert ran.exit_code == 2
    assert ran.stderr.count("\n") == 1
