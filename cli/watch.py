"""``mixcheck watch``: check each bounce as it lands."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

import click

from mixcheck import UsageError
from mixcheck.audio import is_remote

from .check import Asked, judging
from .inputs import find_inputs, is_audio
from .landing import Landing
from .options import measuring
from .running import Ran, Run, end_run, take_all, usage_error, writers_of

LOOK_MS = 250


@click.command("watch")
@judging
@measuring
def command(**options: Any) -> None:
    """Check files as they are written to folders, until Ctrl-C.

    A file is checked when it is all there: it stopped growing, and its header promises what it
    holds. What lies in the folders already is left alone until it is written again.
    """
    asked = Asked.of(options)
    run = Run(**options)
    try:
        for folder in run.paths:
            if is_remote(folder) or not os.path.isdir(folder):
                raise UsageError(f"{folder}: is no folder here; name one to watch")
        landings = _landings(run.paths)
        writers = writers_of(run, only=None)
        ran = Ran(keep=asked.keep or run.set_kind is not None)
        if not run.quiet:
            click.echo(f"mixcheck: watching {', '.join(run.paths)}; Ctrl-C ends it", err=True)
        try:
            for landed in landings:
                take_all(run, ran, writers, landed, asked.checking.report)
        except KeyboardInterrupt:
            pass  # the usual end
        end_run(run, ran, writers)
    except UsageError as error:
        usage_error(str(error))
    sys.exit(asked.status(ran))


def _landings(folders: Sequence[str]) -> Iterator[list[str]]:
    """Files that have landed, as they do."""
    try:
        import watchfiles
    except ImportError:
        raise UsageError("watch needs watchfiles: pip install 'mixcheck[watch]'") from None
    landing = Landing()
    changes = watchfiles.watch(
        *folders,
        watch_filter=None,
        debounce=LOOK_MS,
        rust_timeout=LOOK_MS,
        yield_on_timeout=True,
        raise_interrupt=True,
    )
    return _landed(changes, landing)


def _landed(changes: Iterator[Any], landing: Landing) -> Iterator[list[str]]:
    for changed in changes:
        now = time.monotonic()
        for _, path in changed:
            for file in _files(os.path.relpath(path) if not os.path.isabs(path) else path):
                landing.touch(file, now)
        landed = sorted(landing.landed(now))
        if landed:
            yield landed


def _files(path: str) -> Iterator[str]:
    """A file that is wanted, or those in a folder that was moved here."""
    if os.path.isdir(path):
        yield from (one for one in find_inputs([path]) if isinstance(one, str))
    elif is_audio(os.path.basename(path)):
        yield path
