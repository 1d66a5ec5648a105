"""``mixcheck cache``: what is kept of earlier runs."""

from __future__ import annotations

import click

from .keeping import cache_folder, open_cache
from .running import WRONG_USAGE


@click.command("cache")
@click.option(
    "--cache-dir",
    type=click.Path(file_okay=False),
    envvar="MIXCHECK_CACHE_DIR",
    help="Folder of the cache. [default: the user's cache]",
)
@click.option("--clear", is_flag=True, help="Forget everything.")
def command(cache_dir: str | None, clear: bool) -> None:
    """Show what measurements are kept from earlier runs, or clear them."""
    cache = open_cache(cache_dir)
    if cache is None:
        raise SystemExit(WRONG_USAGE)
    with cache:
        if clear:
            cache.clear()
        count, size = cache.size()
    click.echo(f"{cache_folder(cache_dir)}: {count} measurements, {size / 1e6:.1f} MB")
