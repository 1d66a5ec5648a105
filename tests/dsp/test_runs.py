from __future__ import annotations

from itertools import groupby

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mixcheck.dsp.runs import SHORTEST_RUN, RunFinder

Run = tuple[int, int, int, float, float, float]


def runs_by_definition(samples: np.ndarray) -> list[Run]:
    found = []
    for channel, row in enumerate(samples.tolist()):
        start = 0
        for value, group in groupby(row):
            stop = start + len(list(group))
            if stop - start >= SHORTEST_RUN:
                before = row[start - 1] if start else 0.0
                after = row[stop] if stop < len(row) else 0.0
                found.append((channel, start, stop - start, value, before, after))
            start = stop
    return sorted(found)


def runs_found(samples: np.ndarray, lengths: list[int]) -> list[Run]:
    finder = RunFinder(len(samples))
    parts = np.split(samples, np.cumsum(lengths)[:-1], axis=1)
    found: list[Run] = []
    for index, part in enumerate(parts):
        runs = finder.find(part, last=index == len(parts) - 1)
        found.extend(zip(*(column.tolist() for column in runs), strict=True))
    return sorted(found)


@given(
    blocks=st.lists(
        st.lists(st.sampled_from([-1.0, 0.0, 0.25]), min_size=1, max_size=12),
        min_size=1,
        max_size=8,
    ),
    dtype=st.sampled_from([np.float32, np.float64]),
)
@example(blocks=[[1.0]] * 9, dtype=np.float32)
@example(blocks=[[0.0], [1.0] * 5, [1.0] * 2, [1.0], [0.0]], dtype=np.float32)
@example(blocks=[[0.0, 0.0], [0.0, -0.0, 0.0]], dtype=np.float64)
@settings(max_examples=150)
def test_finds_what_the_definition_says_for_any_split(
    blocks: list[list[float]], dtype: type[np.floating]
) -> None:
    left = np.concatenate(blocks).astype(dtype)
    samples = np.stack([left, left[::-1], np.roll(left, 1)])
    assert runs_found(samples, [len(block) for block in blocks]) == runs_by_definition(samples)


def test_a_run_is_reported_by_the_block_in_which_it_ends() -> None:
    finder = RunFinder(1)
    blocks = ([0.0, 0.5, 0.5], [0.5, 0.5], [0.1, 0.2])
    lengths = [finder.find(np.array([block])).length.tolist() for block in blocks]
    assert lengths == [[], [], [4]]


def test_a_very_long_run_is_one_run() -> None:
    samples = np.full((1, 100_000), 0.5)
    samples[0, 0] = 0.0
    assert runs_found(samples, [1000] * 100) == [(0, 1, 99_999, 0.5, 0.0, 0.0)]
