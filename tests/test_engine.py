from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from itertools import count, islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from tests.signals import RATE, programme

from mixcheck import (
    AudioError,
    Measurement,
    Outcome,
    Unreadable,
    UsageError,
    measure,
    measure_array,
    measure_many,
)
from mixcheck.many import IN_FLIGHT


def plain(outcome: Outcome) -> str:
    if isinstance(outcome, Unreadable):
        return f"{outcome.path}: {outcome.error}"
    return json.dumps(outcome.to_dict(), sort_keys=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Files of different lengths, two of which cannot be read."""
    home = tmp_path_factory.mktemp("takes")
    paths = [home / f"{index}.wav" for index in range(8)]
    for index, path in enumerate(paths):
        soundfile.write(path, programme(2.5 - 0.3 * index, seed=index).T, RATE)
    paths[2].write_text("no audio")
    paths[5].unlink()
    return paths


class Recorder(Executor):
    """Runs at once, and notes what it was asked."""

    def __init__(self) -> None:
        self.submitted = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.submitted += 1
        done: Future[Any] = Future()
        done.set_result(pickle.loads(pickle.dumps(fn(*args, **kwargs))))
        return done


def test_unreadable_files_are_outcomes_in_their_place(folder: list[Path]) -> None:
    outcomes = list(measure_many(folder))
    assert [Path(outcome.path) for outcome in outcomes] == folder
    unreadable = [index for index, one in enumerate(outcomes) if isinstance(one, Unreadable)]
    assert unreadable == [2, 5]
    assert "text" in str(outcomes[2].error)  # type: ignore[union-attr]
    assert "does not exist" in str(outcomes[5].error)  # type: ignore[union-attr]


def test_many_is_one_after_the_other(folder: list[Path]) -> None:
    for path, outcome in zip(folder, measure_many(folder), strict=True):
        if isinstance(outcome, Measurement):
            assert plain(outcome) == plain(measure(path))


@pytest.mark.parametrize(
    "make",
    [
        lambda: ThreadPoolExecutor(2),
        lambda: ProcessPoolExecutor(2, mp_context=get_context("spawn")),
        Recorder,
    ],
    ids=["threads", "processes", "submit-only"],
)
def test_parallel_equals_serial(folder: list[Path], make: Callable[[], Executor]) -> None:
    serial = [plain(outcome) for outcome in measure_many(folder)]
    with make() as executor:
        assert [plain(one) for one in measure_many(folder, executor=executor)] == serial


def test_paths_may_go_on_for_ever(folder: list[Path]) -> None:
    endless = (folder[index % 2 + 6] for index in count())
    assert len(list(islice(measure_many(endless), 3))) == 3
    recorder = Recorder()
    endless = (folder[7] for _ in count())
    assert len(list(islice(measure_many(endless, executor=recorder), 5))) == 5
    assert recorder.submitted <= IN_FLIGHT + 5  # however many there are


def test_options_reach_every_file(folder: list[Path]) -> None:
    mono = folder[0].with_name("mono.wav")
    soundfile.write(mono, programme(1.0)[0], RATE)
    plain_mono, dual = next(measure_many([mono])), next(measure_many([mono], dual_mono=True))
    assert isinstance(plain_mono, Measurement)
    assert isinstance(dual, Measurement)
    difference = dual.value("loudness.integrated_lufs") - plain_mono.value(  # type: ignore[operator]
        "loudness.integrated_lufs"
    )
    assert difference == pytest.approx(10 * np.log10(2), abs=1e-9)
    with pytest.raises(UsageError, match="nonsense"):
        list(measure_many([mono], layout="nonsense"))


def test_a_path_may_be_text_or_path(folder: list[Path]) -> None:
    assert measure(str(folder[0])) == measure(folder[0])


@pytest.mark.parametrize("shape", [(0,), (2, 0), (0, 5)])
def test_an_array_without_a_frame_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(AudioError, match="0 frames"):
        measure_array(np.zeros(shape), RATE)


def test_an_array_of_three_dimensions_is_refused() -> None:
    with pytest.raises((AudioError, UsageError)):
        measure_array(np.zeros((2, 3, 4)), RATE)


def test_an_array_of_integers_is_refused() -> None:
    with pytest.raises(UsageError, match="floating point"):
        measure_array(np.zeros((2, 100), np.int16), RATE)


def test_a_row_is_mono() -> None:
    samples = programme(1.0)[0]
    row, planar = measure_array(samples, RATE), measure_array(samples[None], RATE)
    assert row == planar
    assert (row.format.channels, row.format.frames) == (1, RATE)


def test_an_array_names_its_layout() -> None:
    samples = 0.1 * np.random.default_rng(1).standard_normal((6, RATE))
    given = measure_array(samples, RATE, layout="5.1", name="bed").format
    assert given.channel_layout == ("L", "R", "C", "LFE", "Ls", "Rs")
    assert given.layout_origin == "given"
    assert measure_array(samples, RATE).format.layout_origin == "assumed"
    assert measure_array(samples, RATE, name="bed").path == "bed"
    with pytest.raises((AudioError, UsageError), match=r"5\.0"):
        measure_array(samples, RATE, layout="5.0")
