"""A file against its last revision, or against references."""

from mixcheck.compare.balance import compare_references
from mixcheck.compare.model import ANSWERS, Balance, Band, Change, Revision, Section, Trait
from mixcheck.compare.overlay import aligns
from mixcheck.compare.revision import compare_revision
from mixcheck.compare.target import (
    Target,
    is_target,
    learn_target,
    load_target,
    target_names,
    target_toml,
)

__all__ = [
    "ANSWERS",
    "Balance",
    "Band",
    "Change",
    "Revision",
    "Section",
    "Target",
    "Trait",
    "aligns",
    "compare_references",
    "compare_revision",
    "is_target",
    "learn_target",
    "load_target",
    "target_names",
    "target_toml",
]
