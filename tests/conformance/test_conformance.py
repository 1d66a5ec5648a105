"""The tables beside this file, each row measured on signals made from it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.signals import RATE, synthesise

import mixcheck

TABLES = sorted(Path(__file__).parent.glob("*.toml"))
COLUMNS = {"id", "metric", "expected", "plus", "minus", "clause", "signal"}
OPTIONAL = {"layout", "parts", "rates"}


def rows() -> Iterator[Any]:
    for table in TABLES:
        for row in tomllib.loads(table.read_text("utf-8"))["case"]:
            assert COLUMNS <= set(row) <= COLUMNS | OPTIONAL, (table.name, row)
            for rate in row.get("rates", [RATE]):
                for part in range(row.get("parts", 1)):
                    name = f"{table.stem}-{row['id']}"
                    name += f"-part-{part + 1}" if "parts" in row else ""
                    name += f"-{rate}-hz" if "rates" in row else ""
                    yield pytest.param(row, rate, part, id=name)


@pytest.mark.parametrize(("row", "rate", "part"), list(rows()))
def test_meets_the_standard(row: dict[str, Any], rate: int, part: int) -> None:
    samples = synthesise(row["signal"], rate, part).astype(np.float32)
    measured = mixcheck.measure_array(samples, rate, layout=row.get("layout")).value(row["metric"])
    assert isinstance(measured, float)
    assert row["expected"] - row["minus"] <= measured <= row["expected"] + row["plus"]
