"""The command group. Commands are imported when called, so that ``--help`` waits for nothing."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from importlib import import_module

import click

# Matrices here are small: threads inside BLAS only wait for one another. Before NumPy loads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

INTERRUPTED = 130  # as shells have it

COMMANDS = {
    "check": "Measure files and folders and judge them by a delivery spec.",
    "measure": "Print the numbers, without a verdict.",
    "watch": "Check each file as it is written to a folder.",
    "stems": "Check a set of stems, and whether it sums to its mix.",
    "compare": "Say what changed since a revision, or how far a mix is from references.",
    "target": "Learn a tonal and dynamic target from a folder of references.",
    "profiles": "List the delivery specs, or show one with its sources.",
    "selftest": "Measure the cases of the standards on this machine, and compare.",
    "cache": "Show or clear the measurements kept from earlier runs.",
    "explain": "Say what a finding or a metric is and what to do about it.",
}


class LazyGroup(click.Group):
    """A group whose commands live in modules of their own name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names, in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f".{cmd_name}", __package__).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(
    None, "-V", "--version", package_name="mixcheck", message="%(prog)s %(version)s"
)
def mixcheck() -> None:
    """Measure recordings, judge them against delivery specs, and say what to do.

    Exit status: 0 nothing failed; 1 something failed; 2 wrong usage, profile or
    configuration; 3 something could not be read, or nothing was measured; 130 interrupted.
    """


def _keep_decoders_quiet() -> None:
    """Give Python its own standard error: what C libraries write to theirs names no file."""
    with contextlib.suppress(OSError, AttributeError, ValueError):
        own = os.dup(sys.stderr.fileno())
        sys.stderr = open(own, "w", 1, "utf-8", "backslashreplace")  # noqa: SIM115
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)


def _in_a_line(error: click.ClickException) -> str:
    """What is wrong, and where to read on."""
    from mixcheck.report.wording import printable

    context = error.ctx if isinstance(error, click.UsageError) else None
    parts = [printable(error.format_message()).rstrip(".")]
    if isinstance(error, click.NoSuchOption) and any(map(_is_dashed_file, sys.argv[1:])):
        parts.append("put -- before file names that begin with a dash")
    if context is not None:
        parts.append(f"see {context.command_path} --help")
    return "; ".join(parts)


def _is_dashed_file(argument: str) -> bool:
    return argument.startswith("-") and os.path.exists(argument)


def main() -> None:
    """Entry point."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal need not know every letter
    _keep_decoders_quiet()
    if sys.stdout is None:  # closed by who called
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    try:
        mixcheck.main(prog_name="mixcheck", standalone_mode=False)
    except click.ClickException as error:
        click.echo(f"mixcheck: {_in_a_line(error)}", err=True)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("mixcheck: interrupted", err=True)
        os._exit(INTERRUPTED)  # at once: nothing is left to be written
    except OSError as error:
        click.echo(f"mixcheck: the report cannot be written ({error.strerror})", err=True)
        os._exit(2)  # the stream would complain once more at exit
