"""Sets of stems: consistency, and whether they sum to the mix."""

from mixcheck.stems.check import check_stems
from mixcheck.stems.model import FAULT_TITLES, Fault, Null, Pair, Span, Stem, StemSet, Sum

__all__ = [
    "FAULT_TITLES",
    "Fault",
    "Null",
    "Pair",
    "Span",
    "Stem",
    "StemSet",
    "Sum",
    "check_stems",
]
