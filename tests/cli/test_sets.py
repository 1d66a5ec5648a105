"""``mixcheck stems``, ``compare`` and ``target`` through the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from jsonschema import Draft202012Validator
from tests.cli.command import document, run

from mixcheck.report.compare import comparison_schema
from mixcheck.report.stems import stems_schema

RATE = 16_000


@pytest.fixture(autouse=True)
def _set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A set that sums, one with a stem 1 dB low, a revision, and something else."""
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(0)
    fade = np.hanning(4 * RATE)
    stems = {name: fade * 0.03 * np.convolve(random.standard_normal(4 * RATE), np.ones(width))
             [: 4 * RATE] for name, width in (("kick", 8), ("voice", 3), ("hat", 1))}  # fmt: skip
    for folder in ("good", "low"):
        Path(folder).mkdir()
        for name, samples in stems.items():
            gain = 10 ** (-1 / 20) if (folder, name) == ("low", "voice") else 1.0
            soundfile.write(f"{folder}/{name}.wav", gain * samples, RATE, "PCM_24")
    mix = np.sum(list(stems.values()), axis=0)
    soundfile.write("mix.wav", mix, RATE, "PCM_24")
    soundfile.write("louder.wav", mix * 1.2, RATE, "PCM_24")
    soundfile.write("other.wav", stems["kick"][::-1], RATE, "PCM_24")
    Path("broken").mkdir()
    Path("broken/a.wav").write_bytes(b"")
    Path("bare").mkdir()


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ("stems good --mix mix.wav", 0),
        ("stems good", 0),
        ("stems low --mix mix.wav", 1),
        ("stems low --mix mix.wav -q", 1),
        ("stems good --mix other.wav", 1),
        ("stems bare --mix mix.wav", 3),
        ("stems broken", 3),
        ("stems good broken --mix mix.wav", 3),
        ("stems good --mix missing.wav", 3),
        ("stems good --mix mix.wav -o report.docx", 2),
        ("stems", 2),
        ("compare mix.wav mix.wav", 0),
        ("compare louder.wav mix.wav", 1),
        ("compare louder.wav mix.wav --tolerance 2", 0),
        ("compare mix.wav mix.wav --as reference", 0),
        ("compare other.wav mix.wav --as revision", 1),
        ("compare mix.wav missing.wav", 3),
        ("compare missing.wav mix.wav", 3),
        ("compare mix.wav bare", 3),
        ("compare mix.wav nothing.toml", 2),
        ("compare mix.wav mix.wav louder.wav --as revision", 2),
        ("compare mix.wav speech louder.wav", 2),
        ("target learn good -o own.txt", 2),
        ("target learn bare -o own.toml", 3),
        ("target learn good -o own.toml", 0),
    ],
)
def test_exit_status(arguments: str, status: int) -> None:
    assert run(*arguments.split()).exit_code == status


@pytest.mark.parametrize("arguments", ["good --mix mix.wav", "low --mix mix.wav", "good"])
def test_stems_json_holds_its_schema(arguments: str) -> None:
    Draft202012Validator.check_schema(stems_schema())
    Draft202012Validator(stems_schema()).validate(document("stems", *arguments.split()))


@pytest.mark.parametrize(
    "arguments", ["louder.wav mix.wav", "other.wav mix.wav", "mix.wav speech", "mix.wav good"]
)
def test_comparison_json_holds_its_schema(arguments: str) -> None:
    Draft202012Validator.check_schema(comparison_schema())
    Draft202012Validator(comparison_schema()).validate(document("compare", *arguments.split()))


def test_text_and_json_say_the_same() -> None:
    text = " ".join(run("stems", "low", "--mix", "mix.wav").stdout.split())
    (fault,) = document("stems", "low", "--mix", "mix.wav")["stem_set"]["faults"]
    assert fault["message"] == "voice: 1.00 dB low against the mix"
    assert fault["message"] in text
    assert fault["do"] in text
    assert text.startswith("FAIL low")


@pytest.mark.parametrize(
    "arguments", ["stems low --mix mix.wav", "stems good", "compare louder.wav mix.wav",
                  "compare mix.wav speech", "compare mix.wav good"],
)  # fmt: skip
def test_reports_fit_the_terminal(arguments: str) -> None:
    assert max(map(len, run(*arguments.split()).stdout.splitlines())) <= 80


def test_one_other_file_of_the_same_material_is_a_revision() -> None:
    assert document("compare", "louder.wav", "mix.wav")["revision"]["answer"] == "gain-only"
    assert document("compare", "other.wav", "mix.wav")["balance"] is not None
    both = document("compare", "louder.wav", "mix.wav", "--as", "reference")
    assert both["revision"] is None


def test_the_mix_may_lie_among_the_stems() -> None:
    Path("good/mix.wav").write_bytes(Path("mix.wav").read_bytes())
    ran = document("stems", "good", "--mix", "good/mix.wav")["stem_set"]
    assert (len(ran["stems"]), ran["outcome"]) == (3, "pass")


def test_a_learnt_target_compares_and_checks() -> None:
    assert run("target", "learn", "mix.wav", "louder.wav", "-o", "own.toml").exit_code == 0
    assert run("compare", "mix.wav", "own.toml").exit_code == 0
    assert run("check", "-p", "own.toml", "mix.wav").exit_code == 0
