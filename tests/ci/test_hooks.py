"""The hooks, run by pre-commit itself on a scratch repository.

Installed from the command that is being tested, or, with ``MIXCHECK_TEST_INSTALL=1``, as pre-commit
installs it for its users, for which it needs a package index.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.cli.command import CLIPPED, GOOD

pytest.importorskip("pre_commit")
yaml = pytest.importorskip("yaml")
ROOT = Path(__file__).parents[2]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
BIN = Path(sys.executable).parent
COMMAND = [sys.executable, "-m", "pre_commit"]
NAMES = ["plain.wav", "with spaces.wav", "it's; $(touch pwned).wav", "new\nline.wav", "-dash.wav"]

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with recordings, and mixcheck on the PATH."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "PRE_COMMIT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    repository = tmp_path / "repository"
    repository.mkdir()
    subprocess.run(["git", "init", "-q", str(repository)], check=True)
    for name in NAMES:
        (repository / name).write_bytes(GOOD)
    (repository / "notes.txt").write_text("no audio")
    return repository


def hook(name: str, **changed: Any) -> dict[str, Any]:
    (found,) = (one for one in HOOKS if one["id"] == name)
    return {**found, "language": "system", **changed}


def run(repository: Path, *hooks: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    config = {"repos": [{"repo": "local", "hooks": list(hooks)}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    subprocess.run(["git", "add", "-A"], cwd=repository, check=True)
    command = [*COMMAND, "run", "--all-files", "--verbose"]
    return subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)


def test_the_manifest_is_valid() -> None:
    command = [*COMMAND, "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout
    assert [one["id"] for one in HOOKS] == ["mixcheck", "mixcheck-headers"]


@pytest.mark.parametrize("name", ["a.wav", "b/c.FLAC", "d e.mp3", "x.Opus"])
@pytest.mark.parametrize("other", ["a.wav.txt", "wav", "b.py", "a.wavx"])
def test_audio_is_told_by_its_suffix(name: str, other: str) -> None:
    for one in HOOKS:
        assert re.search(one["files"], name)
        assert not re.search(one["files"], other)


def test_every_name_passes_and_nothing_is_run(scratch: Path) -> None:
    # "--" keeps a name that begins with a dash from being an option.
    ran = run(scratch, hook("mixcheck", args=["--"]))
    assert ran.returncode == 0, ran.stdout
    assert f"{len(NAMES)} files: {len(NAMES)} pass" in ran.stdout
    assert not (scratch / "pwned").exists()


def test_a_fault_fails_and_is_said(scratch: Path) -> None:
    (scratch / "clipped.wav").write_bytes(CLIPPED)
    ran = run(scratch, hook("mixcheck", args=["-p", "general", "--"]))
    assert ran.returncode == 1
    assert re.search(r"FAIL .*clipped\.wav +clipping", ran.stdout)


def test_the_quick_hook_reads_headers_only(scratch: Path) -> None:
    (scratch / "clipped.wav").write_bytes(CLIPPED)
    assert run(scratch, hook("mixcheck-headers", args=["--"])).returncode == 0
    ran = run(scratch, hook("mixcheck-headers", args=["-p", "cd", "--"]))
    assert ran.returncode == 1
    assert "channels" in ran.stdout


@pytest.mark.skipif(
    os.environ.get("MIXCHECK_TEST_INSTALL") != "1",
    reason="installs from a package index: set MIXCHECK_TEST_INSTALL=1",
)
def test_as_its_users_install_it(scratch: Path) -> None:
    (scratch / "clipped.wav").write_bytes(CLIPPED)
    subprocess.run(["git", "add", "-A"], cwd=scratch, check=True)
    command = [*COMMAND, "try-repo", str(ROOT), "mixcheck", "--verbose", "--files", "clipped.wav"]
    ran = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=False)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "clipping" in ran.stdout, ran.stdout + ran.stderr
