"""Globs over the paths below a folder, as linters have them.

``*`` and ``?`` stay within a name, ``**`` crosses folders; a pattern without a slash is of names
alone, wherever they lie.
"""

from __future__ import annotations

import re
from functools import cache

_PARTS = re.compile(r"(\*\*/|\*\*|\*|\?|\[!?[^\]]+\])")
_MEANING = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def matches(pattern: str, path: str) -> bool:
    """Whether a path, relative to the folder of the pattern and with ``/``, is meant by it."""
    return _compiled(pattern).fullmatch(path) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    if "/" not in pattern:
        pattern = f"**/{pattern}"
    return re.compile(
        "".join(map(_translated, _PARTS.split(pattern.removeprefix("./")))), re.DOTALL
    )


def _translated(part: str) -> str:
    if part in _MEANING:
        return _MEANING[part]
    if part.startswith("[") and part.endswith("]") and len(part) > 2:
        inside = part[1:-1].replace("\\", "\\\\")
        return f"[^{inside[1:]}]" if inside.startswith("!") else f"[{inside}]"
    return re.escape(part)
