"""Two faults at once, of kinds that hide each other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.stems.sets import RATE, Audio, check, errors, make, total

from mixcheck.stems import reading


def compressed(mix: Audio) -> Audio:
    """With a gain that follows the level slowly, up to 6 dB down."""
    level = np.abs(mix).max(0)
    smooth = np.convolve(level, np.ones(1_600) / 1_600, "same")
    return mix / (1.0 + smooth / smooth.max())


def test_a_flipped_stem_beside_bus_compression(tmp_path: Path) -> None:
    stems = make(6, seconds=8.0)
    mix = compressed(total(stems))
    stems["02 part"] *= -1.0
    found = {(one.code, one.stems) for one in errors(check(tmp_path, stems, mix))}
    assert found == {("polarity", ("02 part",)), ("bus-compression", ())}


def test_a_late_stem_beside_bus_compression(tmp_path: Path) -> None:
    stems = make(6, seconds=8.0)
    mix = compressed(total(stems))
    stems["04 part"] = np.roll(stems["04 part"], 25, axis=1)
    found = {(one.code, one.stems, one.value) for one in errors(check(tmp_path, stems, mix))
             if one.code != "bus-compression"}  # fmt: skip
    assert found == {("offset", ("04 part",), 25.0)}


def test_bus_compression_alone_names_no_stem(tmp_path: Path) -> None:
    stems = make(6, seconds=8.0)
    found = errors(check(tmp_path, stems, compressed(total(stems))))
    assert [(one.code, one.stems) for one in found] == [("bus-compression", ())]


@pytest.mark.parametrize("other", ["gain", "polarity"])
def test_swapped_channels_beside_another_fault(tmp_path: Path, other: str) -> None:
    stems = make()
    mix = total(stems)
    stems["01 part"] = stems["01 part"][::-1]
    stems["03 part"] *= 0.8 if other == "gain" else -1.0
    found = {(one.code, one.stems) for one in errors(check(tmp_path, stems, mix))}
    assert found == {("channels-swapped", ("01 part",)), (other, ("03 part",))}


def test_of_two_stems_one_that_is_not_in_the_mix(tmp_path: Path) -> None:
    stems = make(2)
    (fault,) = errors(check(tmp_path, stems, stems["02 part"].copy()))
    assert (fault.code, fault.stems) == ("not-in-mix", ("01 part",))


def test_one_process_and_two_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a flat top counts in whichever half it is."""
    stems = make(2, seconds=24.0)
    stems["01 part"][:, 20 * RATE : 20 * RATE + 40] = np.abs(stems["01 part"]).max() * 1.5
    mix = total(stems)
    found = []
    for has_second in (True, False):
        monkeypatch.setattr(reading, "can_work_ahead", lambda _, answer=has_second: answer)
        monkeypatch.setattr(reading, "WHOLE_SECONDS", 0)
        found.append(check(tmp_path, stems, mix))
    assert found[0] == found[1]
    assert found[0].null is not None
    assert found[0].null.outcome == "pass"
    assert ("clipping", ("01 part",)) in [(one.code, one.stems) for one in found[0].faults]
