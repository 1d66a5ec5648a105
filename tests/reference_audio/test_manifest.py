"""The reference recordings through the real command line, against what the manifest says."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import soundfile
from jsonschema import Draft202012Validator

import mixcheck
from mixcheck.meters import finding_kinds
from mixcheck.report.schema import json_schema

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "reference_audio"
RECORDINGS = {
    entry["name"]: entry
    for entry in tomllib.loads((FOLDER / "manifest.toml").read_text("utf-8"))["file"]
}
METRICS = [
    pytest.param(name, metric, about, id=f"{name}-{metric}")
    for name, entry in RECORDINGS.items()
    for metric, about in entry["metrics"].items()
]
EVENTS = [
    pytest.param(name, code, id=f"{name}-{code}")
    for name, entry in RECORDINGS.items()
    for code in sorted({event["code"] for event in entry.get("event", ())})
]
SLACK_S = 0.02
AUDIO_SUFFIXES = {".flac", ".wav"}


@cache
def checked() -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "mixcheck_cli", "check", "-f", "json", str(FOLDER)]
    ran = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert ran.stderr == ""
    return ran.returncode, json.loads(ran.stdout)


@cache
def reports() -> Mapping[str, dict[str, Any]]:
    return {Path(file["path"]).name: file for file in checked()[1]["files"]}


def codes(report: dict[str, Any], *severities: str) -> set[str]:
    return {item["code"] for item in report["findings"] if item["severity"] in severities}


def test_every_file_is_listed_and_reported() -> None:
    on_disk = {file.name for file in FOLDER.iterdir() if file.suffix in AUDIO_SUFFIXES}
    assert on_disk == set(RECORDINGS) == set(reports())


def test_manifest_has_known_words_only() -> None:
    for name, entry in RECORDINGS.items():
        named = {*entry["findings"], *entry.get("consequences", ()), *entry.get("info", ())}
        named |= {event["code"] for event in entry.get("event", ())}
        assert named <= set(finding_kinds()), name
        assert set(entry["metrics"]) <= set(mixcheck.metrics()), name


def test_whole_run() -> None:
    status, document = checked()
    assert status == 1
    Draft202012Validator(json_schema()).validate(document)
    outcomes = [entry["outcome"] for entry in RECORDINGS.values()]
    assert document["summary"] == {
        "files": len(RECORDINGS),
        "passed": outcomes.count("pass"),
        "warned": outcomes.count("warn"),
        "failed": outcomes.count("fail"),
        "unreadable": 0,
    }


@pytest.mark.parametrize(("name", "metric", "about"), METRICS)
def test_metric(name: str, metric: str, about: dict[str, Any]) -> None:
    group, _, field = metric.partition(".")
    value = reports()[name]["measurement"][group][field]
    assert value == pytest.approx(about["value"], abs=about["tolerance"] + 1e-9, rel=0)


@pytest.mark.parametrize("name", RECORDINGS)
def test_outcome(name: str) -> None:
    assert reports()[name]["outcome"] == RECORDINGS[name]["outcome"]


@pytest.mark.parametrize("name", RECORDINGS)
def test_findings(name: str) -> None:
    entry, report = RECORDINGS[name], reports()[name]
    required = set(entry["findings"])
    faults = codes(report, "warning", "error")
    assert required <= faults <= required | set(entry.get("consequences", ()))
    assert codes(report, "info") == set(entry.get("info", ()))


@pytest.mark.parametrize(("name", "code"), EVENTS)
def test_events(name: str, code: str) -> None:
    events = [event for event in RECORDINGS[name]["event"] if event["code"] == code]
    places = [item for item in reports()[name]["findings"] if item["code"] == code]

    def meet(event: dict[str, Any], place: dict[str, Any]) -> bool:
        return bool(
            place["start_s"] <= event["end_s"] + SLACK_S
            and place["end_s"] >= event["start_s"] - SLACK_S
            and set(place["channels"]) <= set(event["channels"])
        )

    def inside(event: dict[str, Any], place: dict[str, Any]) -> bool:
        return bool(
            place["start_s"] >= event["start_s"] - SLACK_S
            and place["end_s"] <= event["end_s"] + SLACK_S
        )

    assert [event for event in events if not any(meet(event, one) for one in places)] == []
    assert [one for one in places if not any(inside(event, one) for event in events)] == []


def test_made_again_the_samples_are_the_same(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, str(FOLDER / "make.py"), str(tmp_path)], capture_output=True, text=True
    )
    made = dict(reversed(line.split("  ")[:2]) for line in ran.stdout.splitlines())  # type: ignore[arg-type]
    assert made == {name: entry["sha256"] for name, entry in RECORDINGS.items()}, ran.stderr
    assert ran.returncode == 0


@pytest.mark.parametrize("name", RECORDINGS)
def test_digest_of_the_file_on_disk(name: str) -> None:
    path = FOLDER / name
    kind = "float32" if soundfile.info(path).subtype == "FLOAT" else "int32"
    samples, _ = soundfile.read(path, dtype=kind)
    little = samples.astype("<f4" if kind == "float32" else "<i4")
    assert hashlib.sha256(little.tobytes()).hexdigest() == RECORDINGS[name]["sha256"]
