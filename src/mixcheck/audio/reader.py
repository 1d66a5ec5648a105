"""Open a recording and read it in planar blocks of a few seconds, in constant memory.

Conventions
-----------
Samples are planar, shape ``(channels, frames)``, full scale 1.0, never clipped: lossy decodes
and float files go beyond ±1.0. They are float32 where that holds every value of the file
exactly (up to 24 bits, float32, lossy) and float64 otherwise. Every block is as long as
``AudioFormat.block_frames`` says, except the last. NaN and infinity are zeroed and counted.

Reading in whole seconds is also what python-soundfile wants: it seeks after every read.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import soundfile

from mixcheck.audio.broadcast import read_broadcast_wave
from mixcheck.audio.core_audio import core_audio_layout
from mixcheck.audio.format import AudioFormat
from mixcheck.audio.header import UNKNOWN_FRAMES, channel_mask, declared_frames, has_no_layout
from mixcheck.audio.layouts import (
    ASSUMED_BY_CHANNELS,
    LAYOUTS,
    fixed_layout,
    layout_from_mask,
    named_layout,
)
from mixcheck.audio.mpeg import scan_mp3
from mixcheck.audio.ogg import scan_ogg
from mixcheck.audio.packed import PackedReader, is_packed
from mixcheck.errors import AudioError

Samples = np.ndarray[tuple[int, int], np.dtype[np.floating]]

MAX_CHANNELS = 64
SAMPLE_RATES_HZ = (8_000, 384_000)
SALVAGE_FRAMES = 256  # what may be lost around a damaged place
USABLE_SAMPLE = 1e30  # beyond this even the square of a float64 sum is in danger
LEAST_WORTH_REPAIR_BYTES = 10_000
REPAIR = ", or have its header repaired: the audio may still be there"
WIDE_CODECS = frozenset({"PCM_32", "DOUBLE", "ALAC_32"})  # more than float32 holds

STATED = (  # in the order of the bext chunk
    "stated_integrated_lufs",
    "stated_loudness_range_lu",
    "stated_max_true_peak_dbtp",
    "stated_max_momentary_lufs",
    "stated_max_short_term_lufs",
)
BIT_DEPTHS = {
    "PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32,
    "FLOAT": 32, "DOUBLE": 64,
    "ALAC_16": 16, "ALAC_20": 20, "ALAC_24": 24, "ALAC_32": 32,
    "DWVW_12": 12, "DWVW_16": 16, "DWVW_24": 24, "DPCM_8": 8, "DPCM_16": 16,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SampleBlock:
    """A few seconds of a recording.

    Parameters
    ----------
    start_frame : int
        Place of the first frame in the file.
    samples : ndarray, shape (channels, frames)
        Finite samples, full scale 1.0; its own array, which may be kept.
    non_finite : ndarray of int, shape (n, 2)
        Channel and frame (within the block) of every NaN or infinity that was zeroed.
    """

    start_frame: int
    samples: Samples
    non_finite: np.ndarray[tuple[int, int], np.dtype[np.int64]]


_NONE_NON_FINITE = np.empty((0, 2), np.int64)


class AudioStream:
    """An open recording: its format, and its blocks, once."""

    def __init__(self, path: str, file: soundfile.SoundFile, layout: str | None) -> None:
        self._file = file
        self._is_begun = False
        if file.frames >= UNKNOWN_FRAMES:
            # python-soundfile seeks after every read, which a FLAC of unknown length refuses.
            file._info.seekable = 0
        self.format = _describe(path, file, layout)

    def blocks(self, start: int = 0, frames: int | None = None) -> Iterator[SampleBlock]:
        """Yield the recording in blocks; a damaged file ends early.

        Parameters
        ----------
        start : int
            Frame to begin with.
        frames : int, optional
            Frames of every block but the last: ``AudioFormat.block_frames`` unless given.
        """
        if start or self._is_begun:
            self._file.seek(min(start, self._file.frames))
        self._is_begun = True
        wide = self.format.codec in WIDE_CODECS
        shape = (frames or self.format.block_frames, self.format.channels)
        buffer = np.empty(shape, np.float64 if wide else np.float32)
        self._packed = PackedReader(self._file, len(buffer)) if is_packed(self._file) else None
        while len(read := self._read(buffer, start)):
            # Reductions run 30 times faster over planar samples; transpose once, here.
            yield usable_block(start, read.T.copy(order="C"), self.format.is_float)
            start += len(read)

    def _read(self, buffer: Samples, start: int) -> Samples:
        """Fill the buffer from a frame on, or as much of it as a damaged file still gives."""
        if self._packed:
            return buffer[: self._packed.read_into(buffer)]
        try:
            read: Samples = self._file.read(out=buffer)
            return read
        except (soundfile.LibsndfileError, RuntimeError):
            pass
        filled = 0
        with contextlib.suppress(soundfile.LibsndfileError, RuntimeError):
            self._file.seek(start)
            while filled < len(buffer):
                piece = self._file.read(out=buffer[filled : filled + SALVAGE_FRAMES])
                if not len(piece):
                    break
                filled += len(piece)
        return buffer[:filled]


def usable_block(start_frame: int, samples: Samples, may_be_non_finite: bool) -> SampleBlock:
    """Make a block whose samples and squares are all finite."""
    if not may_be_non_finite or np.isfinite(np.vdot(samples, samples)):
        return SampleBlock(start_frame, samples, _NONE_NON_FINITE)
    samples = samples.astype(np.float64)  # float32 squares overflow above 1e19
    unusable = ~(np.abs(samples) < USABLE_SAMPLE)
    samples[unusable] = 0.0
    return SampleBlock(start_frame, samples, np.argwhere(unusable))


@contextmanager
def open_audio(path: str | os.PathLike[str], *, layout: str | None = None) -> Iterator[AudioStream]:
    """Open anything that libsndfile reads.

    Parameters
    ----------
    path : str or path-like
        A file.
    layout : str, optional
        Loudspeaker layout to use instead of what the file states, a key of ``LAYOUTS``.

    Raises
    ------
    AudioError
        The file is missing, is not audio, holds no frame, or is outside 1 to 64 channels
        and 8 to 384 kHz. The message says which, and what to do.
    UsageError
        There is no such layout.
    """
    name = os.fspath(path)
    _refuse_special(name)
    try:
        file = soundfile.SoundFile(os.fsencode(name))  # a name need not be Unicode
    except (soundfile.LibsndfileError, RuntimeError, OSError, TypeError) as error:
        raise diagnose(name, getattr(error, "error_string", str(error))) from None
    with file:
        _refuse_unmeasurable(name, file)
        yield AudioStream(name, file, layout)


def _refuse_special(path: str) -> None:
    """A pipe or a device would keep its reader waiting."""
    with contextlib.suppress(OSError, ValueError):
        mode = os.stat(path).st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise AudioError(path, "is a pipe or a device, not a file", "save it as a file first")


def _refuse_unmeasurable(path: str, file: soundfile.SoundFile) -> None:
    low_hz, high_hz = SAMPLE_RATES_HZ
    size = os.path.getsize(path)
    if file.frames == 0:
        raise AudioError(
            path,
            f"holds no audio that its header tells of (the file has {size} bytes)",
            "export it again" + (REPAIR if size > LEAST_WORTH_REPAIR_BYTES else ""),
        )
    if not low_hz <= file.samplerate <= high_hz:
        raise AudioError(
            path,
            f"sample rate {file.samplerate} Hz is outside {low_hz} to {high_hz} Hz",
            "convert it to a usual rate such as 48000 Hz",
        )
    if file.channels > MAX_CHANNELS:
        raise AudioError(
            path, f"has {file.channels} channels", f"split it: {MAX_CHANNELS} is the most"
        )


def diagnose(path: str, decoder_says: str) -> AudioError:
    """The error to report for a file that the decoder refused, told by looking at it."""
    try:
        with open(path, "rb") as file:
            head = file.read(512)
    except FileNotFoundError:
        return AudioError(path, "does not exist", "check the name")
    except IsADirectoryError:
        return AudioError(path, "is a folder", "name a file")
    except PermissionError:
        return AudioError(path, "may not be read", "check its permissions")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return AudioError(path, f"cannot be read ({reason})", "check the name and the disk")
    if not head:
        return AudioError(path, "is empty (0 bytes)", "copy or export it again")
    if head.startswith(b"version https://git-lfs"):
        return AudioError(
            path, "is a Git LFS pointer, not the recording", "fetch it with 'git lfs pull'"
        )
    if head[4:8] == b"ftyp":
        return AudioError(
            path, "is MPEG-4 (AAC or ALAC), which libsndfile cannot read", "convert it to WAV"
        )
    if _is_text(head):
        return AudioError(path, "is text, not audio", "check what was saved under this name")
    why = decoder_says.strip().rstrip(".")
    # libsndfile's words for what no decoder knows, and for a header with impossible numbers
    is_guess = not why or "does not exist" in why or "Internal error" in why
    return AudioError(
        path,
        "is no audio that libsndfile can read" + ("" if is_guess else f" ({why})"),
        "if it plays elsewhere, convert it to WAV or FLAC; else copy or export it again",
    )


def _is_text(head: bytes) -> bool:
    try:
        text, _ = codecs.utf_8_decode(head)  # lets go of a letter that the end cuts in two
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character.isspace() for character in text)


def _describe(path: str, file: soundfile.SoundFile, layout: str | None) -> AudioFormat:
    log = file.extra_info
    container = {"WAVEX": "WAV", "MPEG": "MP3"}.get(file.format, file.format)
    mp3 = scan_mp3(path) if container == "MP3" else None
    ogg = scan_ogg(path) if container == "OGG" else None
    wave = read_broadcast_wave(path) if container in ("WAV", "RF64") else None
    labels, origin = _layout(path, layout, container, log, file.channels)
    declared = declared_frames(file.format, log, file.frames)
    if mp3:
        declared = mp3.frames
    elif ogg:
        declared = file.frames if ogg.streams < 2 else round(ogg.seconds * file.samplerate)
    depth = BIT_DEPTHS.get(file.subtype)
    if mp3:
        kbps, mode = mp3.bit_rate_kbps, mp3.bit_rate_mode
    elif depth and container not in ("FLAC", "CAF"):
        kbps, mode = file.samplerate * file.channels * depth / 1000, "constant"
    else:
        frames = declared or file.frames
        kbps = os.path.getsize(path) * 8 / 1000 * file.samplerate / frames
        mode = "variable"
    return AudioFormat(
        container=container,
        codec=file.subtype,
        sample_rate_hz=file.samplerate,
        channels=file.channels,
        frames=file.frames,
        duration_s=file.frames / file.samplerate,
        bit_depth=depth,
        declared_frames=declared,
        channel_layout=labels,
        layout_origin=origin,
        bit_rate_kbps=kbps,
        bit_rate_mode=mode,
        is_incomplete=ogg.is_incomplete if ogg else None,
        wave_kind=wave.kind if wave else None,
        **dict(zip(STATED, wave.stated, strict=True)) if wave else {},
    )


def _layout(
    path: str, given: str | None, container: str, log: str, channels: int
) -> tuple[tuple[str, ...] | None, str]:
    if given is not None:
        return given_layout(path, given, channels), "given"
    mask = channel_mask(log)
    if mask:
        labels = layout_from_mask(mask, channels)
    elif container in ("CAF", "AIFF"):
        labels = core_audio_layout(path, channels)
    elif has_no_layout(log):
        return None, "unknown"
    else:
        labels = fixed_layout(container, channels)
    if labels is not None:
        return labels, "file"
    return assumed_layout(channels)


def given_layout(path: str, name: str, channels: int) -> tuple[str, ...]:
    """Labels of the layout that the user names for a file.

    Raises
    ------
    AudioError
        The layout has another number of channels.
    UsageError
        There is no such layout.
    """
    labels = named_layout(name)
    if len(labels) != channels:
        problem = f"has {channels} channels, layout {name} has {len(labels)}"
        raise AudioError(path, problem, "measure it apart, with its own --layout")
    return labels


def assumed_layout(channels: int) -> tuple[tuple[str, ...] | None, str]:
    """Layout by convention for a number of channels, and the word for where it comes from."""
    name = ASSUMED_BY_CHANNELS.get(channels)
    return (LAYOUTS[name], "assumed") if name else (None, "unknown")
