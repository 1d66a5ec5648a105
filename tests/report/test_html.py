"""The page without a browser: its numbers, its size, and what hostile text can do to it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import subprocess
import sys
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from tests.cli.command import document, run
from tests.report.cases import CASES
from tests.signals import RATE, Signal, noise, programme

import mixcheck
from mixcheck import FileReport, Finding, Limit, Profile, measure_array, metrics
from mixcheck.report.checks import checks
from mixcheck.report.wording import display

HOSTILE = (
    "</script><script>alert(1)</script>\"onload='alert(2)'<img src=x onerror=alert(3)>&lt;\x1b[2J"
)


class Elements(HTMLParser):
    """What a browser would make of a page: its elements, and the text outside of scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.data: list[tuple[str, str, str]] = []  # metric, value, text
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        tag, attributes = self.tags[-1] if self.tags else ("", {})
        if tag == "data" and attributes.get("data-metric") and not attributes.get("seen"):
            attributes["seen"] = "yes"
            metric, value = attributes["data-metric"], attributes["value"]
            self.data.append((str(metric), str(value), data))
        if tag not in ("script", "style"):
            self.text += data


def report_of(samples: Signal, *profiles: str, rate: int = RATE) -> FileReport:
    measurement = measure_array(samples, rate, name="mix.wav", series=True)
    return FileReport.of(measurement, [mixcheck.load_profile(name) for name in profiles])


def page_of(report: FileReport) -> str:
    return mixcheck.render([report], "html")


def scripts_in(page: str) -> list[str]:
    return re.findall(r"<script>", page, re.IGNORECASE)


def test_numbers_are_those_of_the_json_to_the_printed_digit() -> None:
    report = report_of(programme(9.0), "spotify", "ebu-r128")
    told = json.loads(mixcheck.render([report], "json"))["files"][0]
    shown = Elements(page_of(report)).data
    assert {metric for metric, _, _ in shown} == set(metrics())
    limits = {verdict["metric"] for verdict in told["verdicts"]} & set(metrics())
    for metric, value, text in shown:
        group, _, name = metric.partition(".")
        holder = told["format"] if group == "format" else told["measurement"][group]
        assert json.loads(value) == holder[name], metric
        if metric not in limits:  # there, digits are added until value and limit differ
            number = holder[name]
            expected = display(tuple(number) if isinstance(number, list) else number,
                               metrics()[metric])  # fmt: skip
            assert text == expected, metric


@pytest.mark.parametrize(
    "samples",
    [
        pytest.param(programme(0.2)[:1], id="mono-too-short-for-loudness"),
        pytest.param(np.zeros((2, 3 * RATE)), id="silence"),
        pytest.param(noise(1, 2.0, 6) * 0.05, id="surround"),
        pytest.param(np.full((1, 1), 0.5), id="one-frame"),
        pytest.param(np.stack([programme(4.0)[0], np.zeros(4 * RATE)]), id="one-silent-channel"),
        pytest.param(noise(2, 1.0, 40) * 0.01, id="forty-channels"),
    ],
)
def test_a_page_for_whatever_was_measured(samples: Signal) -> None:
    elements = Elements(page_of(report_of(samples, "general")))
    assert [tag for tag, _ in elements.tags].count("h1") == 1


@pytest.mark.parametrize("case", CASES)
def test_pages_without_series_tell_the_same_without_plots(case: str) -> None:
    page = mixcheck.render(CASES[case], "html")
    elements = Elements(page)
    assert "Bokeh" not in page
    for report in CASES[case]:
        if report.measurement is None:
            assert "Unreadable" in elements.text


def hostile_report() -> FileReport:
    measurement = report_of(programme(1.0)).measured
    assert isinstance(measurement, mixcheck.Measurement)
    finding = Finding("click", "error", 0.1, 0.2, (0,), 1.0, HOSTILE, 1.0, HOSTILE)
    limit = Limit(metric="format.codec", source=HOSTILE, one_of=(HOSTILE,), do=HOSTILE)
    profile = Profile(name=HOSTILE, title=HOSTILE, checked=date(2026, 1, 1), notes=HOSTILE,
                      limits=(limit,))  # fmt: skip
    audio = dataclasses.replace(
        measurement.format, codec=HOSTILE, container=HOSTILE, channel_layout=(HOSTILE, HOSTILE)
    )
    measurement = dataclasses.replace(
        measurement, path=f"{HOSTILE}\udcff.wav", findings=(finding,), format=audio
    )
    return FileReport.of(measurement, [profile])


def assert_harmless(page: str, usual: str) -> None:
    """No element more than in the page of a harmless file, no handler, no control character."""
    elements = Elements(page)
    allowed = {tag for tag, _ in Elements(usual).tags} | {"br", "span", "ul", "li", "ol", "details"}
    assert {tag for tag, _ in elements.tags} <= allowed
    assert len(scripts_in(page)) == len(scripts_in(usual))
    for tag, attributes in elements.tags:
        assert not any(name.startswith("on") for name in attributes), (tag, attributes)
    assert "\x1b" not in page
    page.encode("utf-8")  # nothing that is no text


def test_hostile_text_stays_text() -> None:
    usual = page_of(report_of(programme(1.0), "spotify"))
    report = hostile_report()
    page = page_of(report)
    assert_harmless(page, usual)
    assert "</script><script>alert(1)" not in page
    both = mixcheck.render([report, report], "html")
    assert_harmless(both, mixcheck.render([report_of(programme(1.0))] * 2, "html"))


def test_hostile_names_of_files(tmp_path: Path) -> None:
    names = ["<script>alert(1)<", "\"onload='x'", "a\x1b[2Jb", "%2e%2e#?&", "-o"]
    for name in names:
        soundfile.write(tmp_path / f"{name}.wav", programme(0.5).T, RATE)
    with open(f"{tmp_path}/\udcff\udcfe.wav".encode(errors="surrogateescape"), "wb") as file:
        file.write((tmp_path / "-o.wav").read_bytes())
    report = tmp_path / "report.html"
    assert run("check", tmp_path, "-o", report).exit_code in (0, 1)
    page = report.read_text("utf-8")
    assert len(scripts_in(page)) == 1
    assert "\x1b" not in page
    links = [attributes["href"] for tag, attributes in Elements(page).tags if tag == "a"]
    pages = [str(link) for link in links if link and link.startswith("report_files/")]
    assert len(pages) == len(names) + 1
    for link in pages:
        assert (tmp_path / link).is_file(), link


def test_no_text_can_end_the_script_that_holds_it() -> None:
    page = page_of(hostile_report())
    assert "alert(1)" in page.split("embed_document")[1]  # the plots' script has the message
    assert page.count("</script>") == len(scripts_in(page)) == 3


def test_nothing_is_fetched_and_nothing_else_may_run() -> None:
    elements = Elements(page_of(report_of(programme(1.0))))
    policy = next(
        attributes["content"] for tag, attributes in elements.tags
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    )  # fmt: skip
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    for tag, attributes in elements.tags:
        for name in ("src", "href"):
            value = attributes.get(name) or "#"
            assert value.startswith("#"), (tag, value)


@pytest.mark.parametrize("seconds", [81, 240])
def test_size(seconds: int) -> None:
    """Four minutes, and as many columns as two hours can have. Noise packs worst."""
    page = page_of(report_of(noise(4, seconds, 2, 16_000) * 0.1, "spotify", rate=16_000))
    assert len(page.encode()) < 2.2e6
    print(f"{seconds} s: {len(page.encode()) / 1e6:.2f} MB")


def test_two_pages_can_be_made_in_one_process() -> None:
    report = report_of(programme(1.0))
    assert page_of(report)
    assert page_of(report)


def test_sets_share_what_is_large(tmp_path: Path) -> None:
    for number in range(3):
        soundfile.write(tmp_path / f"{number}.wav", programme(1.0, seed=number).T, RATE)
    run("check", tmp_path, "-o", tmp_path / "all.html", "-o", tmp_path / "all.json")
    made = {path.name: path.stat().st_size for path in (tmp_path / "all_files").iterdir()}
    assert set(made) == {
        *("bokeh.min.js", "page.js", "page.css"),
        *("0001-0.wav.html", "0002-1.wav.html", "0003-2.wav.html"),
    }
    assert made["0001-0.wav.html"] < 300_000
    told = json.loads((tmp_path / "all.json").read_text())
    assert not any("series" in file for file in told["files"])


def test_series_go_into_json_when_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, programme(1.0).T, RATE)
    assert "series" not in document("check", path)["files"][0]
    asked: dict[str, Any] = document("check", path, "--series")["files"][0]["series"]
    assert len(asked["max_momentary_lufs"]) == 100
    assert "series" in document("measure", path, path, "--series")["files"][0]


def test_hash_and_page_on_standard_output(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, programme(1.0).T, RATE)
    page = run("check", path, "-f", "html").stdout
    assert hashlib.sha256(path.read_bytes()).hexdigest() in page
    assert "embed_document" in page


def test_who_wants_no_page_waits_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, programme(1.0).T, RATE)
    code = (
        "import sys; from mixcheck_cli.main import main\n"
        "try: main()\n"
        "finally: print(*sorted(sys.modules), file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, "check", path, "--exit-zero", "-o", tmp_path / "a.json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    modules = ran.stderr.split()
    assert "numpy" in modules
    unwanted = ("bokeh", "jinja2", "mixcheck.series", "mixcheck.report.html.page")
    unwanted += ("numpy.ma.", "scipy", "librosa", "mixcheck.report.junit")
    assert not [name for name in modules if name.startswith(unwanted)]


def test_without_the_extra_one_line_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, programme(0.5).T, RATE)
    monkeypatch.setattr("mixcheck.report.html.find_spec", lambda name: None)
    ran = run("check", path, "-o", tmp_path / "a.html")
    assert ran.exit_code == 2
    assert ran.stderr.count("\n") == 1
    assert "pip install 'mixcheck[html]'" in ran.stderr
    assert not (tmp_path / "a.html").exists()


def test_a_page_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, programme(0.5).T, RATE)
    (tmp_path / "b_files").write_text("in the way")
    ran = run("check", path, path.rename(tmp_path / "c.wav"), tmp_path, "-o", tmp_path / "b.html")
    assert ran.exit_code in (2, 3)
    assert "Traceback" not in ran.stderr


def test_hostile_names_of_stems(tmp_path: Path) -> None:
    stems = tmp_path / "<script>alert(1)<"
    stems.mkdir()
    parts = {"<img src=x>": programme(2.0, seed=1), "\"onload='": programme(2.0, seed=2)}
    for name, part in parts.items():
        soundfile.write(stems / f"{name}.wav", part.T, RATE, subtype="PCM_24")
    page = tmp_path / "stems.html"
    run("stems", stems, "-o", page)
    usual = run("stems", stems, "-f", "html").stdout
    assert_harmless(page.read_text("utf-8"), page_of(report_of(programme(1.0), "spotify")))
    assert "&lt;img src=x&gt;" in usual


def test_two_recordings_of_one_name_do_not_share_a_page(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        soundfile.write(tmp_path / folder / "mix.wav", programme(0.5).T, RATE)
    ran = run("check", tmp_path / "a", tmp_path / "b", "-o", tmp_path / "{name}.html")
    assert ran.exit_code == 2
    assert "two recordings are called 'mix.wav'" in ran.stderr


def test_no_page_of_an_earlier_run_is_left_to_be_taken_for_this_one(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text("an earlier pass")
    (tmp_path / "empty").mkdir()
    assert run("check", tmp_path / "empty", "-o", page).exit_code == 3
    assert "earlier pass" not in page.read_text()
    assert "Unreadable" in page.read_text()


def test_what_was_not_looked_for_is_no_fault_that_was_found(tmp_path: Path) -> None:
    """Two samples are too few to look for clipping; index and page say so, as the text does."""
    soundfile.write(tmp_path / "two.wav", np.array([0.1, 0.2]), RATE)
    soundfile.write(tmp_path / "music.wav", programme(3.0).T, RATE)
    run("check", tmp_path, "-p", "general", "-q", "-o", tmp_path / "index.html")
    assert "Clipping: not looked for" in (tmp_path / "index.html").read_text("utf-8")
    (page,) = (tmp_path / "index_files").glob("*two.wav.html")
    counted = re.findall(r"<summary>(\d+) kinds? of fault ([a-z ]+)", page.read_text("utf-8"))
    told = document("check", tmp_path / "two.wav", "-p", "general")["files"][0]["verdicts"]
    faults = [one for one in told if one["metric"].startswith("findings.")]
    unseen = [one for one in faults if one["outcome"] == "unmeasured"]
    seen = [one for one in faults if one["outcome"] == "pass"]
    harmless = [one for one in unseen if one["severity"] != "error"]
    assert {words: int(count) for count, words in counted} == {
        "looked for and not found": len(seen),
        "not looked for": len(harmless),
    }
    text = run("check", tmp_path / "two.wav", "-p", "general").stdout
    assert f"{len(seen)} kinds of fault looked for and not found" in text


def test_of_several_places_the_worst_is_quoted() -> None:
    measured = report_of(programme(2.0), "general").measurement
    assert measured is not None
    over = {"code": "inter-sample-over", "severity": "warning", "channels": (0,), "unit": "dBTP"}
    places = tuple(
        Finding(start_s=at, end_s=at, value=peak, confidence=1.0, message=f"true peak +{peak} dBTP",
                **over)  # type: ignore[arg-type]
        for at, peak in ((0.1, 2.01), (0.5, 3.46), (0.9, 1.5))
    )  # fmt: skip
    found = dataclasses.replace(measured, findings=places)
    report = FileReport.of(found, [mixcheck.load_profile("general")])
    (check,) = [one for one in checks(report) if one.rule == "inter-sample-over"]
    assert "true peak +3.46 dBTP" in check.sentence
