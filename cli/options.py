"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

FORMAT_NAMES = (
    *("text", "json", "jsonl", "csv", "markdown", "junit", "sarif", "github"),
    *("audacity", "reaper", "markers", "html"),
)
FORMAT_OF_SUFFIX = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
    ".md": "markdown",
    ".xml": "junit",
    ".sarif": "sarif",
    ".txt": "text",
    ".labels.txt": "audacity",
    ".reaper.csv": "reaper",
    ".markers.csv": "markers",
    ".html": "html",
}


def format_option(*names: str) -> Callable[[Command], Command]:
    """The option ``-f`` of a command that knows these formats; the first is the default."""
    return click.option(
        "-f",
        "--format",
        "format_name",
        type=click.Choice(names),
        default=names[0],
        show_default=True,
        help="Format for standard output.",
    )


MEASURING = (
    click.argument("paths", nargs=-1, required=True, type=str, metavar="PATH..."),
    format_option(*FORMAT_NAMES),
    click.option(
        "-o",
        "--output",
        "outputs",
        multiple=True,
        type=click.Path(dir_okay=False),
        help="Write a file too; its suffix says the format: "
        f"{', '.join(FORMAT_OF_SUFFIX)}. "
        "{name} in it makes a file for each recording. Repeatable.",
    ),
    click.option(
        "--layout",
        metavar="NAME",
        help="Channel layout to use instead of the file's, such as 5.1.",
    ),
    click.option("--dual-mono", is_flag=True, help="Measure mono as if on two loudspeakers."),
    click.option(
        "--stream",
        type=click.IntRange(0),
        default=0,
        show_default=True,
        metavar="N",
        help="Audio stream to measure in a file that has several; 0 is the first.",
    ),
    click.option(
        "-j",
        "--jobs",
        type=click.IntRange(1),
        metavar="N",
        help="Processes to measure in; as many as there are cores, by default.",
    ),
    click.option(
        "--cluster",
        metavar="ADDRESS",
        help="Measure on a Dask cluster: tcp://HOST:PORT, or local:N for one of its own.",
    ),
    click.option(
        "--time-limit",
        "time_limit_s",
        type=click.FloatRange(0, min_open=True),
        default=900.0,
        show_default=True,
        metavar="S",
        help="Seconds that one of several files may take.",
    ),
    click.option(
        "--cache-dir",
        type=click.Path(file_okay=False),
        envvar="MIXCHECK_CACHE_DIR",
        help="Where measurements are kept for the next run. [default: the user's cache]",
    ),
    click.option("--no-cache", is_flag=True, help="Measure anew, and keep nothing."),
    click.option(
        "--series",
        is_flag=True,
        help="Put levels over time into JSON too: loudness, waveform, correlation and more.",
    ),
    click.option(
        "--plots",
        "plots_dir",
        type=click.Path(file_okay=False),
        metavar="FOLDER",
        help="Write the plots of each file as pictures, too.",
    ),
    click.option(
        "--plots-as",
        "plots_kind",
        type=click.Choice(("png", "svg")),
        default="png",
        show_default=True,
        help="What kind of pictures.",
    ),
    click.option(
        "--target",
        metavar="NAME|FILE.toml",
        help="Usual spectrum to show in plots: music, speech, none, or a target's file. "
        "[default: by profile and content]",
    ),
    click.option(
        "--after-encoding",
        is_flag=True,
        help="Encode the loudest passages as MP3, Vorbis and Opus, and tell overs.",
    ),
    click.option(
        "--set",
        "set_kind",
        type=click.Choice(["album"]),
        help="Look at the files together too: loudness of the whole, spreads, the odd one out.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="No report; the exit status tells."),
    click.option("-v", "--verbose", is_flag=True, help="Show every file whole."),
)


REPORT_FORMATS = ("text", "json", "html")
REPORTING = (
    format_option(*REPORT_FORMATS),
    click.option(
        "-o",
        "--output",
        "outputs",
        multiple=True,
        type=click.Path(dir_okay=False),
        help="Write a file too; its suffix says the format (.json, .txt, .html). Repeatable.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="No report; the exit status tells."),
    click.option("-v", "--verbose", is_flag=True, help="Show everything."),
)


def measuring(command: Command) -> Command:
    """Options of every command that measures."""
    return with_options(MEASURING, command)


def reporting(command: Command) -> Command:
    """Options of a command whose report is of a set of files as a whole."""
    return with_options(REPORTING, command)


def with_options(options: Sequence[Callable[[Command], Command]], command: Command) -> Command:
    """Give a command options, in that order."""
    for option in reversed(options):  # as decorators: the last one comes first
        command = option(command)
    return command
