"""Files elsewhere read as those here do: a server of the S3 protocol, a web server, memory."""

from __future__ import annotations

import asyncio
import functools
import gc
import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import fsspec
import fsspec.asyn
import numpy as np
import pytest
import soundfile
from botocore.exceptions import NoCredentialsError
from fsspec.implementations.memory import MemoryFileSystem
from moto.server import ThreadedMotoServer
from tests.cli.command import GOOD, document, run

import mixcheck
from mixcheck.audio import open_audio
from mixcheck.audio import remote as remote_module
from mixcheck.audio.remote import BLOCK_BYTES, RemoteFile
from mixcheck.errors import AudioError

RATE = 48_000
KINDS = {  # suffix: format and codec, of every reader and every header scan
    "wav": ("WAV", "PCM_24"),
    "w64": ("W64", "FLOAT"),
    "flac": ("FLAC", "PCM_16"),
    "aiff": ("AIFF", "PCM_24"),
    "caf": ("CAF", "PCM_16"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "ogg": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
}


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory, ffmpeg: str) -> dict[str, Path]:
    """A file of each kind; the WAV is longer than two blocks."""
    folder = tmp_path_factory.mktemp("recordings")
    rng = np.random.default_rng(71)
    found = {}
    for suffix, (container, codec) in KINDS.items():
        seconds = 40 if suffix == "wav" else 3
        samples = rng.uniform(-0.3, 0.3, (seconds * RATE + 77, 2))
        found[suffix] = folder / f"a.{suffix}"
        soundfile.write(found[suffix], samples, RATE, codec, format=container)
    found["m4a"] = folder / "a.m4a"
    command = [ffmpeg, "-v", "error", "-i", found["flac"], "-c:a", "aac", found["m4a"]]
    subprocess.run(command, check=True)
    assert found["wav"].stat().st_size > 2 * BLOCK_BYTES
    return found


@pytest.fixture(scope="module", autouse=True)
def _no_thread_stays() -> Iterator[None]:
    """End what fsspec leaves running: beside another thread nothing forks, in later tests too."""
    yield
    loop, thread = fsspec.asyn.loop[0], fsspec.asyn.iothread[0]
    if loop is None:
        return
    for protocol in ("s3", "http"):
        fsspec.get_filesystem_class(protocol).clear_instance_cache()
    gc.collect()  # their sessions are closed in the loop
    asyncio.run_coroutine_threadsafe(asyncio.sleep(0.2), loop).result()
    asyncio.run_coroutine_threadsafe(loop.shutdown_default_executor(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()
    fsspec.asyn.loop[0] = fsspec.asyn.iothread[0] = None


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    """A client of an S3 server on this machine, which the environment names."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        client = boto3.client("s3")
        client.create_bucket(Bucket="takes")
        yield client
        client.close()
        fsspec.filesystem("s3").clear_instance_cache()
    server.stop()


@pytest.fixture
def web(recordings: dict[str, Path]) -> Iterator[str]:
    """A web server that gives whole files only."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def send_head(self) -> Any:
            if "secret" in self.path:
                self.send_error(403)
                return None
            return super().send_head()

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, *_: Any) -> None:
            """Who asks for the first bytes only hangs up in the middle: no news."""

    handler = functools.partial(Quiet, directory=str(recordings["wav"].parent))
    with Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def memory() -> Iterator[MemoryFileSystem]:
    filesystem = fsspec.filesystem("memory")
    yield filesystem
    filesystem.store.clear()
    filesystem.pseudo_dirs[:] = [""]


def assert_reads_alike(url: str, path: Path) -> None:
    with open_audio(url) as there, open_audio(path) as here:
        assert there.format == here.format
        for far, near in zip(there.blocks(), here.blocks(), strict=True):
            assert far.start_frame == near.start_frame
            np.testing.assert_array_equal(far.samples, near.samples)


@pytest.mark.parametrize("suffix", [*KINDS, "m4a"])
def test_a_file_in_memory_reads_as_the_file(
    suffix: str, recordings: dict[str, Path], memory: MemoryFileSystem
) -> None:
    memory.pipe(f"/takes/a.{suffix}", recordings[suffix].read_bytes())
    assert_reads_alike(f"memory://takes/a.{suffix}", recordings[suffix])


@pytest.mark.parametrize("suffix", ["wav", "mp3", "m4a"])
def test_an_object_of_s3_reads_as_the_file(
    suffix: str, recordings: dict[str, Path], s3: Any
) -> None:
    s3.upload_file(str(recordings[suffix]), "takes", f"album/a.{suffix}")
    url = f"s3://takes/album/a.{suffix}"
    assert_reads_alike(url, recordings[suffix])
    found, local = mixcheck.measure(url), mixcheck.measure(recordings[suffix])
    assert found.readings == local.readings
    assert found.path == url


@pytest.mark.parametrize("suffix", ["wav", "mp3"])
def test_a_web_server_without_ranges_is_enough(
    suffix: str, recordings: dict[str, Path], web: str
) -> None:
    assert_reads_alike(f"{web}/a.{suffix}", recordings[suffix])


@pytest.mark.parametrize("suffix", ["wav", "mp3", "ogg", "aiff"])
def test_bytes_come_once_and_in_megabytes(
    suffix: str,
    recordings: dict[str, Path],
    memory: MemoryFileSystem,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = recordings[suffix].read_bytes()
    memory.pipe(f"/a.{suffix}", content)
    requests: list[int] = []
    fetch = RemoteFile._fetch

    def counted(self: RemoteFile, start: int) -> bytes:
        requests.append(start)
        return fetch(self, start)

    monkeypatch.setattr(RemoteFile, "_fetch", counted)
    mixcheck.measure(f"memory://a.{suffix}")
    assert requests == list(range(0, len(content), BLOCK_BYTES))


def test_bytes_can_be_looked_at_anywhere(
    memory: MemoryFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_module, "BLOCK_BYTES", 100)
    monkeypatch.setattr(remote_module, "KEPT_BLOCKS", 2)
    content = np.random.default_rng(72).bytes(1050)
    memory.pipe("/a.bin", content)
    with remote_module.open_remote("memory://a.bin") as remote:
        assert len(remote) == len(content)
        assert remote[:] == content
        assert remote[97:305] == content[97:305]
        assert remote[1040:2000] == content[1040:]
        assert remote[2000:2010] == b""
        assert remote[417] == content[417]
        for place in (3, 98, 99, 100, 250, 1046):
            wanted = content[place : place + 4]
            assert remote.find(wanted, 0) == content.find(wanted)
            assert remote.find(wanted, place + 1) == content.find(wanted, place + 1)
        with remote.open() as reader:
            assert reader.read() == content
            reader.seek(-5, 2)
            assert reader.read() == content[-5:]


def test_a_prefix_is_checked_recursively_like_a_folder(s3: Any) -> None:
    names = ["b.WAV", "disc 2/02.wav", "disc 2/01.wav", "disc 10/x.wav", ".hidden/c.wav"]
    for name in [*names, "cover.jpg", "disc 2/.trash.wav"]:
        s3.put_object(Bucket="takes", Key=f"prefix/{name}", Body=GOOD)
    wanted = ["b.WAV", "disc 10/x.wav", "disc 2/01.wav", "disc 2/02.wav"]
    for url in ("s3://takes/prefix", "s3://takes/prefix/"):
        files = document("check", url, "-j", "1")["files"]
        assert [file["path"] for file in files] == [f"s3://takes/prefix/{one}" for one in wanted]
        assert {file["outcome"] for file in files} == {"pass"}


def test_an_index_page_of_a_web_server_is_a_folder(recordings: dict[str, Path], web: str) -> None:
    files = document("measure", f"{web}/", "-j", "1")["files"]
    names = sorted(path.name for path in recordings.values())
    assert [file["path"] for file in files] == [f"{web}/{name}" for name in names]


def test_workers_read_it_too(s3: Any) -> None:
    for number in range(4):
        s3.put_object(Bucket="takes", Key=f"many/{number}.wav", Body=GOOD)
    single, several = (run("check", "-f", "json", "-j", jobs, "s3://takes/many/") for jobs in "13")
    assert single.exit_code == several.exit_code == 0
    assert single.stdout == several.stdout


def test_what_is_not_there_or_not_allowed_is_told_in_a_line(s3: Any, web: str) -> None:
    s3.put_object(Bucket="takes", Key="text.wav", Body=b"a letter, no sound")
    s3.put_object(Bucket="takes", Key="empty.wav", Body=b"")
    s3.put_object(Bucket="takes", Key="notes/readme.txt", Body=b"none")
    said = {
        "s3://takes/gone.wav": "does not exist",
        "s3://nowhere/gone.wav": "does not exist",
        "s3://takes/gone/": "holds no audio file",
        "s3://takes/text.wav": "is text, not audio",
        "s3://takes/empty.wav": "is empty (0 bytes)",
        "s3://takes/notes/": "holds no audio file",
        f"{web}/gone.wav": "does not exist",
        f"{web}/secret.wav": "may not be read",
        "http://127.0.0.1:9/a.wav": "cannot be fetched",
        "zz://a.wav": "no protocol that fsspec knows",
        "memory://gone.wav": "does not exist",
    }
    for url, words in said.items():
        ran = run("check", url, "-q", "-j", "1")
        assert ran.exit_code == 3, url
        (line,) = ran.stderr.splitlines()
        assert line.startswith(f"{url}: ")
        assert words in line


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError("Access Denied"), "may not be read; check its permissions"),
        (ImportError("Please install gcsfs"), "pip install 'mixcheck[remote]'"),
        (TimeoutError(), "cannot be fetched (TimeoutError)"),
        (IsADirectoryError("a"), "is a folder"),
        (NoCredentialsError(), "may not be read without credentials"),
    ],
)
def test_errors_of_drivers_are_told_in_a_line(error: Exception, words: str) -> None:
    told = str(remote_module.failure("s3://a/b.wav", error))
    assert told.startswith("s3://a/b.wav: ")
    assert words in told


@pytest.mark.parametrize("suffix", ["wav", "flac", "m4a", "mp3"])
def test_a_connection_lost_in_the_middle_is_no_short_file(
    suffix: str,
    recordings: dict[str, Path],
    memory: MemoryFileSystem,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = recordings[suffix].read_bytes()
    memory.pipe(f"/a.{suffix}", content)
    monkeypatch.setattr(remote_module, "BLOCK_BYTES", len(content) // 3)
    fetch = RemoteFile._fetch

    def lost(self: RemoteFile, start: int) -> bytes:
        if start == len(content) // 3:
            raise ConnectionResetError("connection reset by peer")
        return fetch(self, start)

    monkeypatch.setattr(RemoteFile, "_fetch", lost)
    with pytest.raises(AudioError, match="connection reset by peer"):
        mixcheck.measure(f"memory://a.{suffix}")


def test_without_the_extra_a_line_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(AudioError, match=r"pip install 'mixcheck\[remote\]'"):
        mixcheck.measure("s3://takes/a.wav")
