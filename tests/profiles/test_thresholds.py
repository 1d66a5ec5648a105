"""The table of thresholds in docs/profiles.md, held against what the detectors use."""

from __future__ import annotations

from pathlib import Path

import pytest

from mixcheck.dsp import repeats
from mixcheck.meters import (
    alignment,
    burst,
    clipping,
    continuity,
    finding_kinds,
    gap,
    hum,
    impulse,
    integrity,
    level,
    noise,
    provenance,
    stereo,
)

PAGE = Path(__file__).parents[2] / "docs" / "profiles.md"
FOUND_FROM = {
    "clipping": (clipping.SHORTEST_FLAT_TOP, clipping.SHORTEST_NARROW_TOP),
    "click": (impulse.LEAST_HEIGHT_DB,),
    "dropout": (continuity.DURATION_S[0],),
    "gap": (gap.DURATION_S[0],),
    "repeated-block": (repeats.LAG_S[0],),
    "noise-burst": (burst.LEAST_DBFS,),
    "hum": (hum.AUDIBLE_DBFS,),
    "high-noise-floor": (noise.HIGH_FLOOR_DBFS,),
    "dc-offset": (level.DC_LIMIT_FS,),
    "channel-imbalance": (stereo.IMBALANCE_DB,),
    "mono-loss": (stereo.MONO_LOSS_DB,),
    "inverted-polarity": (stereo.INVERTED_CORRELATION,),
    "inter-channel-delay": (alignment.SHORTEST_S,),
    "dual-mono": (stereo.IDENTICAL_SIDE_DB,),
    "silent-channel": (stereo.SILENT_DBFS,),
    "leading-silence": (integrity.LONG_LEADING_S, integrity.LONG_TRAILING_S),
    "cut-start": (integrity.CUT_LEVEL_DBFS,),
    "lossy-source": (provenance.SEARCH_HZ[0],),
    "padded-bit-depth": (integrity.PADDED_BITS,),
}
ROWS = {
    cells[0].split(",")[0]: cells
    for line in PAGE.read_text("utf-8").splitlines()
    if (cells := [cell.strip() for cell in line.strip("|").split("|")])[0].split(",")[0]
    in finding_kinds()
}


@pytest.mark.parametrize("code", FOUND_FROM)
def test_the_table_says_from_which_value_on_a_code_is_found(code: str) -> None:
    words = ROWS[code][2].replace(",", " ").replace(";", " ").split()
    numbers = [float(word) for word in words if word.lstrip("-")[0].isdigit()]
    assert numbers == [pytest.approx(one) for one in FOUND_FROM[code]]


@pytest.mark.parametrize(
    "code", [one for one in finding_kinds() if finding_kinds()[one].info_below]
)
def test_the_table_says_from_which_value_on_a_code_counts(code: str) -> None:
    assert ROWS[code][3].split(",")[0] == f"{finding_kinds()[code].info_below:g}"
