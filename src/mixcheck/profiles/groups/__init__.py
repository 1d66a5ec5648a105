"""Profiles that are asked for together, by one name."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class ProfileGroup:
    """A name for several profiles: ``mixcheck check -p streaming``.

    Parameters
    ----------
    name, title : str
        For the command line; for people.
    profiles : tuple of str
        Names of the profiles, in the order of the report.
    """

    name: str
    title: str
    profiles: tuple[str, ...]


def profile_groups() -> tuple[ProfileGroup, ...]:
    """The groups that come with mixcheck, in alphabetical order."""
    entries = files(__package__).iterdir()
    names = sorted(one.name.removesuffix(".toml") for one in entries if one.name.endswith(".toml"))
    return tuple(map(_load, names))


def _load(name: str) -> ProfileGroup:
    data = tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text("utf-8"))
    return ProfileGroup(name, data["title"], tuple(data["profiles"]))
