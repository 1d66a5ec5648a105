from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from mixcheck_cli import page_makers
from mixcheck_cli.page_makers import Made, PageMakers, Task, sha256_of
from tests.report.cases import CASES

from mixcheck import FileReport, UsageError

pytest.importorskip("bokeh")
REPORTS = [report for reports in CASES.values() for report in reports]


def all_made(makers: PageMakers, count: int) -> Iterator[tuple[FileReport, Made]]:
    for number in range(count):
        yield from makers.ask(Task(REPORTS[number % len(REPORTS)], (), True))
    yield from makers.rest()


@pytest.mark.parametrize("processes", [1, 3])
def test_what_is_made_comes_in_the_order_asked_for(processes: int) -> None:
    made = list(all_made(PageMakers(processes), 20))
    wanted = [REPORTS[number % len(REPORTS)].path for number in range(20)]
    assert [report.path for report, _ in made] == wanted
    assert all(one.entry is not None and not one.pages for _, one in made)


def test_a_process_that_is_lost_is_told_with_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(task: Task) -> Made:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    monkeypatch.setattr(page_makers, "_made", lost)  # a fork has it too
    with pytest.raises(UsageError, match=r"page could not be made") as refused:
        list(all_made(PageMakers(1), 3))
    assert REPORTS[0].path in str(refused.value)


def test_the_hash_is_that_of_the_file_and_a_pipe_is_left_alone(tmp_path: Path) -> None:
    file, pipe = tmp_path / "a", tmp_path / "b"
    file.write_bytes(b"abc" * 100_000)
    assert sha256_of(str(file)) == hashlib.sha256(b"abc" * 100_000).hexdigest()
    os.mkfifo(pipe)
    assert sha256_of(str(pipe)) is None
    assert sha256_of("memory://x") is None
