from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
import zlib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import msgspec
import pytest
import soundfile
from tests.signals import noise

from mixcheck import Measurement, MeasurementCache, Unreadable, many, measure, measure_many
from mixcheck import cache as module
from mixcheck.cache import FILE_NAME, Settings, entry_for, place_of

OLD_S = 100.0


@pytest.fixture(autouse=True)
def _nothing_is_too_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FRESH_S", 0.0)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return make_recording(tmp_path / "a.wav")


def make_recording(path: Path, seed: int = 1) -> Path:
    soundfile.write(path, 0.1 * noise(seed, 0.5).T, 48_000, "PCM_16")
    return age(path)


def age(path: Path) -> Path:
    """Make a file older than the time within which it might yet change."""
    then = time.time() - OLD_S
    os.utime(path, (then, then))
    return path


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that were measured, and not found."""
    names: list[str] = []

    def watched(path: str, **options: object) -> Measurement:
        names.append(Path(path).name)
        return measure(path, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(many, "measure", watched)
    return names


def run(folder: Path, *paths: Path, **options: object) -> list[Measurement]:
    with MeasurementCache(folder) as cache:
        found = list(measure_many(paths, cache=cache, **options))  # type: ignore[arg-type]
        assert cache.problem is None
    assert all(isinstance(one, Measurement) for one in found)
    return found  # type: ignore[return-value]


def test_what_was_measured_is_found_and_equal(
    tmp_path: Path, recording: Path, measured: list[str]
) -> None:
    first = run(tmp_path / "cache", recording)
    second = run(tmp_path / "cache", recording)
    assert first == second == [measure(recording)]
    assert measured == ["a.wav"]


def test_other_settings_are_another_measurement(
    tmp_path: Path, recording: Path, measured: list[str]
) -> None:
    soundfile.write(recording, 0.1 * noise(1, 0.5, 1).T, 48_000, "PCM_16")
    age(recording)
    mono = run(tmp_path / "cache", recording)
    dual = run(tmp_path / "cache", recording, dual_mono=True)
    assert run(tmp_path / "cache", recording) == mono != dual
    assert measured == ["a.wav", "a.wav"]


def test_a_changed_file_is_measured_again(
    tmp_path: Path, recording: Path, measured: list[str]
) -> None:
    run(tmp_path / "cache", recording)
    make_recording(recording, seed=2)
    os.utime(recording, (time.time() - 50, time.time() - 50))
    assert run(tmp_path / "cache", recording) == [measure(recording)]
    assert measured == ["a.wav", "a.wav"]


def test_a_copy_or_a_new_time_is_known_by_its_content(
    tmp_path: Path, recording: Path, measured: list[str]
) -> None:
    (first,) = run(tmp_path / "cache", recording)
    copy = tmp_path / "copy.wav"
    copy.write_bytes(recording.read_bytes())
    age(copy)
    os.utime(recording, (time.time() - 50, time.time() - 50))
    renamed, again = run(tmp_path / "cache", copy, recording)
    assert (renamed.path, again) == (str(copy), first)
    assert renamed.readings == first.readings
    assert measured == ["a.wav"]


def test_a_large_file_is_known_by_its_place_only(
    tmp_path: Path, recording: Path, measured: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_HASHED_BYTES", 1000)
    run(tmp_path / "cache", recording)
    run(tmp_path / "cache", recording)
    assert measured == ["a.wav"]
    copy = tmp_path / "copy.wav"
    copy.write_bytes(recording.read_bytes())
    run(tmp_path / "cache", age(copy))
    assert measured == ["a.wav", "copy.wav"]


def test_a_file_of_this_moment_may_yet_change_and_is_not_kept(
    tmp_path: Path, recording: Path, measured: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FRESH_S", 60.0)
    run(tmp_path / "cache", recording)
    run(tmp_path / "cache", recording)
    assert measured == ["a.wav", "a.wav"]


def test_a_changed_file_whose_time_was_set_back_is_measured_again(
    tmp_path: Path, recording: Path, measured: list[str]
) -> None:
    before = recording.stat()
    run(tmp_path / "cache", recording)
    make_recording(recording, seed=2)
    os.utime(recording, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert recording.stat().st_size == before.st_size
    assert run(tmp_path / "cache", recording) == [measure(recording)]
    assert measured == ["a.wav", "a.wav"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    with MeasurementCache(tmp_path / "cache") as cache:
        assert isinstance(*measure_many([tmp_path / "pipe.wav"], cache=cache), Unreadable)


def test_a_file_that_changed_while_it_was_measured_is_not_kept(recording: Path) -> None:
    place = place_of(str(recording))
    assert place is not None
    found = measure(recording)
    assert entry_for(str(recording), Settings(), found, place) is not None
    make_recording(recording, seed=3)
    os.utime(recording, (time.time() - 50, time.time() - 50))
    assert entry_for(str(recording), Settings(), found, place) is None


def test_another_analysis_version_is_not_found(
    tmp_path: Path, recording: Path, measured: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path / "cache", recording)
    monkeypatch.setattr(module, "ANALYSIS_VERSION", 99_999)
    run(tmp_path / "cache", recording)
    assert measured == ["a.wav", "a.wav"]


def test_unreadable_files_are_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"nothing")
    age(path)
    with MeasurementCache(tmp_path / "cache") as cache:
        assert isinstance(*measure_many([path], cache=cache), Unreadable)
    make_recording(path)
    assert run(tmp_path / "cache", path) == [measure(path)]


def test_processes_give_what_one_gives_and_keep_it(tmp_path: Path, measured: list[str]) -> None:
    paths = [make_recording(tmp_path / f"{number}.wav", number) for number in range(5)]
    with ProcessPoolExecutor(2) as executor:
        pooled = run(tmp_path / "cache", *paths, executor=executor)
    assert run(tmp_path / "cache", *paths) == pooled == [measure(path) for path in paths]
    assert measured == []


def test_what_was_kept_before_a_kill_is_found(tmp_path: Path, measured: list[str]) -> None:
    paths = [make_recording(tmp_path / f"{number}.wav", number) for number in range(4)]
    script = (
        "import os, signal, sys, mixcheck, mixcheck.cache\n"
        "mixcheck.cache.FRESH_S = 0.0\n"
        "cache = mixcheck.MeasurementCache(sys.argv[1])\n"
        "for number, _ in enumerate(mixcheck.measure_many(sys.argv[2:], cache=cache)):\n"
        "    if number == 2: os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    words = [sys.executable, "-c", script, str(tmp_path / "cache"), *map(str, paths)]
    assert subprocess.run(words, check=False).returncode < 0
    run(tmp_path / "cache", *paths)
    assert measured == ["3.wav"]


def test_two_runs_share_a_cache(tmp_path: Path, recording: Path, measured: list[str]) -> None:
    with MeasurementCache(tmp_path / "cache") as one, MeasurementCache(tmp_path / "cache") as other:
        list(measure_many([recording], cache=one))
        list(measure_many([recording], cache=other))
        assert one.problem is other.problem is None
    assert measured == ["a.wav"]


def test_a_damaged_cache_is_made_anew(tmp_path: Path, recording: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    (folder / FILE_NAME).write_bytes(b"no database at all" * 1000)
    assert run(folder, recording) == [measure(recording)]
    assert run(folder, recording) == [measure(recording)]


def test_a_full_disk_costs_the_cache_only(tmp_path: Path, recording: Path) -> None:
    with MeasurementCache(tmp_path / "cache") as cache:
        pages = cache._database.execute("PRAGMA page_count").fetchone()[0]
        cache._database.execute(f"PRAGMA max_page_count = {pages}")
        paths = [make_recording(tmp_path / f"{number}.wav", number) for number in range(3)]
        found = list(measure_many(paths, cache=cache))
        assert found == [measure(path) for path in paths]
        assert cache.problem is not None
        assert "full" in cache.problem


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FileExistsError):
        MeasurementCache(tmp_path / "file")


def test_what_was_not_used_for_longest_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "USED_AGAIN_S", 0.0)
    paths = [make_recording(tmp_path / f"{number:02d}.wav", number) for number in range(40)]
    run(tmp_path / "cache", *paths)
    with MeasurementCache(tmp_path / "cache", most_bytes=80_000) as cache:
        before, size = cache.size()
        assert (before, size > 80_000) == (40, True)
        assert cache.find(str(paths[0]), Settings()) is not None
    with MeasurementCache(tmp_path / "cache") as cache:
        count, size = cache.size()
        assert 0 < count < 40
        assert size <= 80_000
        assert cache.find(str(paths[0]), Settings()) is not None
        assert cache.find(str(paths[1]), Settings()) is None
        cache.clear()
        assert cache.size()[0] == 0


def test_rows_are_no_code(tmp_path: Path, recording: Path) -> None:
    """What is kept is deflated MessagePack: reading another's cache runs nothing."""
    run(tmp_path / "cache", recording)
    with sqlite3.connect(tmp_path / "cache" / FILE_NAME) as database:
        (data,) = database.execute("SELECT data FROM measurement").fetchone()
    audio, *_ = msgspec.msgpack.decode(zlib.decompress(data))
    assert audio["frames"] == 24_000


@pytest.mark.parametrize("damaged", [b"", b"nonsense", zlib.compress(b"\x93\x01\x02\x03")])
def test_a_damaged_row_is_measured_again(
    tmp_path: Path, recording: Path, measured: list[str], damaged: bytes
) -> None:
    run(tmp_path / "cache", recording)
    with sqlite3.connect(tmp_path / "cache" / FILE_NAME) as database:
        database.execute("UPDATE measurement SET data = ?", (damaged,))
    assert run(tmp_path / "cache", recording) == [measure(recording)]
    assert measured == ["a.wav", "a.wav"]
