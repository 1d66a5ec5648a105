from __future__ import annotations

import os
import signal
import time
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from mixcheck_cli.workers import Workers
from tests.cli.command import run

from mixcheck import Unreadable, measure_many
from mixcheck.views import LONG_SAMPLES

REFERENCE = Path(__file__).parents[2] / "reference_audio"


def square(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 5:
        time.sleep(60)
    return number * number


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_a_task_that_dies_or_hangs_costs_itself_only() -> None:
    with Workers(2, time_limit_s=1.0) as workers:
        tasks = [workers.submit(square, number) for number in range(8)]
        results: dict[int, Any] = {}
        for number, task in enumerate(tasks):
            try:
                results[number] = task.result()
            except Exception as error:
                results[number] = type(error).__name__
    assert results == {
        **{number: number * number for number in (0, 1, 2, 4, 6, 7)},
        3: "ProcessExpired",
        5: "TimeoutError",
    }


class Broken(Executor):
    """Every task fails, as if its process had been killed."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def submit(self, *_: Any, **__: Any) -> Future[Any]:
        task: Future[Any] = Future()
        task.set_exception(self._error)
        return task


@pytest.mark.parametrize(
    ("error", "said"),
    [(TimeoutError(), "time limit"), (OSError("abnormal end"), "ended early (abnormal end)")],
)
def test_what_an_executor_gives_up_is_unreadable(error: Exception, said: str) -> None:
    outcomes = list(measure_many(["a.wav", "b.wav"], executor=Broken(error)))
    assert [type(one) for one in outcomes] == [Unreadable, Unreadable]
    for one in outcomes:
        assert isinstance(one, Unreadable)
        assert said in str(one.error)
        assert str(one.error).startswith(one.path)


def test_any_number_of_jobs_prints_the_same(tmp_path: Path) -> None:
    names = ("clean-voice.flac", "dropout.flac", "hum-50hz.flac", "clean-mix.flac")
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF")
    files = [*(str(REFERENCE / name) for name in names), str(broken)]
    single = run("check", "-f", "json", "-j", "1", *files)
    several = run("check", "-f", "json", "-j", "3", *files)
    assert single.exit_code == several.exit_code == 3
    assert single.stdout == several.stdout


@pytest.mark.parametrize(("jobs", "is_alone"), [(["-j", "1"], True), ([], False)])
def test_one_process_is_one(
    jobs: list[str], is_alone: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``-j 1`` leaves the other cores to others; a long file alone uses two without it."""
    path = tmp_path / "long.wav"
    soundfile.write(path, np.zeros((LONG_SAMPLES, 1), np.float32), 48_000)
    asked: list[int] = []
    monkeypatch.setattr("mixcheck.engine.can_work_ahead", asked.append)
    run("measure", "--no-cache", *jobs, path)
    assert (not asked) is is_alone


@pytest.mark.parametrize("wrong", [["-j", "0"], ["-j", "many"], ["--time-limit", "0"]])
def test_impossible_jobs_are_refused(wrong: list[str]) -> None:
    assert run("measure", *wrong, str(REFERENCE / "clean-mix.flac")).exit_code == 2
