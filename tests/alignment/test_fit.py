from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from mixcheck.alignment.fit import fit_parts
from mixcheck.alignment.lags import shifted

FRAMES = 60_000
NOISE_POWER = 4.0**-23


def parts(seed: int, count: int = 5) -> NDArray[np.float64]:
    """Coloured noise that comes and goes, each part in its own way."""
    random = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        noise = random.standard_normal((2, FRAMES))
        width = int(random.integers(1, 12))
        colour = np.hanning(width + 2)[1:-1]
        noise = np.stack([np.convolve(row, colour, "same") for row in noise])
        gate = np.repeat(random.random(FRAMES // 3_000) > 0.4, 3_000)
        made.append(noise * gate * random.uniform(0.02, 0.2))
    return np.array(made)


@pytest.mark.parametrize("seed", range(3))
def test_gains_and_lags_are_found_exactly(seed: int) -> None:
    given = parts(seed)
    gains, lags = np.array([1.0, 0.7, -1.0, 1.0, 1.9]), [0, 0, -1, 441, 0]
    total = sum(
        gain * shifted(part, lag) for gain, part, lag in zip(gains, given, lags, strict=True)
    )
    found = fit_parts(np.asarray(total), list(given), NOISE_POWER)
    assert found.lags.tolist() == lags
    assert np.abs(20 * np.log10(np.abs(found.gains / gains))).max() < 0.01
    assert (np.sign(found.gains) == np.sign(gains)).all()


def test_a_foreign_part_moves_no_gain() -> None:
    *given, foreign = parts(7, 6)
    total = np.sum(given, axis=0) + foreign
    found = fit_parts(total, given, NOISE_POWER)
    assert not found.lags.any()
    assert np.abs(20 * np.log10(found.gains)).max() < 0.05


def test_shifting_moves_zeros_in() -> None:
    signal = np.arange(1.0, 5.0)[None]
    assert shifted(signal, 2).tolist() == [[0, 0, 1, 2]]
    assert shifted(signal, -1).tolist() == [[2, 3, 4, 0]]
    assert shifted(signal, 9).tolist() == [[0, 0, 0, 0]]
