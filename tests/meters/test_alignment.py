from __future__ import annotations

import numpy as np
import pytest
from tests.signals import RATE, Signal, pink, programme

from mixcheck import measure_array


def late(delay_frames: int, common: float) -> Signal:
    """Right a late copy of left, with a share of sound of its own."""
    middle, own = pink(180, 6.0, 1)[0], pink(181, 6.0)
    both = np.stack([middle, np.roll(middle, delay_frames)])
    return np.asarray(0.1 * (common * both + (1.0 - common) * own))


@pytest.mark.parametrize("frames", [5, 48, -48, 480, 950])
@pytest.mark.parametrize("common", [1.0, 0.7])
def test_a_delay_is_measured(frames: int, common: float) -> None:
    measured = measure_array(late(frames, common), RATE)
    assert measured.value("alignment.inter_channel_delay_s") == pytest.approx(
        frames / RATE, abs=0.5 / RATE
    )
    assert "inter-channel-delay" in {item.code for item in measured.findings}


@pytest.mark.parametrize(
    "samples",
    [programme(6.0), late(0, 1.0), late(0, 0.7), 0.1 * pink(182, 6.0), -late(0, 1.0)],
    ids=["programme", "dual mono", "panned", "unrelated", "inverted file"],
)
def test_level_differences_are_no_delay(samples: Signal) -> None:
    measured = measure_array(samples, RATE)
    assert measured.value("alignment.inter_channel_delay_s") == 0.0
    assert "inter-channel-delay" not in {item.code for item in measured.findings}
