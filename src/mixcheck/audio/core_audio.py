"""The channel layout chunk of CAF ("chan") and AIFF ("CHAN") files.

libsndfile names the layout's tag only in its log, and neither bitmaps nor descriptions.

Source: Apple Core Audio Format Specification 1.0, "Channel Layout Chunk"; the tags, bits and labels
of AudioChannelLayout in Core Audio's CoreAudioBaseTypes.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

from mixcheck.audio.layouts import layout_from_mask

_BITMAP, _DESCRIPTIONS = 1 << 16, 0

_TAGS = {
    100: "C",
    101: "L R",
    102: "L R",
    108: "L R Ls Rs",
    113: "L R C",
    114: "C L R",
    115: "L R C Cb",
    116: "C L R Cb",
    117: "L R C Ls Rs",
    118: "L R Ls Rs C",
    119: "L C R Ls Rs",
    120: "C L R Ls Rs",
    121: "L R C LFE Ls Rs",
    122: "L R Ls Rs C LFE",
    123: "L C R Ls Rs LFE",
    124: "C L R Ls Rs LFE",
    125: "L R C LFE Ls Rs Cb",
    126: "L R C LFE Ls Rs Lc Rc",
    128: "L R C LFE Ls Rs Lb Rb",
    131: "L R Cb",
    132: "L R Ls Rs",
    133: "L R LFE",
    134: "L R LFE Cb",
    135: "L R LFE Ls Rs",
    136: "L R C LFE",
    137: "L R C LFE Cb",
    138: "L R Ls Rs LFE",
    192: "L R C LFE Ls Rs Lb Rb TL TR TLb TRb",
    195: "L R C LFE Ls Rs TL TR TLb TRb",
}
_FIRST_LABELS = (
    *("L", "R", "C", "LFE", "Ls", "Rs", "Lc", "Rc", "Cb", "Ls", "Rs"),
    *("T", "TL", "TC", "TR", "TLb", "TCb", "TRb"),
)
_LABELS = {
    **dict(enumerate(_FIRST_LABELS, 1)),
    33: "Lb",
    34: "Rb",
    42: "C",
}


def core_audio_layout(file: BinaryIO, channels: int) -> tuple[str, ...] | None:
    """Labels that a CAF or AIFF file states; ``None`` if it states none that fits."""
    chunk = _layout_chunk(file)
    if len(chunk) < 12:
        return None
    tag, bitmap, descriptions = struct.unpack(">III", chunk[:12])
    if tag == _BITMAP:
        return layout_from_mask(bitmap, channels)
    if tag == _DESCRIPTIONS:
        entries = struct.iter_unpack(">I16x", chunk[12 : 12 + 20 * descriptions])
        labels = tuple(_LABELS.get(label, "") for (label,) in entries)
        return labels if len(labels) == channels and all(labels) else None
    labels = tuple(_TAGS.get(tag >> 16, "").split())
    return labels if len(labels) == channels else None


def _layout_chunk(file: BinaryIO) -> bytes:
    """Contents of the chunk; empty if there is none."""
    head = file.read(12)
    is_caf = head.startswith(b"caff")
    if is_caf:
        file.seek(8)
    size_format = struct.Struct(">q" if is_caf else ">I")
    while len(name := file.read(4)) == 4 and len(size := file.read(size_format.size)) > 0:
        if len(size) < size_format.size:
            break
        (length,) = size_format.unpack(size)
        if name in (b"chan", b"CHAN"):
            return file.read(min(length, 12 + 20 * 64))
        if length < 0:  # a CAF still being recorded: its data reach to the end
            break
        file.seek(length + (0 if is_caf else length % 2), 1)
    return b""
