"""Readings and findings are plain data, as reports and the cache must have them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.signals import noise

from mixcheck import Measurement, measure, measure_array
from mixcheck.stored import packed, unpacked

REFERENCE = sorted((Path(__file__).parents[2] / "reference_audio").glob("*.flac"))
PLAIN = (bool, int, float, str, type(None))


def members(value: Any) -> Iterator[Any]:
    if isinstance(value, tuple):
        for one in value:
            yield from members(one)
    else:
        yield value


def hold_plain(measured: Measurement) -> None:
    values = {
        f"{group}.{name}": value
        for group, reading in measured.readings.items()
        for name, value in vars(reading).items()
        if name not in ("reasons", "gating_blocks")
    }
    values |= {
        f"{found.code}: {field.name}": getattr(found, field.name)
        for found in measured.findings
        for field in fields(found)
    }
    assert not {
        name
        for name, value in values.items()
        if any(type(one) not in PLAIN for one in members(value))
    }
    assert unpacked(packed(measured), measured.path) == measured


@pytest.mark.parametrize("path", REFERENCE, ids=lambda path: path.stem)
def test_what_is_measured_of_recordings_is_plain(path: Path) -> None:
    hold_plain(measure(path))


@pytest.mark.parametrize("delay", [-480, -24, 24, 480])
def test_what_is_measured_of_a_delay_is_plain(delay: int) -> None:
    left = 0.05 * noise(1, 10.0)[0]
    measured = measure_array(np.stack([left, np.roll(left, delay)]), 48_000)
    assert "inter-channel-delay" in measured.counts()
    hold_plain(measured)
