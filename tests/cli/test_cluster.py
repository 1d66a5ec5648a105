"""A real scheduler and real workers, one of which is killed."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
import soundfile
from mixcheck_cli.cluster import cluster_executor
from tests.cli.command import run
from tests.signals import noise

from mixcheck import Measurement, measure_many

distributed = pytest.importorskip("distributed", reason="needs mixcheck[cluster]")
pytestmark = pytest.mark.filterwarnings("default")  # Dask's own, of sockets and loops


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("recordings")
    paths = [folder / f"{number:02d}.wav" for number in range(24)]
    for number, path in enumerate(paths):
        soundfile.write(path, 0.1 * noise(number, 2.0).T, 48_000, "PCM_16")
    return paths


def test_a_killed_worker_loses_no_file(recordings: list[Path]) -> None:
    with cluster_executor("local:2") as executor:
        victim = executor.submit(os.getpid).result()  # the process of a worker
        seen: list[str] = []
        for number, one in enumerate(measure_many(recordings, executor=executor)):
            assert isinstance(one, Measurement)
            seen.append(one.path)
            if number == 3:
                os.kill(victim, signal.SIGKILL)
    assert seen == [str(path) for path in recordings]


def test_a_cluster_prints_what_one_process_prints(recordings: list[Path]) -> None:
    here = run("check", "--no-cache", "-j1", "-f", "json", *recordings[:4])
    there = run("check", "--no-cache", "--cluster", "local:2", "-f", "json", *recordings[:4])
    assert there.exit_code == here.exit_code
    assert there.stdout == here.stdout


@pytest.mark.parametrize("address", ["local:0", "local:many", "nonsense://x", "tcp://127.0.0.1:9"])
def test_a_cluster_that_is_none_is_refused(
    address: str, recordings: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mixcheck_cli.cluster.CONNECT_S", 1)
    found = run("measure", "--cluster", address, recordings[0])
    assert found.exit_code == 2
    assert f"--cluster {address}" in found.stderr
    assert found.stderr.count("\n") == 1
