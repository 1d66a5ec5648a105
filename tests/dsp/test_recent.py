from __future__ import annotations

import numpy as np
import pytest

from mixcheck.dsp.recent import Recent

ALL = np.arange(100.0).reshape(1, 100)


@pytest.mark.parametrize("lengths", [(100,), (40, 60), (7, 3, 30, 1, 59), (1,) * 100])
def test_what_is_kept_is_given_by_its_frames(lengths: tuple[int, ...]) -> None:
    recent, start = Recent(1, 12), 0
    for length in lengths:
        recent.add(ALL[:, start : start + length])
        start += length
        first = max(0, start - length - 12)
        part = recent.between(0, first, start)
        assert part is not None
        assert (part == ALL[0, first:start]).all()
        assert recent.between(0, first, start + 1) is None
        assert recent.between(0, first - 1, start) is None


def test_a_block_whose_memory_is_used_again_is_still_known() -> None:
    recent, block = Recent(1, 4), np.arange(8.0).reshape(1, 8)
    recent.add(block)
    block[:] = np.nan
    recent.add(ALL[:, :3])
    part = recent.between(0, 5, 10)
    assert part is not None
    assert part.tolist() == [5.0, 6.0, 7.0, 0.0, 1.0]
