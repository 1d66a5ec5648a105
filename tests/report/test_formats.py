"""Every format read back by what will read it: parsers, schemas, and the rules of GitHub's log."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.report.cases import CASES, PODCAST
from tests.report.frozen import CLEAN, MIX, found, measured

from mixcheck import AudioError, FileReport, Unreadable, metrics, render
from mixcheck.judgement import counts_as
from mixcheck.meters import finding_kinds
from mixcheck.report import FORMATS
from mixcheck.report.markdown import render_markdown
from mixcheck.report.schema import json_schema
from mixcheck.report.text import render_text
from mixcheck.report.wording import printable

SARIF = Draft202012Validator(
    json.loads((Path(__file__).parent / "sarif-2.1.0-subset.json").read_text("utf-8"))
)
REPORTS = [pytest.param(reports, id=name) for name, reports in CASES.items()]
FINDINGS = [found("clipping", 1.0), found("hum", 0.0, end_s=20.0, message="at 50 Hz")]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("reports", REPORTS)
def test_jsonl_holds_the_files_of_the_document(reports: list[FileReport]) -> None:
    document = json.loads(render(reports, "json"))
    Draft202012Validator(json_schema()).validate(document)
    assert [json.loads(line) for line in render(reports, "jsonl").splitlines()] == document["files"]


@pytest.mark.parametrize("reports", REPORTS)
def test_csv_has_a_row_a_file_and_every_metric(reports: list[FileReport]) -> None:
    table = rows(render(reports, "csv"))
    assert len(table) == len(reports)
    for row, report in zip(table, reports, strict=True):
        assert list(row) == [
            *("path", "outcome", "error", "failed", "warned"),
            *metrics(),
            *(f"findings.{code}" for code in finding_kinds()),
        ]
        assert (row["path"], row["outcome"]) == (report.path, report.outcome or "")
        if report.measurement:
            for metric in metrics():
                value = report.measurement.value(metric)
                if isinstance(value, float):
                    assert float(row[metric]) == value
                elif value is None:
                    assert row[metric] == ""


@pytest.mark.parametrize("reports", REPORTS)
def test_junit_counts_what_it_holds(reports: list[FileReport]) -> None:
    root = ElementTree.fromstring(render(reports, "junit"))
    assert root.tag == "testsuites"
    suites = list(root)
    assert [suite.get("name") for suite in suites] == [report.path for report in reports]
    for suite, report in zip(suites, reports, strict=True):
        assert {child.tag for child in suite} <= {"properties", "testcase"}
        cases = suite.findall("testcase")
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert suite.get(name) == str(sum(case.find(tag) is not None for case in cases))
        assert suite.get("tests") == str(len(cases))
        bad = [*suite.iter("failure"), *suite.iter("error")]
        assert bool(bad) == (report.outcome in ("fail", "unreadable"))
        verdicts = [one for judgement in report.judgements for one in judgement.verdicts]
        assert len(cases) == (len(verdicts) if report.measurement else 1)
        for case, verdict in zip(cases, verdicts, strict=False):
            value = case.find("properties/property[@name='value']")
            assert (value is None) == (verdict.value is None)
            assert len([child for child in case if child.tag != "properties"]) <= 1
    for name in ("tests", "failures", "errors", "skipped"):
        assert root.get(name) == str(sum(int(suite.get(name, 0)) for suite in suites))


def test_junit_tells_out_of_spec_from_unmeasured_from_unreadable() -> None:
    root = ElementTree.fromstring(render(CASES["folder"], "junit"))
    kinds = {
        suite.get("name"): {child.tag for case in suite.iter("testcase") for child in case}
        - {"properties"}
        for suite in root
    }
    assert kinds == {
        "good.wav": set(),
        "noisy.flac": {"system-out"},
        "Final Mix v7.wav": {"failure"},
        "chapter 1.mp3": {"failure"},
        "silence.wav": {"error", "skipped"},
        "takes/old take.wav": {"error"},
    }


@pytest.mark.parametrize("reports", REPORTS)
def test_sarif_is_valid_and_complete(reports: list[FileReport]) -> None:
    document = json.loads(render(reports, "sarif"))
    SARIF.validate(document)
    (run,) = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    levels = [result["level"] for result in run["results"]]
    missed = [
        counts_as(one)
        for report in reports
        for judgement in report.judgements
        for one in judgement.verdicts
    ]
    unreadable = sum(report.error is not None for report in reports)
    assert levels.count("error") == missed.count("fail") + unreadable
    assert levels.count("warning") == missed.count("warn")
    fingerprints = [result["partialFingerprints"]["mixcheck/v1"] for result in run["results"]]
    assert len(fingerprints) == len(set(fingerprints))


def test_fingerprints_stay_when_the_fault_moves() -> None:
    def fingerprints(start_s: float) -> set[str]:
        report = FileReport.of(measured(MIX, [found("clipping", start_s)]), [PODCAST])
        results = json.loads(render([report], "sarif"))["runs"][0]["results"]
        return {result["partialFingerprints"]["mixcheck/v1"] for result in results}

    assert fingerprints(1.0) == fingerprints(7.5)


@pytest.mark.parametrize("reports", REPORTS)
def test_marks_are_read_back(reports: list[FileReport]) -> None:
    findings = [
        one for report in reports if report.measurement for one in report.measurement.findings
    ]
    labels = [line.split("\t") for line in render(reports, "audacity").splitlines()]
    assert all(len(label) == 3 and float(label[0]) <= float(label[1]) for label in labels)
    assert sorted(float(label[0]) for label in labels) == sorted(one.start_s for one in findings)
    reaper = rows(render(reports, "reaper"))
    assert len(reaper) == len(rows(render(reports, "markers"))) == len(findings)
    for row in reaper:
        assert re.fullmatch(r"[MR]\d+", row["#"])
        assert re.fullmatch(r"\d\d:\d\d:\d\d\.\d{3}", row["Start"])
        assert bool(row["End"]) == bool(row["Length"]) == (row["#"][0] == "R")


def test_a_stretch_is_a_region_and_a_moment_a_marker() -> None:
    report = FileReport(measured(CLEAN, FINDINGS))
    assert [row["#"] for row in rows(render([report], "reaper"))] == ["R1", "M1"]


COMMAND = re.compile(r"::(error|warning) ((?:[a-z]+=[^,:\r\n]*,?)+)::([^\r\n]*)")


@pytest.mark.parametrize("reports", REPORTS)
def test_github_has_one_command_a_file_the_most_severe_first(reports: list[FileReport]) -> None:
    lines = render(reports, "github").splitlines()
    commands = [COMMAND.fullmatch(line) for line in lines if line.startswith("::")]
    assert all(commands)
    severities = [found[1] for found in commands if found]
    assert severities == sorted(severities)
    bad = [one for one in reports if one.outcome in ("warn", "fail", "unreadable")]
    assert len(commands) == len(bad)


def test_thousands_of_files_give_ten_commands_and_a_page_that_fits() -> None:
    reports = [*CASES["folder"] * 500]
    lines = render(reports, "github").splitlines()
    assert sum(line.startswith("::error") for line in lines) == 10
    assert sum(line.startswith("::warning") for line in lines) == 10
    assert "1991 more files" in "".join(lines)
    assert lines[-2].startswith("3000 files: 500 pass, 500 warn, 1500 fail, 500 unreadable")
    assert lines[-1].startswith("Most often: ")
    page = render_markdown(reports, most_bytes=100_000)
    assert len(page.encode()) <= 100_000
    assert re.search(r"… \d+ more files", page)
    assert page.index("UNREADABLE") < page.index("FAIL")


# What a hostile name would try.
PIECES = [
    "::error::x", "::set-output name=a::b", "##[error]x", "##vso[task.x]",
    "\x1b[31m", "\x1b]0;x\x07", "\x9b2J", "\n", "\r", "\t", "\x00", "\x7f", "\u202e", "\u2028",
    "\udcff", "%0A", "%", ",", ":", '"', "'", "&", "<script>", "]]>", "<!--", "|", "`", "*", "_",
    "[x](http://y)", "@everyone", "#1", "=cmd()", "+1", "-x", "@SUM", "--help", "$(x)", "`x`", ";",
    " ", "a", "é", "…", ".wav",
]  # fmt: skip
names = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join)


def files(name: str) -> list[FileReport]:
    error = AudioError(name, "is broken", "mend it")
    return [
        FileReport.of(measured(MIX, FINDINGS, path=name), [PODCAST]),
        FileReport(measured(CLEAN, FINDINGS, path=name)),
        FileReport(Unreadable(name, error)),
    ]


@given(name=names)
def test_no_name_moves_the_cursor_or_commands_the_job(name: str) -> None:
    reports = files(name)
    for format_name in FORMATS:
        text = render(reports, format_name)
        text.encode()  # Unicode, whatever the name
        controls = {letter for letter in text if not letter.isprintable()} - {"\n", "\t", "\u3000"}
        assert not controls, format_name
        assert "##[" not in text, format_name
        assert "##vso[" not in text, format_name
        for line in text.splitlines():
            if format_name != "github":
                assert not line.strip().startswith("::"), format_name
            elif line.startswith("::"):
                assert COMMAND.fullmatch(line)
            else:
                assert "::" not in line
    for report in reports:
        for whole in (True, False):
            text = render_text([report], detail=whole)
            assert not any(line.strip().startswith("::") for line in text.splitlines())


@given(name=names)
def test_every_format_keeps_its_shape_whatever_the_name(name: str) -> None:
    reports = files(name)
    document = json.loads(render(reports, "json"))
    spelt = name.encode("utf-8", "backslashreplace").decode()
    assert [file["path"] for file in document["files"]] == [spelt] * 3
    lines = render(reports, "jsonl").split("\n")
    assert [json.loads(line)["path"] for line in lines if line] == [spelt] * 3
    assert render(reports, "jsonl").count("\n") == 3
    root = ElementTree.fromstring(render(reports, "junit"))
    assert [suite.get("name") for suite in root] == [printable(name)] * 3
    sarif = json.loads(render(reports, "sarif"))
    SARIF.validate(sarif)
    for result in sarif["runs"][0]["results"]:
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[A-Za-z0-9%._~/-]+(://[A-Za-z0-9%._~/-]*)?", uri)
        assert unquote(uri, "utf-8", "surrogateescape") == os.path.normpath(name) or "/" in name
    for format_name in ("csv", "markers"):
        for row in rows(render(reports, format_name)):
            path = row.get("path") or row.get("file") or ""
            assert path.removeprefix("./") == printable(name)
            assert not path.startswith(("=", "+", "-", "@"))
    assert len(rows(render(reports, "csv"))) == 3
    assert len(rows(render(reports, "reaper"))) == 2 * len(FINDINGS)
    labels = render(reports, "audacity").splitlines()
    assert all(label.count("\t") == 2 for label in labels)


def cells(line: str) -> list[str]:
    """The cells of a row of a Markdown table."""
    return re.split(r"(?<!\\)\|", line)[1:-1]


@given(name=names)
def test_markdown_shows_the_name_as_text(name: str) -> None:
    lines = render(files(name), "markdown").splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == 2 + 3
    assert all(len(cells(line)) == 5 for line in table)
    for line in lines:
        bare = line.replace("<br>", "").replace("<!-- -->", "\0")
        assert "<" not in bare
        assert not re.search("@[a-z]|://", bare)
