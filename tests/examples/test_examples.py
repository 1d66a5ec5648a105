"""Recipes in ``pass/<profile>`` and ``fail/<profile>``, through the real command line.

A recipe: ``source`` (a reference recording), ``gain_db``, ``write`` (keywords of
``soundfile.write``), ``arguments`` of the command, ``outcome`` if it is neither pass nor fail, and
``fails``: the metrics of exactly those verdicts that fail.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
import soundfile
from tests.cli.command import run

from mixcheck import profile_names

HERE = Path(__file__).parent
REFERENCE_AUDIO = HERE.parents[1] / "reference_audio"
RECIPES = sorted(HERE.glob("*/*/*.toml"))
KEYS = {"about", "source", "gain_db", "arguments", "outcome", "fails", "write"}


def written(recipe: dict[str, Any], folder: Path) -> Path:
    samples, rate = soundfile.read(REFERENCE_AUDIO / recipe["source"], dtype="float64")
    path = folder / f"example.{recipe['write']['format'].lower()}"
    gain = 10.0 ** (recipe.get("gain_db", 0.0) / 20.0)
    soundfile.write(path, samples * gain, rate, **recipe["write"])
    return path


@pytest.mark.parametrize("file", RECIPES, ids=lambda file: str(file.relative_to(HERE)))
def test_example(file: Path, tmp_path: Path) -> None:
    recipe = tomllib.loads(file.read_text("utf-8"))
    assert set(recipe) <= KEYS
    expected, profile = file.parts[-3:-1]
    audio = written(recipe, tmp_path)
    arguments = ["-p", profile, "-f", "json", *recipe.get("arguments", ())]
    ran = run("check", str(audio), *arguments)
    (report,) = json.loads(ran.stdout)["files"]
    fails = {one["metric"] for one in report["verdicts"] if one["outcome"] == "fail"}
    assert fails == set(recipe.get("fails", ()))
    assert report["outcome"] == recipe.get("outcome", expected)
    assert ran.exit_code == {"pass": 0, "fail": 1}[expected]
    assert bool(fails) == (expected == "fail")


@pytest.mark.parametrize("outcome", ["pass", "fail"])
@pytest.mark.parametrize("profile", profile_names())
def test_every_profile_has_an_example(profile: str, outcome: str) -> None:
    assert [file for file in RECIPES if file.parts[-3:-1] == (outcome, profile)]
