"""Quantiles are NumPy's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixcheck.dsp.quantile import median, quantile

VALUES = st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=50)


@given(VALUES, st.floats(0.0, 1.0))
def test_quantiles_are_those_of_numpy(values: list[float], share: float) -> None:
    array = np.array(values)
    assert quantile(array, share) == pytest.approx(np.quantile(array, share), rel=1e-9, abs=1e-6)


@given(VALUES)
def test_median_is_that_of_numpy(values: list[float]) -> None:
    array = np.array(values)
    assert median(array) == pytest.approx(float(np.median(array)), rel=1e-12, abs=1e-9)
