"""The command line, run in this process, and files for it to read."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from click.testing import CliRunner, Result
from mixcheck_cli.main import mixcheck
from numpy.typing import NDArray
from tests.signals import faded, ratio, sine

RATE = 44_100


def run(*arguments: str | Path) -> Result:
    """An exception that gets this far would be a traceback on the user's screen."""
    ran = CliRunner().invoke(mixcheck, [str(one) for one in arguments], catch_exceptions=False)
    assert "Traceback" not in ran.stdout + ran.stderr
    assert "\x1b" not in ran.stdout + ran.stderr
    return ran


def document(*arguments: str | Path) -> dict[str, Any]:
    parsed = json.loads(run(*arguments, "-f", "json").stdout)
    assert isinstance(parsed, dict)
    return parsed


def outcomes(*arguments: str | Path) -> dict[str, str]:
    """File name to outcome, in the order of the report."""
    return {Path(file["path"]).name: file["outcome"] for file in document(*arguments)["files"]}


def tone(seconds: float = 1.0, peak_dbfs: float = -20.0) -> NDArray[np.float64]:
    return faded(ratio(peak_dbfs) * sine(997.0, seconds, RATE), 0.1, RATE)


def wav(
    samples: NDArray[Any] | bytes,
    *,
    rate: int = RATE,
    channels: int = 1,
    is_float: bool = False,
    claimed_bytes: int | None = None,
) -> bytes:
    """A WAV file of 16 bits or float32, whose header claims what it is told to."""
    data = samples
    if not isinstance(data, bytes):
        data = (
            data.astype("<f4").tobytes()
            if is_float
            else np.rint(data * 32767).astype("<i2").tobytes()
        )
    bits = 32 if is_float else 16
    frame = channels * bits // 8
    size = len(data) if claimed_bytes is None else claimed_bytes
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", min(36 + size, 0xFFFFFFFF), b"WAVE",
        b"fmt ", 16, 3 if is_float else 1, channels, rate, rate * frame, frame, bits,
        b"data", size,
    )  # fmt: skip
    return header + data


GOOD = wav(tone())
CLIPPED = wav(np.clip(tone(peak_dbfs=0.5), -1.0, 1.0))  # an error of the profile general
OFF_ZERO = wav(tone() + 0.08)  # a warning
