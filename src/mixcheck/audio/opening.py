"""Open a recording with the first decoder that takes it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from mixcheck.audio.block import AudioStream
from mixcheck.audio.libsndfile import SoundfileStream
from mixcheck.audio.refusal import NotForThisDecoderError, head_of, refusal
from mixcheck.audio.source import Source, open_source
from mixcheck.errors import MixcheckError

Opener = Callable[[Source, int, str | None], AudioStream]


def _open_with_libav(source: Source, number: int, layout: str | None) -> AudioStream:
    try:
        from mixcheck.audio.libav import LibavStream
    except ImportError:
        raise NotForThisDecoderError from None
    return LibavStream(source, number, layout)


OPENERS: tuple[Opener, ...] = (SoundfileStream, _open_with_libav)  # in order; the fastest first


@contextmanager
def open_audio(
    path: str | os.PathLike[str], *, layout: str | None = None, stream: int = 0
) -> Iterator[AudioStream]:
    """Open anything that libsndfile reads, or FFmpeg where PyAV is installed.

    Parameters
    ----------
    path : str or path-like
        A file, or a URL of any protocol that fsspec knows.
    layout : str, optional
        Loudspeaker layout to use instead of what the file states, a key of ``LAYOUTS``.
    stream : int
        Which of the audio streams of a file to read, the first being 0.

    Raises
    ------
    AudioError
        The file is missing, is not audio, holds no frame, or is outside 1 to 64 channels
        and 8 to 384 kHz. The message says which, and what to do.
    UsageError
        There is no such layout.
    """
    with (
        open_source(os.fspath(path)) as source,
        closing(_opened(source, stream, layout)) as opened,
    ):
        yield opened


def _opened(source: Source, number: int, layout: str | None) -> AudioStream:
    refused: list[NotForThisDecoderError] = []
    for opener in OPENERS:
        try:
            return opener(source, number, layout)
        except NotForThisDecoderError as error:
            refused.append(error)
        except MixcheckError:
            source.check()  # a file that did not arrive whole is not a broken one
            raise
        head = head_of(source)
    raise refusal(source.name, head, refused)
