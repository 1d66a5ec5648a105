from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixcheck.units import (
    clock,
    db_to_power,
    db_to_ratio,
    format_number,
    power_to_db,
    ratio_to_db,
)

LEVELS_DB = st.floats(-300.0, 300.0)


@pytest.mark.parametrize(
    ("ratio", "level_db"), [(1.0, 0.0), (2.0, 6.0206), (0.5, -6.0206), (10.0, 20.0), (1e-6, -120.0)]
)
def test_levels_of_amplitude_and_power(ratio: float, level_db: float) -> None:
    assert ratio_to_db(ratio) == pytest.approx(level_db, abs=1e-4)
    assert power_to_db(ratio**2) == pytest.approx(level_db, abs=1e-4)
    assert db_to_ratio(level_db) == pytest.approx(ratio, rel=1e-4)
    assert db_to_power(level_db) == pytest.approx(ratio**2, rel=1e-4)


@given(LEVELS_DB)
def test_decibels_and_back(level_db: float) -> None:
    assert ratio_to_db(db_to_ratio(level_db)) == pytest.approx(level_db, abs=1e-9)
    assert power_to_db(db_to_power(level_db)) == pytest.approx(level_db, abs=1e-9)


@pytest.mark.parametrize("nothing", [0.0, -1.0, math.nan, math.inf, -math.inf])
def test_nothing_has_no_level(nothing: float) -> None:
    assert ratio_to_db(nothing) is None
    assert power_to_db(nothing) is None


@pytest.mark.parametrize(
    ("value", "decimals", "signed", "text"),
    [
        (-0.04, 1, False, "0.0"),
        (-0.04, 1, True, "+0.0"),
        (-0.06, 1, True, "-0.1"),
        (1.25, 2, True, "+1.25"),
        (-14.0, 1, False, "-14.0"),
        (7, 0, False, "7"),
        (19_999.6, 0, False, "20000"),
    ],
)
def test_numbers_as_shown(value: float, decimals: int, signed: bool, text: str) -> None:
    assert format_number(value, decimals, signed=signed) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "00:00:00.000"),
        (72.345, "00:01:12.345"),
        (59.9996, "00:01:00.000"),
        (3599.9999, "01:00:00.000"),
        (360_000.001, "100:00:00.001"),
    ],
)
def test_time_code(seconds: float, text: str) -> None:
    assert clock(seconds) == text
