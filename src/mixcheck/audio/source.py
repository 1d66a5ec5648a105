"""Where the bytes of a recording are: in a file of this machine, or elsewhere."""

from __future__ import annotations

import mmap
import os
import stat
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import BinaryIO, Protocol, overload

from mixcheck.errors import AudioError


class ByteView(Protocol):
    """The bytes of a file, to look at anywhere."""

    def __len__(self) -> int: ...

    @overload
    def __getitem__(self, place: int, /) -> int: ...

    @overload
    def __getitem__(self, place: slice, /) -> bytes: ...

    def find(self, wanted: bytes, start: int, /) -> int:
        """Place of the first such bytes from a place on, or -1."""
        ...


class Source(Protocol):
    """Gives a recording's bytes in the ways that decoders and header scans want them.

    Parameters
    ----------
    name : str
        The recording as the user named it.
    size : int
        Bytes.
    """

    name: str
    size: int

    def for_decoder(self) -> bytes | BinaryIO:
        """What a decoder opens: the path of a file that it reads by itself, or a reader."""
        ...

    def open(self) -> BinaryIO:
        """Open a reader at the first byte."""
        ...

    def view(self) -> AbstractContextManager[ByteView]:
        """Give all bytes, fetched when looked at."""
        ...

    def check(self) -> None:
        """Raise an :class:`AudioError` if bytes could not be had since the last look."""
        ...


class LocalFile:
    """A file of this machine. Errors of the file system come when it is read."""

    def __init__(self, path: str) -> None:
        self.name = path
        self.size = 0
        if path == "-":  # libsndfile would wait for what is typed
            raise AudioError(path, "stands for standard input", "save it as a file first")
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            return  # whoever reads it is told why
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            # it would keep its reader waiting
            raise AudioError(path, "is a pipe or a device, not a file", "save it as a file first")
        self.size = status.st_size

    def for_decoder(self) -> bytes:
        """The path; a name need not be Unicode."""
        return os.fsencode(self.name)

    def open(self) -> BinaryIO:
        """Open the file."""
        return open(self.name, "rb")

    @contextmanager
    def view(self) -> Iterator[ByteView]:
        """Map the file into memory."""
        with self.open() as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data

    def check(self) -> None:
        """Do nothing: decoders see by themselves when a disk fails."""


def is_remote(name: str) -> bool:
    """Whether a name is a URL."""
    return "://" in name


@contextmanager
def open_source(name: str) -> Iterator[Source]:
    """Find a recording by its path or URL.

    Raises
    ------
    AudioError
        It is a pipe or a device, or a URL that cannot be opened.
    """
    if not is_remote(name):
        yield LocalFile(name)
        return
    from mixcheck.audio.remote import open_remote  # it may want a package that is not there

    with open_remote(name) as source:
        yield source


def files_below(url: str, suffixes: Collection[str]) -> list[str] | None:
    """Every file below a remote folder or prefix, in order; ``None`` if the URL is a file itself.

    Parameters
    ----------
    url : str
        A folder if it ends in a slash or the storage says so.
    suffixes : collection of str
        What makes a name a file that is wanted, such as ``".wav"``.

    Raises
    ------
    AudioError
        The folder cannot be listed.
    """
    from mixcheck.audio.remote import list_remote

    return list_remote(url, suffixes)
