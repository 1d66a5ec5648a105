"""Recordings that libsndfile reads.

Reading in whole seconds is what python-soundfile wants: it seeks after every read.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import numpy as np
import soundfile

from mixcheck.audio.block import SampleBlock, Samples, usable_block
from mixcheck.audio.broadcast import read_broadcast_wave
from mixcheck.audio.core_audio import core_audio_layout
from mixcheck.audio.flac import flac_frames
from mixcheck.audio.format import AudioFormat
from mixcheck.audio.header import UNKNOWN_FRAMES, channel_mask, declared_frames, has_no_layout
from mixcheck.audio.layouts import assumed_layout, fixed_layout, given_layout, layout_from_mask
from mixcheck.audio.mpeg import scan_mp3
from mixcheck.audio.ogg import OggStream, scan_ogg
from mixcheck.audio.packed import PackedReader, is_packed
from mixcheck.audio.refusal import NotForThisDecoderError, refuse_stream, refuse_unmeasurable
from mixcheck.audio.source import Source

SALVAGE_FRAMES = 256  # what may be lost around a damaged place
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


class SoundfileStream:
    """A recording that libsndfile reads.

    Parameters
    ----------
    source : Source
        Its bytes.
    number : int
        Which audio stream of it to read: such files have but one.
    layout : str or None
        Loudspeaker layout to use instead of what the file states.

    Raises
    ------
    NotForThisDecoderError
        libsndfile does not know the format, or would silently leave out a part.
    AudioError
        mixcheck has no measure for it.
    """

    def __init__(self, source: Source, number: int, layout: str | None) -> None:
        try:
            file = soundfile.SoundFile(source.for_decoder())
        except (soundfile.LibsndfileError, RuntimeError, OSError, TypeError) as error:
            says = getattr(error, "error_string", str(error))
            raise NotForThisDecoderError("libsndfile", says) from None
        self._source, self._file = source, file
        self._is_begun = self._is_damaged = False
        try:
            refuse_unmeasurable(source, file.frames, file.samplerate, file.channels)
            refuse_stream(source, number, streams=1)
            if file.frames >= UNKNOWN_FRAMES:
                # python-soundfile seeks after every read, which a FLAC of unknown length refuses.
                file._info.seekable = 0
            self.format = _describe(source, file, layout)
            source.check()
        except BaseException:
            file.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def frames_there(self) -> int | None:
        """See :class:`~mixcheck.audio.block.AudioStream`."""
        container = self.format.container
        if container in ("FLAC", "MP3"):
            with self._source.view() as data:
                if container == "FLAC":
                    return flac_frames(data)
                mp3 = scan_mp3(data)
                return mp3.frames_there if mp3 else None
        is_told = container == "OGG" or not self.format.is_compressed
        return self.format.frames if is_told else None

    def blocks(self, start: int = 0, frames: int | None = None) -> Iterator[SampleBlock]:
        """Yield the recording in blocks; see :class:`~mixcheck.audio.block.AudioStream`."""
        if start or self._is_begun:
            try:
                self._go_to(min(start, self._file.frames))
            except soundfile.LibsndfileError:
                return  # beyond the damage
        self._is_begun = True
        wide = self.format.codec in WIDE_CODECS
        shape = (frames or self.format.block_frames, self.format.channels)
        buffer = np.empty(shape, np.float64 if wide else np.float32)
        self._packed = PackedReader(self._file, len(buffer)) if is_packed(self._file) else None
        while len(read := self._read(buffer, start)):
            self._source.check()
            # Reductions run 30 times faster over planar samples; transpose once, here.
            yield usable_block(start, read.T.copy(order="C"), self.format.is_float)
            start += len(read)
            if len(read) < len(buffer):
                break
        self._source.check()

    def _read(self, buffer: Samples, start: int) -> Samples:
        """Fill the buffer from a frame on, or as much of it as a damaged file still gives."""
        if self._packed:
            return buffer[: self._packed.read_into(buffer)]
        try:
            read: Samples = self._file.read(out=buffer)
            return read
        except (soundfile.LibsndfileError, RuntimeError):
            pass
        filled, self._is_damaged = 0, True
        with contextlib.suppress(soundfile.LibsndfileError, RuntimeError):
            self._go_to(start)
            while filled < len(buffer):
                piece = self._file.read(out=buffer[filled : filled + SALVAGE_FRAMES])
                if not len(piece):
                    break
                filled += len(piece)
        return buffer[:filled]

    def _go_to(self, start: int) -> None:
        """Make a frame the next to be read; a decoder of FLAC that has failed can seek no more."""
        if self._is_damaged:
            self._file.close()
            self._file = soundfile.SoundFile(self._source.for_decoder())
            self._file._info.seekable = 0  # python-soundfile seeks after every read
        self._file.seek(start)


def _describe(source: Source, file: soundfile.SoundFile, layout: str | None) -> AudioFormat:
    log = file.extra_info
    container = {"WAVEX": "WAV", "MPEG": "MP3"}.get(file.format, file.format)
    mp3 = ogg = None
    if container in ("MP3", "OGG"):
        with source.view() as data:
            mp3 = scan_mp3(data) if container == "MP3" else None
            ogg = scan_ogg(data) if container == "OGG" else None
    if ogg:
        _refuse_to_lose(ogg, file)
    wave = None
    if container in ("WAV", "RF64"):
        with source.open() as chunks:
            wave = read_broadcast_wave(chunks)
    labels, origin = _layout(source, layout, container, log, file.channels)
    declared = declared_frames(file.format, log, file.frames)
    if mp3:
        declared = mp3.frames
    elif ogg:
        is_certain = ogg.streams < 2 and file.frames < UNKNOWN_FRAMES
        declared = file.frames if is_certain else round(ogg.seconds * file.samplerate)
    depth = BIT_DEPTHS.get(file.subtype)
    if mp3:
        kbps, mode = mp3.bit_rate_kbps, mp3.bit_rate_mode
    elif depth and container not in ("FLAC", "CAF"):
        kbps, mode = file.samplerate * file.channels * depth / 1000, "constant"
    else:
        frames = declared or file.frames
        kbps = source.size * 8 / 1000 * file.samplerate / frames
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
        is_incomplete=parts.is_incomplete if (parts := mp3 or ogg) else None,
        wave_kind=wave.kind if wave else None,
        **dict(zip(STATED, wave.stated, strict=True)) if wave else {},
    )


def _refuse_to_lose(ogg: OggStream, file: soundfile.SoundFile) -> None:
    """Raise if libsndfile would leave out what stands on the page where the headers end.

    Nothing is lost if that is but the packet which primes the decoder.
    """
    lost_s = ogg.seconds - file.frames / file.samplerate
    if ogg.begins_among_headers and lost_s * file.samplerate > 0.5:
        problem = f"has its audio begin on a page of headers: libsndfile loses {lost_s:.2f} s"
        raise NotForThisDecoderError("libsndfile", problem=problem)


def _layout(
    source: Source, given: str | None, container: str, log: str, channels: int
) -> tuple[tuple[str, ...] | None, str]:
    if given is not None:
        return given_layout(source.name, given, channels), "given"
    mask = channel_mask(log)
    if mask:
        labels = layout_from_mask(mask, channels)
    elif container in ("CAF", "AIFF"):
        with source.open() as chunks:
            labels = core_audio_layout(chunks, channels)
    elif has_no_layout(log):
        return None, "unknown"
    else:
        labels = fixed_layout(container, channels)
    if labels is not None:
        return labels, "file"
    return assumed_layout(channels)
