"""Reports compared with files; ``MIXCHECK_UPDATE_GOLDEN=1 pytest tests/report`` writes them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.report.cases import CASES

import mixcheck
from mixcheck.report import FORMATS, render_text

GOLDEN = Path(__file__).parents[1] / "golden"
SUFFIXES = {"text": ".txt", "json": ".json"}


@pytest.fixture(autouse=True)
def _same_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mixcheck.report.json.__version__", "0.0.0")


def compare(text: str, golden: Path) -> None:
    if os.environ.get("MIXCHECK_UPDATE_GOLDEN"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("format_name", FORMATS)
def test_report(format_name: str, case: str) -> None:
    golden = GOLDEN / format_name / (case + SUFFIXES[format_name])
    compare(mixcheck.render(CASES[case], format_name), golden)


def test_folder_in_full() -> None:
    compare(render_text(CASES["folder"], detail=True), GOLDEN / "text" / "folder-in-full.txt")


def test_every_golden_file_has_its_case() -> None:
    there = {file.relative_to(GOLDEN) for file in GOLDEN.rglob("*.*")}
    cases = {Path(name) / (case + SUFFIXES[name]) for name in FORMATS for case in CASES}
    assert there == cases | {Path("text/folder-in-full.txt")}
