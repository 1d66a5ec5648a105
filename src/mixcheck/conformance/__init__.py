"""The proof that the numbers are right: cases of the standards, measured on this machine."""

from mixcheck.conformance.checks import Check, Result, ebu_checks, opinion_checks, table_checks
from mixcheck.conformance.signals import synthesise

__all__ = [
    "Check",
    "Result",
    "ebu_checks",
    "opinion_checks",
    "synthesise",
    "table_checks",
]
