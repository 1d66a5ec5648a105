"""Settings of a folder: which profile its files are judged by, and what of them is accepted."""

from mixcheck.settings.globs import matches
from mixcheck.settings.loader import FILE_NAME, find_settings, load_settings
from mixcheck.settings.model import AcceptRule, FileRule, Settings

__all__ = [
    "FILE_NAME",
    "AcceptRule",
    "FileRule",
    "Settings",
    "find_settings",
    "load_settings",
    "matches",
]
