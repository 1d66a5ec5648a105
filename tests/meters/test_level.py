from __future__ import annotations

import numpy as np
import pytest
from tests.signals import RATE, Signal, level, noise, pink, programme, sine

from mixcheck import measure_array


def dynamic_range_by_definition(samples: Signal, block: int) -> int:
    """DR14, from "Measuring DR": blocks of 3 s, loudest fifth against second-highest peak."""
    values = []
    for channel in samples:
        blocks = channel[: len(channel) // block * block].reshape(-1, block)
        rms = np.sqrt(2.0 * np.mean(blocks**2, axis=1))
        loudest = np.sort(rms)[-max(1, int(0.2 * len(rms))) :]
        second_peak = np.sort(np.abs(blocks).max(1))[-2]
        values.append(20.0 * np.log10(second_peak / np.sqrt(np.mean(loudest**2))))
    return round(float(np.mean(values)))


@pytest.mark.parametrize("rate", [8_000, 44_100, 96_000])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rms_and_crest_factor_follow_their_definition(rate: int, dtype: type[np.floating]) -> None:
    samples = programme(3.21, rate).astype(dtype)
    measured = measure_array(samples, rate)
    assert measured.value("level.rms_dbfs") == pytest.approx(level(samples), abs=1e-4)
    per_channel = [level(channel) for channel in samples]
    assert measured.value("level.rms_dbfs_per_channel") == pytest.approx(per_channel, abs=1e-4)
    peak_dbfs = 20.0 * np.log10(np.abs(samples).max())
    assert measured.value("level.crest_factor_db") == pytest.approx(
        peak_dbfs - level(samples), abs=1e-4
    )


@pytest.mark.parametrize(
    ("samples", "rms_dbfs", "crest_db"),
    [  # AES17 less its 3.01 dB: a full-scale sine is -3.01
        (sine(1000, 1.0), -3.0103, 3.0103),
        (np.sign(sine(1000, 1.0, phase_deg=1.0)), 0.0, 0.0),
        (np.tile([1.0, 0.0, 0.0, 0.0], RATE // 4), -6.0206, 6.0206),
    ],
)
def test_known_waves(samples: Signal, rms_dbfs: float, crest_db: float) -> None:
    measured = measure_array(samples, RATE)
    assert measured.value("level.rms_dbfs") == pytest.approx(rms_dbfs, abs=1e-3)
    assert measured.value("level.crest_factor_db") == pytest.approx(crest_db, abs=1e-3)


def test_offset_is_the_mean_of_each_channel() -> None:
    samples = 0.1 * noise(42, 2.5).astype(np.float32)
    samples += np.array([[0.02], [-0.3]], np.float32)
    measured = measure_array(samples, RATE)
    expected = samples.mean(1, dtype=np.float64)
    assert measured.value("level.dc_offset_fs") == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize(
    ("offsets", "channels"), [((0.02, 0.0), (0,)), ((0.02, -0.02), (0, 1)), ((0.005, 0.005), None)]
)
def test_an_offset_is_found_in_its_channel(
    offsets: tuple[float, float], channels: tuple[int, ...] | None
) -> None:
    samples = 0.2 * pink(43, 5.0) + np.array(offsets)[:, None]
    found = [item for item in measure_array(samples, RATE).findings if item.code == "dc-offset"]
    assert [item.channels for item in found] == ([channels] if channels else [])


@pytest.mark.parametrize(
    ("offset", "severity"), [(0.02, "info"), (-0.04, "info"), (-0.06, "warning")]
)
def test_an_offset_that_costs_no_headroom_is_info(offset: float, severity: str) -> None:
    measured = measure_array(0.2 * pink(43, 5.0, 1) + offset, RATE)
    (found,) = [item for item in measured.findings if item.code == "dc-offset"]
    assert found.severity == severity


def test_what_is_too_short_to_judge_an_offset_says_so() -> None:
    measured = measure_array(0.2 * pink(43, 0.9) + 0.1, RATE)
    assert measured.reason("dc-offset") == "shorter than 1 s"


@pytest.mark.parametrize(("rate", "block"), [(44_100, 132_480), (48_000, 144_000)])
@pytest.mark.parametrize("blocks", [2, 5, 10])
def test_dynamic_range_follows_dr14(rate: int, block: int, blocks: int) -> None:
    rng = np.random.default_rng(44)
    gains = np.repeat(10.0 ** rng.uniform(-1.5, 0.0, (2, blocks)), block, axis=1)
    samples = gains * rng.standard_normal((2, blocks * block)) / 8
    measured = measure_array(samples, rate)
    expected = dynamic_range_by_definition(samples, block)
    assert measured.value("level.dynamic_range_dr") == expected


@pytest.mark.parametrize(("peak_every_s", "dr"), [(None, 0), (1.0, 14)])
def test_dynamic_range_of_known_signals(peak_every_s: float | None, dr: int) -> None:
    # A sine has DR 0 as the method counts RMS times √2; 14 dB higher peaks give 14.
    samples = 0.1 * sine(1000, 12.0)
    if peak_every_s:
        samples[:: round(peak_every_s * RATE)] = 0.1 * 10 ** (14 / 20)
    assert measure_array(samples, RATE).value("level.dynamic_range_dr") == dr


def test_too_short_for_dynamic_range_is_said() -> None:
    measured = measure_array(programme(2.9), RATE)
    assert measured.value("level.dynamic_range_dr") is None
    assert "shorter" in (measured.reason("level.dynamic_range_dr") or "")
