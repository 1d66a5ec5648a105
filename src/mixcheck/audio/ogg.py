"""Whether an Ogg stream has its end.

Source: RFC 3533 (2003) clause 6: the last page of a stream carries the flag "end of stream".
"""

from __future__ import annotations

import os

_LARGEST_PAGE_BYTES = 65_307  # 27 + 255 + 255 · 255
_HEADER_BYTES = 27
_END_OF_STREAM = 0x04


def is_cut_short(path: str) -> bool:
    """Whether the last page is incomplete, or is not marked as the last."""
    with open(path, "rb") as file:
        file.seek(max(0, os.path.getsize(path) - 2 * _LARGEST_PAGE_BYTES))
        tail = file.read()
    start = tail.rfind(b"OggS")
    page = tail[start:] if start >= 0 else b""
    if len(page) < _HEADER_BYTES or len(page) < _HEADER_BYTES + page[_HEADER_BYTES - 1]:
        return True
    lengths = page[_HEADER_BYTES : _HEADER_BYTES + page[_HEADER_BYTES - 1]]
    is_whole = len(page) >= _HEADER_BYTES + len(lengths) + sum(lengths)
    return not (is_whole and page[5] & _END_OF_STREAM)
