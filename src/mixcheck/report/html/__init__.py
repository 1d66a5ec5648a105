"""HTML: a page to look at, self-contained, that needs no network.

What draws the plots is imported when a page is made, and not before.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from mixcheck.errors import UsageError
from mixcheck.report.model import FileReport, SetReport

if TYPE_CHECKING:
    from mixcheck.compare import Balance, Revision
    from mixcheck.measurement import Measurement
    from mixcheck.report.html.index import Entry
    from mixcheck.report.html.set import PageSet
    from mixcheck.stems import StemSet

EXTRA = ("bokeh", "jinja2")


def render_html(reports: Sequence[FileReport], whole: SetReport | None = None) -> str:
    """The page of one file, or an index of several without pages of their own.

    Of a set the index has the whole too.

    Raises
    ------
    UsageError
        What draws the plots is not installed.
    """
    check_extra()
    from mixcheck.report.html.index import Entry, index_page

    if len(reports) == 1 and whole is None:
        return page_of(reports[0])
    return index_page(reports, [Entry.of(report) for report in reports], whole)


def page_set(index_name: str) -> PageSet:
    """The pages of several files, of which an index of this name will be made.

    Raises
    ------
    UsageError
        What draws the plots is not installed.
    """
    check_extra()
    from mixcheck.report.html.set import PageSet

    return PageSet(index_name)


def page_of(report: FileReport, back: str | None = None) -> str:
    """The page of a file, alone or, with the name of an index to go back to, in a set."""
    from mixcheck.report.html.page import file_page

    return file_page(report, back)


def entry_of(report: FileReport) -> Entry:
    """What an index says of a file."""
    from mixcheck.report.html.index import Entry

    return Entry.of(report)


def render_stems_html(checked: StemSet) -> str:
    """The page of a set of stems.

    Raises
    ------
    UsageError
        What draws the plots is not installed.
    """
    check_extra()
    from mixcheck.report.html.stems import stems_page

    return stems_page(checked)


def render_comparison_html(
    compared: Revision | Balance, recordings: tuple[Measurement, Measurement] | None = None
) -> str:
    """The page of a comparison.

    Parameters
    ----------
    compared : Revision or Balance
    recordings : tuple of Measurement, optional
        The new and the old file of a revision, with series: without them nothing is shown over
        time.

    Raises
    ------
    UsageError
        What draws the plots is not installed.
    """
    check_extra()
    from mixcheck.report.html.comparison import comparison_page

    return comparison_page(compared, recordings)


def check_extra() -> None:
    """Say what to install, where it is missing; quickly, so that it can be said at once.

    Raises
    ------
    UsageError
        What draws the plots is not installed.
    """
    if any(find_spec(name) is None for name in EXTRA):
        raise UsageError(
            "HTML reports need Bokeh: pip install 'mixcheck[html]', or choose another format"
        )
