"""The README shows what the tool prints, and its Python runs."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from mixcheck_cli.main import mixcheck

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
SHOWN = re.compile(r"<!-- output: mixcheck (.*?) -->\n```text\n(.*?)```", re.DOTALL)
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)


def actual(command: str) -> str:
    result = CliRunner().invoke(mixcheck, shlex.split(command))
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.stdout


@pytest.fixture(autouse=True)
def _at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("command", [found[0] for found in SHOWN.findall(README.read_text())])
def test_shown_output_is_what_the_tool_prints(command: str) -> None:
    text = README.read_text()
    printed = actual(command)
    if os.environ.get("MIXCHECK_UPDATE_GOLDEN"):
        head = f"<!-- output: mixcheck {command} -->\n```text\n"
        start = text.index(head) + len(head)
        README.write_text(text[:start] + printed + text[text.index("```", start) :])
        text = README.read_text()
    shown = dict(SHOWN.findall(text))[command]
    assert printed == shown


def test_python_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = PYTHON.findall(README.read_text())
    exec(compile(example, "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("pass -14.3")


def test_readme_profile_example_loads(tmp_path: Path) -> None:
    from mixcheck import load_profile

    example, _ = re.findall(r"```toml\n(.*?)```", README.read_text(), re.DOTALL)
    path = tmp_path / "my-podcast.toml"
    path.write_text(example)
    own = load_profile(str(path)).limits[0]
    assert (own.metric, own.tolerance) == ("loudness.integrated_lufs", 0.5)


def test_readme_settings_example_loads(tmp_path: Path) -> None:
    from mixcheck.settings import load_settings

    _, example = re.findall(r"```toml\n(.*?)```", README.read_text(), re.DOTALL)
    path = tmp_path / "mixcheck.toml"
    path.write_text(example)
    settings = load_settings(str(path))
    assert settings is not None
    assert settings.of_file(str(tmp_path / "music/a.wav")).profile == ("spotify", "tidal")
    assert settings.accept[0].start_s == 62.0


def test_every_format_is_in_the_readme() -> None:
    from mixcheck_cli.options import FORMAT_NAMES, FORMAT_OF_SUFFIX

    text = README.read_text()
    assert all(f"`{name}`" in text for name in (*FORMAT_NAMES, *FORMAT_OF_SUFFIX))
