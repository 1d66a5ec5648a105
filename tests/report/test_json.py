from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.report.cases import CASES, PODCAST
from tests.report.frozen import CLEAN, MIX, found, measured

import mixcheck
from mixcheck import FileReport
from mixcheck.report import Summary
from mixcheck.report.schema import json_schema

VALIDATOR = Draft202012Validator(json_schema())


def no_constant(name: str) -> None:
    raise AssertionError(f"{name} in JSON")


def document(reports: list[FileReport]) -> dict[str, Any]:
    parsed = json.loads(mixcheck.render(reports, "json"), parse_constant=no_constant)
    assert isinstance(parsed, dict)
    return parsed


def shape(value: Any) -> Any:
    """Keys all the way down; what stands in lists and under reasons is left out."""
    if not isinstance(value, dict):
        return None
    return {key: None if key == "reasons" else shape(inside) for key, inside in value.items()}


def test_schema_is_one() -> None:
    Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("case", CASES)
def test_validates(case: str) -> None:
    VALIDATOR.validate(document(CASES[case]))


@pytest.mark.parametrize(
    "path",
    [
        ("summary", "passed"),
        ("files", 0, "outcome"),
        ("files", 0, "measurement", "loudness", "integrated_lufs"),
        ("files", 0, "measurement", "loudness", "reasons"),
        ("files", 0, "findings", 0, "confidence"),
        ("files", 0, "verdicts", 0, "margin"),
        ("files", 0, "format", "codec"),
    ],
    ids=lambda path: str(path[-1]),
)
def test_schema_refuses_what_is_missing_unknown_or_of_another_type(path: tuple[Any, ...]) -> None:
    *way, last = path
    whole = document(CASES["failed"])
    for change in ("missing", "unknown", "type"):
        broken = copy.deepcopy(whole)
        holder = broken
        for key in way:
            holder = holder[key]
        if change == "missing":
            del holder[last]
        elif change == "unknown":
            holder["extra"] = 1
        else:
            holder[last] = [["no"]]
        assert not VALIDATOR.is_valid(broken), change


def test_shape_does_not_depend_on_what_was_found() -> None:
    clean = FileReport.of(measured(CLEAN), [PODCAST])
    shapes = [shape(document([one])["files"][0]) for one in (clean, *CASES["folder"][:-1])]
    assert all(one == shapes[0] for one in shapes)
    found_one = document(CASES["failed"])["files"][0]
    for key in ("findings", "verdicts"):
        assert len({tuple(one) for one in found_one[key]}) == 1
    unreadable = document(CASES["unreadable"])["files"][0]
    assert list(unreadable) == list(found_one)


def test_keys_of_the_design() -> None:
    whole = document(CASES["failed"])
    assert set(whole) == {
        "schema_version", "mixcheck_version", "analysis_version", "method", "files", "set",
        "summary",
    }  # fmt: skip
    assert whole["schema_version"] == mixcheck.SCHEMA_VERSION == 1
    assert whole["mixcheck_version"] == mixcheck.__version__
    (file,) = whole["files"]
    assert set(file) == {
        "path", "outcome", "error", "format", "measurement", "findings", "verdicts",
        "predictions", "accepted",
    }  # fmt: skip
    assert {"code", "severity", "start_s", "end_s", "channels", "value", "unit", "confidence",
            "message"} == set(file["findings"][0])  # fmt: skip
    assert {"profile", "metric", "value", "min", "max", "outcome", "margin", "source",
            "advice"} <= set(file["verdicts"][0])  # fmt: skip
    assert {"container", "codec", "sample_rate_hz", "channels", "frames", "duration_s",
            "bit_depth"} <= set(file["format"])  # fmt: skip


def test_numbers_are_not_rounded() -> None:
    exact = -14.123456789012345
    file = document([FileReport.of(measured({**MIX, "loudness.integrated_lufs": exact}))])["files"]
    assert file[0]["measurement"]["loudness"]["integrated_lufs"] == exact


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_refused(number: float) -> None:
    report = FileReport.of(measured({**MIX, "stereo.correlation": number}))
    with pytest.raises(ValueError, match="JSON compliant"):
        mixcheck.render([report], "json")


def test_summary_counts_every_file_once() -> None:
    whole = document(CASES["folder"])
    assert whole["summary"] == {
        "files": 6, "passed": 1, "warned": 1, "failed": 3, "unreadable": 1,
    }  # fmt: skip
    assert [file["outcome"] for file in whole["files"]] == [
        "pass", "warn", "fail", "fail", "fail", "unreadable",
    ]  # fmt: skip
    assert Summary.of([]) == Summary(0, 0, 0, 0, 0)


def test_unreadable_file_says_why() -> None:
    (file,) = document(CASES["unreadable"])["files"]
    assert "old take.wav: is empty" in file["error"]
    assert (file["format"], file["measurement"]) == (None, None)


def test_text_is_kept() -> None:
    message = 'ü 日 "quoted" \\ \t'
    report = FileReport.of(measured(findings=[found("hum", message=message)], path="日本.wav"))
    (file,) = document([report])["files"]
    assert (file["path"], file["findings"][0]["message"]) == ("日本.wav", message)


def test_outcome_over_profiles_is_the_worst() -> None:
    reports = [FileReport.of(measured(CLEAN), [mixcheck.load_profile(name), PODCAST])
               for name in ("general", "spotify")]  # fmt: skip
    assert [report.outcome for report in reports] == ["fail", "fail"]  # -14 LUFS is no podcast
    verdicts = document(reports)["files"][1]["verdicts"]
    assert {verdict["profile"] for verdict in verdicts} == {"spotify", "podcast"}
