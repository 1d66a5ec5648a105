"""What every TOML file of a user's is held to: known keys, known words, numbers that are ones.

Messages name the file and the key, and the nearest word that would have been known.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn

from mixcheck.errors import ProfileError

NEAR = 0.55  # of the letters


def check_texts(data: Mapping[str, Any], where: str) -> None:
    """Refuse texts that would command the terminal they are printed on."""
    for key, words in _texts(data):
        if not words.replace("\n", " ").isprintable():
            raise ProfileError(f"{where}: {key} holds control characters; write plain text")


def _texts(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text, keys too, with the key that it stands under."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one, key)
    elif isinstance(value, dict):
        for name, one in value.items():
            yield f"a key under {key!r}" if key else "a key", name
            yield from _texts(one, name)


def only_keys(entry: Mapping[str, Any], allowed: Iterable[str], where: str) -> None:
    """Refuse a key that is not allowed."""
    for key in entry:
        if key not in allowed:
            refuse(where, "key", key, allowed)


def known_word(entry: Mapping[str, Any], key: str, allowed: Iterable[str], where: str) -> None:
    """Refuse a key that is missing, or whose word is not allowed."""
    if key not in entry:
        raise ProfileError(f"{where}: {key!r} is missing")
    if entry[key] not in tuple(allowed):
        refuse(where, key, entry[key], allowed)


def tables(data: Mapping[str, Any], key: str, where: str) -> list[tuple[dict[str, Any], str]]:
    """The tables of a key, each with its place for messages."""
    entries = data.get(key, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ProfileError(f"{where}: write each {key} as [[{key}]]")
    return [(entry, f"{where}: {key} {number}") for number, entry in enumerate(entries, 1)]


def check_number(value: object, key: str, where: str) -> None:
    """Refuse what is not a finite number."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ProfileError(f"{where}: {key} must be a number, not {value!r}")


def refuse(where: str, kind: str, word: object, allowed: Iterable[str]) -> NoReturn:
    """Say that a word is unknown, and which one was meant."""
    raise ProfileError(f"{where}: unknown {kind} {word!r}{nearest(str(word), allowed)}")


def nearest(word: str, allowed: Iterable[str]) -> str:
    """``"; did you mean …?"``, or nothing if no word is near."""
    names = tuple(allowed)
    last_parts = {name.rpartition(".")[2]: name for name in names}
    close = difflib.get_close_matches(word, names, 1, NEAR) or [
        last_parts[part] for part in difflib.get_close_matches(word, last_parts, 1, NEAR)
    ]
    return f"; did you mean {close[0]!r}?" if close else ""
