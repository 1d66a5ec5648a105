from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile

import mixcheck
from mixcheck.compare import (
    compare_references,
    learn_target,
    load_target,
    target_names,
    target_toml,
)
from mixcheck.compare.target import Target

RATE = 48_000


def noise(path: Path, tilt_db: float = 0.0, bump_db: float = 0.0, width: float = 0.5) -> str:
    """Pink noise with a tilt a third octave wide bump at 1 kHz, and a side signal of a width."""
    random = np.random.default_rng(len(path.name))
    frames = 8 * RATE
    hertz = np.fft.rfftfreq(frames, 1 / RATE)
    octaves = np.log2(np.maximum(hertz, 20.0) / 1000.0)
    shape = -3.0103 * octaves + tilt_db * octaves + bump_db * (np.abs(octaves) < 1 / 6)
    curve = 10 ** (shape / 20) * (hertz > 20.0)
    mid, side = (np.fft.irfft(curve * np.fft.rfft(random.standard_normal(frames)), frames)
                 for _ in range(2))  # fmt: skip
    samples = np.stack([mid + width * side, mid - width * side])
    soundfile.write(path, (0.1 * samples / samples.std()).T, RATE, "PCM_24")
    return str(path)


@pytest.fixture(scope="module")
def references(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("references")
    return [noise(folder / f"{'r' * number}.wav", tilt) for number, tilt in
            ((1, -0.5), (2, 0.0), (3, 0.5))]  # fmt: skip


def test_one_of_the_references_is_inside(references: list[str]) -> None:
    found = compare_references(references[1], references)
    assert (found.outcome, found.advice, found.reference_count) == ("pass", (), 3)


def test_a_bump_is_named_where_it_is_and_how_much(tmp_path: Path, references: list[str]) -> None:
    found = compare_references(noise(tmp_path / "mix.wav", bump_db=8.0), references)
    assert found.outcome == "fail"
    (advice,) = found.advice
    assert "over the references around 1 kHz" in advice
    band = next(one for one in found.bands if round(one.centre_hz) == 1000)
    # The bump adds about 1 dB to the loudness too, which matching takes off.
    assert band.difference_db == pytest.approx(7.3, abs=0.8)


def test_loudness_does_not_matter(tmp_path: Path, references: list[str]) -> None:
    samples, _ = soundfile.read(references[1])
    soundfile.write(tmp_path / "quiet.wav", samples * 0.1, RATE, "PCM_24")
    assert compare_references(tmp_path / "quiet.wav", references).outcome == "pass"


def test_width(tmp_path: Path, references: list[str]) -> None:
    found = compare_references(noise(tmp_path / "mix.wav", width=0.05), references)
    band = next(one for one in found.width if round(one.centre_hz) == 1000)
    assert band.difference_db == pytest.approx(-20.0, abs=1.0)
    assert any(one.startswith("narrower") for one in found.advice)


def test_a_target_survives_its_file(tmp_path: Path, references: list[str]) -> None:
    target = learn_target(references, name="own")
    path = tmp_path / "own.toml"
    path.write_text(target_toml(target, datetime.date(2026, 11, 25)))
    again = load_target(str(path))
    assert (again.name, again.count) == ("own", 3)
    for ours, theirs in ((target.bands, again.bands), (target.width, again.width)):
        assert [one.low for one in theirs] == pytest.approx([one.low for one in ours], abs=0.006)
    assert compare_references(references[0], [str(path)]).outcome == "pass"


def test_a_target_is_a_profile(tmp_path: Path, references: list[str]) -> None:
    path = tmp_path / "own.toml"
    path.write_text(target_toml(learn_target(references), datetime.date(2026, 11, 25)))
    profile = mixcheck.load_profile(str(path))
    judged = mixcheck.judge(mixcheck.measure(references[1]), profile)
    assert judged.outcome == "pass"
    assert "loudness.plr_lu" in {one.metric for one in judged.verdicts}


@pytest.mark.parametrize("name", target_names())
def test_built_in_targets_say_their_limits(name: str) -> None:
    target = load_target(name)
    assert target.is_shape
    assert "ours" in target.notes
    assert all(one.low < one.middle < one.high for one in target.bands)


def test_music_falls_as_published() -> None:
    """Elowsson and Friberg 2017: -6.0 dB per hertz at 2 kHz against 1 kHz, -22.1 at 8 kHz."""
    middle = {round(one.hz): one.middle for one in load_target("music").bands}
    per_hz = {hz: middle[hz] - 10 * np.log10(hz / 1000) for hz in middle}
    assert per_hz[1995] - per_hz[1000] == pytest.approx(-6.0, abs=0.1)
    assert per_hz[7943] - per_hz[1000] == pytest.approx(-22.1, abs=0.2)


def test_no_reference_spans_what_cannot_be(tmp_path: Path) -> None:
    """Correlation lies in -1 to 1, a loudness range has no end under 0."""
    traits = learn_target([noise(tmp_path / "narrow.wav", width=0.0)]).traits
    assert traits["stereo.correlation"][1] == 1.0
    assert traits["loudness.loudness_range_lu"][0] == 0.0


def test_what_is_no_target_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "spec.toml"
    path.write_text(
        'name = "a"\ntitle = "a"\nchecked = 2026-11-22\n[[limit]]\nmetric = "loudness.plr_lu"\n'
        'min = 8.0\nsource = "us"\n'
    )
    with pytest.raises(mixcheck.ProfileError, match="no target"):
        load_target(str(path))
    assert isinstance(load_target("speech"), Target)


@pytest.mark.parametrize("frames", [10, 4 * RATE])
def test_what_has_no_loudness_is_refused(
    tmp_path: Path, references: list[str], frames: int
) -> None:
    """Ten samples are too short for BS.1770-5's gating block of 400 ms; silence has no level."""
    empty = tmp_path / "empty.wav"
    soundfile.write(empty, np.zeros((frames, 2)), RATE, "PCM_24")
    for against in (["music"], references[:1]):
        with pytest.raises(mixcheck.AudioError, match="nothing was compared"):
            compare_references(str(empty), against)
