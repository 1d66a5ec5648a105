"""What libsndfile's log tells of a header beyond the decoded format.

libsndfile quietly repairs a header that disagrees with the file; its log still names the
claim. A claim that was not kept is how a broken transfer is recognised.
"""

from __future__ import annotations

import re

_CHUNK = r"^\s*{name}\s*:\s*(\d+)"
HIDDEN_SHARE = 1.1  # of the data chunk: what follows it and is no chunk is audio too
WAV_HEADER_BYTES = 44
UNKNOWN_FRAMES = 2**62  # libsndfile announces its largest number for a FLAC of unknown length
_W64_CHUNK_HEADER_BYTES = 24


def _number(log: str, pattern: str, base: int = 10) -> int | None:
    found = re.search(pattern, log, re.MULTILINE)
    return int(found.group(1), base) if found else None


def declared_frames(container: str, log: str, decoder_frames: int) -> int | None:
    """Frames that the header claims; ``None`` where the container makes no claim.

    Parameters
    ----------
    container : str
        Container as libsndfile names it.
    log : str
        libsndfile's log of opening the file.
    decoder_frames : int
        Frames the decoder announces, which is the header's claim for FLAC.
    """
    if container == "FLAC":
        return decoder_frames if decoder_frames < UNKNOWN_FRAMES else None
    if container in ("AIFF", "RF64"):
        return _number(log, _CHUNK.format(name="Frames"))
    if container not in ("WAV", "WAVEX", "W64"):
        return None
    block_align = _number(log, _CHUNK.format(name="Block Align"))
    size = _number(log, _CHUNK.format(name="data"))
    bits = _number(log, _CHUNK.format(name="Bit Width"))
    is_compressed = not bits  # block align then counts packets, not frames
    if not block_align or size is None or is_compressed or "ADPCM" in log:
        return None
    hidden = _number(log, _CHUNK.format(name="Length")) if "Unknown chunk marker" in log else None
    if hidden is not None and hidden > HIDDEN_SHARE * size:
        return (hidden - WAV_HEADER_BYTES) // block_align
    if container == "W64":
        if "should be" not in log:  # sizes are padded, so only a broken promise says something
            return decoder_frames
        size -= _W64_CHUNK_HEADER_BYTES
    return size // block_align


def channel_mask(log: str) -> int | None:
    """WAVEFORMATEXTENSIBLE channel mask, where the file has one; FLAC keeps it in a comment."""
    return _number(log, r"^\s*Channel Mask\s*:\s*0x([0-9A-Fa-f]+)", 16) or _number(
        log, r"WAVEFORMATEXTENSIBLE_CHANNEL_MASK\s*[=:]\s*0x([0-9A-Fa-f]+)", 16
    )


def has_no_layout(log: str) -> bool:
    """Whether an Opus stream says that its channels are no loudspeakers (mapping over 1)."""
    mapping = _number(log, r"^\s*Channel Mapping\s*:\s*(\d+)")
    return mapping is not None and mapping > 1
