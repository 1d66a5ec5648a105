from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cli.command import run, wav
from tests.report.cases import CLEAN_16, PODCAST
from tests.report.frozen import MIX, found, measured

from mixcheck import FileReport, Finding, UsageError
from mixcheck.baseline import Baseline

PLACES = [found("clipping", start) for start in (1.0, 5.0, 9.0)]
COUNTED = {**CLEAN_16, "clipping.clip_runs": 3}


def report(findings: Sequence[Finding] = (), **changed: object) -> FileReport:
    values = {**COUNTED, "clipping.clip_runs": len(findings), **changed}
    return FileReport.of(measured(values, findings, path="takes/a.wav"), [PODCAST])


def outcome_after(then: FileReport, now: FileReport, path: str = "baseline.json") -> str | None:
    baseline = Baseline(path)
    kept = Baseline(path, json.loads(baseline.updated([then]))["files"])
    assert now.measurement
    return FileReport.of(now.measurement, [PODCAST], kept.accepted(now)).outcome


def moved(places: Sequence[Finding], seconds: float) -> list[Finding]:
    return [
        dataclasses.replace(one, start_s=one.start_s + seconds, end_s=one.end_s + seconds)
        for one in places
    ]


def test_the_same_faults_are_accepted() -> None:
    assert report(PLACES).outcome == "fail"
    assert outcome_after(report(PLACES), report(PLACES)) == "pass"


@given(seconds=st.floats(-0.9, 0.9))
def test_a_small_shift_in_time_is_the_same_fault(seconds: float) -> None:
    assert outcome_after(report(PLACES), report(moved(PLACES, seconds))) == "pass"


@pytest.mark.parametrize(
    "now",
    [
        [*PLACES, found("clipping", 20.0)],
        [*PLACES, found("clipping", 5.3)],
        moved(PLACES, 2.0),
        [dataclasses.replace(PLACES[0], end_s=2.0), *PLACES[1:]],
        [dataclasses.replace(PLACES[0], channels=(1,)), *PLACES[1:]],
        [*PLACES, found("dropout", 30.0)],
    ],
    ids=["elsewhere", "beside another", "moved far", "longer", "other channel", "other code"],
)
def test_new_and_worse_faults_count(now: list[Finding]) -> None:
    assert outcome_after(report(PLACES), report(now)) == "fail"


@pytest.mark.parametrize(
    ("then_s", "now_s", "outcome"),
    [(0.005, 0.006, "pass"), (0.005, 0.008, "fail"), (0.005, 0.05, "fail"),
     (0.06, 0.07, "pass"), (0.06, 0.08, "fail"), (4.0, 4.9, "pass"), (4.0, 5.1, "fail")],
)  # fmt: skip
def test_a_quarter_longer_is_worse_however_short(then_s: float, now_s: float, outcome: str) -> None:
    before, after = (report([found("dropout", 1.5, end_s=1.5 + s)]) for s in (then_s, now_s))
    assert outcome_after(before, after) == outcome


@given(seconds=st.floats(-0.9, 0.9))
def test_a_small_shift_of_faults_that_lie_close_together(seconds: float) -> None:
    places = [found("clipping", 2.0 + start) for start in range(30)]
    assert outcome_after(report(places), report(moved(places, seconds))) == "pass"


def test_what_lies_nearest_is_the_same() -> None:
    """A new fault before an old one is the new one."""
    new = found("clipping", 8.5)
    now = report([*PLACES, new])
    kept = Baseline("b.json", json.loads(Baseline("b.json").updated([report(PLACES)]))["files"])
    assert [one for one, _ in kept.accepted(now).findings] == PLACES


def test_fewer_faults_pass() -> None:
    assert outcome_after(report(PLACES), report(PLACES[1:])) == "pass"


def test_more_beyond_those_listed_count() -> None:
    then = report(PLACES, **{"clipping.clip_runs": 500})
    assert outcome_after(then, report(PLACES, **{"clipping.clip_runs": 500})) == "pass"
    assert outcome_after(then, report(PLACES, **{"clipping.clip_runs": 501})) == "fail"


@pytest.mark.parametrize(
    ("lufs", "outcome"), [(-12.6, "pass"), (-13.9, "pass"), (-12.55, "pass"), (-12.3, "fail")]
)
def test_a_limit_may_be_missed_by_as_much(lufs: float, outcome: str) -> None:
    then = report(**{"loudness.integrated_lufs": -12.6})
    now = report(**{"loudness.integrated_lufs": lufs})
    assert then.outcome == now.outcome == "fail"
    assert outcome_after(then, now) == outcome


@pytest.mark.parametrize(
    ("unit", "then", "now", "outcome"),
    [
        ("dBFS", -50.0, -49.5, "pass"),
        ("dBFS", -50.0, -45.0, "fail"),
        ("dBFS", -50.0, -60.0, "pass"),
        ("dB", -4.0, -6.0, "fail"),
        ("dB", -4.0, -3.0, "pass"),
        ("bit", 16.0, 12.0, "fail"),
        ("FS", 0.02, -0.2, "fail"),
        ("FS", 0.02, 0.03, "fail"),
        ("FS", 0.02, 0.021, "pass"),
        ("samples", 3.0, 6.0, "fail"),
        ("samples", 3.0, 4.0, "pass"),
        ("Hz", 16_000.0, 11_000.0, "fail"),
        ("Hz", 11_000.0, 16_000.0, "pass"),
    ],
)
def test_a_louder_fault_is_worse(unit: str, then: float, now: float, outcome: str) -> None:
    before, after = (report([found("clipping", value=v, unit=unit)]) for v in (then, now))
    assert outcome_after(before, after) == outcome


def test_another_file_is_not_accepted() -> None:
    baseline = Baseline("baseline.json")
    other = FileReport.of(measured(MIX, PLACES, path="takes/b.wav"), [PODCAST])
    kept = Baseline("baseline.json", json.loads(baseline.updated([report(PLACES)]))["files"])
    assert kept.accepted(other).findings == ()


def test_files_that_were_not_checked_keep_their_entry_and_gone_ones_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kept = tmp_path / "takes" / "a.wav"
    kept.parent.mkdir()
    kept.touch()
    first = Baseline("b.json", json.loads(Baseline("b.json").updated([report(PLACES)]))["files"])
    other = FileReport.of(measured(MIX, PLACES, path="takes/b.wav"), [PODCAST])
    both = json.loads(first.updated([other]))["files"]
    assert list(both) == ["takes/a.wav", "takes/b.wav"]
    assert list(json.loads(first.updated([report()]))["files"]) == []
    kept.unlink()
    assert list(json.loads(first.updated([other]))["files"]) == ["takes/b.wav"]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"baseline_version": 2, "files": {}}', '{"baseline_version": 1, "files": []}',
     '{"baseline_version": 1, "files": {"a": {}}}',
     '{"baseline_version": 1, "files": {"a": {"limits": {}, "counts": {}, "findings": [{}]}}}',
     "[" * 100_000],
)  # fmt: skip
def test_what_is_no_baseline_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "b.json"
    path.write_text(text)
    with pytest.raises(UsageError, match="is no baseline"):
        Baseline.load(str(path))


def test_what_could_not_be_measured_is_never_accepted(tmp_path: Path) -> None:
    """Silence has no loudness: its limit stays missed, whatever the baseline holds."""
    path, known = tmp_path / "silence.wav", tmp_path / "known.json"
    path.write_bytes(wav(np.zeros(5 * 44_100)))
    words = ("check", "-p", "ebu-r128", "--ignore", "silent-channel", path, "--baseline", known)
    run(*words, "--update-baseline")
    assert run(*words).exit_code == 1
