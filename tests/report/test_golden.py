"""Reports compared with files; ``MIXCHECK_UPDATE_GOLDEN=1 pytest tests/report`` writes them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.report.cases import CASES

import mixcheck
from mixcheck.report import FORMATS
from mixcheck.report.text import render_text

GOLDEN = Path(__file__).parents[1] / "golden"
SUFFIXES = {
    "text": ".txt", "json": ".json", "jsonl": ".jsonl", "csv": ".csv", "markdown": ".md",
    "junit": ".xml", "sarif": ".sarif", "github": ".txt", "audacity": ".txt", "reaper": ".csv",
    "markers": ".csv",
}  # fmt: skip
# People read text, and JSON is a contract; the others are made from the same words. The scripts in
# a page are those of the Bokeh that is installed: tests/browser and test_html look at pages.
SHOWN = {
    name: list(CASES) if name in ("text", "json") else ["folder", "nothing"] for name in SUFFIXES
}
REPORTS = [(name, case) for name in SUFFIXES for case in SHOWN[name]]


def test_every_format_is_shown() -> None:
    assert set(FORMATS) == {*SUFFIXES, "html"}


@pytest.fixture(autouse=True)
def _same_version(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("json", "junit", "sarif"):
        monkeypatch.setattr(f"mixcheck.report.{module}.__version__", "0.0.0")


def compare(text: str, golden: Path) -> None:
    if os.environ.get("MIXCHECK_UPDATE_GOLDEN"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8")


@pytest.mark.parametrize(("format_name", "case"), REPORTS)
def test_report(format_name: str, case: str) -> None:
    golden = GOLDEN / format_name / (case + SUFFIXES[format_name])
    compare(mixcheck.render(CASES[case], format_name), golden)


def test_folder_in_full() -> None:
    compare(render_text(CASES["folder"], detail=True), GOLDEN / "text" / "folder-in-full.txt")


def test_every_golden_file_has_its_case() -> None:
    there = {file.relative_to(GOLDEN) for file in GOLDEN.rglob("*.*")}
    cases = {Path(name) / (case + SUFFIXES[name]) for name, case in REPORTS}
    assert there == cases | {Path("text/folder-in-full.txt")}
