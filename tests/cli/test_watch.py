"""Real writes into a watched folder; and the rules of landing, with a clock of its own."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from mixcheck_cli.landing import PATIENCE_S, STILL_S, Landing
from tests.cli.command import CLIPPED, GOOD, run

pytest.importorskip("watchfiles", reason="needs mixcheck[watch]")

WAIT_S = 20.0


class Watching:
    """A process that watches a folder."""

    def __init__(self, folder: Path, *options: str) -> None:
        command = [sys.executable, "-m", "mixcheck_cli", "watch", str(folder), "-f", "jsonl"]
        self.process = subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stderr is not None
        assert "watching" in self.process.stderr.readline()
        time.sleep(0.5)  # until the system watches, too
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def next(self) -> tuple[str, str, int]:
        """Name, outcome and frames of the next file that is reported."""
        file = json.loads(self._lines.get(timeout=WAIT_S))
        return Path(file["path"]).name, file["outcome"], (file["format"] or {}).get("frames", 0)

    def close(self) -> None:
        self.process.kill()
        self._reader.join()
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()
        self.process.wait()

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(WAIT_S)
        assert self._lines.empty(), self._lines.get()
        return status


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watching]:
    (tmp_path / "there before.wav").write_bytes(CLIPPED)
    watching = Watching(tmp_path, "-o", str(tmp_path / "report.csv"))
    yield watching
    watching.close()


FRAMES = (len(GOOD) - 44) // 2


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_every_bounce_is_checked_once_when_it_is_all_there(
    watched: Watching, tmp_path: Path
) -> None:
    slow = tmp_path / "slow.wav"
    with slow.open("wb") as file:  # over longer than a file has to lie still
        for start in range(0, len(GOOD), len(GOOD) // 4):
            file.write(GOOD[start : start + len(GOOD) // 4])
            file.flush()
            time.sleep(0.6 * STILL_S)
    assert watched.next() == ("slow.wav", "pass", FRAMES)

    hidden = tmp_path / "bounce.tmp"
    hidden.write_bytes(CLIPPED)
    hidden.rename(tmp_path / "renamed.wav")
    assert watched.next() == ("renamed.wav", "fail", FRAMES)

    (tmp_path / "gone.wav").write_bytes(GOOD)
    (tmp_path / "notes.txt").write_text("no audio")
    time.sleep(0.3)
    (tmp_path / "gone.wav").unlink()
    slow.write_bytes(CLIPPED)
    assert watched.next() == ("slow.wav", "fail", FRAMES)

    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "stem.wav").write_bytes(GOOD)
    assert watched.next() == ("stem.wav", "pass", FRAMES)

    assert not (tmp_path / "report.csv").exists()
    assert watched.end() == 1
    rows = (tmp_path / "report.csv").read_text().splitlines()
    assert [row.split(",")[1] for row in rows[1:]] == ["pass", "fail", "fail", "pass"]


def test_a_folder_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(GOOD)
    for wrong in (tmp_path / "a.wav", tmp_path / "nowhere", "s3://bucket/takes"):
        ran = run("watch", wrong)
        assert ran.exit_code == 2
        assert "is no folder here" in ran.stderr
    assert run("watch", tmp_path, "-p", "nonsense").exit_code == 2


def landed(landing: Landing, now: float) -> list[str]:
    return [Path(path).name for path in landing.landed(now)]


def test_a_file_lands_when_it_lies_still(tmp_path: Path) -> None:
    path, landing = tmp_path / "a.wav", Landing()
    path.write_bytes(GOOD)
    landing.touch(str(path), 0.0)
    assert landed(landing, 0.0) == []
    assert landed(landing, 0.9 * STILL_S) == []
    assert landed(landing, 1.1 * STILL_S) == ["a.wav"]
    landing.touch(str(path), 5.0)  # its reader, or its attributes: nothing was written
    assert landed(landing, 9.0) == []


def test_a_file_that_holds_less_than_it_promises_is_waited_for(tmp_path: Path) -> None:
    path, landing = tmp_path / "a.wav", Landing()
    path.write_bytes(GOOD[:-1000])
    landing.touch(str(path), 0.0)
    assert landed(landing, 0.0) == landed(landing, 10 * STILL_S) == []
    with path.open("ab") as file:
        file.write(GOOD[-1000:])
    assert landed(landing, 10 * STILL_S) == []
    assert landed(landing, 12 * STILL_S) == ["a.wav"]


@pytest.mark.parametrize("content", [GOOD[:-1000], b"", b"no audio"])
def test_a_broken_file_is_told_in_the_end(tmp_path: Path, content: bytes) -> None:
    path, landing = tmp_path / "a.wav", Landing()
    path.write_bytes(content)
    landing.touch(str(path), 0.0)
    assert landed(landing, 0.0) == landed(landing, 0.9 * PATIENCE_S) == []
    assert landed(landing, 1.1 * PATIENCE_S) == ["a.wav"]


def test_what_is_deleted_never_lands(tmp_path: Path) -> None:
    path, landing = tmp_path / "a.wav", Landing()
    path.write_bytes(GOOD)
    landing.touch(str(path), 0.0)
    assert landed(landing, 0.0) == []
    path.unlink()
    assert landed(landing, 2 * STILL_S) == landed(landing, 2 * PATIENCE_S) == []
