"""Pages that are made of sections: words, tables and plots, one after another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mixcheck import __version__
from mixcheck.measurement import ANALYSIS_VERSION
from mixcheck.report.html.assets import asset, bokeh_script, policy
from mixcheck.report.html.page import drawn
from mixcheck.report.html.plots import Plot
from mixcheck.report.html.templating import environment
from mixcheck.report.html.words import WORDS, safe


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of a row is its heading.

    Parameters
    ----------
    caption : str
    heads : sequence of str
    rows : sequence of sequence of str
        A cell that is a word of an outcome or a severity is coloured so.
    """

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page; one with nothing in it is left out."""

    name: str
    title: str
    words: Sequence[str] = ()
    tables: Sequence[Table] = ()
    plots: Sequence[Plot] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it has nothing to say."""
        return not (self.words or any(table.rows for table in self.tables) or self.plots)


def sections_page(title: str, outcome: str, headline: str, sections: Sequence[Section]) -> str:
    """A self-contained page."""
    shown = [section for section in sections if not section.is_empty]
    drawing, plots = drawn({section.name: list(section.plots) for section in shown})
    scripts = [bokeh_script(), drawing, asset("page.js")] if drawing else []
    template = environment().get_template("sections.html")
    return template.render(
        title=safe(title),
        outcome=outcome,
        word=WORDS[outcome],
        headline=safe(headline),
        sections=[(section, plots[section.name]) for section in shown],
        safe=safe,
        version=__version__,
        analysis_version=ANALYSIS_VERSION,
        style=Markup(asset("page.css")),
        scripts=[Markup(text) for text in scripts],
        policy=policy(scripts),
    )
