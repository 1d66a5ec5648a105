from __future__ import annotations

import copy
import pickle

import pytest

from mixcheck import Unreadable
from mixcheck.errors import AudioError, MixcheckError, ProfileError, UsageError

ERRORS = [
    AudioError("a.wav", "is empty", "copy it again"),
    ProfileError("mine.toml: unknown key 'mim'"),
    UsageError("unknown layout '5.3'"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_errors_survive_the_trip_from_a_worker(error: MixcheckError) -> None:
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(other) is type(error)
        assert str(other) == str(error)
        assert vars(other) == vars(error)


def test_every_error_is_tested_here_and_catchable_as_one() -> None:
    assert {type(error) for error in ERRORS} == set(MixcheckError.__subclasses__())


def test_audio_error_names_file_problem_and_remedy() -> None:
    assert str(ERRORS[0]) == "a.wav: is empty; copy it again"


def test_unreadable_file_travels_as_a_value() -> None:
    sent = Unreadable("a.wav", AudioError("a.wav", "is empty", "copy it again"))
    received = pickle.loads(pickle.dumps(sent))
    assert (received.path, str(received.error)) == (sent.path, str(sent.error))
