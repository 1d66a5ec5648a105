from __future__ import annotations

import numpy as np
import pytest
from tests.signals import RATE, Signal, noise, programme, ratio

from mixcheck import measure_array
from mixcheck.meters import Finding


def gaps(samples: Signal) -> list[Finding]:
    return [item for item in measure_array(samples, RATE).findings if item.code == "gap"]


def with_gap(seconds: float, at_s: float = 1.0, level_dbfs: float = -80.0) -> Signal:
    samples = programme(4.0)
    start, length = round(at_s * RATE), round(seconds * RATE)
    faint = ratio(level_dbfs) * noise(31, seconds + 0.1)
    samples[:, start : start + length] = faint[:, :length]
    return samples


@pytest.mark.parametrize("seconds", [0.021, 0.05, 0.2, 0.6])
@pytest.mark.parametrize("at_s", [0.5, 0.99, 1.003])
def test_a_gap_is_placed_in_time(seconds: float, at_s: float) -> None:
    (found,) = gaps(with_gap(seconds, at_s))
    assert found.start_s == pytest.approx(at_s, abs=0.001)
    assert found.end_s == pytest.approx(at_s + seconds, abs=0.001)
    assert found.channels == (0, 1)
    assert found.value == pytest.approx(seconds, abs=0.001)
    assert measure_array(with_gap(seconds), RATE).value("gap.gaps") == 1


def test_a_gap_in_one_channel_names_it() -> None:
    samples = programme(4.0)
    samples[1] = with_gap(0.1)[1]
    (found,) = gaps(samples)
    assert found.channels == (1,)


def decay_into(pause_s: float) -> Signal:
    """The programme dies away as a room does, pauses, and comes in at once."""
    samples = with_gap(pause_s)
    before = slice(round(0.7 * RATE), RATE)
    samples[:, before] *= 10.0 ** np.linspace(0.0, -3.0, before.stop - before.start)
    return samples


CLEAN = {
    "programme": programme(4.0),
    "a rest after a decay": decay_into(0.2),
    "digital black, which is a dropout": programme(4.0)
    * (np.abs(np.arange(4 * RATE) - RATE) > 900),
    "a pause of more than a second": with_gap(1.2),
    "a hole in noise that is hardly louder": with_gap(0.1, level_dbfs=-40.0),
    "noise": 0.1 * noise(32, 4.0),
}


@pytest.mark.parametrize("name", CLEAN)
def test_what_is_no_gap(name: str) -> None:
    assert not gaps(CLEAN[name])
