"""Reports that grow while files come: memory, and what an interruption leaves behind."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mixcheck_cli import execution, running
from mixcheck_cli.interrupts import Interruptions
from tests.cli.command import CLIPPED, GOOD, run
from tests.report.frozen import CLEAN, found, measured

from mixcheck import Outcome, metrics

FORMATS = ("jsonl", "csv", "parquet")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, content in (("a.wav", GOOD), ("b.wav", CLIPPED), ("c.wav", b"")):
        (tmp_path / name).write_bytes(content)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_parquet_is_the_csv_with_types() -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs mixcheck[parquet]")
    run("check", ".", "-q", "-o", "a.parquet", "-o", "a.csv")
    table = parquet.read_table("a.parquet")
    rows = list(csv.DictReader(io.StringIO(Path("a.csv").read_text())))
    assert table.column_names == list(rows[0])
    assert [one["outcome"] for one in table.to_pylist()] == ["pass", "fail", "unreadable"]
    for typed, text in zip(table.to_pylist(), rows, strict=True):
        for metric in metrics():
            value = typed[metric]
            if isinstance(value, float | int) and not isinstance(value, bool):
                assert float(text[metric]) == value
            assert (value is None) == (text[metric] == "")
    assert str(table.schema.field("loudness.integrated_lufs").type) == "double"
    assert str(table.schema.field("peak.true_peak_dbtp").type).startswith("list<")


@pytest.mark.usefixtures("folder")
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # of files that nobody could close
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("suffix", [*FORMATS, "json", "xml"])
def test_a_run_that_dies_leaves_no_file_that_passes_for_whole(
    suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(paths: Iterator[str], **options: Any) -> Iterator[Outcome]:
        yield measured(CLEAN, path=next(paths))
        raise RuntimeError("as a kill would")

    monkeypatch.setattr(execution, "measure_many", dies)
    with pytest.raises(RuntimeError):
        run("measure", ".", "-q", "-o", f"report.{suffix}")
    assert not Path(f"report.{suffix}").exists()
    assert Path(f"report.{suffix}.partial").exists()


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("suffix", ["jsonl", "json", "csv"])
def test_an_older_report_stays_until_the_new_one_is_whole(
    folder: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = folder / f"report.{suffix}"
    report.write_text("the old one")

    def looked_at(paths: Iterator[str], **options: Any) -> Iterator[Outcome]:
        assert report.read_text() == "the old one"
        yield measured(CLEAN, path=next(paths))

    monkeypatch.setattr(execution, "measure_many", looked_at)
    run("measure", "a.wav", "-q", "-o", str(report))
    assert report.read_text() != "the old one"
    assert not (folder / f"report.{suffix}.partial").exists()


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet", "json", "xml", "html", "md"])
def test_an_interrupted_run_leaves_the_older_report_alone(
    folder: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for needed in {"parquet": ["pyarrow"], "html": ["bokeh"]}.get(suffix, []):
        pytest.importorskip(needed)
    report = folder / f"report.{suffix}"
    report.write_text("the old one")

    def interrupted(paths: Iterator[str], **options: Any) -> Iterator[Outcome]:
        yield measured(CLEAN, path=next(paths))
        raise KeyboardInterrupt

    monkeypatch.setattr(execution, "measure_many", interrupted)
    ran = run("measure", ".", "-q", "-o", report)
    assert ran.exit_code == 130
    assert report.read_text() == "the old one"
    partial = Path(f"{report}.partial")
    assert partial.stat().st_size > 0
    assert f"1 of 3 files were measured; not whole: {partial}" in ran.stderr
    if suffix == "jsonl":
        lines = [json.loads(line) for line in partial.read_text().splitlines()]
        assert ["interrupted" in str(one["error"]) for one in lines] == [False, True, True]


def test_a_recording_that_was_not_reached_keeps_its_older_report(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.wav.json", "b.wav.json"):
        (folder / name).write_text("the old one")

    def interrupted(paths: Iterator[str], **options: Any) -> Iterator[Outcome]:
        yield measured(CLEAN, path=next(paths))
        raise KeyboardInterrupt

    monkeypatch.setattr(execution, "measure_many", interrupted)
    ran = run("measure", ".", "-q", "-o", "{name}.json")
    assert ran.exit_code == 130
    assert (folder / "a.wav.json").read_text() != "the old one"
    assert (folder / "b.wav.json").read_text() == "the old one"


def peak_bytes(files: int, monkeypatch: pytest.MonkeyPatch, folder: Path) -> float:
    """Most memory that Python holds while so many files are reported, from a stub that measures."""
    one = measured(CLEAN, [found("clipping")])
    monkeypatch.setattr(running, "find_inputs", lambda _: (f"{n}.wav" for n in range(files)))
    monkeypatch.setattr(execution, "measure_many", lambda paths, **_: (one for _ in paths))
    tracemalloc.start()
    try:
        run("check", "x", "-q", "-o", folder / "a.jsonl", "-o", folder / "a.csv")
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_depend_on_the_number_of_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    peak_bytes(10, monkeypatch, tmp_path)  # what is loaded once
    few, many = (peak_bytes(files, monkeypatch, tmp_path) for files in (300, 1500))
    assert many - few < 1200 * 100  # bytes: a report is a hundred times that, its path a half
    assert len((tmp_path / "a.jsonl").read_text().splitlines()) == 1500


def test_text_comes_line_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first line is printed before the second file is asked for."""
    printed: list[int] = []
    from mixcheck_cli import printing

    monkeypatch.setattr(
        printing, "print_report", lambda text, _: printed.append(text.count("\n")) if text else None
    )

    def one_by_one(paths: Iterator[str], **options: Any) -> Iterator[Outcome]:
        for number, path in enumerate(paths):
            assert len(printed) == number
            yield measured(CLEAN, path=path)

    monkeypatch.setattr(execution, "measure_many", one_by_one)
    for name in ("a.wav", "b.wav", "c.wav"):
        (tmp_path / name).write_bytes(GOOD)
    run("check", tmp_path)
    assert printed == [1, 1, 1, 2]


@pytest.mark.usefixtures("folder")
def test_streamed_lines_are_those_of_the_whole(tmp_path: Path) -> None:
    whole = run("check", ".", "-f", "jsonl").stdout
    run("check", ".", "-q", "-o", "a.jsonl")
    assert Path("a.jsonl").read_text() == whole
    assert [json.loads(line)["outcome"] for line in whole.splitlines()] == [
        "pass", "fail", "unreadable",
    ]  # fmt: skip


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_an_interruption_comes_between_two_files(tmp_path: Path) -> None:
    """Each of several reports has the file that was being written when it came."""
    done: list[str] = []

    def interrupted() -> None:
        with Interruptions() as interruptions:
            with interruptions.held():
                os.kill(os.getpid(), signal.SIGINT)
                done.append("the second report")
            done.append("never")

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert done == ["the second report"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_an_interruption_of_a_measurement_counts_at_once() -> None:
    done: list[str] = []

    def interrupted() -> None:
        with Interruptions():
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1.0)
            done.append("never")

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert done == []
