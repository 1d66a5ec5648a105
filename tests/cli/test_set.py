"""``--set album`` through the command line, in every format."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator
from tests.cli.command import document, run, tone, wav

from mixcheck.report.schema import json_schema

LEVELS = (-20.0, -20.3, -19.8, -13.0, -20.1)


@pytest.fixture
def album(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Five tracks, of which the fourth is 7 dB louder and has another rate."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "album").mkdir()
    for number, level in enumerate(LEVELS, 1):
        rate = 48_000 if number == 4 else 44_100
        content = wav(tone(4.0, peak_dbfs=level), rate=rate)
        (tmp_path / "album" / f"{number:02d}.wav").write_bytes(content)
    return tmp_path


@pytest.mark.usefixtures("album")
def test_text_names_the_odd_one_after_the_files() -> None:
    ran = run("check", "album", "--set", "album")
    lines = ran.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[6].startswith("WARN  album, album of 5 files")
    told = " ".join(ran.stdout.split())
    assert "04.wav: 7.2 LU louder than the median of the set (-23.0 LUFS)" in told
    assert "04.wav: sample rate 48000 Hz, most of the set 44100 Hz" in told
    assert ran.exit_code == 0
    assert run("check", "album", "--set", "album", "--fail-on", "warning").exit_code == 1


@pytest.mark.usefixtures("album")
def test_json_holds_the_set() -> None:
    whole = document("check", "album", "--set", "album", "-p", "aes77-album")
    Draft202012Validator(json_schema()).validate(whole)
    found = whole["set"]
    assert (found["kind"], found["path"], found["files"]) == ("album", "album", 5)
    assert {one["path"] for one in found["odd"]} == {"album/04.wav"}
    assert [one["metric"] for one in found["verdicts"]] == ["set.max_integrated_lufs"]
    loudest = max(file["measurement"]["loudness"]["integrated_lufs"] for file in whole["files"])
    assert found["measurement"]["max_integrated_lufs"] == loudest
    assert document("check", "album")["set"] is None


@pytest.mark.usefixtures("album")
def test_every_other_format_has_the_set_where_it_has_room() -> None:
    def printed(name: str) -> str:
        return run("check", "album", "--set", "album", "-f", name).stdout

    whole = document("check", "album", "--set", "album")["set"]
    *files, last = (json.loads(line) for line in printed("jsonl").splitlines())
    assert (len(files), last) == (5, {"set": whole})
    row = list(csv.DictReader(io.StringIO(printed("csv"))))[-1]
    assert (row["path"], row["outcome"]) == ("album", "album: warn")
    assert float(row["loudness.integrated_lufs"]) == whole["measurement"]["integrated_lufs"]
    assert "7.2 LU louder" in row["warned"]
    assert "04.wav: 7.2 LU louder" in printed("markdown")
    suite = ElementTree.fromstring(printed("junit")).findall("testsuite")[-1]
    assert suite.get("name") == "album: album"
    assert "7.2 LU louder" in (suite.findtext("testcase/system-out") or "")
    results = json.loads(printed("sarif"))["runs"][0]["results"]
    assert {one["ruleId"] for one in results} >= {"unlike-the-others"}
    github = printed("github")
    assert "::warning title=mixcheck%3A album album::" in github
    assert "7.2 LU louder" in github
    assert "louder" not in printed("audacity") + printed("reaper") + printed("markers")


@pytest.mark.usefixtures("album")
def test_processes_and_the_cache_give_the_same_set() -> None:
    def whole(*options: str) -> Any:
        return document("measure", "album", "--set", "album", *options)["set"]

    assert whole("-j1", "--no-cache") == whole("-j2", "--no-cache") == whole("-j1") == whole("-j1")


def test_what_cannot_be_read_is_left_out_and_told(album: Path) -> None:
    (album / "album" / "06.wav").write_bytes(b"")
    ran = run("check", "album", "--set", "album")
    assert ran.exit_code == 3
    assert "album of 5 files" in ran.stdout


def rows(index: Path) -> dict[str, str]:
    """Rows of an index, by the name of the file."""
    parts = index.read_text("utf-8").rpartition('<table id="files">')[2].split("<tr ")[1:]
    return {name: part for part in parts for name in re.findall(r"(\d\d\.wav)</a>", part)}


def test_the_index_of_pages_has_the_set(album: Path) -> None:
    pytest.importorskip("bokeh", reason="needs mixcheck[html]")
    whole = document("check", "album", "--set", "album", "-p", "aes77-album")["set"]
    run("check", "album", "--set", "album", "-p", "aes77-album", "-q", "-o", "album.html")
    shown = html.unescape((album / "album.html").read_text("utf-8"))
    assert f"{whole['measurement']['integrated_lufs']:.1f} LUFS" in shown
    assert "aes77-album: Loudest file" in shown
    for trait in whole["spreads"]:
        assert f"{trait['label']}, {trait['unit']}" in shown
    assert {one["path"] for one in whole["odd"]} == {"album/04.wav"}
    for one in whole["odd"]:
        assert one["message"] in shown
        assert one["do"] in shown


def test_files_that_are_no_set_are_odd_by_the_same_rule(album: Path) -> None:
    pytest.importorskip("bokeh", reason="needs mixcheck[html]")
    whole = document("check", "album", "--set", "album")["set"]
    run("check", "album", "-q", "-o", "plain.html")
    assert "The set as a whole" not in (album / "plain.html").read_text("utf-8")
    found = rows(album / "plain.html")
    assert [name for name, row in found.items() if "data-odd" in row] == ["04.wav"]
    for one in whole["odd"]:
        assert html.escape(one["message"].partition(": ")[2]) in found["04.wav"]
