"""Read a profile, and refuse what it does not mean: every error names the file and the key."""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from mixcheck.errors import ProfileError
from mixcheck.keys import check_number, check_texts, known_word, nearest, only_keys, refuse, tables
from mixcheck.meters import finding_kinds, metrics
from mixcheck.profiles.groups import profile_groups
from mixcheck.profiles.model import (
    APPLIES_TO,
    LIMIT_SEVERITIES,
    FindingRule,
    Limit,
    Playback,
    Profile,
)
from mixcheck.sets import SET, set_metrics

_PROFILE_KEYS = (
    *("name", "title", "extends", "checked", "notes", "content"),
    *("playback", "limit", "finding"),
)
CONTENTS = ("music", "speech")
_TARGET_KEYS = ("count", "is_shape", "band", "width")  # of a target: what comparisons judge besides
_NUMBERS = ("min", "max", "target", "tolerance")
_FILTERS = {"min_value": math.inf, "min_duration_s": math.inf, "min_confidence": 1.0}  # and most
_TEXTS = ("source", "why", "do")
WORD_METRICS = tuple(
    f"format.{name}"
    for name in (
        "container",
        "codec",
        "channel_layout",
        "layout_origin",
        "bit_rate_mode",
        "wave_kind",
    )
)
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


def load_profile(name: str | os.PathLike[str]) -> Profile:
    """Load a profile by name, or from a TOML file.

    Parameters
    ----------
    name : str or path-like
        A name of :func:`profile_names`, or the path of a file that ends in ``.toml``.

    Raises
    ------
    ProfileError
        There is no such profile, or it says something that has no meaning.
    """
    name = os.fspath(name)
    return _load(os.path.normpath(name) if name.endswith(".toml") else name, ())


def load_profiles(names: Iterable[str | os.PathLike[str]]) -> tuple[Profile, ...]:
    """Load profiles by name, by file, and by the name of a group; each once, in that order.

    Raises
    ------
    ProfileError
        As :func:`load_profile`.
    """
    members = {group.name: group.profiles for group in profile_groups()}
    wanted = [one for name in names for one in members.get(os.fspath(name), (name,))]
    return tuple(load_profile(name) for name in dict.fromkeys(wanted))


def profile_text(name: str | os.PathLike[str]) -> str:
    """The TOML of a profile as it was written, to start one's own from.

    Raises
    ------
    ProfileError
        There is no such profile.
    """
    return _read(os.fspath(name))[1]


def _load(name: str, seen: tuple[str, ...]) -> Profile:
    if name in seen:
        raise ProfileError(f"{seen[0]}: extends itself ({' → '.join((*seen, name))})")
    where, text = _read(name)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{where}: is not TOML: {error}") from None
    check_texts(data, where)
    only_keys(data, (*_PROFILE_KEYS, *_TARGET_KEYS), where)
    for key in ("name", "title", "checked"):
        if key not in data:
            raise ProfileError(f"{where}: {key!r} is missing")
    if not isinstance(data["checked"], date):
        raise ProfileError(f"{where}: checked must be a date such as 2026-11-22")
    limits = tuple(_limit(entry, at) for entry, at in tables(data, "limit", where))
    _refuse_twice(limits, _same_limit, f"{where}: limit", "metric")
    rules = tuple(_finding_rule(entry, at) for entry, at in tables(data, "finding", where))
    _refuse_twice(rules, _same_rule, f"{where}: finding", "code")
    playback = _playback(data["playback"], f"{where}: playback") if "playback" in data else None
    if "content" in data:
        known_word(data, "content", CONTENTS, where)
    content = data.get("content")
    if "extends" in data:
        base = _extended(data["extends"], where, (*seen, name))
        limits = _merged(
            base.limits + base.set_limits, limits, lambda limit: (limit.metric, limit.applies_to)
        )
        rules = _merged(base.findings, rules, lambda rule: (rule.code, rule.applies_to))
        playback = playback or base.playback
        content = content or base.content
    if not limits and not rules:
        raise ProfileError(f"{where}: judges nothing; give it a [[limit]] or a [[finding]]")
    return Profile(
        name=str(data["name"]),
        title=str(data["title"]),
        checked=data["checked"],
        notes=str(data.get("notes", "")).strip(),
        limits=tuple(limit for limit in limits if not _is_of_set(limit)),
        findings=rules,
        set_limits=tuple(filter(_is_of_set, limits)),
        playback=playback,
        content=content,
    )


def _read(name: str) -> tuple[str, str]:
    """Where a profile stands, for messages, and its text."""
    if not name.endswith(".toml"):
        if name not in profile_names():
            groups = {group.name: group.profiles for group in profile_groups()}
            if name in groups:
                raise ProfileError(f"{name!r} is a group of profiles: {', '.join(groups[name])}")
            raise ProfileError(
                f"unknown profile {name!r}{nearest(name, (*profile_names(), *groups))}; "
                "'mixcheck profiles' lists them"
            )
        return name, files("mixcheck.profiles").joinpath(f"{name}.toml").read_text("utf-8")
    try:
        return name, Path(name).read_text("utf-8")
    except OSError as error:
        raise ProfileError(f"{name}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ProfileError(f"{name}: is not a text file") from None


def _extended(name: object, where: str, seen: tuple[str, ...]) -> Profile:
    """Load the profile that another extends; a file lies beside the one that names it."""
    if not isinstance(name, str):
        raise ProfileError(f"{where}: extends must be a name, not {name!r}")
    if name.endswith(".toml"):
        name = os.path.normpath(Path(where).parent / name)
    if name not in seen and not name.endswith(".toml") and name not in profile_names():
        refuse(where, "profile in extends", name, profile_names())
    try:
        return _load(name, seen)
    except ProfileError as error:
        if where in str(error):
            raise
        raise ProfileError(f"{where}: extends: {error}") from None


def _refuse_twice(
    rules: tuple[Rule, ...], key: Callable[[Rule], object], where: str, name: str
) -> None:
    """Refuse a rule that says again, or otherwise, what one before it says."""
    first: dict[object, int] = {}
    for number, rule in enumerate(rules, 1):
        before = first.setdefault(key(rule), number)
        if before != number:
            raise ProfileError(
                f"{where} {number} ({getattr(rule, name)}): stands there already, as {before}; "
                "leave one of them"
            )


def _same_limit(limit: Limit) -> object:
    bounds = (limit.min, limit.max, limit.target)
    kinds = (*(one is not None for one in bounds), bool(limit.one_of))
    return limit.metric, limit.applies_to, limit.severity, kinds


def _same_rule(rule: FindingRule) -> object:
    filters = tuple(getattr(rule, key) for key in _FILTERS)
    return rule.code, rule.applies_to, rule.severity, filters


def _merged(
    base: tuple[Rule, ...], own: tuple[Rule, ...], key: Callable[[Rule], object]
) -> tuple[Rule, ...]:
    """Own rules first; they replace those of the base about the same thing."""
    replaced = {key(rule) for rule in own}
    return own + tuple(rule for rule in base if key(rule) not in replaced)


def _limit(entry: dict[str, Any], where: str) -> Limit:
    only_keys(entry, [field.name for field in fields(Limit)], where)
    of_set = str(entry.get("metric")).startswith(f"{SET}.")
    known_word(entry, "metric", set_metrics() if of_set else metrics(), where)
    where = f"{where} ({entry['metric']})"
    _check_common(entry, where)
    if not entry.get("source"):
        raise ProfileError(f"{where}: 'source' is missing")
    if of_set and entry.get("applies_to", "any") != "any":
        raise ProfileError(f"{where}: applies_to must be any: a set holds files of every kind")
    kinds = {
        "min and/or max": "min" in entry or "max" in entry,
        "target with tolerance": "target" in entry or "tolerance" in entry,
        "one_of": "one_of" in entry,
    }
    if sum(kinds.values()) != 1 or ("target" in entry) != ("tolerance" in entry):
        raise ProfileError(f"{where}: give exactly one of {', '.join(kinds)}")
    if kinds["one_of"]:
        _check_choice(entry["one_of"], where)
    elif entry["metric"] in WORD_METRICS:
        raise ProfileError(f"{where}: holds words, so give one_of, not bounds")
    else:
        _check_bounds(entry, where)
    return Limit(**{**entry, "one_of": tuple(entry.get("one_of", ()))})


def _is_of_set(limit: Limit) -> bool:
    return limit.metric.startswith(f"{SET}.")


def _check_choice(choice: object, where: str) -> None:
    if not isinstance(choice, list) or not choice:
        raise ProfileError(f"{where}: one_of must be a list such as [44100, 48000]")
    if not all(isinstance(one, str | int | float) for one in choice):
        raise ProfileError(f"{where}: one_of may hold numbers and words only")


def _check_bounds(entry: Mapping[str, Any], where: str) -> None:
    for key in _NUMBERS:
        check_number(entry.get(key, 0.0), key, where)
    if entry.get("tolerance", 0.0) < 0:
        raise ProfileError(f"{where}: tolerance must be 0 or more, not {entry['tolerance']!r}")
    if entry.get("min", -math.inf) > entry.get("max", math.inf):
        raise ProfileError(f"{where}: min {entry['min']!r} is over max {entry['max']!r}")


def _finding_rule(entry: dict[str, Any], where: str) -> FindingRule:
    only_keys(entry, [field.name for field in fields(FindingRule)], where)
    known_word(entry, "code", finding_kinds(), where)
    _check_common(entry, where)
    count = entry.get("max_count", 0)
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise ProfileError(f"{where}: max_count must be 0 or more, not {count!r}")
    for key, most in _FILTERS.items():
        if key in entry:
            check_number(entry[key], key, where)
        if key != "min_value" and not 0 <= entry.get(key, 0.0) <= most:
            raise ProfileError(f"{where}: {key} must be from 0 to {most:g}, not {entry[key]!r}")
    return FindingRule(**entry)


def _playback(entry: object, where: str) -> Playback:
    if not isinstance(entry, dict):
        raise ProfileError(f"{where}: write it as [playback]")
    only_keys(entry, [field.name for field in fields(Playback)], where)
    if not isinstance(entry.get("source"), str) or not entry["source"]:
        raise ProfileError(f"{where}: 'source' is missing")
    for key in ("target_lufs", "max_peak_dbtp"):
        if key in entry:
            check_number(entry[key], key, where)
    if not isinstance(entry.get("turns_up", False), bool):
        raise ProfileError(f"{where}: turns_up must be true or false, not {entry['turns_up']!r}")
    return Playback(**entry)


def _check_common(entry: Mapping[str, Any], where: str) -> None:
    for key, allowed in (("severity", LIMIT_SEVERITIES), ("applies_to", APPLIES_TO)):
        if key in entry and entry[key] not in allowed:
            raise ProfileError(
                f"{where}: {key} is {entry[key]!r}, must be one of {', '.join(allowed)}"
            )
    for key in _TEXTS:
        if not isinstance(entry.get(key, ""), str):
            raise ProfileError(f"{where}: {key} must be text, not {entry[key]!r}")
