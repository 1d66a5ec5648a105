"""Loudness of several programmes together, against the definition over all their blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.signals import RATE, noise, programme, ratio

from mixcheck import Measurement, measure_array
from mixcheck.meters.gating import GatingBlocks


def by_definition(blocks: NDArray[np.float64]) -> tuple[float, float] | None:
    """ITU-R BS.1770-5 Annex 1, equations 2 to 7, of the mean squares of blocks."""
    loudness = -0.691 + 10.0 * np.log10(np.maximum(blocks, 1e-30))
    kept = blocks[loudness > -70.0]
    if not len(kept):
        return None
    gate = -0.691 + 10.0 * np.log10(kept.mean()) - 10.0
    over = blocks[(loudness > -70.0) & (loudness > gate)]
    return float(-0.691 + 10.0 * np.log10(over.mean())), float(gate)


def powers(levels_lufs: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(10.0 ** ((levels_lufs + 0.691) / 10.0))


def gating(measurement: Measurement) -> GatingBlocks:
    reading = measurement.readings["loudness"]
    return reading.gating_blocks  # type: ignore[attr-defined, no-any-return]


@given(
    st.lists(
        st.tuples(st.floats(-80.0, 3.0), st.floats(0.3, 12.0), st.integers(50, 3000)),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 2**32 - 1),
)
def test_pooled_is_what_all_blocks_give(
    programmes: list[tuple[float, float, int]], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    blocks = [powers(rng.normal(mean, spread, count)) for mean, spread, count in programmes]
    pooled = GatingBlocks.merged(map(GatingBlocks.of, blocks)).loudness()
    expected = by_definition(np.concatenate(blocks))
    if expected is None:
        assert pooled == (None, None)
        return
    assert pooled[1] == pytest.approx(expected[1], abs=1e-4)
    over = int((np.concatenate(blocks) > powers(np.array(expected[1]))).sum())
    a_block_lu = 10.0 * np.log10(1.0 + 1.0 / over)  # which of a bin are over the gate is not kept
    assert pooled[0] == pytest.approx(expected[0], abs=0.005 + a_block_lu)


def test_steady_levels_are_exact() -> None:
    # EBU Tech 3341, cases 3 and 4 as blocks: the quiet parts lie under the relative gate.
    blocks = np.concatenate(
        [powers(np.full(n, level)) for n, level in ((100, -36.0), (600, -23.0))]
    )
    assert GatingBlocks.of(blocks).loudness()[0] == pytest.approx(-23.0, abs=1e-5)


def test_one_programme_has_its_own_loudness() -> None:
    measured = measure_array(programme(20.0), RATE)
    whole = measured.value("loudness.integrated_lufs")
    assert GatingBlocks.merged([gating(measured)]).loudness()[0] == pytest.approx(whole, abs=0.003)


def test_programmes_together_are_as_loud_as_one_after_the_other() -> None:
    # With pauses, the blocks over the joins, which only the whole has, are silent and do not count.
    pause = np.zeros((2, RATE // 2))
    parts = [
        np.concatenate([pause, gain * programme(20.0), pause], axis=1)
        for gain in (1.0, ratio(-6.0), ratio(-14.0))
    ]
    pooled = GatingBlocks.merged(gating(measure_array(one, RATE)) for one in parts)
    joined = measure_array(np.concatenate(parts, axis=1), RATE)
    mean = np.mean([measure_array(one, RATE).value("loudness.integrated_lufs") for one in parts])
    whole = joined.value("loudness.integrated_lufs")
    assert pooled.loudness()[0] == pytest.approx(whole, abs=0.01)
    assert abs(mean - whole) > 1.0  # what averaging would have given


def test_merging_is_in_any_order_and_grouping() -> None:
    rng = np.random.default_rng(7)
    a, b, c = (GatingBlocks.of(powers(rng.normal(-20.0, 8.0, 900))) for _ in range(3))
    at_once = GatingBlocks.merged([a, b, c]).loudness()
    in_turn = GatingBlocks.merged([c, GatingBlocks.merged([b, a])]).loudness()
    assert at_once == pytest.approx(in_turn, abs=1e-4)


def test_nothing_and_silence_have_no_loudness() -> None:
    assert GatingBlocks.merged([]).loudness() == (None, None)
    silent = measure_array(np.zeros((2, RATE)), RATE)
    assert gating(silent) == GatingBlocks()
    loud = GatingBlocks.of(powers(np.array([-20.0])))
    assert GatingBlocks.merged([gating(silent), loud]).loudness()[0] == pytest.approx(-20.0)


def test_an_hour_takes_little_room() -> None:
    spread = powers(np.random.default_rng(3).normal(-22.0, 9.0, 36_000))
    assert len(GatingBlocks.of(spread).packed) <= 8 * 1024
    assert len(GatingBlocks.of(powers(np.full(36_000, -20.0))).packed) == 8


def test_any_level_has_a_place() -> None:
    for power in (1e-30, 1.0, 1e30):
        found = GatingBlocks.of(np.array([power])).loudness()[0]
        expected = by_definition(np.array([power]))
        assert found == (pytest.approx(expected[0], abs=1e-4) if expected else None)


def test_noise_of_the_signals_module_is_not_silent() -> None:
    assert gating(measure_array(0.1 * noise(3, 1.0), RATE)).packed
