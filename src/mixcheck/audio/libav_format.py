"""What a file says of itself, in FFmpeg's words and in ours.

Source: the extradata of FFmpeg's codec parameters are the codec's own header: ALACSpecificConfig
(Apple Lossless magic cookie), the TTA1 header, and STREAMINFO of RFC 9639 (2024) clause 8.2. The
flags of a WavPack block are those of the WavPack 4 & 5 Binary File / Block Format.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from mixcheck.audio.layouts import MASK_LABELS
from mixcheck.audio.source import Source

# FFmpeg's demuxers, by the first of their names, and how a container is called here.
CONTAINERS = {
    "mov": "MP4", "matroska": "MATROSKA", "asf": "ASF", "flv": "FLV", "mxf": "MXF",
    "mpegts": "MPEG_TS", "mpeg": "MPEG_PS", "ogg": "OGG", "aac": "ADTS", "loas": "LOAS",
    "ac3": "AC3", "eac3": "EAC3", "dts": "DTS", "dtshd": "DTS_HD", "truehd": "TRUEHD",
    "mlp": "MLP", "ape": "APE", "wv": "WAVPACK", "tta": "TTA", "tak": "TAK", "mpc": "MUSEPACK",
    "mpc8": "MUSEPACK", "dsf": "DSF", "iff": "DSDIFF", "amr": "AMR", "rm": "REAL", "shn": "SHORTEN",
    "wav": "WAV", "w64": "W64", "aiff": "AIFF", "caf": "CAF", "oma": "ATRAC",
}  # fmt: skip
# Whose length stands in the header, to the frame.
EXACT = frozenset({"mov", "wv", "tta", "ape", "dsf", "iff", "ogg", "tak", "mpc", "mpc8", "mxf"})
# Whose header gives the length of the whole file, in milliseconds or so.
ROUNDED = frozenset({"asf", "matroska", "flv"})

_CHANNELS = "FL FR FC LFE BL BR FLC FRC BC SL SR TC TFL TFC TFR TBL TBC TBR"
_LABEL_OF = dict(zip(_CHANNELS.split(), MASK_LABELS, strict=True))
_NAMES = {
    "mp3": "MPEG_LAYER_III", "mp2": "MPEG_LAYER_II", "mp1": "MPEG_LAYER_I",
    "pcm_alaw": "ALAW", "pcm_mulaw": "ULAW",
    "dsd_lsbf": "DSD", "dsd_msbf": "DSD", "dsd_lsbf_planar": "DSD", "dsd_msbf_planar": "DSD",
}  # fmt: skip
_PCM = re.compile(r"pcm_([suf])(\d+)(?:le|be)?(?:_planar)?")
_CLOCK = re.compile(r"(\d+):(\d+):(\d+(?:\.\d+)?)", re.ASCII)
_DEPTH_OF_SAMPLE = {"u8": 8, "s16": 16, "s32": 24}  # of lossless codecs, unless their header tells
_HEADER_DEPTHS: dict[str, Callable[[bytes], int]] = {
    "alac": lambda cookie: cookie[17],
    "tta": lambda header: int.from_bytes(header[8:10], "little"),
    "flac": lambda streaminfo: ((streaminfo[12] & 1) << 4 | streaminfo[13] >> 4) + 1,
}


def container_name(container: Any) -> str:
    """Name of a container: MOV if the file says that it is QuickTime's."""
    name = CONTAINERS.get(container.format.name.partition(",")[0], container.format.name.upper())
    is_quicktime = container.metadata.get("major_brand", "qt  ") == "qt  "
    return "MOV" if name == "MP4" and is_quicktime else name


def codec_name(decoder: Any, depth: int | None) -> str:
    """Name of a codec, as libsndfile has it where it has one."""
    name = decoder.codec.canonical_name
    if name in _NAMES:
        return _NAMES[name]
    if pcm := _PCM.fullmatch(name):
        kind, bits = pcm.groups()
        if kind == "f":
            return "DOUBLE" if bits == "64" else "FLOAT"
        return f"PCM_{kind.upper()}8" if bits == "8" else f"PCM_{bits}"
    if name == "alac":
        return f"ALAC_{depth}"
    if name == "wavpack" and decoder.format.packed.name == "flt":
        return "WAVPACK_FLOAT"
    return str(name).upper()


def bit_depth(decoder: Any, source: Source) -> int | None:
    """Bits a sample of a lossless codec; ``None`` for others."""
    name, sample = decoder.codec.canonical_name, decoder.format.packed.name
    if pcm := _PCM.fullmatch(name):
        return int(pcm.group(2))
    if not decoder.codec.lossless or (decoder.codec.lossy and name != "wavpack"):
        return None
    header = decoder.extradata or b""
    if name in _HEADER_DEPTHS and len(header) > 17:
        return _HEADER_DEPTHS[name](header)
    if name == "wavpack":
        return 32 if sample == "flt" else _wavpack_depth(source)
    return _DEPTH_OF_SAMPLE.get(sample)


def _wavpack_depth(source: Source) -> int:
    with source.open() as file:
        head = file.read(28)
    if not head.startswith(b"wvpk"):  # in another container
        return 24
    flags = int.from_bytes(head[24:28], "little")
    return 8 * ((flags & 3) + 1) - (flags >> 13 & 31)


def stated_layout(layout: Any) -> tuple[tuple[str, ...] | None, str] | None:
    """Labels that a file gives its channels, and the word for it; ``None`` if it gives none."""
    names = [channel.name for channel in layout.channels]
    if not names or "NONE" in names:
        return None
    if len(names) == 1 and names[0] == "FC":
        return ("C",), "file"
    labels = tuple(_LABEL_OF.get(name, "") for name in names)
    return (labels, "file") if all(labels) else (None, "unknown")


def exact_frames(stream: Any, rate_hz: int) -> int:
    """Length of a stream, as its header counts it."""
    ticks: int = stream.duration
    return round(ticks * Fraction(stream.time_base) * rate_hz)


def claimed_frames(container: Any, stream: Any) -> int | None:
    """Frames that the header claims; ``None`` where FFmpeg would only guess."""
    kind = container.format.name.partition(",")[0]
    rate: int = stream.codec_context.sample_rate
    if kind in EXACT and stream.duration:
        return exact_frames(stream, rate)
    if kind not in ROUNDED:
        return None
    # Where a track of Matroska ends, on the clock of the file.
    if tag := _CLOCK.fullmatch(stream.metadata.get("DURATION", "")):
        hours, minutes, seconds = tag.groups()
        end_s = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
        start_s = float((stream.start_time or 0) * stream.time_base)
        return round((end_s - start_s) * rate)
    if len(container.streams) == 1 and container.duration:
        length_s: float = container.duration / 1_000_000
        return round(length_s * rate)
    return None
