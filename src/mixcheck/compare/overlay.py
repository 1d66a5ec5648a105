"""Two recordings laid over each other: which part is which, by what gain, and what is left."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

from mixcheck.alignment.lockstep import Source, fits
from mixcheck.alignment.sections import Alignment, Stretch, align
from mixcheck.audio import AudioFormat, open_audio
from mixcheck.compare.channels import Route, Routed, find_routes, told
from mixcheck.compare.difference import (
    Differences,
    differences,
    first_look,
    mono_reader,
    robust_gain,
)
from mixcheck.errors import AudioError
from mixcheck.units import counted

LEAST_CONFIDENCE = 0.3


@dataclass(frozen=True, slots=True)
class Overlay:
    """What was learnt of two files before it is judged."""

    is_equal: bool
    alignment: Alignment
    gain: float
    found: Differences | None
    noise_power: float
    rate: int
    frames: tuple[int, int]
    channels: tuple[str, ...]
    notes: tuple[str, ...]


def aligns(new: str, old: str) -> bool:
    """Whether two files hold the same material."""
    return overlay(new, old, look_only=True).alignment.confidence >= LEAST_CONFIDENCE


def overlay(new: str, old: str, *, look_only: bool = False) -> Overlay:
    """Lay two recordings over each other; to look only, without gain and difference.

    Raises
    ------
    AudioError
        One of them cannot be read, or they have numbers of channels that do not compare.
    """
    with ExitStack() as opened:
        streams = [opened.enter_context(open_audio(path)) for path in (new, old)]
        formats = [stream.format for stream in streams]
        rate, channels = formats[0].sample_rate_hz, formats[0].channels
        if not fits(formats[1], channels):
            its_own = counted(formats[1].channels, "channel")
            raise AudioError(old, f"has {its_own}, {new} has {channels}",
                             "compare files with the same channels")  # fmt: skip
        first, second = (Source(stream, rate, channels) for stream in streams)
        notes = []
        if formats[1].sample_rate_hz != rate:
            notes.append(f"The old file was resampled to {rate} Hz, so nothing is exact.")
        frames = (formats[0].frames, round(formats[1].frames * rate / formats[1].sample_rate_hz))
        is_equal, alignment = _aligned(first, second, rate, frames)
        routes = None
        if not is_equal and formats[1].channels == channels > 1:
            routes = _routes(first, second, alignment, rate, frames)
        if routes:
            second = Routed(second, routes, rate)
            is_equal, alignment = _aligned(first, second, rate, frames)
        found, gain = None, 1.0
        if not is_equal and not look_only and alignment.stretches and alignment.drift is None:
            gain = robust_gain(differences(first, second, alignment.stretches, rate, 1.0))
            found = differences(first, second, alignment.stretches, rate, gain)
        noise = sum(_step_power(audio, rate) for audio in formats)
        return Overlay(is_equal, alignment, gain, found, noise, rate, frames,
                         tuple(told(routes or (), formats[0])), tuple(notes))  # fmt: skip


def _aligned(
    first: Source, second: Source, rate: int, frames: tuple[int, int]
) -> tuple[bool, Alignment]:
    """Whether two recordings are equal, and which part of one is which of the other."""
    is_equal, new_low, old_low, factor = first_look(first, second, rate)
    if is_equal and frames[0] == frames[1]:
        return True, Alignment((Stretch(0, frames[0], 0),), None, 1.0)
    return False, align(new_low, old_low, factor, rate, frames,
                        mono_reader(first), mono_reader(second))  # fmt: skip


def _routes(
    first: Source, second: Source, alignment: Alignment, rate: int, frames: tuple[int, int]
) -> tuple[Route, ...] | None:
    """Channels that went another way, looked for in the longest stretch that both have."""
    if alignment.drift is not None:
        return None
    stretches = alignment.stretches or (Stretch(0, min(frames), 0),)
    longest = max(stretches, key=lambda one: one.end - one.start)
    length = longest.end - longest.start
    if length <= 0:
        return None
    return find_routes(first, second, longest.start, length, longest.lag, rate)


def _step_power(audio: AudioFormat, rate: int) -> float:
    """Mean square that rounding and dither of a file may leave."""
    if audio.sample_rate_hz != rate:
        return 1e-8
    if audio.is_float or audio.bit_depth is None:
        return 4.0**-23
    return float(0.25 * 4.0 ** (1 - audio.bit_depth))
