"""What changed: the truth is known by construction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from mixcheck.compare import Revision, aligns, compare_revision

RATE = 16_000
Audio = NDArray[np.float64]


def programme(seconds: float = 16.0, seed: int = 0) -> Audio:
    """Noise bursts of changing colour and level, two unlike channels."""
    random = np.random.default_rng(seed)
    frames = int(seconds * RATE)
    hits = np.zeros((2, frames))
    place = 0
    while place < frames:
        length = int(random.integers(800, 4_000))
        colour = np.hanning(2 + int(random.integers(1, 40)))[1:-1]
        burst = np.convolve(random.standard_normal(length), colour / np.sqrt((colour**2).sum()))
        burst = burst[:length] * np.hanning(length) * random.uniform(0.02, 0.15)
        end = min(frames, place + length)
        hits[:, place:end] += burst[: end - place] * random.uniform(0.4, 1.0, 2)[:, None]
        place += int(random.integers(400, 2_500))
    return hits


def write(path: Path, samples: Audio, subtype: str = "PCM_24") -> str:
    if subtype != "PCM_24":
        soundfile.write(path, samples.T, RATE, subtype)
    else:
        whole = np.rint(samples * 2.0**23).astype(np.int32) * 256
        soundfile.write(path, whole.T, RATE, subtype)
    return str(path)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write(tmp_path_factory.mktemp("old") / "old.wav", programme())


def compare(tmp_path: Path, samples: Audio, old: str, name: str = "new.wav") -> Revision:
    return compare_revision(write(tmp_path / name, samples), old)


def test_identical_files_give_an_empty_difference(tmp_path: Path, old: str) -> None:
    found = compare(tmp_path, programme(), old)
    assert (found.answer, found.outcome, found.offset_frames, found.gain_db) == (
        "identical", "pass", 0, 0.0,
    )  # fmt: skip
    assert (found.changes, found.sections, found.findings_added, found.findings_removed,
            found.reasons, found.residual_dbfs) == ((), (), (), (), (), None)  # fmt: skip


def test_another_container_is_the_same_audio(tmp_path: Path, old: str) -> None:
    found = compare(tmp_path, programme(), old, "new.flac")
    assert (found.answer, found.outcome) == ("same-audio", "pass")


@pytest.mark.parametrize("gain_db", [-6.0, -1.37, 0.05, 2.0])
def test_gain(tmp_path: Path, old: str, gain_db: float) -> None:
    found = compare(tmp_path, programme() * 10 ** (gain_db / 20), old)
    assert found.answer == "gain-only"
    assert found.gain_db == pytest.approx(gain_db, abs=0.02)
    assert found.outcome == ("pass" if abs(gain_db) < 0.1 else "fail")
    assert found.sections == ()


@pytest.mark.parametrize("lag", [1, -1, 777, 40_000, -40_001])
def test_offset_is_exact(tmp_path: Path, old: str, lag: int) -> None:
    whole = programme()
    moved = np.pad(whole, ((0, 0), (lag, 0))) if lag > 0 else whole[:, -lag:]
    found = compare(tmp_path, moved, old)
    assert (found.answer, found.offset_frames) == ("offset-only", lag)


def test_flipped(tmp_path: Path, old: str) -> None:
    found = compare(tmp_path, -programme(), old)
    assert (found.answer, found.polarity, found.outcome) == ("polarity", -1, "fail")


@pytest.mark.parametrize("seconds", [0.3, 1.7, 4.0])
def test_a_removed_section(tmp_path: Path, old: str, seconds: float) -> None:
    whole = programme()
    start, length = 6 * RATE, int(seconds * RATE)
    cut = np.concatenate([whole[:, :start], whole[:, start + length :]], axis=1)
    found = compare(tmp_path, cut, old)
    assert found.answer == "edited"
    (section,) = found.sections
    assert section.kind == "removed"
    assert section.new_start_s == pytest.approx(6.0, abs=0.02)
    assert section.old_end_s - section.old_start_s == pytest.approx(seconds, abs=0.02)


@pytest.mark.parametrize("seconds", [0.3, 1.7, 4.0])
def test_an_inserted_section(tmp_path: Path, old: str, seconds: float) -> None:
    whole, extra = programme(), programme(seconds, seed=5)
    longer = np.concatenate([whole[:, : 6 * RATE], extra, whole[:, 6 * RATE :]], axis=1)
    found = compare(tmp_path, longer, old)
    assert found.answer == "edited"
    (section,) = found.sections
    assert section.kind == "inserted"
    assert section.new_start_s == pytest.approx(6.0, abs=0.02)
    assert section.new_end_s == pytest.approx(6.0 + seconds, abs=0.02)


def test_a_section_that_is_louder(tmp_path: Path, old: str) -> None:
    louder = programme()
    louder[:, 5 * RATE : 8 * RATE] *= 10 ** (1.0 / 20)
    found = compare(tmp_path, louder, old)
    assert (found.answer, found.outcome) == ("changed", "fail")
    (section,) = found.sections
    assert section.kind == "differs"
    assert (section.new_start_s, section.new_end_s) == pytest.approx((5.0, 8.0), abs=0.11)
    assert section.level_change_db == pytest.approx(1.0, abs=0.05)


def test_the_tolerance_decides(tmp_path: Path, old: str) -> None:
    new = write(tmp_path / "new.wav", programme() * 10 ** (0.3 / 20))
    assert compare_revision(new, old, tolerance_db=0.1).outcome == "fail"
    assert compare_revision(new, old, tolerance_db=0.5).outcome == "pass"


def test_re_encoded(tmp_path: Path, old: str) -> None:
    new = tmp_path / "new.ogg"
    with soundfile.SoundFile(new, "w", RATE, 2, "VORBIS", format="OGG") as file:
        for second in np.split(programme().T, 16):
            file.write(second)
    assert compare_revision(str(new), old).answer == "re-encoded"


def test_a_new_finding(tmp_path: Path, old: str) -> None:
    clipped = programme() * 4.0
    clipped[:, 4 * RATE : 5 * RATE] = np.clip(clipped[:, 4 * RATE : 5 * RATE], -0.3, 0.3)
    found = compare(tmp_path, np.clip(clipped, -1.0, 1.0 - 2.0**-23), old)
    assert {one.code for one in found.findings_added} & {"clipping", "inter-sample-over"}


def test_two_that_have_nothing_in_common(tmp_path: Path, old: str) -> None:
    other = write(tmp_path / "other.wav", programme(seed=3))
    assert not aligns(other, old)
    found = compare_revision(other, old)
    assert (found.answer, found.outcome, found.offset_frames) == ("unrelated", "fail", None)


def test_a_fold_down_is_not_identical(tmp_path: Path, old: str) -> None:
    mono = programme().mean(0, keepdims=True)
    found = compare(tmp_path, mono, old)
    assert (found.answer, found.outcome) == ("folded", "fail")
    assert "2 channels became 1" in found.reasons
    left = compare(tmp_path, programme()[:1], old, "left.wav")
    assert (left.answer, left.outcome) == ("changed", "fail")
    spread = compare_revision(old, str(tmp_path / "new.wav"))
    assert (spread.answer, spread.outcome) == ("changed", "fail")


def test_resampled_is_not_identical(tmp_path: Path) -> None:
    """48 kHz from 16 kHz, by the discrete Fourier transform: exact for a whole number of cycles."""
    whole = programme()
    spectrum = np.fft.rfft(whole)
    spectrum[:, round(0.85 * spectrum.shape[1]) :] = 0.0
    old = write(tmp_path / "old.wav", np.fft.irfft(spectrum, whole.shape[1]))
    frames = whole.shape[1] * 3
    faster = np.fft.irfft(np.pad(spectrum, ((0, 0), (0, frames // 2 + 1 - spectrum.shape[1]))) * 3,
                          frames)  # fmt: skip
    path = tmp_path / "48k.wav"
    soundfile.write(path, faster.T, 48_000, "PCM_24")
    assert compare_revision(str(path), old).answer == "resampled"


def _exchanged(whole: Audio) -> Audio:
    return whole[::-1]


def _right_flipped(whole: Audio) -> Audio:
    return whole * np.array([[1.0], [-1.0]])


def _right_late(whole: Audio) -> Audio:
    return np.stack([whole[0], np.concatenate([np.zeros(20), whole[1, :-20]])])


def _left_early(whole: Audio) -> Audio:
    return np.stack([np.concatenate([whole[0, 1:], [0.0]]), whole[1]])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_exchanged, "channels L and R are swapped"),
        (_right_flipped, "the polarity of R is flipped"),
        (_right_late, "R is 20 frames late"),
        (_left_early, "L is 1 frame early"),
    ],
)
@pytest.mark.parametrize("gain_db", [0.0, -3.0])
def test_a_channel_fault_has_a_name(
    tmp_path: Path, change: Callable[[Audio], Audio], reason: str, gain_db: float
) -> None:
    whole = wide()
    old = write(tmp_path / "old.wav", whole)
    found = compare(tmp_path, change(whole) * 10 ** (gain_db / 20), old)
    assert (found.answer, found.outcome) == ("channels", "fail")
    assert reason in found.reasons
    assert found.gain_db == pytest.approx(gain_db, abs=0.02)
    assert not [one for one in found.sections if one.kind != "differs"]


def wide() -> Audio:
    """A middle and sides of their own: neither channel is the other at another level."""
    return programme() + np.array([[0.5], [-0.4]]) * programme(seed=9)[:1]


@pytest.mark.parametrize("kind", ["offset", "inserted", "removed"])
def test_music_that_repeats_to_the_sample(tmp_path: Path, kind: str) -> None:
    """Many lags explain it: the one told moves least."""
    loop = programme(1.7, seed=7)
    loops = np.tile(loop, 10)
    foreign = programme(2.2, seed=8)
    place = 6 * RATE + 123
    new, expected = {
        "offset": (np.pad(loops, ((0, 0), (321, 0))), []),
        "inserted": (np.concatenate([loops[:, :place], foreign, loops[:, place:]], axis=1),
                     [("inserted", place, place + foreign.shape[1])]),
        "removed": (np.concatenate([loops[:, :place], loops[:, place + 11_111 :]], axis=1),
                    [("removed", place, place + 11_111)]),
    }[kind]  # fmt: skip
    found = compare(tmp_path, new, write(tmp_path / "loops.wav", loops))
    assert found.offset_frames == (321 if kind == "offset" else 0)
    told = [(one.kind, one.old_start_s, one.old_end_s) if one.kind == "removed"
            else (one.kind, one.new_start_s, one.new_end_s) for one in found.sections]  # fmt: skip
    assert [one[0] for one in told] == [one[0] for one in expected]
    for (_, *borders), (_, *truth) in zip(told, expected, strict=True):
        np.testing.assert_allclose(borders, np.array(truth) / RATE, atol=0.02)


def test_a_fault_that_is_gone_is_told_and_is_no_reason(tmp_path: Path) -> None:
    """One flat top of five samples, too little to go over a tolerance of 6 dB."""
    old = programme(8.0, seed=9)
    top = int(np.argmax(old[0]))
    marred = old.copy()
    marred[0] *= 0.999 / old[0, top]
    healed = marred.copy()
    marred[0, top : top + 5] = 1.0 - 2.0**-23
    files = [write(tmp_path / f"{name}.wav", samples)
             for name, samples in (("healed", healed), ("marred", marred))]  # fmt: skip
    found = compare_revision(*files, tolerance_db=6.0)
    assert (found.outcome, found.reasons) == ("pass", ())
    assert "clipping" in {one.code for one in found.findings_removed}
