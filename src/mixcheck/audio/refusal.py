"""What to tell of a file that no decoder takes, told by looking at it."""

from __future__ import annotations

import codecs
from collections.abc import Sequence

from mixcheck.audio.ogg import scan_ogg
from mixcheck.audio.source import Source
from mixcheck.errors import AudioError

MAX_CHANNELS = 64
SAMPLE_RATES_HZ = (8_000, 384_000)
LEAST_WORTH_REPAIR_BYTES = 10_000
REPAIR = ", or have its header repaired: the audio may still be there"
HEAD_BYTES = 512
AGAIN = "copy or export it again"
CONVERT = f"if it plays elsewhere, convert it to WAV of linear PCM or to FLAC; else {AGAIN}"
UNKNOWN_CODEC = "unimplemented format"  # libsndfile's words
INSTALL = "install the extra that can: pip install 'mixcheck[av]', or decode it to WAV with ffmpeg"

SIGNATURES = (  # place, bytes, and what begins so
    (4, b"ftyp", "MPEG-4 (AAC or ALAC)"),
    (4, b"moov", "QuickTime"),
    (4, b"mdat", "QuickTime"),
    (4, b"wide", "QuickTime"),
    (0, b"\x1aE\xdf\xa3", "Matroska or WebM"),
    (0, bytes.fromhex("3026b2758e66cf11"), "ASF (WMA)"),
    (0, b"\x0b\x77", "AC-3"),
    (0, b"\x77\x0b", "AC-3"),
    (0, b"\xff\xf1", "AAC"),
    (0, b"\xff\xf9", "AAC"),
    (0, b"MAC ", "Monkey's Audio"),
    (0, b"wvpk", "WavPack"),
    (0, b"TTA1", "TTA"),
    (0, b"DSD ", "DSF"),
    (0, b"FRM8", "DSDIFF"),
    (0, b"#!AMR", "AMR"),
    (0, b"FLV\x01", "Flash video"),
    (0, b"\x7f\xfe\x80\x01", "DTS"),
    (0, b"\x06\x0e\x2b\x34", "MXF"),
    (0, b"OggS", "Ogg"),
)


class NotForThisDecoderError(Exception):
    """A decoder does not know the format of a file; another may.

    Parameters
    ----------
    decoder : str
        Name of the decoder; empty if it is not installed.
    says : str
        Its own words, if they help.
    problem : str
        What is the matter, where another decoder can be trusted to read the file.
    """

    def __init__(self, decoder: str = "", says: str = "", problem: str = "") -> None:
        super().__init__(decoder, says, problem)
        self.decoder = decoder
        self.says = says
        self.problem = problem


def refuse_unmeasurable(source: Source, frames: int, rate_hz: int, channels: int) -> None:
    """Raise an :class:`AudioError` for what mixcheck has no measure for."""
    low_hz, high_hz = SAMPLE_RATES_HZ
    if not frames:
        raise AudioError(
            source.name,
            f"holds no audio that its header tells of (the file has {source.size} bytes)",
            "export it again" + (REPAIR if source.size > LEAST_WORTH_REPAIR_BYTES else ""),
        )
    if not low_hz <= rate_hz <= high_hz:
        raise AudioError(
            source.name,
            f"sample rate {rate_hz} Hz is outside {low_hz} to {high_hz} Hz",
            "convert it to a usual rate such as 48000 Hz",
        )
    if channels > MAX_CHANNELS:
        raise AudioError(
            source.name, f"has {channels} channels", f"split it: {MAX_CHANNELS} is the most"
        )


def refuse_stream(source: Source, number: int, streams: int) -> None:
    """Raise an :class:`AudioError` for the number of an audio stream that is not there."""
    if number >= streams:
        held = f"has {streams} audio streams" if streams > 1 else "has one audio stream"
        raise AudioError(
            source.name, f"{held}, none of number {number}", "count from 0: --stream 0 is the first"
        )


def head_of(source: Source) -> bytes:
    """First bytes of a file that may hold audio.

    Raises
    ------
    AudioError
        It cannot be read, is empty, or is plainly something else.
    """
    path = source.name
    try:
        with source.open() as file:
            head = file.read(HEAD_BYTES)
    except FileNotFoundError:
        raise AudioError(path, "does not exist", "check the name") from None
    except IsADirectoryError:
        raise AudioError(path, "is a folder", "name a file") from None
    except PermissionError:
        raise AudioError(path, "may not be read", "check its permissions") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        problem = f"cannot be read ({reason})"
        raise AudioError(path, problem, "check the name and the disk") from None
    source.check()
    if not head:
        raise AudioError(path, "is empty (0 bytes)", AGAIN)
    if head.startswith(b"version https://git-lfs"):
        remedy = "fetch it with 'git lfs pull'"
        raise AudioError(path, "is a Git LFS pointer, not the recording", remedy)
    if _is_text(head):
        raise AudioError(path, "is text, not audio", "check what was saved under this name")
    if head.startswith(b"OggS"):
        _refuse_without_audio(source)
    return head


def _refuse_without_audio(source: Source) -> None:
    """Raise an :class:`AudioError` for an Ogg file that names a codec and ends before its audio."""
    with source.view() as data:
        found = scan_ogg(data)
    if found.streams and not found.seconds:
        problem = f"is Ogg that is cut off before its audio begins ({source.size} bytes)"
        raise AudioError(source.name, problem, AGAIN)


def kind_of(head: bytes) -> str | None:
    """Name of a format that libsndfile cannot read, by the first bytes of a file."""
    return next((kind for place, begin, kind in SIGNATURES if head[place:].startswith(begin)), None)


def refusal(path: str, head: bytes, refused: Sequence[NotForThisDecoderError]) -> AudioError:
    """The error for a file that every decoder refused."""
    kind = kind_of(head)
    problem = "".join(error.problem for error in refused)
    is_one_missing = not all(error.decoder for error in refused)
    if is_one_missing and (kind or problem):
        return AudioError(path, problem or f"is {kind}, which libsndfile cannot read", INSTALL)
    if is_one_missing and UNKNOWN_CODEC in refused[0].says:
        problem = "holds audio in a coding that libsndfile cannot read"
        return AudioError(path, problem, INSTALL.replace("that can", "that may"))
    if kind:
        return AudioError(path, f"is {kind}, damaged or incomplete", AGAIN)
    decoders = " or ".join(error.decoder for error in refused if error.decoder)
    why = "".join(error.says for error in refused).strip().rstrip(".")
    # libsndfile's words for what no decoder knows, and for a header with impossible numbers
    is_guess = not why or "does not exist" in why or "Internal error" in why
    return AudioError(
        path,
        f"is no audio that {decoders} can read" + ("" if is_guess else f" ({why})"),
        CONVERT,
    )


def _is_text(head: bytes) -> bool:
    try:
        text, _ = codecs.utf_8_decode(head)  # lets go of a letter that the end cuts in two
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character.isspace() for character in text)
