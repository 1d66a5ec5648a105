"""Read a profile, and refuse what it does not mean: every error names the file and the key."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from mixcheck.errors import ProfileError
from mixcheck.meters import finding_kinds, metrics
from mixcheck.profiles.model import APPLIES_TO, LIMIT_SEVERITIES, FindingRule, Limit, Profile

_PROFILE_KEYS = ("name", "title", "extends", "checked", "notes", "limit", "finding")
_NUMBERS = ("min", "max", "target", "tolerance")
Rule = TypeVar("Rule", Limit, FindingRule)


def profile_names() -> tuple[str, ...]:
    """Names of the profiles that come with mixcheck."""
    return tuple(
        sorted(
            entry.name.removesuffix(".toml")
            for entry in files("mixcheck.profiles").iterdir()
            if entry.name.endswith(".toml")
        )
    )


def load_profile(name: str) -> Profile:
    """Load a profile by name, or from a TOML file.

    Parameters
    ----------
    name : str
        A name of :func:`profile_names`, or the path of a file that ends in ``.toml``.

    Raises
    ------
    ProfileError
        There is no such profile, or it says something that has no meaning.
    """
    return _load(name, ())


def _load(name: str, seen: tuple[str, ...]) -> Profile:
    if name in seen:
        raise ProfileError(f"profile {seen[0]}: extends itself ({' → '.join((*seen, name))})")
    where, text = _read(name)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{where}: is not TOML: {error}") from None
    _only_keys(data, _PROFILE_KEYS, where)
    for key in ("name", "title", "checked"):
        if key not in data:
            raise ProfileError(f"{where}: {key!r} is missing")
    if not isinstance(data["checked"], date):
        raise ProfileError(f"{where}: checked must be a date such as 2026-11-22")
    limits = tuple(_limit(entry, at) for entry, at in _tables(data, "limit", where))
    rules = tuple(_finding_rule(entry, at) for entry, at in _tables(data, "finding", where))
    if "extends" in data:
        base = _load(_beside(where, str(data["extends"])), (*seen, name))
        limits = _merged(base.limits, limits, lambda limit: (limit.metric, limit.applies_to))
        rules = _merged(base.findings, rules, lambda rule: (rule.code, rule.applies_to))
    return Profile(
        name=str(data["name"]),
        title=str(data["title"]),
        checked=data["checked"],
        notes=str(data.get("notes", "")).strip(),
        limits=limits,
        findings=rules,
    )


def _read(name: str) -> tuple[str, str]:
    """Where a profile stands, for messages, and its text."""
    if not name.endswith(".toml"):
        if name not in profile_names():
            raise ProfileError(
                f"unknown profile {name!r}{_nearest(name, profile_names())}; "
                "'mixcheck profiles' lists them"
            )
        return name, files("mixcheck.profiles").joinpath(f"{name}.toml").read_text("utf-8")
    try:
        return name, Path(name).read_text("utf-8")
    except OSError as error:
        raise ProfileError(f"{name}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ProfileError(f"{name}: is not a text file") from None


def _beside(where: str, extended: str) -> str:
    """A file that a profile file extends lies beside it."""
    return str(Path(where).parent / extended) if extended.endswith(".toml") else extended


def _merged(
    base: tuple[Rule, ...], own: tuple[Rule, ...], key: Callable[[Rule], object]
) -> tuple[Rule, ...]:
    """Own rules first; they replace those of the base about the same thing."""
    replaced = {key(rule) for rule in own}
    return own + tuple(rule for rule in base if key(rule) not in replaced)


def _tables(data: Mapping[str, Any], key: str, where: str) -> list[tuple[dict[str, Any], str]]:
    entries = data.get(key, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ProfileError(f"{where}: write each {key} as [[{key}]]")
    return [(entry, f"{where}: {key} {number}") for number, entry in enumerate(entries, 1)]


def _limit(entry: dict[str, Any], where: str) -> Limit:
    _only_keys(entry, [field.name for field in fields(Limit)], where)
    _known(entry, "metric", metrics(), where)
    _check_common(entry, where)
    if "source" not in entry:
        raise ProfileError(f"{where} ({entry['metric']}): 'source' is missing")
    for key in _NUMBERS:
        if key in entry and (
            isinstance(entry[key], bool) or not isinstance(entry[key], int | float)
        ):
            raise ProfileError(f"{where}: {key} must be a number, not {entry[key]!r}")
    kinds = {
        "min and/or max": "min" in entry or "max" in entry,
        "target with tolerance": "target" in entry and "tolerance" in entry,
        "one_of": bool(entry.get("one_of")),
    }
    if sum(kinds.values()) != 1 or ("target" in entry) != ("tolerance" in entry):
        raise ProfileError(f"{where} ({entry['metric']}): give exactly one of {', '.join(kinds)}")
    return Limit(**{**entry, "one_of": tuple(entry.get("one_of", ()))})


def _finding_rule(entry: dict[str, Any], where: str) -> FindingRule:
    _only_keys(entry, [field.name for field in fields(FindingRule)], where)
    _known(entry, "code", finding_kinds(), where)
    _check_common(entry, where)
    count = entry.get("max_count", 0)
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise ProfileError(f"{where}: max_count must be 0 or more, not {count!r}")
    return FindingRule(**entry)


def _check_common(entry: Mapping[str, Any], where: str) -> None:
    for key, allowed in (("severity", LIMIT_SEVERITIES), ("applies_to", APPLIES_TO)):
        if key in entry and entry[key] not in allowed:
            raise ProfileError(
                f"{where}: {key} is {entry[key]!r}, must be one of {', '.join(allowed)}"
            )


def _only_keys(entry: Mapping[str, Any], allowed: Iterable[str], where: str) -> None:
    for key in entry:
        if key not in allowed:
            _refuse(where, "key", key, allowed)


def _known(entry: Mapping[str, Any], key: str, allowed: Iterable[str], where: str) -> None:
    if key not in entry:
        raise ProfileError(f"{where}: {key!r} is missing")
    if entry[key] not in allowed:
        _refuse(where, key, entry[key], allowed)


def _refuse(where: str, kind: str, word: object, allowed: Iterable[str]) -> NoReturn:
    raise ProfileError(f"{where}: unknown {kind} {word!r}{_nearest(str(word), allowed)}")


def _nearest(word: str, allowed: Iterable[str]) -> str:
    names = tuple(allowed)
    last_parts = {name.rpartition(".")[2]: name for name in names}
    close = difflib.get_close_matches(word, names, 1, 0.5) or [
        last_parts[part] for part in difflib.get_close_matches(word, last_parts, 1, 0.5)
    ]
    return f"; did you mean {close[0]!r}?" if close else ""
