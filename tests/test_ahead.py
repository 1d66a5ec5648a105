from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.signals import noise

from mixcheck import engine, measure
from mixcheck.ahead import MOST_SLOT_BYTES, SLOTS, WorkerLostError, can_work_ahead, work_ahead
from mixcheck.errors import AudioError

SLOT_BYTES = 1 << 20
pytestmark = pytest.mark.skipif(
    not can_work_ahead(SLOT_BYTES), reason="needs Linux and two cores to work ahead"
)


def numbered(count: int, size: int) -> Iterator[tuple[int, np.ndarray]]:
    for number in range(count):
        yield number, np.full((2, size), number, np.float32)


@pytest.mark.parametrize("count", [0, 1, SLOTS - 1, SLOTS, 3 * SLOTS + 1])
@pytest.mark.parametrize("size", [1, 50_000, SLOT_BYTES])
def test_items_arrive_whole_in_order_and_may_be_kept(count: int, size: int) -> None:
    found = list(work_ahead(numbered(count, size), SLOT_BYTES))
    assert [number for number, _ in found] == list(range(count))
    for number, array in found:
        assert array.shape == (2, size)
        assert (array == number).all()
        array += 1  # its own, and writable


def test_items_are_made_in_another_process() -> None:
    (made_in,) = work_ahead((os.getpid() for _ in range(1)), SLOT_BYTES)
    assert made_in != os.getpid()


def test_an_error_arrives_after_the_items_before_it() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise AudioError("song.wav", "is broken", "mend it")

    items = work_ahead(failing(), SLOT_BYTES)
    assert next(items) == 1
    with pytest.raises(AudioError, match=r"song\.wav: is broken; mend it"):
        next(items)


def test_a_killed_process_is_noticed() -> None:
    def killed() -> Iterator[int]:
        yield 1
        os.kill(os.getpid(), signal.SIGKILL)

    items = work_ahead(killed(), SLOT_BYTES)
    assert next(items) == 1
    with pytest.raises(WorkerLostError):
        next(items)


def test_who_stops_early_leaves_no_process_behind() -> None:
    items = work_ahead((os.getpid() for _ in range(10_000)), SLOT_BYTES)
    pid = next(items)
    items.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_no_fork_beside_another_thread_or_in_a_pool_or_for_huge_blocks() -> None:
    event = threading.Event()
    thread = threading.Thread(target=event.wait)
    thread.start()
    try:
        assert not can_work_ahead(SLOT_BYTES)
    finally:
        event.set()
        thread.join()
    assert can_work_ahead(SLOT_BYTES)
    assert not can_work_ahead(MOST_SLOT_BYTES + 1)
    with ProcessPoolExecutor(1) as pool:
        assert not pool.submit(can_work_ahead, SLOT_BYTES).result()


@pytest.fixture(scope="module")
def long_recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ahead") / "long.wav"
    samples = noise(1, 25.3).T.copy()
    samples[::7_000] = np.nan
    soundfile.write(path, samples, 48_000, "FLOAT")
    return path


def test_the_measurement_is_the_same_in_one_process(
    long_recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = measure(long_recording)
    monkeypatch.setattr(engine, "can_work_ahead", lambda _: False)
    assert measure(long_recording) == ahead


def test_a_lost_process_costs_its_file_with_a_reason(
    long_recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(items: object, slot_bytes: int) -> Iterator[object]:
        raise WorkerLostError
        yield items

    monkeypatch.setattr(engine, "work_ahead", lose)
    with pytest.raises(AudioError, match=r"long\.wav: could not be measured: .*; see whether"):
        measure(long_recording)
