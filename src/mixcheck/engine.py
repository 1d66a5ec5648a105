"""One pass over a recording: every block to every meter."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from mixcheck.ahead import WorkerLostError, can_work_ahead, work_ahead
from mixcheck.audio import (
    MAX_CHANNELS,
    SAMPLE_RATES_HZ,
    AudioFormat,
    SampleBlock,
    assumed_layout,
    given_layout,
    named_layout,
    open_audio,
    usable_block,
)
from mixcheck.errors import AudioError, UsageError
from mixcheck.measurement import Measurement
from mixcheck.meters import METERS, OF_SAMPLES, Meter
from mixcheck.views import HalfBlock, Views, block_bytes, is_long

if TYPE_CHECKING:
    from mixcheck.series import SeriesCollector, SeriesOfSamples


def _say_nothing(path: str, done_s: float, whole_s: float) -> None:
    """Nobody wants to know how far it is."""


def measure(
    path: str | os.PathLike[str],
    *,
    layout: str | None = None,
    dual_mono: bool = False,
    stream: int = 0,
    series: bool = False,
    one_process: bool = False,
    on_progress: Callable[[str, float, float], None] | None = None,
) -> Measurement:
    """Measure one file.

    Parameters
    ----------
    path : str or path-like
        The file, or its URL.
    layout : str, optional
        Loudspeaker layout to use instead of what the file states, such as ``"5.1"``.
    dual_mono : bool
        Measure a mono file as if it played on two loudspeakers: 3.01 LU louder.
    stream : int
        Which audio stream of a file that has several, the first being 0.
    series : bool
        Give ``Measurement.series`` too: the levels over time.
    one_process : bool
        Leave other cores alone: by default another process decodes a long file, if one is free.
    on_progress : callable, optional
        Told every few seconds of audio: the path, seconds measured, seconds in all.

    Returns
    -------
    Measurement

    Raises
    ------
    AudioError
        The file cannot be read; the message names it, the cause and the cure.
    UsageError
        There is no such layout, or dual mono is asked for with one that is not mono.
    """
    name = os.fspath(path)
    if layout is not None:
        named_layout(layout, dual_mono=dual_mono)
    with open_audio(name, layout=layout, stream=stream) as opened:
        audio = as_dual_mono(opened.format) if dual_mono else opened.format
        measured = measure_blocks(
            name,
            audio,
            opened.blocks(),
            ahead=not one_process,
            series=series,
            on_progress=on_progress or _say_nothing,
        )
    return _with_excerpts(measured, stream) if series else measured


def measure_array(
    samples: ArrayLike,
    sample_rate_hz: int,
    *,
    name: str = "array",
    layout: str | None = None,
    series: bool = False,
) -> Measurement:
    """Measure samples in memory.

    Parameters
    ----------
    samples : array_like, shape (channels, frames) or (frames,)
        Planar samples, full scale 1.0.
    sample_rate_hz : int
        Frames a second.
    name : str
        Name for reports.
    layout : str, optional
        Loudspeaker layout, such as ``"5.1"``.
    series : bool
        Give ``Measurement.series`` too: the levels over time.

    Raises
    ------
    AudioError
        There is no frame.
    UsageError
        Not floating point, more than 64 channels, or a rate outside 8 to 384 kHz.
    """
    planar = np.atleast_2d(np.asarray(samples))
    if planar.dtype.kind != "f":
        raise UsageError("samples must be floating point, full scale 1.0")
    if planar.dtype not in (np.float32, np.float64):
        planar = planar.astype(np.float64)
    if planar.ndim != 2:
        raise UsageError(f"samples have {planar.ndim} dimensions: give (channels, frames)")
    if planar.size == 0:
        raise AudioError(name, "holds no audio (0 frames)", "give planar samples")
    channels, frames = planar.shape
    if channels > MAX_CHANNELS:
        raise UsageError(
            f"samples have {channels} channels: give them planar, shape (channels, frames)"
        )
    low_hz, high_hz = SAMPLE_RATES_HZ
    is_number = isinstance(sample_rate_hz, int | float | np.integer | np.floating)
    if not is_number or not low_hz <= sample_rate_hz <= high_hz or sample_rate_hz % 1:
        raise UsageError(
            f"sample rate {sample_rate_hz} is no whole number in {low_hz} to {high_hz}"
        )
    sample_rate_hz = int(sample_rate_hz)
    labels, origin = assumed_layout(channels)
    if layout is not None:
        labels, origin = given_layout(name, layout, channels), "given"
    audio = AudioFormat(
        container="array",
        codec="DOUBLE" if planar.dtype == np.float64 else "FLOAT",
        sample_rate_hz=sample_rate_hz,
        channels=channels,
        frames=frames,
        duration_s=frames / sample_rate_hz,
        bit_depth=planar.dtype.itemsize * 8,
        channel_layout=labels,
        layout_origin=origin,
    )
    blocks = (
        usable_block(start, planar[:, start : start + audio.block_frames].copy(), True)
        for start in range(0, frames, audio.block_frames)
    )
    return measure_blocks(name, audio, blocks, ahead=True, series=series)


def measure_blocks(
    path: str,
    audio: AudioFormat,
    blocks: Iterable[SampleBlock],
    *,
    ahead: bool = False,
    series: bool = False,
    on_progress: Callable[[str, float, float], None] = _say_nothing,
) -> Measurement:
    """Measure blocks as they come.

    Parameters
    ----------
    path : str
        Name for reports.
    audio : AudioFormat
        What the blocks are.
    blocks : iterable of SampleBlock
        In order, all but the last a whole number of seconds long.
    ahead : bool
        Another process may consume them: what they do besides is then lost.
    series : bool
        Give ``Measurement.series`` too: the levels over time.
    on_progress : callable
        As for :func:`measure`.

    Raises
    ------
    AudioError
        There is no frame.
    """
    views = Views(audio)
    with_series = _series_of_samples() if series else ()
    early = () if audio.is_lossy else OF_SAMPLES  # decoding is work enough then
    if views.makes_spectra_first:  # which the series need
        early = (*early, *with_series)
    late = [kind for kind in (*METERS, *with_series) if kind not in early]
    meters = {kind.name: kind(audio) for kind in late}
    collector = _collector(audio, meters) if series else None
    readings: dict[str, Any] = {}
    frames = 0
    begun = _begun(views.begin(blocks), [kind(audio) for kind in early])
    if ahead and is_long(audio) and can_work_ahead(block_bytes(audio)):
        begun = work_ahead(begun, block_bytes(audio))
    try:
        for block in views.complete(_halves(begun, readings)):
            for meter in meters.values():
                meter.update(block)
            if collector:
                collector.update(block)
            frames += block.frames
            on_progress(path, frames / audio.sample_rate_hz, audio.duration_s)
    except WorkerLostError:
        raise AudioError(
            path,
            "could not be measured: the process that decodes it was ended from outside",
            "see whether memory ran out, and try again",
        ) from None
    if not frames:
        raise AudioError(path, "holds no audio that can be decoded", "copy or export it again")
    read = dataclasses.replace(audio, frames=frames, duration_s=frames / audio.sample_rate_hz)
    readings |= {name: meter.finish() for name, meter in meters.items()}
    in_order = {meter.name: readings[meter.name] for meter in METERS}
    gathered = collector.finish(readings["series"]) if collector else None
    return Measurement.of(path, read, in_order, gathered)


def _begun(
    halves: Iterable[HalfBlock], meters: Sequence[Any]
) -> Iterator[HalfBlock | tuple[str, Any]]:
    """The first half of the work: blocks begun, then what needs no more than their samples."""
    for half in halves:
        for meter in meters:
            meter.update(half)
        yield half
    for meter in meters:
        yield meter.name, meter.finish()


def _halves(
    begun: Iterable[HalfBlock | tuple[str, Any]], readings: dict[str, Any]
) -> Iterator[HalfBlock]:
    """The blocks; the readings that follow them are put where they belong."""
    for item in begun:
        if isinstance(item, HalfBlock):
            yield item
        else:
            readings.update([item])


def _series_of_samples() -> tuple[type[SeriesOfSamples]]:
    from mixcheck.series import SeriesOfSamples  # who asks for no series waits for no import

    return (SeriesOfSamples,)


def _collector(audio: AudioFormat, meters: Mapping[str, Meter]) -> SeriesCollector:
    from mixcheck.series import SeriesCollector  # who asks for no series waits for no import

    return SeriesCollector(audio, meters)


def _with_excerpts(measured: Measurement, stream: int) -> Measurement:
    from mixcheck.series.excerpts import read_excerpts

    assert measured.series is not None
    excerpts = tuple(read_excerpts(measured.path, measured.findings, stream=stream))
    series = dataclasses.replace(measured.series, excerpts=excerpts)
    return dataclasses.replace(measured, series=series)


def as_dual_mono(audio: AudioFormat) -> AudioFormat:
    """The format of a mono file that is to play on two loudspeakers; others unchanged."""
    if audio.channels != 1:
        return audio
    return dataclasses.replace(audio, channel_layout=("dual-mono",), layout_origin="given")
