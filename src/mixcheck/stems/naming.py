"""What the file names of a set say: stems of film and television, and the pattern they follow."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Sequence

ROLE_WORDS = {
    "dialogue": {"d", "dx", "dia", "dial", "dialog", "dialogue", "vo", "narration"},
    "music": {"m", "mx", "mus", "music"},
    "effects": {"e", "fx", "sfx", "efx", "effects", "foley", "bg", "ambience"},
}
FILM_ROLES = frozenset(ROLE_WORDS)


def stem_name(path: str) -> str:
    """A file's name without its folder and suffix."""
    return os.path.splitext(os.path.basename(path))[0]


def film_roles(names: Sequence[str]) -> tuple[str | None, ...]:
    """Dialogue, music or effects for each name; for none of them unless two roles are there."""
    roles = [_role(name) for name in names]
    told = {role for role in roles if role}
    return tuple(roles) if len(told) > 1 else (None,) * len(names)


def _role(name: str) -> str | None:
    words = [word for word in re.split(r"[^a-z]+", name.lower()) if word]
    found = {role for role, known in ROLE_WORDS.items() if known & set(words)}
    return found.pop() if len(found) == 1 else None


def outside_pattern(names: Sequence[str]) -> tuple[str, ...]:
    """Names that differ from the form of most others: a number in front, a shared beginning."""
    if len(names) < 3:
        return ()
    for form in (_numbered, _separator, _beginning):
        counts = Counter(form(name) for name in names)
        common, count = counts.most_common(1)[0]
        if common and len(names) > count >= max(3, 0.7 * len(names)):
            return tuple(name for name in names if form(name) != common)
    return ()


def _numbered(name: str) -> str:
    return "number first" if re.match(r"\d+[ _.-]", name) else ""


def _separator(name: str) -> str:
    return next((mark for mark in "_-" if mark in name), "")


def _beginning(name: str) -> str:
    return re.split(r"[ _-]", name)[0] if re.search(r"[ _-]", name) else ""
