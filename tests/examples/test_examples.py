"""Recipes in ``pass/<profile>`` and ``fail/<profile>``, through the real command line.

``fails`` and ``warns``: the metrics of exactly the verdicts that do. ``outcome``: that of the file,
where it is neither pass nor fail. Every limit of every profile is missed by one that must fail it
(a warning: with ``--fail-on warning``), and met by one that must pass.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cli.command import run
from tests.examples.recipe import recipes, written

from mixcheck import load_profile, profile_names

HERE = Path(__file__).parent
OUTCOMES = {"error": "fail", "warning": "warn"}
EXAMPLES = [
    pytest.param(file, recipe, id=f"{file.relative_to(HERE)}:{number}")
    for file in sorted(HERE.glob("*/*/*.toml"))
    for number, recipe in enumerate(recipes(file), 1)
]
Seen = set[tuple[str, str, str, str]]  # profile, metric, applies_to, outcome


@pytest.fixture(scope="module")
def seen() -> Seen:
    """Which limits were met and missed; the last test looks whether all were."""
    return set()


@pytest.mark.parametrize(("file", "recipe"), EXAMPLES)
def test_example(file: Path, recipe: dict[str, Any], tmp_path: Path, seen: Seen) -> None:
    expected, profile = file.parts[-3:-1]
    only_warns = "warns" in recipe and "fails" not in recipe and expected == "fail"
    arguments = ["-p", profile, "-f", "json", *recipe.get("arguments", ())]
    if only_warns:
        arguments += ["--fail-on", "warning"]
    audio = written(recipe, tmp_path)
    ran = run("check", audio, *arguments)
    (report,) = json.loads(ran.stdout)["files"]
    for outcome, key in (("fail", "fails"), ("warn", "warns")):
        found = {one["metric"] for one in report["verdicts"] if one["outcome"] == outcome}
        if outcome == "fail" or key in recipe:
            assert found == set(recipe.get(key, ()))
    assert report["outcome"] == ("warn" if only_warns else recipe.get("outcome", expected))
    assert ran.exit_code == {"pass": 0, "fail": 1}[expected]
    assert expected == "pass" or recipe.get("fails") or recipe.get("warns")
    kind = {1: "mono", 2: "stereo"}.get(report["format"]["channels"], "multichannel")
    kind = "stereo" if "--dual-mono" in arguments else kind
    for verdict in report["verdicts"]:
        for applies_to in (kind, "any"):
            seen.add((profile, verdict["metric"], applies_to, verdict["outcome"]))


def limits() -> Iterator[tuple[str, str, str, str]]:
    for name in profile_names():
        for limit in load_profile(name).limits:
            yield name, limit.metric, limit.applies_to, OUTCOMES[limit.severity]


def test_every_limit_is_met_and_missed(seen: Seen, request: pytest.FixtureRequest) -> None:
    if len(request.session.items) < len(EXAMPLES):
        pytest.skip("only some examples were run")
    wanted = {(*limit[:3], outcome) for limit in limits() for outcome in ("pass", limit[3])}
    assert sorted(wanted - seen) == []


@pytest.mark.parametrize("outcome", ["pass", "fail"])
@pytest.mark.parametrize("profile", profile_names())
def test_every_profile_has_an_example(profile: str, outcome: str) -> None:
    assert [one for one in EXAMPLES if one.values[0].parts[-3:-1] == (outcome, profile)]
