from __future__ import annotations

import os

# Before NumPy: on a busy machine the threads of OpenBLAS wait for one another, four times longer
# than one of them would need for the small products here.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from pathlib import Path

import imageio_ffmpeg
import pytest
from hypothesis import settings

# The same examples on every machine and in every run: a red build must mean a changed program.
settings.register_profile("mixcheck", deadline=None, derandomize=True, database=None)
settings.load_profile("mixcheck")


@pytest.fixture(autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test finds what another measured."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("MIXCHECK_CACHE_DIR", str(folder))
    return folder


@pytest.fixture(scope="session")
def ffmpeg() -> str:
    """Path of the ffmpeg that imageio-ffmpeg carries."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())
