"""Recordings elsewhere, through fsspec: s3://, gs://, https://, memory:// and what else it knows.

libsndfile asks for 8 KiB at a time, and a request costs tens of milliseconds whatever its size. So
bytes come in blocks of megabytes, one ahead of use, and the latest are kept: the header scans of an
MP3 or Ogg look at the whole file before it is decoded.
"""

from __future__ import annotations

import io
import posixpath
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, BinaryIO, overload

from mixcheck.errors import AudioError

BLOCK_BYTES = 4 << 20
KEPT_BLOCKS = 16  # an hour of MP3 at 128 kbit/s is read once


class RemoteFile:
    """A file that is fetched in blocks, one ahead of use.

    Parameters
    ----------
    url : str
        The file as the user named it.
    filesystem, path
        fsspec's, for that URL.
    """

    def __init__(self, url: str, filesystem: Any, path: str) -> None:
        self.name = url
        self._filesystem, self._path = filesystem, path
        self._blocks: OrderedDict[int, Future[bytes]] = OrderedDict()
        self._failure: AudioError | None = None
        self._file: Any = filesystem.open(path, "rb", block_size=BLOCK_BYTES, cache_type="none")
        self.size: int
        try:
            self.size = self._file.seek(0, io.SEEK_END)
        except ValueError:  # a web server that tells no length
            self.size = self._keep_copy().seek(0, io.SEEK_END)
        self._fetcher = ThreadPoolExecutor(1)

    def close(self) -> None:
        """Stop fetching."""
        self._fetcher.shutdown(cancel_futures=True)
        self._file.close()

    def for_decoder(self) -> BinaryIO:
        """Open a reader."""
        return self.open()

    def open(self) -> BinaryIO:
        """Open a reader at the first byte; where bytes fail to come, it ends."""
        return io.BufferedReader(_Reader(self))

    @contextmanager
    def view(self) -> Iterator[RemoteFile]:
        """Give itself: its bytes can be looked at anywhere."""
        yield self

    def check(self) -> None:
        """Raise the error that bytes failed with."""
        if self._failure:
            raise self._failure

    def __len__(self) -> int:
        return self.size

    @overload
    def __getitem__(self, place: int) -> int: ...

    @overload
    def __getitem__(self, place: slice) -> bytes: ...

    def __getitem__(self, place: int | slice) -> int | bytes:
        if isinstance(place, int):
            return self._block(place // BLOCK_BYTES)[place % BLOCK_BYTES]
        start, stop, _ = place.indices(self.size)
        parts = [self.rest_of_block(start, stop)]
        while parts[-1] and (start := start + len(parts[-1])) < stop:
            parts.append(self.rest_of_block(start, stop))
        return b"".join(parts)

    def find(self, wanted: bytes, start: int) -> int:
        """Place of the first such bytes from a place on, or -1."""
        while start < self.size:
            overlap = len(wanted) - 1
            end = (start // BLOCK_BYTES + 1) * BLOCK_BYTES
            found = self[start : end + overlap].find(wanted)
            if found >= 0:
                return start + found
            start = end
        return -1

    def rest_of_block(self, start: int, stop: int) -> bytes:
        """Bytes from a place to another, or to the end of the block that holds the first."""
        if start >= stop:
            return b""
        first = start % BLOCK_BYTES
        return self._block(start // BLOCK_BYTES)[first : first + stop - start]

    def _block(self, number: int) -> bytes:
        """One block; the next is fetched meanwhile."""
        self.check()
        for wanted in (number, number + 1):
            if wanted not in self._blocks and wanted * BLOCK_BYTES < self.size:
                self._blocks[wanted] = self._fetcher.submit(self._fetch, wanted * BLOCK_BYTES)
        self._blocks.move_to_end(number)
        while len(self._blocks) > KEPT_BLOCKS:
            self._blocks.popitem(last=False)
        try:
            return self._blocks[number].result()
        except Exception as error:
            self._failure = failure(self.name, error)
            raise self._failure from None

    def _fetch(self, start: int) -> bytes:
        wanted = min(BLOCK_BYTES, self.size - start)
        try:
            self._file.seek(start)
            block: bytes = self._file.read(wanted)
        except ValueError:  # a web server that gives whole files only
            copy = self._keep_copy()
            copy.seek(start)
            block = copy.read(wanted)
        if len(block) < wanted:
            raise EOFError("the rest did not come")
        return block

    def _keep_copy(self) -> BinaryIO:
        """Fetch the file from its beginning to its end, and read that from now on."""
        copy = tempfile.TemporaryFile()  # noqa: SIM115
        with self._filesystem.open(self._path, "rb", block_size=0) as whole:
            shutil.copyfileobj(whole, copy, BLOCK_BYTES)
        self._file.close()
        self._file = copy
        return copy


class _Reader(io.RawIOBase):
    """Reads a remote file from front to back, or anywhere."""

    def __init__(self, remote: RemoteFile) -> None:
        self._remote = remote
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._remote.size}
        self._place = max(0, origin[whence] + offset)
        return self._place

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; give 0 at the end, or where bytes fail to come."""
        stop = min(self._place + len(buffer), self._remote.size)
        try:
            got = self._remote.rest_of_block(self._place, stop)
        except AudioError:  # decoders in C would print it; RemoteFile.check() raises it
            return 0
        buffer[: len(got)] = got
        self._place += len(got)
        return len(got)


@contextmanager
def open_remote(url: str) -> Iterator[RemoteFile]:
    """Open a file by its URL.

    Raises
    ------
    AudioError
        It is not there, may not be read, cannot be reached, or needs a package that is not
        installed.
    """
    try:
        remote = RemoteFile(url, *_located(url))
    except Exception as error:
        raise failure(url, error) from None
    try:
        yield remote
    finally:
        remote.close()


def list_remote(url: str, suffixes: Collection[str]) -> list[str] | None:
    """See :func:`mixcheck.audio.files_below`."""
    is_named_like_a_file = posixpath.splitext(url)[1].lower() in suffixes
    if is_named_like_a_file:
        return None
    try:
        filesystem, path = _located(url)
        if not url.endswith("/") and filesystem.info(path)["type"] != "directory":
            return None
        found = filesystem.find(path)
    except Exception as error:
        raise failure(url, error) from None
    below = (name.removeprefix(path).lstrip("/").split("/") for name in found)
    wanted = (
        parts
        for parts in below
        if posixpath.splitext(parts[-1])[1].lower() in suffixes
        and not any(part.startswith(".") for part in parts)
    )
    in_order = sorted(
        wanted, key=lambda parts: (*((1, part) for part in parts[:-1]), (0, parts[-1]))
    )
    return ["/".join((url.rstrip("/"), *parts)) for parts in in_order]


def _located(url: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise AudioError(
            url,
            "is elsewhere, and this installation reads local files only",
            "install the extra that can: pip install 'mixcheck[remote]'",
        ) from None
    filesystem, path = url_to_fs(url)
    return filesystem, path


_NO_CREDENTIALS = ("NoCredentialsError", "PartialCredentialsError", "DefaultCredentialsError")


def failure(url: str, error: Exception) -> AudioError:
    """What to tell the user of an error that fsspec or a driver of its raised."""
    if isinstance(error, AudioError):
        return error
    cause = error.__cause__
    if isinstance(cause, Exception) and type(cause).__module__.startswith("aiohttp"):
        error = cause  # fsspec says of every failure that there is no such file
    status = getattr(error, "status", None)  # of the web server
    words = " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__
    if isinstance(error, FileNotFoundError) or status in (404, 410):
        return AudioError(url, "does not exist", "check the name")
    if isinstance(error, IsADirectoryError):
        return AudioError(url, "is a folder", "put a slash at its end to check what is in it")
    if isinstance(error, PermissionError) or status in (401, 403):
        return AudioError(url, "may not be read", "check its permissions and your credentials")
    if type(error).__name__ in _NO_CREDENTIALS:
        return AudioError(
            url, "may not be read without credentials", "set those of your storage service"
        )
    if isinstance(error, ImportError):
        remedy = "install it, or the usual ones: pip install 'mixcheck[remote]'"
        return AudioError(url, f"needs a package that is not installed ({words})", remedy)
    if isinstance(error, ValueError) and "rotocol not known" in words:
        return AudioError(url, "begins with no protocol that fsspec knows", "check the name")
    return AudioError(url, f"cannot be fetched ({words})", "check the name and the network")
