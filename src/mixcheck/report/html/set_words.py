"""What the index says of files that are a set: the whole, its spreads, and the odd ones out."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from mixcheck.report.checks import set_checks
from mixcheck.report.html.words import WORDS, safe
from mixcheck.report.model import SetReport
from mixcheck.report.sets import TOLD, set_line
from mixcheck.report.wording import display
from mixcheck.sets import Spread, set_metrics
from mixcheck.units import format_number


@dataclass(frozen=True, slots=True)
class SetWords:
    """A set as rows and sentences for the template.

    Parameters
    ----------
    outcome, word, line : str
        What came of it, and what it is.
    numbers : sequence of (str, str)
        Label and value of the whole.
    checks : sequence of (str, str, str)
        Outcome, profile and sentence of each limit on the whole.
    spreads : sequence of sequence of str
        Trait, least, median, most, and the files at the ends.
    odd : sequence of (str, str)
        Why, and what to do.
    """

    outcome: str
    word: str
    line: str
    numbers: Sequence[tuple[str, str]]
    checks: Sequence[tuple[str, str, str]]
    spreads: Sequence[Sequence[str]]
    odd: Sequence[tuple[str, str]]

    @classmethod
    def of(cls, whole: SetReport) -> SetWords:
        """The words for a set."""
        recordings, described = whole.recordings, set_metrics()
        values = [(metric, recordings.value(metric)) for metric in TOLD]
        return cls(
            outcome=whole.outcome,
            word=WORDS[whole.outcome],
            line=safe(set_line(whole)),
            numbers=[
                (described[metric].label, display(value, described[metric]))
                for metric, value in values
                if value is not None
            ],
            checks=[
                (one.outcome, one.verdict.profile, safe(one.sentence)) for one in set_checks(whole)
            ],
            spreads=[_spread_row(one) for one in recordings.spreads],
            odd=[(safe(one.message), one.do) for one in recordings.odd],
        )


def _spread_row(one: Spread) -> Sequence[str]:
    numbers = [format_number(n, 1) for n in (one.lowest, one.median, one.highest)]
    ends = [safe(os.path.basename(path)) for path in (one.lowest_path, one.highest_path)]
    return [f"{one.label}, {one.unit}", *numbers, *ends]
