"""Delivery specs as data: one TOML a profile, every limit with its source."""

from mixcheck.profiles.loader import load_profile, profile_names
from mixcheck.profiles.model import FindingRule, Limit, Profile

__all__ = ["FindingRule", "Limit", "Profile", "load_profile", "profile_names"]
