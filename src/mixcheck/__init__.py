"""mixcheck measures recordings, judges the numbers against delivery specs, and reports.

    import mixcheck

    measurement = mixcheck.measure("mix.wav")
    print(measurement.value("loudness.integrated_lufs"))
    judgement = mixcheck.judge(measurement, mixcheck.load_profile("spotify"))
    print(judgement.outcome)

Names are imported when first used: ``mixcheck --help`` must not wait for NumPy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mixcheck.after_encoding import expect_encoding
    from mixcheck.cache import MeasurementCache
    from mixcheck.compare import (
        Balance,
        Revision,
        Target,
        compare_references,
        compare_revision,
        learn_target,
        load_target,
    )
    from mixcheck.engine import measure, measure_array
    from mixcheck.errors import AudioError, MixcheckError, ProfileError, UsageError
    from mixcheck.judgement import Judgement, Verdict, judge
    from mixcheck.many import Outcome, Unreadable, measure_many
    from mixcheck.measurement import ANALYSIS_VERSION, SCHEMA_VERSION, Measurement
    from mixcheck.meters import Finding, metrics
    from mixcheck.predictions import Prediction
    from mixcheck.profiles import Limit, Profile, load_profile, load_profiles, profile_names
    from mixcheck.report import FORMATS, FileReport, render
    from mixcheck.series import Series
    from mixcheck.stems import StemSet, check_stems

__version__ = "0.1.0"

_HOME = {
    "after_encoding": ("expect_encoding",),
    "cache": ("MeasurementCache",),
    "compare": (
        *("Balance", "Revision", "Target"),
        *("compare_references", "compare_revision", "learn_target", "load_target"),
    ),
    "engine": ("measure", "measure_array"),
    "errors": ("AudioError", "MixcheckError", "ProfileError", "UsageError"),
    "judgement": ("Judgement", "Verdict", "judge"),
    "many": ("Outcome", "Unreadable", "measure_many"),
    "measurement": ("ANALYSIS_VERSION", "SCHEMA_VERSION", "Measurement"),
    "meters": ("Finding", "metrics"),
    "predictions": ("Prediction",),
    "profiles": ("Limit", "Profile", "load_profile", "load_profiles", "profile_names"),
    "report": ("FORMATS", "FileReport", "render"),
    "series": ("Series",),
    "stems": ("StemSet", "check_stems"),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "ANALYSIS_VERSION",
    "FORMATS",
    "SCHEMA_VERSION",
    "AudioError",
    "Balance",
    "FileReport",
    "Finding",
    "Judgement",
    "Limit",
    "Measurement",
    "MeasurementCache",
    "MixcheckError",
    "Outcome",
    "Prediction",
    "Profile",
    "ProfileError",
    "Revision",
    "Series",
    "StemSet",
    "Target",
    "Unreadable",
    "UsageError",
    "Verdict",
    "__version__",
    "check_stems",
    "compare_references",
    "compare_revision",
    "expect_encoding",
    "judge",
    "learn_target",
    "load_profile",
    "load_profiles",
    "load_target",
    "measure",
    "measure_array",
    "measure_many",
    "metrics",
    "profile_names",
    "render",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
