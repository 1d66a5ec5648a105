"""Audio files by recipe.

A recipe may be ``like`` another, from whose keys it differs. ``source`` is a reference recording;
then, in this order:

``trim_s``: only its first seconds; ``channels``: so many copies of the mean of its channels;
``negate``: these channels inverted; ``gain_db``; ``gain_from_s_db``: more gain from a time on;
``pad_s``: seconds of its own first 0.4 s before and after, as room tone; ``noise_dbfs``: white
noise added; ``peak_dbfs``: five rounded cycles of 1 kHz, of that height, in the middle;
``repeat``: all that so many times.

``rate`` plays it at another rate, unconverted. ``write`` are keywords of ``soundfile.write``.
``bext`` adds a Broadcast Wave chunk that states these values (``false``: none), ``adm`` an empty
ADM.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray
from tests.audio.broadcast import bext_chunk, with_chunks

REFERENCE_AUDIO = Path(__file__).parents[2] / "reference_audio"
SHAPING = {
    "source", "trim_s", "repeat", "channels", "negate", "gain_db", "gain_from_s_db", "pad_s",
    "noise_dbfs", "peak_dbfs", "rate", "write", "bext", "adm",
}  # fmt: skip
JUDGING = {"about", "arguments", "outcome", "fails", "warns"}
KEYS = SHAPING | JUDGING
Samples = NDArray[np.float64]


def recipes(file: Path) -> list[dict[str, Any]]:
    """The recipes of a file: itself, or its cases, each with all that it is like."""
    data = tomllib.loads(file.read_text("utf-8"))
    cases = data.pop("case", [{}])
    base: dict[str, Any] = {}
    if "like" in data:
        (base,) = recipes(file.parent / data.pop("like"))
        base = {
            key: value for key, value in base.items() if key not in ("fails", "warns", "outcome")
        }
    whole = [{**base, **data, **case} for case in cases]
    assert all(set(one) <= KEYS for one in whole), file
    return whole


def written(recipe: dict[str, Any], folder: Path) -> Path:
    """The audio file of a recipe."""
    samples, rate = soundfile.read(
        REFERENCE_AUDIO / recipe["source"], dtype="float64", always_2d=True
    )
    samples, rate = shaped(samples, rate, recipe), recipe.get("rate", rate)
    path = folder / f"example.{recipe['write']['format'].lower()}"
    with soundfile.SoundFile(path, "w", rate, samples.shape[1], **recipe["write"]) as file:
        for _ in range(recipe.get("repeat", 1)):
            file.write(samples)
    chunks = [bext_chunk(recipe["bext"])] if recipe.get("bext", False) is not False else []
    if recipe.get("adm"):
        chunks += [b"axml\x04\0\0\0<a/>", b"chna\x04\0\0\0\0\0\0\0"]
    if chunks:
        path.write_bytes(with_chunks(path.read_bytes(), *chunks))
    return path


def shaped(samples: Samples, rate: int, recipe: dict[str, Any]) -> Samples:
    """The samples of a recipe, shape (frames, channels)."""
    room = samples[: round(0.4 * rate)]
    if "trim_s" in recipe:
        samples = samples[: round(recipe["trim_s"] * rate)]
    if "channels" in recipe:
        samples, room = (
            np.tile(x.mean(1, keepdims=True), recipe["channels"]) for x in (samples, room)
        )
    for channel in recipe.get("negate", ()):
        samples[:, channel] *= -1.0
    samples = samples * ratio(recipe.get("gain_db", 0.0))
    if "gain_from_s_db" in recipe:
        start_s, gain_db = recipe["gain_from_s_db"]
        samples[round(start_s * rate) :] *= ratio(gain_db)
    if "pad_s" in recipe:
        head, tail = (
            np.tile(room, (int(seconds / 0.4) + 1, 1))[: round(seconds * rate)]
            for seconds in recipe["pad_s"]
        )
        samples = np.concatenate([head, samples, tail])
    if "noise_dbfs" in recipe:
        noise = np.random.default_rng(1).standard_normal(samples.shape)
        samples = samples + ratio(recipe["noise_dbfs"]) * noise
    if "peak_dbfs" in recipe:
        length, middle = round(0.005 * rate), len(samples) // 2
        burst = np.hanning(length) * np.cos(2e3 * np.pi * (np.arange(length) - length / 2) / rate)
        burst *= ratio(recipe["peak_dbfs"]) / np.abs(burst).max()
        samples[middle : middle + length] = burst[:, None]
    return samples


def ratio(level_db: float) -> float:
    """Amplitude ratio of a level."""
    return float(10.0 ** (level_db / 20.0))
