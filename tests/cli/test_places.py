"""What cannot be written is refused before measuring, and costs no other report anything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.command import GOOD, run

pytestmark = pytest.mark.usefixtures("folder")

PLACES = ("nowhere/x.json", "nowhere/x.csv", "nowhere/{name}.labels.txt", "nowhere/x.parquet")


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measuring is a failure of the test."""

    def measure(*_: object, **__: object) -> None:
        raise AssertionError("was measured")

    monkeypatch.setattr("mixcheck_cli.running.measured", measure)
    monkeypatch.setattr("mixcheck_cli.stems.check_stems", measure)
    monkeypatch.setattr("mixcheck_cli.compare.compare_revision", measure)
    monkeypatch.setattr("mixcheck_cli.target.learn_target", measure)


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize(
    "arguments",
    [
        *(("check", "good.wav", "-o", place) for place in PLACES),
        ("check", "good.wav", "--baseline", "nowhere/b.json", "--update-baseline"),
        ("check", "good.wav", "--plots", "good.wav/plots"),
        ("stems", ".", "-o", "nowhere/x.json"),
        ("stems", ".", "-o", "x.csv"),
        ("compare", "good.wav", "warn.wav", "--as", "revision", "-o", "nowhere/x.json"),
        ("target", "learn", ".", "-o", "nowhere/x.toml"),
    ],
)
def test_a_place_that_is_not_there_is_refused_before_measuring(arguments: list[str]) -> None:
    ran = run(*arguments)
    assert (ran.exit_code, ran.stdout) == (2, "")
    (line,) = ran.stderr.splitlines()
    assert "name another place" in line or "comes as text" in line


@pytest.mark.parametrize("name", ["full.json", "full.xml", "full.csv"])
def test_what_is_printed_comes_out_though_the_disk_is_full(name: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    Path(f"{name}.partial").symlink_to("/dev/full")
    ran = run("check", "good.wav", "-f", "json", "-o", name, "-o", "other.json")
    assert ran.exit_code == 2
    assert f"mixcheck: {name}: cannot be written (No space left on device)" in ran.stderr
    assert json.loads(ran.stdout) == json.loads(Path("other.json").read_text())


def test_namesakes_cost_only_the_files_that_they_would_share(folder: Path) -> None:
    (folder / "deep").mkdir()
    (folder / "deep" / "good.wav").write_bytes(GOOD)
    ran = run("check", "good.wav", "deep/good.wav", "-f", "json", "-o", "{name}.md")
    assert ran.exit_code == 2
    assert "two recordings are called 'good.wav'" in ran.stderr
    assert len(json.loads(ran.stdout)["files"]) == 2


def test_a_summary_that_cannot_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder / "nowhere" / "summary.md"))
    ran = run("check", "fail.wav", "-f", "github")
    assert ran.exit_code == 2
    assert ran.stdout.startswith("::error file=fail.wav")
    assert "the step's summary cannot be written" in ran.stderr
