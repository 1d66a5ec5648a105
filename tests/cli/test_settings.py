from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.cli.command import RATE, document, outcomes, run, tone, wav

pytestmark = pytest.mark.usefixtures("folder")

OF_HEADERS = ("findings.truncated", "findings.unknown-length")


def write(text: str, name: str = "mixcheck.toml") -> None:
    Path(name).write_text(text)


def profiles(*arguments: str) -> set[str]:
    files = document("check", *arguments)["files"]
    return {verdict["profile"] for file in files for verdict in file["verdicts"]}


def test_profile_by_glob_and_the_command_line_wins() -> None:
    write('profile = "cd"\n[[files]]\nglob = "w*.wav"\nprofile = ["tidal", "own.toml"]\n')
    write('name = "own"\ntitle = "Own"\nchecked = 2026-01-31\nextends = "general"\n', "own.toml")
    assert profiles("good.wav") == {"cd"}
    assert profiles("warn.wav") == {"tidal", "own"}
    assert profiles("warn.wav", "-p", "general") == {"general"}


def test_codes_and_severity() -> None:
    write('ignore = ["clipping", "inter-sample-over"]\n')
    assert outcomes("check", "fail.wav") == {"fail.wav": "pass"}
    assert outcomes("check", "fail.wav", "--ignore", "hum") == {"fail.wav": "fail"}
    write('fail_on = "warning"\n')
    assert run("check", "warn.wav").exit_code == 1
    assert run("check", "warn.wav", "--fail-on", "error").exit_code == 0


def test_accepted_with_a_reason() -> None:
    rule = '[[accept]]\nglob = "fail.wav"\ncode = "clipping"\nreason = "the band likes it"\n'
    write(rule + rule.replace("clipping", "inter-sample-over"))
    ran = run("check", "fail.wav")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout.startswith("PASS")
    assert "Accepted: clipping (the band likes it)." in ran.stdout
    (file,) = document("check", "fail.wav")["files"]
    assert {one["reason"] for one in file["accepted"]} == {"the band likes it"}
    (verdict,) = (one for one in file["verdicts"] if one["metric"] == "findings.clipping")
    assert (verdict["outcome"], verdict["value"]) == ("pass", 0)
    assert verdict["accepted"] == "the band likes it"


def test_an_accepted_limit_is_still_said() -> None:
    write('[[accept]]\nglob = "*"\ncode = "format.bit_depth"\nreason = "a sketch"\n')
    (file,) = document("check", "good.wav", "-p", "vinyl")["files"]
    (verdict,) = (one for one in file["verdicts"] if one["metric"] == "format.bit_depth")
    assert (verdict["outcome"], verdict["accepted"]) == ("warn", "a sketch")
    assert file["outcome"] == "pass"
    assert "Accepted: bit depth (a sketch)." in run("check", "good.wav", "-p", "vinyl").stdout


def test_what_is_accepted_in_vain_is_said_and_warns() -> None:
    write('[[accept]]\nglob = "good.wav"\ncode = "clipping"\nreason = "old"\n')
    ran = run("check", "good.wav")
    assert ran.exit_code == 0
    assert "accept 1: accepts clipping in good.wav, which is not found any more" in ran.stderr
    assert run("check", "good.wav", "--fail-on", "warning").exit_code == 1
    assert "accept 1" not in run("check", "good.wav", "--headers").stderr
    assert "accept 1" not in run("check", "warn.wav").stderr  # good.wav was not looked at
    write('fail_on = "warning"\n[[accept]]\nglob = "good.wav"\ncode = "hum"\nreason = "old"\n')
    assert run("check", "good.wav").exit_code == 1
    assert run("check", "good.wav", "--fail-on", "error").exit_code == 0
    write('[[accept]]\nglob = "gone.wav"\ncode = "clipping"\nreason = "old"\n')
    assert "accept 1" in run("check", "warn.wav").stderr
    write('[[accept]]\nglob = "good.wav"\ncode = "format.bit_depth"\nreason = "old"\n')
    assert "accepts format.bit_depth in good.wav" in run("check", "good.wav", "-p", "cd").stderr
    assert "accept 1" not in run("check", "good.wav", "-p", "vinyl").stderr  # which it misses
    Path("notes.txt").touch()
    write('[[accept]]\nglob = "*.txt"\ncode = "clipping"\nreason = "old"\n')
    assert "accept 1" in run("check", "good.wav").stderr  # no recording is meant
    over = 'glob = "fail.wav"\ncode = "clipping"\nreason = "old"\nexpires = 2020-01-31\n'
    write("[[accept]]\n" + over)
    ran = run("check", "fail.wav")
    assert ran.exit_code == 1
    assert "until 2020-01-31, which is over" in ran.stderr


@pytest.mark.parametrize(
    "text",
    [
        'profil = "acx"\n',
        'profile = "spotfy"\n',
        "ignore = ['x']\n",
        "profile = []\n",  # judges nothing, which is no pass
        "[[files]]\nglob = 'good.wav'\nprofile = []\n",
    ],
)
def test_broken_settings_are_wrong_usage(text: str) -> None:
    write(text)
    ran = run("check", "good.wav")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert len(ran.stderr.splitlines()) == 1


def test_broken_settings_of_a_folder_cost_its_files_alone() -> None:
    Path("deep").mkdir()
    Path("deep/good.wav").write_bytes(Path("good.wav").read_bytes())
    write("profil = 'x'\n", "deep/mixcheck.toml")
    ran = run("check", ".", "-f", "json")
    assert ran.exit_code == 2
    files = {file["path"]: file for file in json.loads(ran.stdout)["files"]}
    deep = files.pop("./deep/good.wav")
    assert deep["outcome"] == "unreadable"
    assert "deep/mixcheck.toml" in deep["error"]
    assert "profil" in deep["error"]
    assert {file["outcome"] for file in files.values()} > {"pass", "fail"}


def test_measure_needs_no_settings() -> None:
    write('profil = "acx"\n')
    assert run("measure", "good.wav").exit_code == 0


def test_headers_read_no_audio() -> None:
    ran = run("check", "--headers", "fail.wav", "-p", "cd", "-f", "json")
    (file,) = json.loads(ran.stdout)["files"]
    assert file["outcome"] == "fail"  # one channel
    judged = {one["metric"] for one in file["verdicts"]}
    assert "format.channels" in judged
    assert all(name.startswith("format.") or name in OF_HEADERS for name in judged)
    assert file["measurement"]["loudness"]["integrated_lufs"] is None
    assert "no audio is measured" in ran.stderr
    assert run("check", "--headers", "fail.wav").exit_code == 0
    assert run("check", "--headers", "empty.wav").exit_code == 3


def clips(count: int, seconds: float = 6.0) -> bytes:
    """A quiet tone, and in its first five seconds as many places with flat tops."""
    samples = tone(seconds, peak_dbfs=-12.0)
    for start in np.linspace(0.3, 5.0, count):
        samples[round(start * RATE) :][:8] = 1.0
    return wav(samples)


RULE = '[[accept]]\nglob = "*"\ncode = "clipping"\nreason = "liked"\n'


@pytest.mark.parametrize(
    "times", ["", "start_s = 0.0\nend_s = 6.0\n", "start_s = 0.3\n", "end_s = 7.5\n"]
)
def test_more_places_than_are_listed_are_accepted_over_the_whole_file(times: str) -> None:
    Path("many.wav").write_bytes(clips(250))
    write('select = "clipping"\n' + RULE + times)
    ran = run("check", "many.wav")
    assert ran.exit_code == 0
    assert "… 250 places of clipping in all\n" in ran.stdout
    assert "Accepted: clipping (liked)." in ran.stdout


def test_what_is_not_listed_cannot_be_accepted_by_time_and_is_said() -> None:
    Path("many.wav").write_bytes(clips(250))
    write('select = "clipping"\n' + RULE + "end_s = 5.9\n")
    ran = run("check", "many.wav", "-o", "many.xml")
    assert ran.exit_code == 1
    assert "… 250 places of clipping in all, 150 not accepted\n" in ran.stdout
    told = (
        "150 more places are not listed and so cannot be accepted by time; accept without start_s"
    )
    assert told in " ".join(ran.stdout.split())
    assert f'message="clipping: 150 places; {told}' in Path("many.xml").read_text()


def test_places_that_fail_come_before_accepted_ones() -> None:
    Path("few.wav").write_bytes(clips(10))
    write('select = "clipping"\n' + RULE + "end_s = 4.0\n")
    lines = run("check", "few.wav").stdout.splitlines()
    listed = [line.split()[2] for line in lines if ": 8 flat samples" in line]
    assert listed == ["error", "error", "accepted"]
    assert any(one.endswith("… 10 places of clipping in all, 2 not accepted") for one in lines)


def test_two_rules_about_one_place_accept_it_once() -> None:
    Path("few.wav").write_bytes(clips(10))
    write('select = "clipping"\n' + 2 * (RULE + "end_s = 2.5\n"))
    (file,) = document("check", "few.wav")["files"]
    (verdict,) = (one for one in file["verdicts"] if one["metric"] == "findings.clipping")
    assert len(file["accepted"]) + verdict["value"] == 10
    assert file["outcome"] == "fail"


def test_what_is_accepted_is_seen_in_every_report() -> None:
    """Neither a fault that was not found, nor a check that was passed."""
    outputs = [word for name in ("a.xml", "a.md") for word in ("-o", name)]
    fault, limit = (
        ("check", "fail.wav", "--select", "clipping"),
        ("check", "good.wav", "-p", "vinyl"),
    )
    assert "fault looked for" not in run(*fault).stdout
    write(RULE + RULE.replace("clipping", "format.bit_depth"))
    ran = run(*fault, *outputs)
    assert ran.exit_code == 0
    assert "fault looked for" not in ran.stdout
    assert '<skipped message="accepted: liked" />' in Path("a.xml").read_text()
    assert "accepted: Clipping (liked)" in Path("a.md").read_text()
    ran = run(*limit, *outputs)
    (row,) = (line for line in ran.stdout.splitlines() if line.startswith("  Bit depth"))
    assert row.endswith(" accepted")
    assert '<skipped message="accepted: liked" />' in Path("a.xml").read_text()
    assert "accepted: Bit depth (liked)" in Path("a.md").read_text()


def test_a_glob_that_means_no_file_is_said() -> None:
    write('[[files]]\nglob = "god.wav"\nprofile = "cd"\n')
    ran = run("check", "good.wav")
    assert ran.exit_code == 0
    assert "files 1: no file matches god.wav; mend it" in ran.stderr
    assert run("check", "good.wav", "--fail-on", "warning").exit_code == 1
    write('[[files]]\nglob = ["g*.wav", "god.wav"]\nfail_on = "error"\n')
    assert "files 1" not in run("check", "good.wav").stderr
    assert "files 1" not in run("check", "warn.wav").stderr  # good.wav was not looked at
