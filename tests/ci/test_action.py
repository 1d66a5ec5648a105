"""The action: its file against GitHub's schema, and its shell by running it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from tests.cli.command import CLIPPED, GOOD

pytest.importorskip("check_jsonschema")
yaml = pytest.importorskip("yaml")
ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS = {step.get("name", step.get("uses")): step for step in ACTION["runs"]["steps"]}

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A runner's temporary folder, in which mixcheck is installed."""
    where = tmp_path / "runner temp" / "mixcheck" / "bin"
    where.mkdir(parents=True)
    (where / "mixcheck").symlink_to(Path(sys.executable).parent / "mixcheck")
    work = tmp_path / "work"
    work.mkdir()
    for name in ("good.wav", "two words.wav", "it's; $(touch pwned).wav", "-dash.wav", "*.wav"):
        (work / name).write_bytes(GOOD)
    (work / "clipped loudly.wav").write_bytes(CLIPPED)
    return tmp_path


def check(runner: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the step with the environment that GitHub would give it."""
    step = STEPS["Check"]
    given = {name: ACTION["inputs"][name].get("default", "") for name in ACTION["inputs"]}
    given |= {name.replace("_", "-"): value for name, value in inputs.items()}
    environment = {
        name: given[value.removeprefix("${{ inputs.").removesuffix(" }}")]
        for name, value in step["env"].items()
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=runner / "work",
        env={
            "PATH": os.environ["PATH"],
            "RUNNER_TEMP": str(runner / "runner temp"),
            "GITHUB_STEP_SUMMARY": str(runner / "summary.md"),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_file_is_valid() -> None:
    schema = files("check_jsonschema").joinpath("builtin_schemas/vendor/github-actions.json")
    Draft7Validator(json.loads(schema.read_text("utf-8"))).validate(ACTION)


def test_no_input_is_pasted_into_the_shell() -> None:
    assert all("${{" not in step.get("run", "") for step in ACTION["runs"]["steps"])
    pasted = set(STEPS["Check"]["env"].values())
    unused = set(ACTION["inputs"]) - {value[len("${{ inputs.") : -len(" }}")] for value in pasted}
    assert unused == {"python-version"}


def test_everything_below_the_folder_by_default(runner: Path) -> None:
    ran = check(runner)
    assert ran.returncode == 1
    (command,) = (line for line in ran.stdout.splitlines() if line.startswith("::"))
    assert command.startswith("::error file=clipped loudly.wav,")
    summary = (runner / "summary.md").read_text("utf-8")
    assert "6 files: 5 pass, 1 fail" in summary
    assert "two words.wav" in summary


def test_names_are_neither_split_nor_expanded_nor_run(runner: Path) -> None:
    names = ["two words.wav", "it's; $(touch pwned).wav", "-dash.wav", "*.wav"]
    ran = check(runner, paths="\n".join(names) + "\r\n   \n\t\n")
    assert ran.returncode == 0, ran.stderr
    assert "4 files: 4 pass" in ran.stdout
    assert not (runner / "work" / "pwned").exists()


def test_every_input(runner: Path) -> None:
    ran = check(
        runner,
        paths="good.wav",
        profiles="general\ntidal\n",
        fail_on="warning",
        outputs="a report.json\nb.xml",
    )
    assert ran.returncode == 0, ran.stderr
    document = json.loads((runner / "work" / "a report.json").read_text("utf-8"))
    assert {one["profile"] for one in document["files"][0]["verdicts"]} == {"general", "tidal"}
    assert (runner / "work" / "b.xml").exists()
    for word in ("true", "True", "TRUE"):
        assert check(runner, paths="clipped loudly.wav", headers=word).returncode == 0
    for word in ("false", "False", ""):
        assert check(runner, paths="clipped loudly.wav", headers=word).returncode == 1
    assert check(runner, paths="clipped loudly.wav", baseline="gone.json").returncode == 2


@pytest.mark.parametrize(
    ("inputs", "status"),
    [({"paths": "gone.wav"}, 3), ({"paths": ""}, 2), ({"profiles": "spotfy"}, 2),
     ({"profiles": "--exit-zero"}, 2), ({"headers": "yes"}, 2), ({"paths": "  \n\t\n"}, 2)],
)  # fmt: skip
def test_what_cannot_be_done_is_no_pass(runner: Path, inputs: dict[str, str], status: int) -> None:
    assert check(runner, **inputs).returncode == status
