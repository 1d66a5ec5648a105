"""Make the reference recordings.

Run as ``python make.py [OUTPUT_FOLDER]``. The files go to the folder of this script unless
another is named. Each is compared with manifest.toml after writing; the exit status is 1 if
any differs from what it promises.
"""

from __future__ import annotations

import hashlib
import math
import struct
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile
from band import MIX_RATE, mix
from signals import Signal, db, fade, floor, noise, pink, ramp, rms, seconds, sine, tone
from voice import VOICE_RATE, voice

HERE = Path(__file__).resolve().parent
PAD_S = 0.05  # quiet frames around a tone, so that it neither starts nor ends cut
FULL_16_BIT = 32767.0 / 32768.0


@dataclass(frozen=True)
class Recording:
    """Samples as a file stores them: integers, or float32; shape (frames, channels)."""

    samples: npt.NDArray[Any]
    rate: int
    bits: int = 16
    claimed_frames: int | None = None  # what a WAV header says, if not the truth


def record(signal: Signal, rate: int, bits: int = 16) -> Recording:
    """Round a signal to integers; what needs dither carries it as its noise floor."""
    full = 2 ** (bits - 1)
    whole = np.clip(np.rint(signal * full), -full, full - 1)
    return Recording(whole.astype(np.int32).T, rate, bits)


def edited(recording: Recording, edit: Callable[[npt.NDArray[Any]], None]) -> Recording:
    """Return a copy whose samples were changed by edit."""
    samples = recording.samples.copy()
    edit(samples)
    return replace(recording, samples=samples)


# --- material -----------------------------------------------------------------------------


def music(start_s: float, end_s: float) -> Signal:
    """Return part of the mix, writable."""
    return mix()[:, round(start_s * MIX_RATE) : round(end_s * MIX_RATE)].copy()


def speech(start_s: float, end_s: float) -> Signal:
    """Return part of the voice, writable; cut it in a pause."""
    return voice()[:, round(start_s * VOICE_RATE) : round(end_s * VOICE_RATE)].copy()


def settled(x: Signal, rate: int, head_s: float = 0.5, tail_s: float = 0.5) -> Signal:
    """Fade both ends into a faint noise that leads in and lingers; 0 leaves an end cut."""
    pads = (round(0.4 * head_s * rate), round(0.4 * tail_s * rate))
    y = np.pad(fade(x, head_s, tail_s, rate), ((0, 0), pads))
    return y + floor(21, *y.shape)


def framed(x: Signal, rate: int) -> Signal:
    """Give a test signal 10 ms fades and 50 ms of faint noise on either side."""
    pad = round(PAD_S * rate)
    y = np.pad(fade(x, 0.01, 0.01, rate), ((0, 0), (pad, pad)))
    y[:, :pad] = floor(31, pad)
    y[:, -pad:] = floor(33, pad)
    return y


def both(x: Signal) -> Signal:
    """Return a mono signal on two channels."""
    return np.concatenate((x, x))


def stepped_tone(steps: tuple[tuple[float, float], ...]) -> Recording:
    """Return a 1 kHz tone in levels (dBFS, seconds), each reached within 10 ms."""
    level = np.concatenate([np.full(round(s * MIX_RATE), db(peak)) for peak, s in steps])
    edge = round(0.01 * MIX_RATE)
    at = 0
    for (before, length_s), (after, _) in pairwise(steps):
        at += round(length_s * MIX_RATE)
        glide = db(before) + (db(after) - db(before)) * ramp(edge)
        level[at - edge // 2 : at + edge // 2] = glide
    x = level * tone(1000, level.size / MIX_RATE, MIX_RATE)
    return record(both(framed(x, MIX_RATE)), MIX_RATE)


# --- clean recordings and calibration signals ---------------------------------------------


def clean_mix() -> Recording:
    """Return the mix, with nothing wrong."""
    return record(mix(), MIX_RATE)


def clean_voice() -> Recording:
    """Return the voice, with nothing wrong."""
    return record(voice(), VOICE_RATE)


def tone_left() -> Recording:
    """Return the calibration tone of BS.1770: the largest 16-bit sine, on the left only."""
    left = framed(FULL_16_BIT * tone(997, 6.0, MIX_RATE), MIX_RATE)
    return record(np.concatenate((left, np.zeros_like(left))), MIX_RATE)


def tone_minus18() -> Recording:
    """Return the alignment tone: 1 kHz at -18 dBFS on both channels."""
    return stepped_tone(((-18.0, 6.0),))


def tech3341_3() -> Recording:
    """Return test signal 3 of EBU Tech 3341."""
    return stepped_tone(((-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)))


def tech3342_1() -> Recording:
    """Return test signal 1 of EBU Tech 3342."""
    return stepped_tone(((-20.0, 20.0), (-30.0, 20.0)))


def true_peak() -> Recording:
    """Return a sine whose samples all miss its peaks by 3 dB (EBU Tech 3341, signal 16)."""
    x = 0.5 * tone(MIX_RATE // 4, 3.2, MIX_RATE, phase_turns=0.125)
    return record(both(framed(x, MIX_RATE)), MIX_RATE, bits=24)


def pink_noise() -> Recording:
    """Return unrelated pink noise on two channels."""
    frames = round(4.0 * VOICE_RATE)
    x = np.concatenate([pink(seed, frames) for seed in (51, 52)])
    x *= db(-20.0) / rms(x)
    return record(framed(x, VOICE_RATE), VOICE_RATE)


# --- one fault each -----------------------------------------------------------------------


def clipped_full_scale() -> Recording:
    """Return music driven 7 dB into full scale from 2.0 to 3.5 s."""
    x = settled(music(10.2, 14.8), MIX_RATE)
    drive = np.zeros(x.shape[1])
    hot = drive[2 * MIX_RATE : round(3.5 * MIX_RATE)]
    hot[:] = fade(np.ones(hot.size), 0.05, 0.05, MIX_RATE)
    return record(x * (1.0 + (db(7.0) - 1.0) * drive), MIX_RATE)


def clipped_then_turned_down() -> Recording:
    """Return music driven 9 dB into full scale, then turned down by half."""
    x = settled(music(10.2, 14.8), MIX_RATE)
    return record(0.5 * np.clip(db(9.0) * x, -1.0, 1.0), MIX_RATE)


def inter_sample_overs() -> Recording:
    """Return soft music with four whistles that exceed full scale between samples."""
    x = settled(db(-24.0) * music(10.2, 14.8), MIX_RATE)
    # Where its phase slips by a quarter of a turn, the wave goes higher than a sine's can.
    parts = (tone(MIX_RATE // 4, 0.15, MIX_RATE, phase_turns=turns) for turns in (0.125, 0.375))
    whistle = 1.3 * np.concatenate([*parts], axis=1)
    for second in (1, 2, 3, 4):
        at = second * MIX_RATE
        x[:, at : at + whistle.shape[1]] += fade(whistle, 0.14, 0.14, MIX_RATE)
    return record(x, MIX_RATE)


def dc_offset() -> Recording:
    """Return a voice that sits off the zero line."""
    # Under the fades as well: a step at either end would be a second fault.
    return record(settled(speech(2.3, 6.6) + 0.06, VOICE_RATE, 0.05, 0.05), VOICE_RATE)


def silent_channel() -> Recording:
    """Return music whose right channel holds only zeros."""
    x = settled(music(7.7, 12.3), MIX_RATE)

    def mute(samples: npt.NDArray[Any]) -> None:
        samples[:, 1] = 0

    return edited(record(x, MIX_RATE), mute)


def dual_mono() -> Recording:
    """Return mono music on two identical channels."""
    x = settled(music(5.2, 9.8).mean(axis=0, keepdims=True), MIX_RATE)
    mono = record(x, MIX_RATE)
    return replace(mono, samples=np.repeat(mono.samples, 2, axis=1))


def inverted_polarity() -> Recording:
    """Return nearly mono music with the right channel upside down."""
    left, right = music(7.7, 12.3)
    middle, side = 0.5 * (left + right), 0.05 * (left - right)
    return record(settled(np.stack((middle + side, side - middle)), MIX_RATE), MIX_RATE)


def channel_imbalance() -> Recording:
    """Return music with the right channel 6 dB down."""
    x = settled(music(14.2, 20.0), MIX_RATE)
    x[1] *= db(-6.0)
    return record(x, MIX_RATE)


def hum() -> Recording:
    """Return a voice over mains hum."""
    x = speech(15.4, 24.4)
    t = seconds(x.shape[1] / VOICE_RATE, VOICE_RATE)
    comb = ((50, 1.0), (100, 0.5), (150, 0.35), (200, 0.2), (250, 0.15))
    buzz = sum((level * sine(hertz * t + 0.1 * hertz) for hertz, level in comb), np.zeros(t.size))
    x += db(-50.0) / rms(buzz) * buzz
    return record(settled(x, VOICE_RATE, 0.05, 0.05), VOICE_RATE)


def high_noise_floor() -> Recording:
    """Return a voice over hiss."""
    x = speech(11.3, 15.5)
    hiss = noise(76, *x.shape)
    x += db(-42.0) / rms(hiss) * hiss
    return record(settled(x, VOICE_RATE, 0.05, 0.05), VOICE_RATE)


def dropout() -> Recording:
    """Return music with three holes of zeros."""
    x = settled(music(10.2, 14.8), MIX_RATE)

    def lose(samples: npt.NDArray[Any]) -> None:
        for at_s, length_s in ((1.5, 0.005), (2.8, 0.02), (4.0, 0.06)):
            at = round(at_s * MIX_RATE)
            samples[at : at + round(length_s * MIX_RATE)] = 0

    return edited(record(x, MIX_RATE), lose)


def leading_silence() -> Recording:
    """Return music after 5 s of zeros."""
    x = fade(music(10.35, 13.35), 0.02, 1.0, MIX_RATE)
    x = np.pad(x, ((0, 0), (0, round(0.3 * MIX_RATE))))
    x += floor(23, *x.shape)
    sound = record(x, MIX_RATE)
    silence = ((5 * MIX_RATE, 0), (0, 0))
    return replace(sound, samples=np.pad(sound.samples, silence))


def cut_end() -> Recording:
    """Return music that stops in full flow."""
    return record(settled(music(11.3, 15.9), MIX_RATE, tail_s=0.0), MIX_RATE)


def cut_start() -> Recording:
    """Return a voice that begins in the middle of a word."""
    return record(settled(speech(11.6, 15.5), VOICE_RATE, 0.0, 0.05), VOICE_RATE)


def padded_bit_depth() -> Recording:
    """Return a voice of 16 bits in a file of 24."""
    sixteen = record(settled(speech(15.4, 20.2), VOICE_RATE, 0.05, 0.05), VOICE_RATE)
    return Recording(sixteen.samples * 256, VOICE_RATE, bits=24)


def non_finite() -> Recording:
    """Return a voice with two NaN and one infinity, in floating point."""
    x = settled(speech(4.8, 6.4), VOICE_RATE, 0.05, 0.05).astype(np.float32).T
    for at_s, value in ((0.5, math.nan), (0.75, math.inf), (1.0, math.nan)):
        x[round(at_s * VOICE_RATE), 0] = value
    return Recording(x, VOICE_RATE, bits=32)


def truncated() -> Recording:
    """Return a voice whose file promises 3 s and holds less."""
    # It ends in a pause: the end is missing, but nothing is cut off in the middle.
    sound = record(settled(speech(2.45, 4.6), VOICE_RATE, 0.05, 0.05), VOICE_RATE)
    return replace(sound, claimed_frames=3 * VOICE_RATE)


RECORDINGS: tuple[tuple[str, Callable[[], Recording]], ...] = (
    ("clean-mix.flac", clean_mix),
    ("clean-voice.flac", clean_voice),
    ("tone-997hz-0dbfs-left.flac", tone_left),
    ("tone-1khz-minus18dbfs.flac", tone_minus18),
    ("tech3341-3.flac", tech3341_3),
    ("tech3342-1.flac", tech3342_1),
    ("true-peak-fs4-45deg.flac", true_peak),
    ("pink-noise.flac", pink_noise),
    ("clipped-full-scale.flac", clipped_full_scale),
    ("clipped-then-turned-down.flac", clipped_then_turned_down),
    ("inter-sample-overs.flac", inter_sample_overs),
    ("dc-offset.flac", dc_offset),
    ("silent-channel.flac", silent_channel),
    ("dual-mono.flac", dual_mono),
    ("inverted-polarity.flac", inverted_polarity),
    ("channel-imbalance.flac", channel_imbalance),
    ("hum-50hz.flac", hum),
    ("high-noise-floor.flac", high_noise_floor),
    ("dropout.flac", dropout),
    ("leading-silence.flac", leading_silence),
    ("cut-end.flac", cut_end),
    ("cut-start.flac", cut_start),
    ("padded-bit-depth.flac", padded_bit_depth),
    ("non-finite.wav", non_finite),
    ("truncated.wav", truncated),
)


# --- writing ------------------------------------------------------------------------------


def wav_bytes(recording: Recording) -> bytes:
    """Return a WAV file; libsndfile would stamp the time into a float one, and never lie."""
    is_float = recording.samples.dtype.kind == "f"
    data = recording.samples.astype("<f4" if is_float else "<i2").tobytes()
    frames, channels = recording.samples.shape
    frame_size = channels * recording.bits // 8
    size = (recording.claimed_frames or frames) * frame_size
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 3 if is_float else 1, channels,
        recording.rate, recording.rate * frame_size, frame_size, recording.bits, b"data", size,
    )  # fmt: skip
    return header + data


def write(recording: Recording, path: Path) -> None:
    """Write a recording, in the format of the path's suffix."""
    if path.suffix == ".wav":
        path.write_bytes(wav_bytes(recording))
        return
    stored = recording.samples.astype(np.int32) << (32 - recording.bits)
    soundfile.write(
        path, stored, recording.rate, subtype=f"PCM_{recording.bits}", compression_level=1.0
    )


def digest(path: Path) -> str:
    """Return the SHA-256 of the decoded samples: int32 or float32, little-endian."""
    is_float = soundfile.info(path).subtype == "FLOAT"
    samples, _ = soundfile.read(path, dtype="float32" if is_float else "int32")
    return hashlib.sha256(samples.astype("<f4" if is_float else "<i4").tobytes()).hexdigest()


def promised() -> dict[str, str]:
    """Return the digests in the manifest, by file name."""
    with (HERE / "manifest.toml").open("rb") as file:
        return {entry["name"]: entry["sha256"] for entry in tomllib.load(file)["file"]}


def make(folder: Path) -> Iterator[tuple[str, str]]:
    """Write every recording; yield its name and digest."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, maker in RECORDINGS:
        write(maker(), folder / name)
        yield name, digest(folder / name)


def main() -> int:
    """Make all files and say which of them the manifest does not know."""
    expected = promised()
    different = 0
    for name, found in make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE):
        same = expected.get(name) == found
        different += not same
        print(f"{found}  {name}" + ("" if same else "  differs from the manifest"))
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
