from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from mixcheck_cli import execution
from tests.cli.command import document, outcomes, run, tone, wav

from mixcheck import Outcome, measure
from mixcheck.report.schema import json_schema

pytestmark = pytest.mark.usefixtures("folder")
ALL = ("good.wav", "warn.wav", "fail.wav", "empty.wav")


def test_data_on_stdout_and_nothing_else() -> None:
    ran = run("check", "good.wav")
    assert ran.stdout.startswith("PASS  good.wav\n")
    assert ran.stderr == ""


def test_several_files_in_a_line_each_and_a_summary() -> None:
    lines = run("check", *ALL).stdout.splitlines()
    assert [line.split()[0] for line in lines[:4]] == ["PASS", "WARN", "FAIL", "UNREADABLE"]
    assert all(name in line for name, line in zip(ALL, lines, strict=False))
    assert lines[-1].startswith("4 files: 1 pass, 1 warn, 1 fail, 1 unreadable")
    assert max(map(len, lines)) <= 80


def test_verbose_shows_every_file_whole() -> None:
    text = run("check", *ALL, "-v").stdout
    assert text.count("  True peak  ") == 3
    assert text.count("Technical faults only") == 3
    for name in ALL:
        alone = run("check", name).stdout
        assert alone.strip() in text


def test_quiet_says_only_what_could_not_be_read() -> None:
    ran = run("check", *ALL, "bare", "-q")
    assert ran.stdout == ""
    assert len(ran.stderr.splitlines()) == 2
    assert "empty.wav: is empty" in ran.stderr
    assert "bare: holds no audio" in ran.stderr
    assert run("check", "fail.wav", "-q").output == ""


def test_json_is_one_valid_document_whatever_else() -> None:
    ran = run("check", *ALL, "-f", "json")
    Draft202012Validator(json_schema()).validate(json.loads(ran.stdout))
    assert ran.stderr.splitlines() == ["empty.wav: is empty (0 bytes); copy or export it again"]
    assert run("check", *ALL, "-f", "json", "-v").stdout == ran.stdout


def test_output_files(folder: Path) -> None:
    json_text = run("check", *ALL, "-f", "json").stdout
    whole = run("check", *ALL, "-v").stdout
    ran = run("check", *ALL, "-o", "a.json", "--output", "b.txt", "-o", "C.JSON")
    assert ran.stdout == run("check", *ALL).stdout
    assert (folder / "a.json").read_text("utf-8") == json_text
    assert (folder / "C.JSON").read_text("utf-8") == json_text
    assert (folder / "b.txt").read_text("utf-8") == whole


def test_quiet_still_writes(folder: Path) -> None:
    assert run("check", "good.wav", "-q", "-o", "a.json").exit_code == 0
    assert json.loads((folder / "a.json").read_text("utf-8"))["summary"]["passed"] == 1


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("nowhere/report.json", ["nowhere/report.json", "cannot be written"]),
        ("report.docx", ["report.docx", ".json", ".txt"]),
        ("report", ["report", ".json", ".txt"]),
    ],
)
def test_output_that_cannot_be(output: str, words: list[str]) -> None:
    ran = run("check", "good.wav", "-o", output)
    assert ran.exit_code == 2
    assert len(ran.stderr.splitlines()) == 1
    assert all(word in ran.stderr for word in words)


def test_recordings_are_not_changed(folder: Path) -> None:
    before = {file: file.read_bytes() for file in folder.glob("*.wav")}
    run("check", ".", "-v")
    assert {file: file.read_bytes() for file in folder.glob("*.wav")} == before


def test_measure_gives_numbers_without_verdict() -> None:
    (file,) = document("measure", "fail.wav")["files"]
    assert (file["outcome"], file["verdicts"]) == (None, [])
    assert file["measurement"]["clipping"]["clip_runs"] > 0
    assert "clipping" in {one["code"] for one in file["findings"]}
    text = run("measure", "fail.wav").stdout
    assert "Integrated loudness" in text
    assert not {"PASS", "FAIL", "WARN"} & set(text.split())


def test_measure_and_check_measure_the_same() -> None:
    checked, measured = (document(command, *ALL)["files"] for command in ("check", "measure"))
    for key in ("path", "format", "measurement", "findings", "error"):
        assert [one[key] for one in checked] == [one[key] for one in measured]


@pytest.fixture
def both_faults(folder: Path) -> str:
    samples = np.clip(tone(peak_dbfs=0.5), -1.0, 1.0) * 0.5 + 0.05
    (folder / "both.wav").write_bytes(wav(samples))
    return "both.wav"


def found(*arguments: str) -> set[str]:
    (file,) = document("check", *arguments)["files"]
    listed = {one["code"] for one in file["findings"]}
    judged = {one["metric"].removeprefix("findings.") for one in file["verdicts"] if one["value"]}
    assert listed >= judged
    return listed


def test_select_and_ignore(both_faults: str) -> None:
    everything = found(both_faults)
    assert {"clipping", "dc-offset"} <= everything
    assert found(both_faults, "--select", "clipping") == {"clipping"}
    assert found(both_faults, "--select", "clipping,dc-offset") == {"clipping", "dc-offset"}
    assert found(both_faults, "--select", "hum", "--select", "dc-offset") == {"dc-offset"}
    assert found(both_faults, "--ignore", "clipping") == everything - {"clipping"}
    nothing = run("check", both_faults, "--select", "clipping", "--ignore", "clipping")
    assert (nothing.exit_code, nothing.stdout) == (2, "")
    assert run("check", both_faults, "--select", "dc-offset").exit_code == 0
    assert run("check", both_faults, "--select", "clipping").exit_code == 1
    assert outcomes("check", both_faults, "--ignore", ",".join(everything)) == {"both.wav": "pass"}


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_unknown_code_gets_the_nearest_word(option: str) -> None:
    ran = run("check", "good.wav", option, "clipping,dc-ofset")
    assert ran.exit_code == 2
    assert "'dc-ofset'" in ran.stderr
    assert "did you mean 'dc-offset'?" in ran.stderr


def levels(*arguments: str) -> tuple[float, float, list[str], str]:
    (file,) = document("measure", *arguments)["files"]
    numbers = file["measurement"]
    return (
        numbers["loudness"]["integrated_lufs"],
        numbers["peak"]["max_true_peak_dbtp"],
        file["format"]["channel_layout"],
        file["format"]["layout_origin"],
    )


def test_dual_mono_agrees_with_the_layout_mono_and_with_no_other(folder: Path) -> None:
    assert levels("good.wav", "--dual-mono", "--layout", "mono") == levels(
        "good.wav", "--dual-mono"
    )
    ran = run("check", "stereo.wav", "--dual-mono", "--layout", "stereo")
    assert ran.exit_code == 2
    assert "layout stereo is not mono" in ran.stderr


def test_dual_mono_is_3_lu_louder(folder: Path) -> None:
    mono, peak, layout, _ = levels("good.wav")
    twice, same_peak, _, origin = levels("good.wav", "--dual-mono")
    assert twice - mono == pytest.approx(3.0103, abs=1e-4)
    assert (same_peak, layout, origin) == (peak, ["C"], "given")
    (folder / "stereo.wav").write_bytes(wav(np.repeat(tone(), 2), channels=2))
    assert levels("stereo.wav", "--dual-mono") == levels("stereo.wav")
    assert levels("stereo.wav")[0] == pytest.approx(twice, abs=0.001)


def test_layout(folder: Path) -> None:
    six = np.zeros((len(tone()), 6))
    six[:, 3] = tone()
    six[:, 0] = 0.1 * tone()
    (folder / "six.wav").write_bytes(wav(six.ravel(), channels=6))
    as_film, _, layout, origin = levels("six.wav", "--layout", "5.1")
    assert (layout, origin) == (["L", "R", "C", "LFE", "Ls", "Rs"], "given")
    assert as_film == pytest.approx(levels("good.wav")[0] - 20.0, abs=0.01)  # no LFE
    assert levels("six.wav")[3] == "assumed"


def test_layout_of_other_channels_names_the_file() -> None:
    ran = run("check", "good.wav", "--layout", "5.1")
    assert ran.exit_code == 3
    assert "good.wav: has 1 channel" in ran.stdout
    assert "5.1" in ran.stdout


def test_unknown_layout_lists_the_known() -> None:
    ran = run("check", "good.wav", "--layout", "5.3")
    assert "'5.3'" in ran.stderr
    assert "5.1" in ran.stderr


def test_what_was_measured_before_an_interruption_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(paths: Iterator[str], **options: Any) -> Iterator[Outcome]:
        yield measure(next(paths))
        raise KeyboardInterrupt

    monkeypatch.setattr(execution, "measure_many", interrupted)
    ran = run("measure", *ALL, "-f", "json")
    assert ran.exit_code == 130
    files = json.loads(ran.stdout)["files"]
    assert [Path(one["path"]).name for one in files] == list(ALL)
    assert [one["outcome"] for one in files] == [None, *["unreadable"] * 3]
    assert "interrupted" in files[1]["error"]
    assert f"interrupted, 1 of {len(ALL)} files were measured" in ran.stderr


def test_of_several_profiles_the_line_names_the_one_that_failed() -> None:
    ran = run("check", "good.wav", "fail.wav", "-p", "general", "-p", "acx")
    (line,) = (one for one in ran.stdout.splitlines() if "good.wav" in one)
    assert re.search(r"good\.wav  acx: [a-zA-Z ]+ \+\d+$", line)
