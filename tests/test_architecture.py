"""Who may import whom; read from the source, nothing is run but the command's ``--help``."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = {
    **{path: ("mixcheck", path.relative_to(ROOT / "src/mixcheck"))
       for path in sorted((ROOT / "src/mixcheck").rglob("*.py"))},
    **{path: ("mixcheck_cli", path.relative_to(ROOT / "cli"))
       for path in sorted((ROOT / "cli").rglob("*.py"))},
}  # fmt: skip

LAYERS = (  # lowest first; a file may import from its own part and from every layer below
    ("errors", "units", "ahead"),
    ("keys",),
    ("audio",),
    ("dsp",),
    ("views", "alignment"),
    ("meters",),
    ("series",),
    ("measurement", "bands"),
    ("sets",),
    ("engine", "profiles", "stored"),
    ("cache",),
    ("many", "after_encoding"),
    ("headers",),
    ("conformance",),
    ("acceptance", "advice", "predictions"),
    ("judgement",),
    ("stems", "compare"),
    ("report",),
    ("baseline", "settings"),
    ("__init__",),
    ("mixcheck_cli",),
)
LAYER_OF = {part: number for number, parts in enumerate(LAYERS) for part in parts}
HOMES = {  # third-party package: the only part that may import it
    "soundfile": "audio",
    "av": "audio",
    "fsspec": "audio",
    "pyarrow": "report",
    "msgspec": "stored",
    "bokeh": "report",
    "jinja2": "report",
    "matplotlib": "report",
    "click": "mixcheck_cli",
    "rich": "mixcheck_cli",
    "dask": None,
    "distributed": "mixcheck_cli",
}
SHARED_IN = {
    "meters": {
        "meters.base",
        "meters.codec_frames",
        "meters.gating",
        "meters.hum",
        "meters.stated",
        "meters.used_bits",
        "meters",
    },
    "report": {
        "report.model",
        "report.wording",
        "report.document",
        "report.checks",
        "report.totals",
        "report.services",
        "report.method",
        "report.schema",
        "report.sets",
        "report.stream",
        "report.table",
        "report.pages",
        "report",
    },
}


def part_of(module: str) -> str:
    """``mixcheck.audio.opening`` is of part ``audio``; the command line is one part."""
    package, _, rest = module.partition(".")
    return "mixcheck_cli" if package == "mixcheck_cli" else rest.partition(".")[0] or "__init__"


def module_of(path: Path) -> str:
    package, inside = SOURCES[path]
    parts = [part for part in inside.with_suffix("").parts if part != "__init__"]
    return ".".join((package, *parts))


def imports(path: Path) -> Iterator[str]:
    """Modules that a file imports, wherever it does."""
    package = module_of(path) if path.name == "__init__.py" else module_of(path).rpartition(".")[0]
    known = {module_of(other) for other in SOURCES}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([base] if base else [])])
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                if whole == "mixcheck.__version__":
                    continue  # the one thing that the package itself defines; reports print it
                yield whole if whole in known else base


FILES = [pytest.param(path, id=module_of(path)) for path in SOURCES]


def test_every_part_has_a_layer() -> None:
    assert {part_of(module_of(path)) for path in SOURCES} <= set(LAYER_OF)


@pytest.mark.parametrize("path", FILES)
def test_imports_only_from_below(path: Path) -> None:
    own = part_of(module_of(path))
    for module in imports(path):
        if module.split(".")[0] in ("mixcheck", "mixcheck_cli"):
            part = part_of(module)
            assert part == own or LAYER_OF[part] < LAYER_OF[own], f"{own} imports {module}"


@pytest.mark.parametrize("path", FILES)
def test_third_party_packages_stay_in_their_part(path: Path) -> None:
    for module in imports(path):
        package = module.split(".")[0]
        if package in HOMES:
            assert part_of(module_of(path)) == HOMES[package], module


@pytest.mark.parametrize("part", SHARED_IN)
def test_members_of_a_list_do_not_know_each_other(part: str) -> None:
    members = [path for path in SOURCES if path.parent.name == part and path.name != "__init__.py"]
    assert len(members) > 3
    for path in members:
        own = module_of(path).removeprefix("mixcheck.")
        if own in SHARED_IN[part]:
            continue
        inside = {
            module.removeprefix("mixcheck.")
            for module in imports(path)
            if module.startswith(f"mixcheck.{part}")
        }
        assert inside <= SHARED_IN[part] - {part}, f"{own} imports {sorted(inside)}"


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_waits_for_no_numpy(option: str) -> None:
    code = "from mixcheck_cli.main import main; main()"
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code, option], capture_output=True, text=True
    )
    assert ran.returncode == 0
    assert "mixcheck" in ran.stdout
    imported = {line.rpartition("|")[2].strip().split(".")[0] for line in ran.stderr.splitlines()}
    assert "click" in imported  # the list is one
    assert not imported & {"numpy", "scipy", "soundfile", "librosa", "rich", "numba"}
