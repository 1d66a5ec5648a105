"""Where the command line keeps measurements between runs."""

from __future__ import annotations

import click

from mixcheck import MeasurementCache
from mixcheck.report.wording import printable


def cache_folder(named: str | None) -> str:
    """The folder that was named, or the one that this system has for such things."""
    if named is not None:
        return named
    from platformdirs import user_cache_dir

    return user_cache_dir("mixcheck", appauthor=False)


def open_cache(named: str | None) -> MeasurementCache | None:
    """The cache; without one, a note says why."""
    folder = cache_folder(named)
    try:
        return MeasurementCache(folder)
    except OSError as error:
        note = f"mixcheck: {folder}: measurements are not kept ({error.strerror or error})"
        click.echo(printable(note), err=True)
        return None
