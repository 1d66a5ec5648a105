from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.signals import pink, sine

from mixcheck import Finding, expect_encoding, measure
from mixcheck.audio import ENCODINGS

CODE = "over-after-encoding"
NAMES = {encoding.name for encoding in ENCODINGS}


def expected(folder: Path, samples: np.ndarray, rate: int) -> list[Finding]:
    path = folder / "file.wav"
    soundfile.write(path, samples.T, rate, "PCM_24")
    return [one for one in expect_encoding(measure(path)).findings if one.code == CODE]


def hard_limited(rate: int) -> np.ndarray:
    """Dense and squared off: what codecs make most of."""
    return np.asarray(0.98 * np.clip(2.0 * pink(3, 4.0, band_hz=(30, 16_000), rate=rate), -1, 1))


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_a_loud_master_goes_over_after_every_codec(tmp_path: Path, rate: int) -> None:
    found = expected(tmp_path, hard_limited(rate), rate)
    assert {name for name in NAMES if any(name in one.message for one in found)} == NAMES
    assert all(one.value is not None and one.value > 0.0 for one in found)
    assert all(0.0 <= one.start_s < one.end_s <= 4.0 for one in found)


def test_what_has_headroom_does_not(tmp_path: Path) -> None:
    assert expected(tmp_path, 0.25 * hard_limited(48_000), 48_000) == []
    assert expected(tmp_path, sine(997.0, 3.0, amplitude=0.7), 48_000) == []


def test_the_value_is_the_true_peak_of_the_decoded_file(tmp_path: Path) -> None:
    """Of one passage, encoded as a whole: within what the edges of the passage change."""
    samples = hard_limited(48_000)
    samples[:, : 2 * 48_000] *= 0.2
    samples[:, 3 * 48_000 :] *= 0.2
    found = {one.message: one.value for one in expected(tmp_path, samples, 48_000)}
    path = tmp_path / "whole.mp3"
    soundfile.write(path, samples.T, 48_000, **ENCODINGS[0].options)
    whole = measure(path).value("peak.max_true_peak_dbtp")
    (value,) = [value for message, value in found.items() if "MP3" in message]
    assert value == pytest.approx(whole, abs=0.7)


def test_nothing_else_of_the_measurement_changes(tmp_path: Path) -> None:
    path = tmp_path / "file.wav"
    soundfile.write(path, hard_limited(48_000).T, 48_000, "PCM_16")
    before = measure(path)
    after = expect_encoding(before)
    assert after.readings == before.readings
    assert [one for one in after.findings if one.code != CODE] == list(before.findings)


def test_more_channels_than_a_codec_has_are_left_to_the_others(tmp_path: Path) -> None:
    both = hard_limited(48_000)
    found = expected(tmp_path, np.concatenate([both, both, both]), 48_000)
    assert not any("MP3" in one.message for one in found)
