"""The conformance table, as text and as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from itertools import groupby

from mixcheck import __version__
from mixcheck.conformance import Check, Result
from mixcheck.measurement import ANALYSIS_VERSION, SCHEMA_VERSION
from mixcheck.report.wording import paragraph
from mixcheck.units import format_number

WORDS = {"pass": "pass", "fail": "FAIL", "absent": "absent"}

Checked = tuple[Check, Result]


def render_selftest(checked: Sequence[Checked]) -> str:
    """A line for each case and rate; of a case in parts, the one with the least margin."""
    lines = []
    for document, group in groupby(checked, key=lambda one: one[0].document):
        lines += [document, *_table(list(group)), ""]
    counts = {word: sum(result.outcome == word for _, result in checked) for word in WORDS}
    told = ", ".join(f"{count} {WORDS[word]}" for word, count in counts.items() if count)
    return "\n".join([*lines, f"{len(checked)} checks: {told}"]) + "\n"


def _table(checked: Sequence[Checked]) -> Iterator[str]:
    yield f"  {'clause and case':<28} {'expected':>16} {'measured':>10} {'margin':>8}"
    clause = None
    for _, group in groupby(checked, key=lambda one: (one[0].case, one[0].sample_rate_hz)):
        parts = list(group)
        check, result = min(parts, key=_by_margin)
        if check.clause != clause:
            clause = check.clause
            yield paragraph("  ", clause)
        yield _line(check, result)
        if len(parts) > 1:
            yield f"      the worst of {len(parts)} parts"
        if check.note:
            yield paragraph("      ", check.note)


def _by_margin(one: Checked) -> float:
    return float("-inf") if one[1].margin is None else one[1].margin


def _line(check: Check, result: Result) -> str:
    rate = f" {check.sample_rate_hz / 1000:g}k" if check.sample_rate_hz != 48_000 else ""
    decimals = 3 if check.plus < 0.1 else 2
    tolerance = (
        f"±{check.plus:g}" if check.plus == check.minus else f"+{check.plus:g}-{check.minus:g}"
    )
    expected = f"{format_number(check.expected, decimals)} {tolerance}"
    measured = "–" if result.measured is None else format_number(result.measured, decimals)
    margin = "–" if result.margin is None else format_number(result.margin, decimals)
    start = f"    {check.case + rate:<26} {expected:>16} {measured:>10} {margin:>8}"
    return f"{start} {check.unit:<5} {WORDS[result.outcome]}"


def selftest_json(checked: Sequence[Checked]) -> str:
    """One JSON document, every check with its clause."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "mixcheck_version": __version__,
        "analysis_version": ANALYSIS_VERSION,
        "checks": [_object(check) | dataclasses.asdict(result) for check, result in checked],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _object(check: Check) -> dict[str, object]:
    described = {field.name: getattr(check, field.name) for field in dataclasses.fields(check)}
    del described["source"]
    return described | {"unit": check.unit}
