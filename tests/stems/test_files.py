"""What the files and their names tell."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.stems.sets import check, make

from mixcheck.stems.naming import film_roles, outside_pattern


@pytest.mark.parametrize(
    ("names", "roles"),
    [
        (["Reel1_DX", "Reel1_MX", "Reel1_FX"], ("dialogue", "music", "effects")),
        (["D", "M", "E"], ("dialogue", "music", "effects")),
        (["Music", "Drums"], (None, None)),
        (["Kick", "Snare"], (None, None)),
    ],
)
def test_film_roles(names: list[str], roles: tuple[str | None, ...]) -> None:
    assert film_roles(names) == roles


@pytest.mark.parametrize(
    ("names", "odd"),
    [
        (["01 Kick", "02 Snare", "03 Bass", "Vox"], ("Vox",)),
        (["Song_Kick", "Song_Bass", "Song_Vox", "Tune_Keys"], ("Tune_Keys",)),
        (["Kick", "Snare", "Bass", "Vox"], ()),
        (["01 Kick", "02 Snare"], ()),
    ],
)
def test_names_outside_the_pattern(names: list[str], odd: tuple[str, ...]) -> None:
    assert outside_pattern(names) == odd


def test_silent_clipped_and_hot_stems(tmp_path: Path) -> None:
    stems = make(5)
    stems["01 part"] = np.zeros_like(stems["01 part"])
    loud = stems["02 part"] / np.abs(stems["02 part"]).max()
    stems["02 part"] = np.clip(4.0 * loud, -1.0, 1.0 - 2.0**-23)
    stems["03 part"] = stems["03 part"] / np.abs(stems["03 part"]).max() * 0.9999
    told = {(one.code, one.stems[0]) for one in check(tmp_path, stems).faults if one.stems}
    assert told == {("silent", "01 part"), ("clipping", "02 part"), ("headroom", "03 part")}


def test_one_flat_top_warns_and_many_fail(tmp_path: Path) -> None:
    """As a check of the stem alone has it."""
    stems = make(5)
    few, many = stems["01 part"], stems["02 part"]
    few *= 0.8 / np.abs(few).max()
    few[:, 30_000:30_006] = 1.0 - 2.0**-23
    stems["02 part"] = np.clip(4.0 * many / np.abs(many).max(), -1.0, 1.0 - 2.0**-23)
    found = check(tmp_path, stems).faults
    told = {one.stems[0]: one.severity for one in found if one.code == "clipping"}
    assert told == {"01 part": "warning", "02 part": "error"}


def test_pairs_that_cancel(tmp_path: Path) -> None:
    stems = make(3)
    stems["04 part"] = -stems["01 part"] + 0.1 * stems["02 part"]
    told = {one.code: one.stems for one in check(tmp_path, stems).faults}
    assert told == {"polarity-pair": ("01 part", "04 part")}
