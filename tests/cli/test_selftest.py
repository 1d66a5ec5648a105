from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from mixcheck_cli import selftest
from tests.cli.command import run
from tests.signals import ratio, sine

from mixcheck.conformance import Check, table_checks

FEW = [check for check in table_checks() if check.case in ("1-integrated", "13", "16")]


@pytest.fixture
def few_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftest, "table_checks", lambda: iter(FEW))
    monkeypatch.setattr(selftest, "opinion_checks", lambda: iter(()))


def test_everything_passes_within_80_columns() -> None:
    ran = run("selftest")
    assert ran.exit_code == 0
    assert " FAIL" not in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 80
    for document in ("EBU Tech 3341 v4", "EBU Tech 3342 v4", "ITU-R BS.1770-5", "pyloudnorm"):
        assert f"{document}\n" in ran.stdout
    assert "recordings were not given" in ran.stdout


@pytest.mark.usefixtures("few_checks")
def test_json_holds_every_part_with_its_clause_and_margin() -> None:
    ran = run("selftest", "-f", "json")
    checks = json.loads(ran.stdout)["checks"]
    assert len(checks) == len(FEW)
    for check in checks:
        assert check["clause"].startswith("table 1, case")
        assert check["outcome"] == "pass"
        assert check["margin"] == pytest.approx(
            min(
                check["expected"] + check["plus"] - check["measured"],
                check["measured"] - check["expected"] + check["minus"],
            )
        )


def test_a_wrong_number_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong() -> Iterator[Check]:
        yield FEW[0]
        yield dataclasses.replace(FEW[0], case="wrong", expected=-22.5)

    monkeypatch.setattr(selftest, "table_checks", wrong)
    monkeypatch.setattr(selftest, "opinion_checks", lambda: iter(()))
    ran = run("selftest")
    assert ran.exit_code == 1
    (line,) = (line for line in ran.stdout.splitlines() if "wrong" in line)
    assert line.endswith("FAIL")
    assert "2 checks: 1 pass, 1 FAIL" in ran.stdout


@pytest.mark.usefixtures("few_checks")
@pytest.mark.parametrize(("peak_dbfs", "exit_code"), [(-23.0, 0), (-24.0, 1)])
def test_the_ebus_recordings_are_used_where_they_are(
    peak_dbfs: float, exit_code: int, tmp_path: Path
) -> None:
    tone = ratio(peak_dbfs) * sine(1000.0, 20.0)
    soundfile.write(tmp_path / "seq-3341-1-16bit.wav", np.stack([tone, tone], axis=1), 48_000)
    ran = run("selftest", "--ebu-folder", tmp_path)
    assert ran.exit_code == exit_code
    assert "case 1 seq-3341-1-16bit.wav" in ran.stdout
    assert " absent" in ran.stdout
