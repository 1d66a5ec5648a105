"""HTML: a page to look at, self-contained, that needs no network.

What draws the plots is imported when a page is made, and not before.
"""

from __future__ import annotations

from collections.abc import Sequence

from mixcheck.report.model import FileReport


def render_html(reports: Sequence[FileReport]) -> str:
    """The page of one file, or an index of several without pages of their own.

    Raises
    ------
    UsageError
        What draws the plots is not installed.
    """
    from mixcheck.report.html.assets import needs_extra

    with needs_extra():
        from mixcheck.report.html.page import file_page

    return file_page(reports[0])
