from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

import pytest
from tests.report.cases import CASES, CLIPPED, MONO, PODCAST, SILENT, SILENT_REASONS
from tests.report.frozen import CLEAN, MIX, audio_format, found, measured

from mixcheck import (
    AudioError,
    FileReport,
    Limit,
    Measurement,
    Unreadable,
    UsageError,
    load_profile,
    metrics,
    profile_names,
    render,
)
from mixcheck.audio import LAYOUTS
from mixcheck.meters import finding_kinds
from mixcheck.report.pages import finding_page, metric_page, profile_page
from mixcheck.report.text import render_text

WIDTH = 80
PROFILES = [load_profile(name) for name in profile_names()]
LONG_PATHS = {
    "deep": "/".join(["a folder with a long name"] * 9) + "/take.wav",
    "long name": "x" * 150 + ".wav",
    "long words": "/".join(["y" * 90] * 2) + "/" + "z" * 90 + ".wav",
}
MEASUREMENTS: dict[str, Measurement] = {
    "mix": measured(MIX, CLIPPED),
    "everything found": measured(
        MIX, [found(code, n / 7, "word " * 30) for n, code in enumerate(finding_kinds())] * 5
    ),
    "mono": measured(CLEAN, audio=MONO),
    "silent": measured(SILENT, reasons=SILENT_REASONS),
    "long reasons": measured({}, reasons=dict.fromkeys(metrics(), "why " * 40)),
    "nothing looked for": measured(reasons=dict.fromkeys(finding_kinds(), "why " * 30)),
    "immersive": measured(
        audio=audio_format(
            channels=12,
            channel_layout=LAYOUTS["7.1.4"],
        ),
        findings=[found("clipping", channels=tuple(range(12)))],
    ),
    "odd numbers": measured(
        {**MIX, "loudness.integrated_lufs": -123.456, "noise.noise_floor_dbfs": -1234.5},
        audio=audio_format(
            sample_rate_hz=384_000, duration_s=1e6, bit_rate_kbps=123_456.7, codec="IMA_ADPCM",
            bit_depth=None,
        ),
    ),
}  # fmt: skip
EVERY_METRIC = dataclasses.replace(
    PODCAST,
    limits=tuple(
        Limit(metric=path, source="me", target=-1.5, tolerance=0.25)
        if path.partition(".")[0] != "format"
        else Limit(metric=path, source="me", one_of=("one", "or", "another of the kind"))
        for path in metrics()
    ),
)


def rows(reports: list[FileReport]) -> Iterator[str]:
    for detail in (None, True, False):
        yield from render_text(reports, detail=detail).splitlines()


def assert_fits(lines: list[str]) -> None:
    assert lines
    assert [line for line in lines if len(line) > WIDTH] == []
    assert not any(set(line) & {chr(code) for code in range(32)} for line in lines)
    assert not any(line != line.rstrip() for line in lines)


@pytest.mark.parametrize("measurement", MEASUREMENTS.values(), ids=list(MEASUREMENTS))
def test_fits_for_every_profile(measurement: Measurement) -> None:
    reports = [FileReport.of(measurement, [profile]) for profile in PROFILES]
    assert_fits(list(rows(reports)))
    assert_fits([line for report in reports for line in rows([report])])


def test_fits_with_all_profiles_together() -> None:
    assert_fits(list(rows([FileReport.of(one, PROFILES) for one in MEASUREMENTS.values()])))


@pytest.mark.parametrize("values", ["usual", "same", "long lists", "unmeasured"])
def test_fits_for_a_limit_on_any_metric(values: str) -> None:
    same = {**dict.fromkeys(metrics(), -1.5), **MIX}
    lists = {path: (-31.0,) * 31 for path, value in MIX.items() if isinstance(value, tuple)}
    measurement = measured(
        {"usual": MIX, "same": same, "long lists": {**same, **lists}, "unmeasured": {}}[values]
    )
    assert_fits(list(rows([FileReport.of(measurement, [EVERY_METRIC])])))


def test_fits_with_a_long_title() -> None:
    profile = dataclasses.replace(PODCAST, title="A long title " * 8, name="a-long-name-" * 3)
    assert_fits(list(rows([FileReport.of(measured(), [profile])])))


@pytest.mark.parametrize("path", LONG_PATHS.values(), ids=list(LONG_PATHS))
def test_long_paths_fit_and_keep_the_name(path: str) -> None:
    error = AudioError(path, "does not exist", "check the name")
    reports = [
        FileReport.of(measured(MIX, CLIPPED, path=path), [PODCAST]),
        FileReport(Unreadable(path, error)),
    ]
    for one in reports:
        lines = list(rows([one]))
        assert_fits(lines)
        assert "".join(path.split())[-12:] in re.sub(r"\s", "", "".join(lines))
    assert_fits(list(rows(reports)))


@pytest.mark.parametrize("name", ["two  spaces.wav", " leading.wav", "ümläut – 日本.wav"])
@pytest.mark.parametrize("readable", [True, False])
def test_name_stands_as_it_is(name: str, readable: bool) -> None:
    error = AudioError(name, "does not exist", "check the name")
    one = measured(path=name) if readable else Unreadable(name, error)
    for count in (1, 2):
        assert name in render_text([FileReport.of(one, [PODCAST])] * count)


@pytest.mark.parametrize("name", ["red \x1b[31m.wav", "two\nlines.wav", "bell\a.wav", "cr\r.wav"])
@pytest.mark.parametrize("readable", [True, False])
def test_name_cannot_write_to_the_terminal(name: str, readable: bool) -> None:
    error = AudioError(name, "does not exist", "check the name")
    one = measured(path=name) if readable else Unreadable(name, error)
    for count in (1, 2):
        text = render_text([FileReport.of(one, [PODCAST])] * count)
        assert set(text) & {chr(code) for code in range(32)} <= {"\n"}
        assert "\nlines.wav" not in text


@pytest.mark.parametrize(
    ("case", "word"),
    [("passed", "PASS"), ("warned", "WARN"), ("failed", "FAIL"), ("unreadable", "UNREADABLE")],
)
def test_verdict_comes_first_and_in_words(case: str, word: str) -> None:
    assert render(CASES[case]).split()[0] == word
    lines = render(CASES["folder"]).splitlines()
    assert word in [line.split()[0] for line in lines if line]


@pytest.mark.parametrize(
    ("case", "word"),
    [("passed", "pass"), ("warned", "warn"), ("failed", "FAIL"), ("silent", "unmeasured")],
)
def test_verdict_of_a_limit_is_a_word(case: str, word: str) -> None:
    assert re.search(rf"(max|target) .* {word}$", render(CASES[case]), re.MULTILINE)


def test_what_is_not_judged_has_no_verdict() -> None:
    text = render(CASES["not-judged"])
    assert not re.search(r"\b(PASS|WARN|FAIL|UNREADABLE)\b", text, re.IGNORECASE)


def test_limit_and_value_are_never_shown_equal_when_missed() -> None:
    values = {**CLEAN, "peak.max_true_peak_dbtp": -0.9996, "loudness.integrated_lufs": -16.0}
    text = render([FileReport.of(measured(values), [PODCAST])])
    (row,) = [line for line in text.splitlines() if "True peak " in line]
    assert "-0.9996 dBTP" in row
    assert "0.0004 over" in row
    assert row.endswith("FAIL")


def test_margin_names_its_side() -> None:
    for level, said in ((-14.0, "1.0 over"), (-18.0, "1.0 under"), (-16.5, "0.5 left")):
        one = measured({**CLEAN, "loudness.integrated_lufs": level})
        text = render([FileReport.of(one, [PODCAST])])
        (row,) = [line for line in text.splitlines() if "Integrated" in line]
        assert said in row


def test_margin_of_a_list_names_its_side() -> None:
    limit = Limit(metric="level.rms_dbfs_per_channel", min=-14.0, source="me")
    report = FileReport.of(measured(), [dataclasses.replace(PODCAST, limits=(limit,))])
    (row,) = [line for line in render([report]).splitlines() if line.startswith("  RMS per")]
    assert "1.3 under" in row


def test_more_places_than_shown_are_counted() -> None:
    text = render([FileReport.of(measured(findings=CLIPPED), [PODCAST])])
    assert text.count("37 flat samples at") == 3
    assert re.search(rf"\b{MIX['clipping.clip_runs']} places of clipping in all", text)
    assert "00:01:12.345" in text


def test_unknown_format() -> None:
    with pytest.raises(UsageError, match=r"'yaml'.*text.*json"):
        render([], "yaml")


PAGES = {
    **{code: finding_page(kind) for code, kind in finding_kinds().items()},
    **{path: metric_page(path, about) for path, about in metrics().items()},
    **{profile.name: profile_page(profile) for profile in PROFILES},
}


@pytest.mark.parametrize(("name", "page"), PAGES.items(), ids=list(PAGES))
def test_pages_fit(name: str, page: str) -> None:
    assert page.startswith(f"{name}: ")
    assert "ource" in page
    assert_fits(page.splitlines())
    assert page.endswith("\n")


@pytest.mark.parametrize("path", LONG_PATHS.values(), ids=list(LONG_PATHS))
def test_a_line_fits_whatever_its_file_is_called_and_judged_by(path: str) -> None:
    for one in MEASUREMENTS.values():
        named = dataclasses.replace(one, path=path)
        alone = [FileReport.of(named, [profile]) for profile in PROFILES]
        pairs = [FileReport.of(named, [profile, PODCAST]) for profile in PROFILES]
        assert_fits(render_text([*alone, *pairs], detail=False).splitlines())


def test_a_layout_that_nobody_knows() -> None:
    audio = audio_format(channels=64, channel_layout=None, layout_origin="unknown")
    text = render_text([FileReport.of(measured(CLEAN, audio=audio), [PODCAST])])
    assert "64 channels, layout unknown" in text
    assert "Layout unknown." in text
