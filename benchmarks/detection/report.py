"""The tables, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from alarms import Alarms
from contenders import COVERS
from scoring import Score

Scores = Mapping[tuple[str, str, str], Mapping[str, Score]]  # defect, grade, code; contender


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def recall_table(scores: Scores) -> str:
    head = ("defect", "grade", "places", "contender", "recall", "precision", "F1", "error, ms")
    rows = []
    for (defect, grade, code), by_contender in scores.items():
        for contender, score in by_contender.items():
            if contender != "mixcheck" and code not in COVERS[contender]:
                continue
            count = str(score.hits + score.misses)
            rows.append((defect, grade, count, contender, *_figures(score)))
    return table(head, rows)


def f1_table(scores: Scores) -> str:
    """Each code over all its grades, by contender."""
    totals: dict[str, dict[str, Score]] = {}
    for (_, _, code), by_contender in scores.items():
        for contender, score in by_contender.items():
            if contender == "mixcheck" or code in COVERS[contender]:
                by_code = totals.setdefault(code, {})
                by_code[contender] = by_code.get(contender, Score()) + score
    names = sorted({name for by_code in totals.values() for name in by_code}, reverse=True)
    rows = [
        (code, *(f"{by_code[name].f1:.2f}" if name in by_code else "" for name in names))
        for code, by_code in totals.items()
    ]
    return table(("code", *names), rows)


def _figures(score: Score) -> tuple[str, ...]:
    error = score.error_s
    return (
        f"{score.recall:.3f}",
        f"{score.precision:.3f}",
        f"{score.f1:.3f}",
        "" if error is None else f"{1000 * error:.1f}",
    )


def alarm_table(alarms: Mapping[str, Alarms]) -> str:
    head = (
        "material",
        "hours",
        "files",
        "errors an hour",
        "warnings an hour",
        "strictly",
        "stated facts",
    )
    rows = [
        (
            name,
            f"{one.hours:.2f}",
            str(one.files),
            f"{one.rate('error'):.2f}",
            f"{one.rate('warning'):.2f}",
            f"{one.rate('error', strictly=True):.2f} + {one.rate('warning', strictly=True):.2f}",
            ", ".join(f"{code} {count}" for (_, code), count in sorted(one.facts.items()))
            or "none",
        )
        for name, one in alarms.items()
    ]
    return table(head, rows)
