"""The rows of the package's tables, and what is not in them."""

from __future__ import annotations

import dataclasses

import pytest

from mixcheck.conformance import Check, opinion_checks, table_checks

CHECKS = list(table_checks())
SYNTHESISED = {  # cases of the documents that need no recording
    "EBU Tech 3341 v4": {str(number) for number in range(1, 24)} - {"7", "8"},
    "EBU Tech 3342 v4": {"1", "2", "3", "4"},
}


def name_of(check: Check) -> str:
    part = "" if check.part is None else f"-part-{check.part}"
    return f"{check.document}-{check.case}-{check.sample_rate_hz}-hz{part}".replace(" ", "-")


@pytest.mark.parametrize("check", CHECKS, ids=map(name_of, CHECKS))
def test_meets_the_standard(check: Check) -> None:
    result = check.run()
    assert result.outcome == "pass", result
    assert result.margin is not None
    assert result.margin >= min(check.plus, check.minus) / 2 or check.note


@pytest.mark.parametrize("document", SYNTHESISED)
def test_every_case_that_can_be_synthesised_is(document: str) -> None:
    cases = {check.case.split("-")[0] for check in CHECKS if check.document == document}
    assert cases == SYNTHESISED[document]


@pytest.mark.parametrize("number", range(15, 24))
def test_true_peak_cases_are_checked_at_every_usual_rate(number: int) -> None:
    rates = {check.sample_rate_hz for check in CHECKS if check.case == str(number)}
    assert {44_100, 48_000, 88_200, 96_000, 192_000} <= rates


def test_pyloudnorm_agrees() -> None:
    checks = list(opinion_checks())
    assert {check.run().outcome for check in checks} == {"pass"}


def test_loudness_that_is_not_constant_fails() -> None:
    """Case 9 with one of its parts a tenth shorter: its greatest value alone would not tell."""
    for case, steps in (
        ("9-least", [[1.34, -20.0], [1.66, -30.0], [1.2, -20.0], [1.8, -30.0]]),
        ("12-least", [[0.18, -20.0], [0.22, -30.0], [0.16, -20.0], [0.24, -30.0]]),
    ):
        (right,) = (check for check in CHECKS if check.case == case)
        source = {"kind": "steps", "steps": steps, "repeat": 4}
        assert dataclasses.replace(right, source=source).run().outcome == "fail"
        greatest = right.metric.replace("min_", "max_")
        whole = dataclasses.replace(right, source=source, metric=greatest)
        assert whole.run().outcome == "pass"


def test_a_wrong_expectation_fails() -> None:
    (right, *_) = (check for check in CHECKS if check.case == "1-integrated")
    wrong = Check(
        right.document, right.case, right.clause, right.metric,
        expected=-23.3, plus=0.1, minus=0.1, sample_rate_hz=48_000, source=right.source,
    )  # fmt: skip
    assert wrong.run().outcome == "fail"
