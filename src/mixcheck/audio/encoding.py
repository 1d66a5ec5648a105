"""Lossy encoding and decoding in memory, by the encoders that libsndfile brings."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import soundfile

from mixcheck.audio.block import Samples


@dataclass(frozen=True, slots=True)
class Encoding:
    """How to encode.

    Parameters
    ----------
    name : str
        Codec and rate for people.
    rates_hz : tuple of int
        Sample rates that the encoder takes.
    channels : int
        Most channels that it takes.
    options : dict
        Arguments of :class:`soundfile.SoundFile`.
    """

    name: str
    rates_hz: tuple[int, ...]
    channels: int
    options: dict[str, Any]


ENCODINGS = (
    Encoding(
        "MP3 at 128 kbit/s", (32_000, 44_100, 48_000), 2,
        {"format": "MP3", "subtype": "MPEG_LAYER_III",
         "compression_level": 0.667, "bitrate_mode": "CONSTANT"},
    ),
    Encoding(
        "Vorbis at 128 kbit/s", (32_000, 44_100, 48_000), 8,
        {"format": "OGG", "subtype": "VORBIS", "compression_level": 0.6},
    ),
    Encoding(
        "Opus at 128 kbit/s", (48_000,), 8,
        {"format": "OGG", "subtype": "OPUS", "compression_level": 0.77},
    ),
)  # fmt: skip


def round_trip(samples: Samples, sample_rate_hz: int, encoding: Encoding) -> Samples:
    """Encode and decode.

    Parameters
    ----------
    samples : ndarray, shape (channels, frames)
    sample_rate_hz : int
        One of ``encoding.rates_hz``.
    encoding : Encoding
        The codec, for at least as many channels.

    Returns
    -------
    ndarray, shape (channels, about as many frames)
        Beyond ±1.0 where the decoder goes there.
    """
    memory = io.BytesIO()
    with soundfile.SoundFile(
        memory, "w", samplerate=sample_rate_hz, channels=len(samples), **encoding.options
    ) as file:
        file.write(np.ascontiguousarray(samples.T))
    memory.seek(0)
    decoded, _ = soundfile.read(memory, dtype="float64", always_2d=True)
    return np.ascontiguousarray(decoded.T)
