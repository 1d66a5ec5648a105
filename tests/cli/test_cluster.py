"""A real scheduler and real workers, one of which is killed.

Each in a process of its own: Dask leaves threads behind, beside which nothing may fork.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile
from tests.cli.command import run
from tests.signals import noise

pytest.importorskip("distributed", reason="needs mixcheck[cluster]")

KILLS_A_WORKER = """
import json, os, signal, sys
from mixcheck import Measurement, measure_many
from mixcheck_cli.cluster import cluster_executor

if __name__ == "__main__":
    seen = []
    with cluster_executor("local:2") as executor:
        victim = executor.submit(os.getpid).result()
        for number, one in enumerate(measure_many(sys.argv[1:], executor=executor)):
            seen.append((one.path, isinstance(one, Measurement)))
            if number == 3:
                os.kill(victim, signal.SIGKILL)
    print(json.dumps(seen))
"""


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("recordings")
    paths = [folder / f"{number:02d}.wav" for number in range(24)]
    for number, path in enumerate(paths):
        soundfile.write(path, 0.1 * noise(number, 2.0).T, 48_000, "PCM_16")
    return paths


def mixcheck(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mixcheck_cli", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_killed_worker_loses_no_file(recordings: list[Path], tmp_path: Path) -> None:
    script = tmp_path / "kills_a_worker.py"
    script.write_text(KILLS_A_WORKER)
    command = [sys.executable, str(script), *map(str, recordings)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == [[str(path), True] for path in recordings]


def test_a_cluster_prints_what_one_process_prints(recordings: list[Path]) -> None:
    here = mixcheck("check", "--no-cache", "-j1", "-f", "json", *recordings[:4])
    there = mixcheck("check", "--no-cache", "--cluster", "local:2", "-f", "json", *recordings[:4])
    assert there.returncode == here.returncode
    assert there.stdout == here.stdout


@pytest.mark.parametrize("address", ["local:0", "local:many"])
def test_a_number_of_processes_is_wanted(address: str, recordings: list[Path]) -> None:
    found = run("measure", "--cluster", address, recordings[0])
    assert found.exit_code == 2
    assert f"--cluster {address}" in found.stderr
    assert found.stderr.count("\n") == 1


@pytest.mark.parametrize("address", ["nonsense://x", "tcp://127.0.0.1:9"])
def test_a_cluster_that_is_none_is_refused(address: str, recordings: list[Path]) -> None:
    found = mixcheck("measure", "--cluster", address, recordings[0])
    assert found.returncode == 2
    assert f"--cluster {address}" in found.stderr
    assert "Traceback" not in found.stderr
    assert found.stdout == ""
