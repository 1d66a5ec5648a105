"""Recordings that FFmpeg's libraries read, through PyAV: what libsndfile does not know.

Frames are those of ``ffmpeg -i FILE -map 0:a:N``: encoder delay and padding are taken out where the
file tells of them. A decoder error ends the recording, and the last block says so.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, BinaryIO

import av
import numpy as np
from numpy.typing import NDArray

from mixcheck.audio.block import SampleBlock, usable_block
from mixcheck.audio.format import AudioFormat
from mixcheck.audio.layouts import assumed_layout, given_layout
from mixcheck.audio.libav_format import (
    CONTAINERS,
    bit_depth,
    claimed_frames,
    codec_name,
    container_name,
    exact_frames,
    stated_layout,
)
from mixcheck.audio.ogg import scan_ogg
from mixcheck.audio.refusal import (
    CONVERT,
    NotForThisDecoderError,
    refuse_stream,
    refuse_unmeasurable,
)
from mixcheck.audio.source import Source
from mixcheck.errors import AudioError

OPTIONS = {"format_whitelist": ",".join(CONTAINERS)}  # no playlists: they would open other files
CHECKS = "crccheck"
STRICTER_CHECKS = {"flac": "crccheck+explode"}  # whose decoder goes on in spite of a false sum
FULL_SCALE = {"u8": 2**7, "s16": 2**15, "s32": 2**31}
ENDLESS = 2**63
KEEPS_PADDING = frozenset({"opus"})  # in MP4: FFmpeg leaves the end of the last packet


class Seekable:
    """A file that answers an impossible place with -1: what is raised there PyAV prints."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.read, self.tell, self.close = file.read, file.tell, file.close

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """The new place."""
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError):
            return -1


class LibavStream:
    """A recording that FFmpeg reads.

    Parameters
    ----------
    source : Source
        Its bytes.
    number : int
        Which audio stream of it to read.
    layout : str or None
        Loudspeaker layout to use instead of what the file states.

    Raises
    ------
    NotForThisDecoderError
        FFmpeg does not know the format.
    AudioError
        There is no such stream, or mixcheck has no measure for it.
    """

    def __init__(self, source: Source, number: int, layout: str | None) -> None:
        self._source, self._number = source, number
        self._is_begun = False
        self._open()
        try:
            self.format = self._describe(layout)
            source.check()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        self._file = Seekable(self._source.open())
        try:
            self._container: Any = av.open(self._file, options=OPTIONS, metadata_errors="replace")
        except (av.error.FFmpegError, ValueError, OSError):
            self._file.close()
            raise NotForThisDecoderError("FFmpeg") from None
        try:
            self._stream = self._chosen(self._number)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._container.close()
        self._file.close()

    def _chosen(self, number: int) -> Any:
        streams = self._container.streams.audio
        if not streams:
            raise AudioError(self._source.name, "holds no audio stream", "name another file")
        refuse_stream(self._source, number, len(streams))
        stream = streams[number]
        decoder = stream.codec_context
        if decoder is None or decoder.format is None:  # a codec unknown, or damaged beyond knowing
            raise AudioError(
                self._source.name,
                "holds audio that FFmpeg cannot decode",
                CONVERT,
            )
        checks = STRICTER_CHECKS.get(decoder.codec.canonical_name, CHECKS)
        decoder.options = {"err_detect": checks}
        decoder.thread_count = 1  # the reading process may be forked
        return stream

    def _describe(self, given: str | None) -> AudioFormat:
        container, stream = self._container, self._stream
        decoder = stream.codec_context
        rate, channels = decoder.sample_rate, decoder.layout.nb_channels
        depth = bit_depth(decoder, self._source)
        claimed = claimed_frames(container, stream)
        seconds = container.duration / av.time_base if container.duration else 0.0
        frames = claimed or round(seconds * rate)
        refuse_unmeasurable(self._source, 1, rate, channels)
        labels, origin = stated_layout(decoder.layout) or assumed_layout(channels)
        if given is not None:
            labels, origin = given_layout(self._source.name, given, channels), "given"
        codec = codec_name(decoder, depth)
        if (container.format.name, codec) == ("wav", "VORBIS"):
            problem = "holds Vorbis in a WAV, which neither libsndfile nor FFmpeg can decode"
            raise AudioError(self._source.name, problem, CONVERT)
        ogg = None
        if container.format.name == "ogg":
            with self._source.view() as data:
                ogg = scan_ogg(data)
        kbps = decoder.bit_rate / 1000 if decoder.bit_rate else None
        if kbps is None and len(container.streams) == 1 and frames:
            kbps = self._source.size * 8 / 1000 * rate / frames
        return AudioFormat(
            container=container_name(container),
            codec=codec,
            sample_rate_hz=rate,
            channels=channels,
            frames=frames,
            duration_s=frames / rate,
            bit_depth=depth,
            declared_frames=claimed,
            channel_layout=labels,
            layout_origin=origin,
            bit_rate_kbps=kbps,
            bit_rate_mode="constant" if codec.startswith(("PCM", "FLOAT", "DOUBLE")) else None,
            is_incomplete=ogg.is_incomplete if ogg else None,
        )

    def frames_there(self) -> int | None:
        """See :class:`~mixcheck.audio.block.AudioStream`; told of Ogg, and of MP4 by its index."""
        if self.format.container == "OGG":
            return self.format.frames
        index = self._stream.index_entries
        is_told = self.format.container in ("MP4", "MOV") and self._stream.frames and len(index)
        if not is_told:  # nor is it of a fragmented file, whose index comes piece by piece
            return None
        for entry in index:
            if entry.pos + entry.size > self._source.size:
                seconds = float(entry.timestamp * self._stream.time_base)
                return max(0, round(seconds * self.format.sample_rate_hz))
        return self.format.frames

    def blocks(self, start: int = 0, frames: int | None = None) -> Iterator[SampleBlock]:
        """Yield the recording in blocks; see :class:`~mixcheck.audio.block.AudioStream`.

        A later start is decoded up to and dropped: only so are the frames the same.
        """
        if self._is_begun:
            self.close()
            self._open()
        self._is_begun = True
        self._is_cut_off = False
        self._sample = ""
        waiting = None
        for samples in self._regrouped(start, frames or self.format.block_frames):
            self._source.check()
            if waiting is not None:
                yield usable_block(start, waiting, True)
                start += waiting.shape[1]
            waiting = samples
        self._source.check()
        if waiting is not None:
            yield usable_block(start, waiting, True, is_cut_off=self._is_cut_off)

    def _regrouped(self, start: int, frames: int) -> Iterator[NDArray[np.floating]]:
        """The decoder's short frames from a place on, put together to blocks of a length."""
        wide = (self.format.bit_depth or 0) > (32 if self.format.is_float else 24)
        shape, dtype = (self.format.channels, frames), np.float64 if wide else np.float32
        block, filled = np.empty(shape, dtype), 0
        for decoded in self._decoded():
            taken = min(start, decoded.shape[1])
            start -= taken
            while taken < decoded.shape[1]:
                part = decoded[:, taken : taken + frames - filled]
                block[:, filled : filled + part.shape[1]] = part
                taken += part.shape[1]
                filled += part.shape[1]
                if filled == frames:
                    yield self._scaled(block)
                    block, filled = np.empty(shape, dtype), 0
        if filled:
            yield self._scaled(block[:, :filled].copy())

    def _scaled(self, block: NDArray[np.floating]) -> NDArray[np.floating]:
        if self._sample == "u8":
            block -= FULL_SCALE["u8"]
        if self._sample in FULL_SCALE:
            block *= 1 / FULL_SCALE[self._sample]
        return block

    def _decoded(self) -> Iterator[NDArray[Any]]:
        """What the decoder gives, planar, up to its first error or the end of the edit list."""
        left = None
        try:
            for packet in self._container.demux(self._stream):
                if left is None:
                    left = self._edited_frames(packet)
                for frame in packet.decode():
                    if packet.is_corrupt or frame.is_corrupt or not self._fits(frame):
                        raise ValueError
                    samples = frame.to_ndarray()
                    if not frame.format.is_planar:
                        samples = samples.reshape(-1, self.format.channels).T
                    yield samples[:, : min(left, samples.shape[1])]
                    left -= samples.shape[1]
                    if left <= 0:
                        return
        except (av.error.FFmpegError, ValueError):
            self._is_cut_off = True

    def _fits(self, frame: Any) -> bool:
        """Whether a frame is of the format that the recording began with."""
        self._sample = self._sample or frame.format.packed.name  # known only now
        begun = self.format.sample_rate_hz, self.format.channels, self._sample
        return begun == (frame.sample_rate, frame.layout.nb_channels, frame.format.packed.name)

    def _edited_frames(self, first: Any) -> int:
        """Frames up to the end of an MP4's edit list, which FFmpeg heeds from version 9 on."""
        stream = self._stream
        is_edited = (
            self._container.format.name.startswith("mov")
            and stream.frames  # a fragmented file has no list that says where it ends
            and stream.duration
            and first.has_sidedata("skip_samples")
            and stream.codec_context.codec.canonical_name not in KEEPS_PADDING
        )
        if not is_edited:
            return ENDLESS
        return exact_frames(stream, self.format.sample_rate_hz)
