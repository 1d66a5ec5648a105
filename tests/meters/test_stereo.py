from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from tests.signals import RATE, Signal, level, noise, pink, programme, ratio

from mixcheck import Measurement, measure_array


def codes(measured: Measurement) -> set[str]:
    return {item.code for item in measured.findings}


def correlation(samples: Signal) -> float:
    left, right = samples
    return float(left @ right / np.sqrt((left @ left) * (right @ right)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_everything_follows_its_definition(dtype: type[np.floating]) -> None:
    samples = programme(4.5).astype(dtype).astype(np.float64)
    measured = measure_array(samples.astype(dtype), RATE)
    left, right = samples
    power = (np.mean(left**2) + np.mean(right**2)) / 2
    expected = {
        "correlation": correlation(samples),
        "balance_db": level(right) - level(left),
        "mono_sum_loss_db": level((left + right) / 2) - 10 * np.log10(power),
        "side_to_mid_db": level((left - right) / 2) - level((left + right) / 2),
    }
    for name, number in expected.items():
        assert measured.value(f"stereo.{name}") == pytest.approx(number, abs=1e-3), name


def test_least_correlation_and_negative_share_are_of_half_seconds() -> None:
    samples = noise(50, 10.0) * 0.1
    left, right = samples
    blend = np.repeat(np.random.default_rng(51).uniform(-0.9, 0.9, 20), RATE // 2)
    right[:] = blend * left + np.sqrt(1 - blend**2) * right
    samples[:, 4 * RATE : 5 * RATE] *= 1e-3  # -80 dBFS: nobody hears it
    windows = [samples[:, start : start + RATE // 2] for start in range(0, 10 * RATE, RATE // 2)]
    heard = [correlation(window) for window in windows if level(window) > -60.0]
    assert len(heard) == 18
    measured = measure_array(samples, RATE)
    assert measured.value("stereo.min_correlation") == pytest.approx(min(heard), abs=1e-6)
    share = np.mean(np.array(heard) < 0)
    assert measured.value("stereo.negative_correlation_share") == pytest.approx(share)


@pytest.mark.parametrize("extra_frames", [1, 2, 10])
def test_a_few_frames_at_the_end_are_no_half_second(extra_frames: int) -> None:
    left = 0.1 * noise(52, 2.0, 1)[0]
    right = left.copy()
    end_left, end_right = np.full(extra_frames, 0.1), np.full(extra_frames, -0.1)
    samples = np.stack([np.append(left, end_left), np.append(right, end_right)])
    measured = measure_array(samples, RATE)
    assert measured.value("stereo.min_correlation") == pytest.approx(1.0, abs=0.01)
    assert measured.value("stereo.negative_correlation_share") == 0.0


@pytest.mark.parametrize(
    ("right_of", "correlation_is", "loss_db", "found"),
    [
        (lambda left, other: left, 1.0, 0.0, {"dual-mono"}),
        (lambda left, other: -left, -1.0, None, {"inverted-polarity"}),
        (lambda left, other: other, 0.0, -3.01, set()),
        (lambda left, other: 0.5 * left, 1.0, -0.458, {"channel-imbalance"}),
        (lambda left, other: 0.9 * left + 0.44 * other, 0.9, -0.22, set()),
        (lambda left, other: -0.7 * left + 0.72 * other, -0.7, -8.2, {"mono-loss"}),
    ],
    ids=["same", "inverted", "unrelated", "half-level", "wide", "against-each-other"],
)
def test_known_pairs(
    right_of: Callable[[Signal, Signal], Signal],
    correlation_is: float,
    loss_db: float | None,
    found: set[str],
) -> None:
    left, other = 0.1 * noise(53, 6.0)
    measured = measure_array(np.stack([left, right_of(left, other)]), RATE)
    assert measured.value("stereo.correlation") == pytest.approx(correlation_is, abs=0.02)
    loss = measured.value("stereo.mono_sum_loss_db")
    assert loss == (None if loss_db is None else pytest.approx(loss_db, abs=0.1))
    stereo_codes = {"dual-mono", "inverted-polarity", "channel-imbalance", "mono-loss"}
    assert codes(measured) & stereo_codes == found


def test_what_cancels_has_a_reason() -> None:
    left = pink(54, 2.0, 1)[0] * 0.1
    measured = measure_array(np.stack([left, -left]), RATE)
    for name in ("mono_sum_loss_db", "side_to_mid_db"):
        assert measured.value(f"stereo.{name}") is None
        assert "cancel" in (measured.reason(f"stereo.{name}") or "")


@pytest.mark.parametrize("channels", [1, 3, 6])
def test_other_than_two_channels_have_none_of_it(channels: int) -> None:
    measured = measure_array(0.1 * noise(55, 1.0, channels), RATE)
    assert measured.value("stereo.correlation") is None
    assert str(channels) in (measured.reason("stereo.correlation") or "")


@pytest.mark.parametrize(
    ("channels", "silent", "found"),
    [(2, (1,), (1,)), (6, (3,), None), (6, (2, 3), (2,)), (3, (0, 1, 2), (0, 1, 2))],
    ids=["right", "lfe-may-rest", "centre", "all"],
)
def test_a_silent_channel_is_named(
    channels: int, silent: tuple[int, ...], found: tuple[int, ...] | None
) -> None:
    samples = 0.1 * noise(56, 2.0, channels)
    samples[list(silent)] = 0.0
    measured = measure_array(samples, RATE)
    named = [item.channels for item in measured.findings if item.code == "silent-channel"]
    assert named == ([found] if found else [])


@pytest.mark.parametrize(("gain_db", "is_found"), [(-2.5, False), (-4.0, True), (4.0, True)])
def test_an_imbalance_is_found_from_3_db(gain_db: float, is_found: bool) -> None:
    samples = 0.1 * noise(57, 6.0) * np.array([[1.0], [ratio(gain_db)]])
    measured = measure_array(samples, RATE)
    assert measured.value("stereo.balance_db") == pytest.approx(gain_db, abs=0.05)
    assert ("channel-imbalance" in codes(measured)) == is_found


@pytest.mark.parametrize(("frames", "is_enough"), [(1, False), (5, False), (RATE // 2, True)])
def test_a_few_frames_tell_nothing_of_polarity(frames: int, is_enough: bool) -> None:
    left = 0.3 * np.random.default_rng(8).standard_normal(frames)
    measured = measure_array(np.array([left, -left]), RATE)
    assert ("inverted-polarity" in measured.counts()) == is_enough
    assert (measured.unseen().get("inverted-polarity") == "shorter than 0.5 s") != is_enough
    assert "mono-loss" not in measured.counts()


def test_one_hit_and_its_decay_may_lie_on_one_side() -> None:
    decay = np.exp(-np.arange(8 * RATE) / (0.5 * RATE))
    hit = 0.5 * decay * noise(58, 8.0) * np.array([[1.0], [0.3]])
    assert "channel-imbalance" not in codes(measure_array(hit, RATE))
    assert "channel-imbalance" in codes(measure_array(np.tile(hit[:, : 2 * RATE], 4), RATE))
