"""What is shipped, and that every number and finding describes itself."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

import mixcheck
from mixcheck.meters import METERS, FindingKind, finding_kinds
from mixcheck.units import SUFFIX_OF_UNIT, Quantity

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
FOLDERS = PYPROJECT["tool"]["setuptools"]["package-dir"]

# DESIGN 4.3
METRIC_PATHS = """
    loudness.integrated_lufs loudness.loudness_range_lu loudness.max_momentary_lufs
    loudness.max_short_term_lufs loudness.relative_gate_lufs loudness.plr_lu loudness.min_psr_lu
    peak.max_true_peak_dbtp peak.true_peak_dbtp peak.max_sample_peak_dbfs peak.sample_peak_dbfs
    peak.inter_sample_overs
    level.rms_dbfs level.rms_dbfs_per_channel level.crest_factor_db level.dc_offset_fs
    level.dynamic_range_dr
    clipping.clipped_samples clipping.clip_runs clipping.clip_level_dbfs
    noise.noise_floor_dbfs noise.noise_floor_dba noise.snr_db noise.digital_silence_s
    noise.hum_hz noise.hum_dbfs
    spectrum.band_level_db spectrum.band_centre_hz spectrum.tilt_db_per_octave
    spectrum.centroid_hz spectrum.bandwidth_hz
    stereo.correlation stereo.min_correlation stereo.negative_correlation_share stereo.balance_db
    stereo.mono_sum_loss_db stereo.side_to_mid_db
    integrity.effective_bit_depth integrity.effective_bandwidth_hz integrity.leading_silence_s
    integrity.trailing_silence_s integrity.non_finite_samples
    format.container format.codec format.sample_rate_hz format.channels format.frames
    format.duration_s format.bit_depth
"""

# DESIGN 4.4
FINDING_CODES = """
    clipping inter-sample-over click dropout gap repeated-block noise-burst hum dc-offset
    silent-channel dual-mono inverted-polarity channel-imbalance inter-channel-delay mono-loss
    leading-silence trailing-silence cut-start cut-end lossy-source upsampled padded-bit-depth
    non-finite truncated unknown-length high-noise-floor stated-loudness over-after-encoding
"""


def packages_on_disk() -> set[str]:
    return {
        ".".join((package, *init.parent.relative_to(ROOT / folder).parts))
        for package, folder in FOLDERS.items()
        for init in (ROOT / folder).rglob("__init__.py")
    }


def test_every_package_is_listed() -> None:
    listed = PYPROJECT["tool"]["setuptools"]["packages"]
    assert sorted(listed) == sorted(packages_on_disk())


def test_every_public_name_is_there() -> None:
    assert set(mixcheck.__all__) <= set(dir(mixcheck))
    assert all(getattr(mixcheck, name) is not None for name in mixcheck.__all__)
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = mixcheck.no_such_name


@pytest.mark.skipif(
    int(metadata.version("setuptools").split(".")[0]) < 77, reason="needs setuptools 77 to build"
)
def test_wheel_holds_code_and_data(tmp_path: Path) -> None:
    source = tmp_path / "source"  # a copy: a build leaves folders behind
    bare = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for folder in ("src", "cli"):
        shutil.copytree(ROOT / folder, source / folder, ignore=bare)
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, source)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps",
         "--no-build-isolation", "--wheel-dir", str(tmp_path), str(source)],
        check=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    expected = {
        str(package / file.relative_to(ROOT / folder))
        for package, folder in ((Path(name), folder) for name, folder in FOLDERS.items())
        for pattern in ("*.py", "*.toml", "py.typed", "templates/*")
        for file in (ROOT / folder).rglob(pattern)
    }
    assert {"mixcheck/py.typed", "mixcheck/meters/findings.toml", "mixcheck_cli/main.py"} < expected
    assert {name for name in held if ".dist-info/" not in name} == expected


@pytest.mark.parametrize("path", METRIC_PATHS.split())
def test_metric_of_the_design_exists(path: str) -> None:
    assert path in mixcheck.metrics()


@pytest.mark.parametrize(("path", "described"), mixcheck.metrics().items())
def test_number_describes_itself(path: str, described: Quantity) -> None:
    assert described.about.endswith(".")
    assert described.label
    assert described.source
    assert described.decimals >= 0
    suffix = SUFFIX_OF_UNIT[described.unit]
    name = "_" + path.partition(".")[2].removesuffix("_per_channel")
    assert name.endswith(suffix)
    if not described.unit:
        assert not name.endswith(tuple(filter(None, SUFFIX_OF_UNIT.values())))


def test_every_field_of_a_reading_is_a_quantity() -> None:
    for meter in METERS:
        own = set(meter.reading.__dataclass_fields__) - {"reasons", "findings"}
        own -= {"gating_blocks"}  # of several files, not of one
        assert {f"{meter.name}.{name}" for name in own} <= set(mixcheck.metrics()), meter.name
        assert own, meter.name


@pytest.mark.parametrize("kind", finding_kinds().values(), ids=list(finding_kinds()))
def test_finding_is_explained(kind: FindingKind) -> None:
    assert kind.code in FINDING_CODES.split()
    assert kind.severity in ("info", "warning", "error")
    for text in ("title", "what", "why", "how", "limits", "do", "source"):
        assert getattr(kind, text).strip(), text


def test_findings_used_and_explained_are_the_same() -> None:
    used = set()
    words = set()
    for file in (ROOT / "src/mixcheck/meters").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "finding":
                code = node.args[0] if node.args else None
                if isinstance(code, ast.Constant):
                    used.add(code.value)
    assert len(used) > 10
    assert used <= set(finding_kinds())
    on_request = {"over-after-encoding"}
    assert set(finding_kinds()) <= words | on_request, "explained, but no meter gives it"
    kebab = {word for word in words if re.fullmatch(r"[a-z]+(-[a-z]+)+", word)}
    assert kebab & set(FINDING_CODES.split()) <= set(finding_kinds())
