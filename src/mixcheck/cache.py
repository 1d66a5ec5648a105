"""Measurements that were made before, kept in SQLite.

What is kept is the measurement, not the verdict, so that another profile over known files costs
no decoding. A file is known by its path, size, times and inode; where those differ, by its content,
if it is small enough to be read again for that (``MOST_HASHED_BYTES``). Numbers of another analysis
version are not found. Two runs may share a cache: each row is written as a whole.

A cache that cannot be read or written is left alone: what it cannot give is measured.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mixcheck.measurement import ANALYSIS_VERSION, Measurement
from mixcheck.stored import packed, shape, unpacked

FILE_NAME = "measurements.sqlite"
MOST_BYTES = 2 << 30  # of the database; beyond, what was not used for longest goes
MOST_HASHED_BYTES = 32 << 20  # an hour of podcast; of larger files a copy is measured again
FRESH_S = 2.0  # a file so young may yet change without its time telling
KEPT_SHARE = 0.9
USED_AGAIN_S = 86_400.0  # noting every use would cost as much as finding it
BUSY_S = 10.0

_TABLES = """
CREATE TABLE IF NOT EXISTS measurement (
    content BLOB, settings TEXT, data BLOB NOT NULL, used REAL NOT NULL,
    PRIMARY KEY (content, settings)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS place (key BLOB PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """What else than the file decides the numbers."""

    layout: str | None = None
    dual_mono: bool = False
    stream: int = 0

    @property
    def key(self) -> str:
        """The settings and the version of the numbers, as text."""
        return f"{ANALYSIS_VERSION} {shape()} {self.layout!r} {self.dual_mono} {self.stream}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row to be kept: where the file is, what it holds, what was measured."""

    place: bytes | None
    content: bytes
    settings: str
    data: bytes


class MeasurementCache:
    """An open cache; a context manager.

    Parameters
    ----------
    folder : path-like
        Where its file is, or will be.

    Raises
    ------
    OSError
        It cannot be opened or made.
    """

    def __init__(self, folder: str | os.PathLike[str], most_bytes: int = MOST_BYTES) -> None:
        self.path = Path(folder) / FILE_NAME
        self._most_bytes = most_bytes
        self._used: list[tuple[float, bytes, str]] = []
        self.problem: str | None = None
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise OSError(str(error)) from None
            self.path.unlink()  # no database: it can only be made anew
            self._open()

    def _open(self) -> None:
        self._database = sqlite3.connect(self.path, timeout=BUSY_S, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")  # survives a kill; readers never wait
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.executescript(_TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def find(self, path: str, settings: Settings) -> Measurement | None:
        """The measurement of a file that has not moved or changed since."""
        place = place_of(path)
        if place is None:
            return None
        rows = self._run(
            "SELECT content, data, used FROM place JOIN measurement USING (content)"
            " WHERE key = ? AND settings = ?",
            (place, settings.key),
        )
        for content, data, used in rows:
            if time.time() - used > USED_AGAIN_S:
                self._used.append((time.time(), content, settings.key))
            return unpacked(data, path)
        return None

    def find_content(self, path: str, settings: Settings) -> Entry | None:
        """The entry of a file elsewhere with the same content, as one for this place."""
        content = _content(path)
        if content is None:
            return None
        rows = self._run(
            "SELECT data FROM measurement WHERE content = ? AND settings = ?",
            (content, settings.key),
        )
        for (data,) in rows:
            return Entry(place_of(path), content, settings.key, data)
        return None

    def keep(self, entry: Entry) -> None:
        """Write an entry; from then on an interrupted run finds it."""
        row = (entry.content, entry.settings, entry.data, time.time())
        self._run("INSERT OR REPLACE INTO measurement VALUES (?, ?, ?, ?)", row)
        if entry.place is not None:
            self._run("INSERT OR REPLACE INTO place VALUES (?, ?)", (entry.place, entry.content))

    def size(self) -> tuple[int, int]:
        """Measurements, and bytes on the disk."""
        return self._number("SELECT count(*) FROM measurement"), self._bytes()

    def clear(self) -> None:
        """Forget everything."""
        for statement in ("DELETE FROM measurement", "DELETE FROM place", "VACUUM"):
            self._run(statement)

    def close(self) -> None:
        """Note what was used, and drop what was not for longest, if there is too much."""
        self._run("BEGIN")
        for row in self._used:
            self._run("UPDATE measurement SET used = ? WHERE content = ? AND settings = ?", row)
        self._run("COMMIT")
        if self._bytes() > self._most_bytes:
            self._prune()
        self._database.close()

    def _prune(self) -> None:
        count, size = self.size()
        kept = int(count * KEPT_SHARE * self._most_bytes / size)
        self._run(
            "DELETE FROM measurement WHERE used <="
            " (SELECT used FROM measurement ORDER BY used DESC LIMIT 1 OFFSET ?)",
            (kept,),
        )
        self._run("DELETE FROM place WHERE content NOT IN (SELECT content FROM measurement)")
        self._run("VACUUM")

    def _bytes(self) -> int:
        return self._number("PRAGMA page_count") * self._number("PRAGMA page_size")

    def _number(self, statement: str) -> int:
        return next((int(value) for (value,) in self._run(statement)), 0)

    def _run(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement; a full disk or a damaged file costs the cache, not the run."""
        if self.problem is not None:
            return []
        try:
            return self._database.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            self.problem = f"{self.path}: {error}"
            return []


def entry_for(path: str, settings: Settings, measured: Measurement, place: bytes) -> Entry | None:
    """The row for a measurement that was just made; ``None`` if the file changed meanwhile.

    Parameters
    ----------
    place : bytes
        :func:`place_of` the file before it was measured.
    """
    content = _content(path) or place
    if place_of(path) != place:
        return None
    return Entry(place, content, settings.key, packed(measured))


def place_of(path: str) -> bytes | None:
    """What tells that a file is the same without reading it; ``None`` if it may be changing."""
    try:
        state = os.stat(path)
    except (OSError, ValueError):
        return None
    # The time of the last change of state tells of a file whose own time was set back.
    if not stat.S_ISREG(state.st_mode) or time.time() - state.st_ctime < FRESH_S:
        return None
    times = (state.st_mtime_ns, state.st_ctime_ns)
    words = (os.fsencode(os.path.abspath(path)), state.st_size, *times, state.st_ino)
    return hashlib.sha256(repr(words).encode()).digest()


def measured_in(entry: Entry, path: str) -> Measurement | None:
    """The measurement that an entry holds, of a file by this name; ``None`` if it is damaged."""
    return unpacked(entry.data, path)


def _content(path: str) -> bytes | None:
    try:
        if os.path.getsize(path) > MOST_HASHED_BYTES:
            return None
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except (OSError, ValueError):
        return None
