"""Delivery specs as data: one TOML a profile, every limit with its source."""

from mixcheck.profiles.groups import ProfileGroup, profile_groups
from mixcheck.profiles.loader import load_profile, load_profiles, profile_names, profile_text
from mixcheck.profiles.model import FindingRule, Limit, Playback, Profile

__all__ = [
    "FindingRule",
    "Limit",
    "Playback",
    "Profile",
    "ProfileGroup",
    "load_profile",
    "load_profiles",
    "profile_groups",
    "profile_names",
    "profile_text",
]
