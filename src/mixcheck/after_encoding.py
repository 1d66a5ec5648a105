"""Overs to be expected after lossy encoding: the loudest passages encoded and decoded for real.

Method: The seconds with the highest samples, each with a little of what comes before, go through
MP3, Vorbis and Opus at 128 kbit/s and back. The true peak of what comes back, its first and last
moments left out, is reported where it exceeds full scale.

Source: mixcheck; platforms ask for headroom because of these peaks, here they are measured.

Limits: other encoders, rates and versions give other peaks, by some tenths of a decibel. A passage
that is not among the loudest can go over too.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from mixcheck.audio import ENCODINGS, Encoding, SampleBlock, Samples, open_audio, round_trip
from mixcheck.dsp.interpolation import TruePeakFinder
from mixcheck.measurement import Measurement
from mixcheck.meters import Finding
from mixcheck.meters.base import finding
from mixcheck.units import ratio_to_db

PASSAGES = 6
PASSAGE_S = 1.0
BEFORE_S = 0.1
EDGE_S = 0.05  # an encoder that meets a hard start or end rings there
USUAL_RATE_HZ = 48_000  # of what is encoded, where the encoder does not take the file's


@dataclass(frozen=True, slots=True, order=True)
class _Passage:
    """A stretch of the file; compared by its highest sample."""

    peak: float
    start_frame: int
    samples: Samples


def expect_encoding(measurement: Measurement, *, stream: int = 0) -> Measurement:
    """The measurement with the overs that lossy encoding of its file will bring.

    Parameters
    ----------
    measurement : Measurement
        Of a file that is still there.
    stream : int
        The audio stream of it that was measured.

    Returns
    -------
    Measurement
        The same, and a finding ``over-after-encoding`` for each codec that goes over.

    Raises
    ------
    AudioError
        The file cannot be read.
    """
    passages = sorted(_loudest(measurement.path, stream), key=lambda passage: passage.start_frame)
    expected = [
        found
        for encoding in ENCODINGS
        if measurement.format.channels <= encoding.channels
        and (found := _expected(passages, measurement.format.sample_rate_hz, encoding))
    ]
    findings = sorted((*measurement.findings, *expected), key=lambda one: (one.start_s, one.code))
    return replace(measurement, findings=tuple(findings))


def _loudest(path: str, number: int) -> list[_Passage]:
    kept: list[_Passage] = []
    with open_audio(path, stream=number) as stream:
        for passage in _passages(stream.blocks(), stream.format.sample_rate_hz):
            if len(kept) < PASSAGES:
                heapq.heappush(kept, passage)
            else:
                heapq.heappushpop(kept, passage)
    return kept


def _passages(blocks: Iterator[SampleBlock], rate: int) -> Iterator[_Passage]:
    length, before = round(PASSAGE_S * rate), round(BEFORE_S * rate)
    tail: Samples | None = None
    for block in blocks:
        for first in range(0, block.samples.shape[1], length):
            fresh = block.samples[:, first : first + length]
            joined = fresh if tail is None else np.concatenate([tail, fresh], axis=1)
            start = block.start_frame + first - (joined.shape[1] - fresh.shape[1])
            yield _Passage(float(np.abs(joined).max()), start, joined.copy())
            tail = joined[:, -before:]


def _expected(passages: list[_Passage], rate: int, encoding: Encoding) -> Finding | None:
    """The highest of what comes back over full scale, if any does."""
    encoded_hz = rate if rate in encoding.rates_hz else USUAL_RATE_HZ
    highest, worst = 1.0, None
    channels: tuple[int, ...] = ()
    for passage in passages:
        edge = round(EDGE_S * encoded_hz)
        decoded = round_trip(_resampled(passage.samples, rate, encoded_hz), encoded_hz, encoding)
        inner = decoded[:, edge : decoded.shape[1] - edge]
        if not inner.size:
            continue
        peaks = TruePeakFinder(encoded_hz, len(inner)).find(inner, last=True).peak
        if peaks.max() > highest:
            highest, worst = float(peaks.max()), passage
            channels = tuple(np.flatnonzero(peaks > 1.0).tolist())
    if worst is None:
        return None
    level = ratio_to_db(highest)
    return finding(
        "over-after-encoding",
        f"true peak {level:+.1f} dBTP to be expected after {encoding.name}",
        start_s=worst.start_frame / rate,
        end_s=(worst.start_frame + worst.samples.shape[1]) / rate,
        channels=channels,
        value=level,
        unit="dBTP",
        confidence=0.9,
    )


def _resampled(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """By the spectrum; the passage taken as one period, whose seam lies in its edges."""
    if from_hz == to_hz:
        return samples
    common = math.gcd(from_hz, to_hz)
    step = from_hz // common
    padded = np.pad(samples, ((0, 0), (0, -samples.shape[1] % step)))
    frames = padded.shape[1] // step * (to_hz // common)
    spectrum = np.fft.rfft(padded, axis=1)
    kept = min(spectrum.shape[1], frames // 2 + 1)
    return np.asarray(np.fft.irfft(spectrum[:, :kept], frames, axis=1) * frames / padded.shape[1])
