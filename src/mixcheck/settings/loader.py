"""Find the settings of a file, and refuse what they do not mean."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from mixcheck.errors import ProfileError
from mixcheck.keys import check_number, check_texts, known_word, only_keys, refuse, tables
from mixcheck.meters import finding_kinds, metrics
from mixcheck.settings.model import AcceptRule, FileRule, Settings

FILE_NAME = "mixcheck.toml"
PROJECT_FILE = "pyproject.toml"
FAIL_ON = ("error", "warning")

_FOR_ALL = ("profile", "select", "ignore", "fail_on")
_KEYS = (*_FOR_ALL, "files", "accept")
_ACCEPT_KEYS = tuple(field.name for field in fields(AcceptRule) if field.name != "where")


def find_settings(path: str) -> Settings:
    """The settings nearest to a file: in its folder, or in one above it.

    In each folder ``mixcheck.toml`` comes before ``[tool.mixcheck]`` in ``pyproject.toml``.

    Raises
    ------
    ProfileError
        The settings say something that has no meaning.
    """
    return _of_folder(os.path.dirname(os.path.abspath(path)))


def _of_folder(folder: str) -> Settings:
    for name in (FILE_NAME, PROJECT_FILE):
        found = load_settings(os.path.join(folder, name))
        if found is not None:
            return found
    above = os.path.dirname(folder)
    return Settings() if above == folder else _of_folder(above)


def load_settings(path: str) -> Settings | None:
    """The settings of one file; ``None`` if it is not there, or holds none.

    Raises
    ------
    ProfileError
        The file cannot be read, or says something that has no meaning.
    """
    where = os.path.relpath(path)
    try:
        with open(path, "rb") as file:
            data = tomllib.load(file)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ProfileError(f"{where}: cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        if os.path.basename(path) == PROJECT_FILE:
            return None  # not ours to complain of
        raise ProfileError(f"{where}: is not TOML: {error}") from None
    if os.path.basename(path) == PROJECT_FILE:
        where = f"{where}: tool.mixcheck"
        data = data.get("tool", {}).get("mixcheck")
        if data is None:
            return None
    check_texts(data, where)
    only_keys(data, _KEYS, where)
    for_all = _file_rule({key: data[key] for key in _FOR_ALL if key in data}, where)
    files = tuple(_file_rule(entry, at, ("glob",)) for entry, at in tables(data, "files", where))
    accept = tuple(_accept_rule(entry, at) for entry, at in tables(data, "accept", where))
    return Settings(path=path, rules=(for_all, *files), accept=accept)


def _file_rule(entry: Mapping[str, Any], where: str, needed: tuple[str, ...] = ()) -> FileRule:
    only_keys(entry, ("glob", *_FOR_ALL), where)
    _need(entry, needed, where)
    if "fail_on" in entry:
        known_word(entry, "fail_on", FAIL_ON, where)
    if entry.get("profile") == []:
        raise ProfileError(f"{where}: profile names none, which judges nothing; name one or more")
    words = {key: _words(entry[key], key, where) for key in entry if key != "fail_on"}
    for key in ("select", "ignore"):
        for code in words.get(key, ()):
            if code not in finding_kinds():
                refuse(where, f"code in {key}", code, finding_kinds())
    return FileRule(**words, fail_on=entry.get("fail_on"), where=where)


def _accept_rule(entry: Mapping[str, Any], where: str) -> AcceptRule:
    only_keys(entry, _ACCEPT_KEYS, where)
    _need(entry, ("glob", "code", "reason"), where)
    known_word(entry, "code", (*finding_kinds(), *metrics()), where)
    if not isinstance(entry["reason"], str) or not entry["reason"].strip():
        raise ProfileError(f"{where}: reason must say why")
    for key in ("start_s", "end_s"):
        if key in entry:
            check_number(entry[key], key, where)
            if entry["code"] not in finding_kinds():
                raise ProfileError(f"{where}: {entry['code']} is of the whole file, so no {key}")
    if entry.get("start_s", 0.0) > entry.get("end_s", entry.get("start_s", 0.0)):
        raise ProfileError(f"{where}: start_s is over end_s")
    expires = entry.get("expires")
    if expires is not None and (not isinstance(expires, date) or isinstance(expires, datetime)):
        raise ProfileError(f"{where}: expires must be a date such as 2026-12-31")
    return AcceptRule(**{**entry, "glob": _words(entry["glob"], "glob", where)}, where=where)


def _need(entry: Mapping[str, Any], keys: tuple[str, ...], where: str) -> None:
    for key in keys:
        if key not in entry:
            raise ProfileError(f"{where}: {key!r} is missing")


def _words(value: object, key: str, where: str) -> tuple[str, ...]:
    """A word, or a list of them."""
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(one, str) and one for one in words):
        raise ProfileError(f"{where}: {key} must be a word or a list of words, not {value!r}")
    return tuple(words)
