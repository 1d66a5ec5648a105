"""Every error that mixcheck raises on purpose.

All of them keep their arguments, so that they survive the trip from a worker process.
"""

from __future__ import annotations


class MixcheckError(Exception):
    """Root of all errors meant for a user: the message is complete and names what is wrong."""


class AudioError(MixcheckError):
    """A file that cannot be read as audio.

    Parameters
    ----------
    path : str
        The file as the user named it.
    problem : str
        What is wrong.
    remedy : str
        What to do about it.
    """

    def __init__(self, path: str, problem: str, remedy: str) -> None:
        super().__init__(path, problem, remedy)
        self.path = path
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}; {self.remedy}"


class ProfileError(MixcheckError):
    """A profile or a settings file that cannot be used: the message names the file and the key."""


class UsageError(MixcheckError):
    """A call that makes no sense, whatever the audio."""
