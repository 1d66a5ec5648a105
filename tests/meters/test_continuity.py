from __future__ import annotations

import numpy as np
import pytest
from tests.signals import RATE, Signal, faded, noise, pink, programme, sine

from mixcheck import Finding, Measurement, measure_array


def dropouts(measured: Measurement) -> list[Finding]:
    return [item for item in measured.findings if item.code == "dropout"]


def music(seconds: float = 4.0) -> Signal:
    return np.asarray(0.2 * pink(95, seconds, band_hz=(60, 12_000)))


@pytest.mark.parametrize("at_s", [0.5, 0.99, 1.0, 1.9999, 2.7])
@pytest.mark.parametrize("lasting_s", [0.002, 0.02, 0.3])
def test_a_dropout_is_found_where_it_is(at_s: float, lasting_s: float) -> None:
    samples = music()
    start, length = round(at_s * RATE), round(lasting_s * RATE)
    samples[:, start : start + length] = 0.0
    measured = measure_array(samples, RATE)
    assert measured.value("continuity.dropouts") == 1
    (found,) = dropouts(measured)
    assert found.start_s == pytest.approx(start / RATE, abs=2 / RATE)
    assert found.value == pytest.approx(length / RATE, abs=2 / RATE)
    assert set(found.channels) <= {0, 1}  # a channel that was near zero does not jump


@pytest.mark.parametrize("at_s", [0.5, 2.7, 3.999])
@pytest.mark.parametrize("lasting_s", [1.5, 4.0, 6.0])
def test_a_long_hole_with_hard_edges_is_a_milder_finding(at_s: float, lasting_s: float) -> None:
    start, length = round(at_s * RATE), round(lasting_s * RATE)
    samples = music(12.0)
    samples[:, start : start + length] = 0.0
    (found,) = dropouts(measure_array(samples, RATE))
    assert found.severity == "warning"
    assert found.start_s == pytest.approx(start / RATE, abs=2 / RATE)
    assert found.value == pytest.approx(length / RATE, abs=2 / RATE)


def test_one_channel_may_drop_out_alone_and_at_any_value() -> None:
    samples = music()
    samples[1, 50_000:50_400] = samples[1, 49_999]  # the last value is held
    samples[0, 90_000:90_300] = 0.0
    measured = measure_array(samples, RATE)
    assert [item.channels for item in dropouts(measured)] == [(1,), (0,)]


def _pauses(samples: Signal) -> Signal:
    """Cut to digital black between words, with fades as an editor makes them."""
    parts = [faded(part, 0.005) for part in np.split(samples, 8, axis=1)]
    gap = np.zeros((2, RATE // 5))
    return np.concatenate([np.concatenate([part, gap], axis=1) for part in parts], axis=1)


def _with_edges(samples: Signal) -> Signal:
    return np.pad(samples, ((0, 0), (RATE // 2, RATE // 2)))


CLEAN = {
    "music": music(),
    "programme": programme(4.0),
    "clipped music": np.clip(5.0 * music(), -0.9, 0.9),
    "faded pauses": _pauses(music()),
    "silence around": _with_edges(music()),
    "square": 0.5 * np.sign(sine(100, 3.0, phase_deg=1.0)),
    "bass in 8 bits": np.round(0.3 * sine(30, 3.0) * 128) / 128,
    "quiet noise in 16 bits": np.round(2e-5 * noise(96, 3.0) * 2**15) / 2**15,
    "silence": np.zeros((2, 2 * RATE)),
    "pause between pieces": np.concatenate(
        [music(1.5), np.zeros((2, 11 * RATE)), music(1.5)], axis=1
    ),
    "rest after a note that ends": np.concatenate(
        [faded(music(1.5), 0.005), np.zeros((2, 2 * RATE)), music(1.5)], axis=1
    ),
}


@pytest.mark.parametrize("name", CLEAN)
def test_clean_material_has_no_dropout(name: str) -> None:
    measured = measure_array(CLEAN[name], RATE)
    assert not dropouts(measured)
    assert measured.value("continuity.dropouts") == 0


def test_more_dropouts_than_are_listed_are_still_counted() -> None:
    samples = music(6.0)
    for start in range(1000, 6 * RATE - 2000, 2200):
        samples[:, start : start + 200] = 0.0
    measured = measure_array(samples, RATE)
    expected = len(range(1000, 6 * RATE - 2000, 2200))
    assert measured.value("continuity.dropouts") == pytest.approx(expected, rel=0.05)
    assert len(dropouts(measured)) == 100


@pytest.mark.parametrize("seed", range(4))
def test_coarse_values_at_rest_are_no_dropouts(seed: int) -> None:
    """Sound of few bits in a file of sixteen stands still where it is softer than half a step."""
    rate = 22_050
    swell = np.minimum(1.0, 60.0 * np.abs(np.sin(np.pi * 3.0 * np.arange(8 * rate) / rate)) - 0.4)
    steps = np.rint(1.2 * np.maximum(swell, 0.0) * noise(seed, 8.0, 1, rate)[0])
    assert "dropout" not in measure_array(steps * 640 / 2**15, rate).counts()
