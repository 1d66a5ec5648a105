"""A small band: drums, bass, a wide chord, a melody; 25 s in stereo."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
from signals import (
    Signal,
    decay,
    exp2,
    fade,
    fir,
    floor,
    harmonics,
    noise,
    seconds,
    sine,
    soften,
)

MIX_RATE = 48_000
BEAT_S = 0.625
BARS = (  # bass note and chord (MIDI numbers), melody (beat, note, beats)
    (38, (62, 65, 69), ((1.0, 74, 1.5), (3.0, 72, 0.9))),
    (41, (60, 65, 69), ((0.0, 69, 1.4), (2.0, 72, 0.9), (3.0, 69, 0.9))),
    (36, (60, 64, 67), ((0.0, 67, 2.3), (3.0, 69, 0.4), (3.5, 71, 0.4))),
    (33, (60, 64, 69), ((0.0, 72, 1.4), (2.0, 71, 0.9), (3.0, 69, 0.9))),
    (38, (62, 65, 69), ((0.0, 74, 1.4), (1.5, 77, 1.3), (3.0, 76, 0.9))),
    (41, (60, 65, 69), ((0.5, 72, 1.4), (2.0, 77, 1.9))),
    (36, (60, 64, 67), ((0.0, 76, 1.4), (1.5, 74, 0.9), (2.5, 72, 1.4))),
    (33, (60, 64, 69), ((0.5, 71, 0.9), (1.5, 72, 0.9), (2.5, 69, 1.4))),
    (38, (62, 65, 69), ((0.0, 74, 3.0),)),
)
BAR_LEVELS = (0.7, 0.78, 0.92, 0.96, 1.0, 0.96, 1.0, 0.98, 0.75)


MIX_GAIN = 0.84  # makes the mix read -14.3 LUFS


def pitch(midi: float) -> float:
    """Return the frequency of a MIDI note number."""
    return 440.0 * float(exp2(np.array([(midi - 69.0) / 12.0]))[0])


def kick() -> Signal:
    """Return a kick drum: a sine that falls from 170 to 52 Hz."""
    t = seconds(0.45, MIX_RATE)
    turns = 52.0 * t + (118.0 * 0.02 / math.log(2.0)) * (1.0 - decay(t, 0.02))
    return fade(sine(turns) * decay(t, 0.07), 0.002, 0.1, MIX_RATE)


def snare(seed: int) -> Signal:
    """Return a snare drum: a short noise over a 190 Hz skin."""
    t = seconds(0.35, MIX_RATE)
    rattle = fir(noise(seed, t.size), np.array([1.0, 0.6, -0.2, -0.6, -0.5, -0.3]))
    body = sine(190.0 * t) * decay(t, 0.035)
    return fade(0.4 * rattle * decay(t, 0.022) + 0.7 * body, 0.0015, 0.1, MIX_RATE)


def hat(seed: int) -> Signal:
    """Return a closed hi-hat: bright noise, soon gone."""
    t = seconds(0.12, MIX_RATE)
    bright = fir(noise(seed, t.size), np.array([0.4, -0.7, 0.3]))
    return fade(bright * decay(t, 0.009), 0.001, 0.05, MIX_RATE)


def bass(note: int, beats: float) -> Signal:
    """Return a bass note."""
    t = seconds(beats * BEAT_S, MIX_RATE)
    string = harmonics(pitch(note) * t, (1.0, 0.55, 0.3, 0.16, 0.08, 0.04))
    return fade(string * decay(t, 0.7), 0.012, 0.06, MIX_RATE)


def chord(notes: Sequence[int], seed: int) -> Signal:
    """Return a chord one bar long; each side has its own detuned voices, hence the width."""
    t = seconds(4.4 * BEAT_S, MIX_RATE)
    colour = [1.0 / (k * k) for k in range(1, 10)]
    sides = np.zeros((2, t.size))
    start = noise(seed, 2, len(notes), 2)
    for side in range(2):
        for i, note in enumerate(notes):
            for j, detune in enumerate((1.0 + 0.0011 * (1 + side), 1.0 - 0.0013 * (2 - side))):
                sides[side] += harmonics(pitch(note) * detune * t + start[side, i, j], colour)
    # Something both sides share, or the pad would sound hollow in mono.
    middle = sum((sine(pitch(note) * t) for note in notes), np.zeros(t.size))
    return fade(sides + 0.5 * middle, 0.08, 0.3, MIX_RATE)


def lead(note: int, beats: float) -> Signal:
    """Return a melody note with a slow vibrato."""
    t = seconds(beats * BEAT_S + 0.25, MIX_RATE)
    sway = 0.0035 * pitch(note) / (2.0 * math.pi * 5.0) * sine(5.0 * t)
    voice = harmonics(pitch(note) * t + sway, (1.0, 0.4, 0.22, 0.1, 0.05, 0.03))
    return fade(voice * decay(t, 0.8), 0.02, 0.25, MIX_RATE)


def place(mix: Signal, start_s: float, sound: Signal, pan: float = 0.0) -> None:
    """Add a sound to the mix; pan runs from -1 (left) to 1 (right)."""
    at = round(start_s * MIX_RATE)
    sides = np.array([[1.0 - max(pan, 0.0)], [1.0 + min(pan, 0.0)]]) * sound
    mix[:, at : at + sides.shape[1]] += sides[:, : mix.shape[1] - at]


def place_drums(mix: Signal, bar: int, start_s: float, level: float) -> None:
    """Add one bar of drums; no two hits are alike, as no two are from a hand."""
    touch = noise(500 + bar, 16)
    for beat in (0.0, 2.0, 2.5):
        place(mix, start_s + beat * BEAT_S, 0.45 * level * kick())
    for i, beat in enumerate((1.0, 3.0) if bar > 0 else ()):
        late = 0.004 * (1.0 + touch[i])
        place(mix, start_s + beat * BEAT_S + late, 0.5 * level * snare(100 + 2 * bar + i))
    for i in range(8):
        strength = (0.1 if i % 2 else 0.16) * (1.0 + 0.25 * touch[i + 2])
        late = 0.003 * (1.0 + touch[i + 8])
        place(mix, start_s + i * BEAT_S / 2 + late, strength * level * hat(200 + 8 * bar + i))


def place_notes(mix: Signal, bar: int, start_s: float, level: float) -> None:
    """Add one bar of bass, chord and melody; the melody's echo answers from the right."""
    root, notes, melody = BARS[bar]
    for beat, beats in ((0.0, 1.9), (2.0, 0.95), (3.0, 0.9)):
        place(mix, start_s + beat * BEAT_S, 0.24 * level * bass(root, beats))
    place(mix, start_s, 0.05 * level * chord(notes, 300 + bar))
    for beat, note, beats in melody:
        voice = 0.2 * level * lead(note, beats)
        place(mix, start_s + beat * BEAT_S, voice, -0.15)
        place(mix, start_s + (beat + 0.75) * BEAT_S, 0.3 * voice, 0.8)


@cache
def mix() -> Signal:
    """Return 25 s of a small band in stereo, -14.3 LUFS; read-only."""
    total = np.zeros((2, round(25.0 * MIX_RATE)))
    for bar, level in enumerate(BAR_LEVELS):
        start_s = 0.35 + 4 * BEAT_S * bar
        place_drums(total, bar, start_s, level)
        place_notes(total, bar, start_s, level)
    played = fade(total[:, round(0.3 * MIX_RATE) : round(24.0 * MIX_RATE)], 0.5, 2.5, MIX_RATE)
    total = np.zeros_like(total)
    total[:, round(0.3 * MIX_RATE) : round(24.0 * MIX_RATE)] = MIX_GAIN * soften(played, 1.95)
    total += floor(11, *total.shape)
    total.setflags(write=False)
    return total
