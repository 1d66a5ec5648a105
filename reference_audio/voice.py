"""A synthetic voice: damped formants after each glottal pulse, noise for consonants."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
from signals import Signal, db, decay, fade, fir, noise, one_pole, rms, seconds, sine, soften

VOICE_RATE = 44_100
VOWELS = {  # the first five formants, Hz
    "a": (730.0, 1090.0, 2440.0, 3400.0, 4500.0),
    "e": (530.0, 1840.0, 2480.0, 3500.0, 4500.0),
    "i": (290.0, 2250.0, 2950.0, 3600.0, 4600.0),
    "o": (570.0, 860.0, 2410.0, 3300.0, 4400.0),
    "u": (320.0, 880.0, 2250.0, 3250.0, 4400.0),
    "r": (480.0, 1300.0, 1720.0, 3200.0, 4300.0),
    "m": (260.0, 1050.0, 2200.0, 3000.0, 4200.0),
}
FORMANT_BANDWIDTHS = (60.0, 80.0, 120.0, 180.0, 300.0)
FORMANT_LEVELS = (1.0, -0.5, 0.28, -0.15, 0.1)  # signs apart: lower peaks
CONSONANTS = {  # centre and width of the noise (Hz), its length (s), its level
    "s": (6800.0, 2600.0, 0.09, 0.16),
    "x": (3300.0, 1500.0, 0.09, 0.16),
    "f": (5200.0, 6000.0, 0.07, 0.07),
    "t": (4300.0, 4000.0, 0.022, 0.2),
    "k": (2000.0, 1400.0, 0.024, 0.2),
}


class Phrase(NamedTuple):
    """One breath of speech: a word is consonant (or -), vowel, vowel it moves to."""

    start_s: float
    syllables: tuple[str, ...]


PHRASES = (
    Phrase(0.70, ("-ai", "sem", "tor", "kia", "-um", "fei")),
    Phrase(2.60, ("xoa", "-er", "tam", "sii", "-oe", "kur", "-ma")),
    Phrase(4.95, ("fia", "tuo", "-em", "sar", "-io")),
    Phrase(6.75, ("kaa", "-ri", "sou", "tem", "-aa", "xei", "-om", "tar")),
    Phrase(9.45, ("-iu", "fam", "ter", "soa", "-ei", "kom")),
    Phrase(11.50, ("tai", "-mo", "xer", "-ua", "sim", "kea", "-or")),
    Phrase(13.85, ("sao", "-im", "fur", "tea", "-oi")),
    Phrase(15.65, ("-em", "kar", "sio", "-ua", "tom", "-ei", "xar", "-ma")),
    Phrase(18.35, ("tue", "-ao", "sir", "kam", "-eo", "fai")),
    Phrase(20.40, ("xom", "-ia", "ter", "sau", "-om", "-aa")),
)
SYLLABLE_S = 0.25
GRAIN = 1200  # frames that a formant rings after a pulse


def grains(frequency: Signal, bandwidth: float, offset: Signal) -> Signal:
    """Return what one formant answers to each glottal pulse: damped sines, one a row."""
    t = (np.arange(GRAIN) + offset[:, np.newaxis]) / VOICE_RATE
    rise = sine(np.minimum(t / 0.004, 0.25))  # a soft attack is a steeper spectrum
    fall = sine(np.minimum((GRAIN / VOICE_RATE - t) / 0.04, 0.25))  # nor may the end click
    ringing = sine(frequency[:, np.newaxis] * t)
    return (rise * fall) ** 2 * decay(t, math.log(2.0) / (math.pi * bandwidth)) * ringing


def pulses(start_s: float, end_s: float, hertz: float) -> Iterator[float]:
    """Yield the times of glottal pulses; the pitch arches, falls and is never quite still."""
    at = start_s
    while at < end_s:
        yield at
        along = (at - start_s) / (end_s - start_s)
        at += 1.0 / (hertz * (1.06 + 0.2 * along * (1.0 - along) - 0.14 * along))


def voiced(voice: Signal, start_s: float, end_s: float, syllable: str, hertz: float) -> None:
    """Add the vowel of a syllable, gliding from its first to its second sound."""
    times = np.array(list(pulses(start_s, end_s, hertz)))
    along = (times - start_s) / (end_s - start_s)
    loudness = sine(0.5 * (0.06 + 0.9 * along)) * (1.0 - 0.35 * along)
    first = np.ceil(times * VOICE_RATE)
    total = np.zeros((times.size, GRAIN))
    glide = np.clip(1.6 * along - 0.3, 0.0, 1.0)
    for k, (bandwidth, level) in enumerate(zip(FORMANT_BANDWIDTHS, FORMANT_LEVELS, strict=True)):
        begin, end = VOWELS[syllable[1]][k], VOWELS[syllable[2]][k]
        frequency = begin + (end - begin) * glide
        answer = grains(frequency, bandwidth, first - times * VOICE_RATE)
        # The radiation at the lips raises each formant in proportion to its frequency.
        total += (level * 950.0 / (frequency + 250.0) * loudness)[:, np.newaxis] * answer
    for at, grain in zip(first.astype(int), total, strict=True):
        voice[at : at + grain.size] += grain


def consonant(voice: Signal, start_s: float, kind: str, seed: int) -> None:
    """Add the noise of a consonant, shaped by one wide resonance."""
    centre, width, length_s, level = CONSONANTS[kind]
    t = seconds(64 / VOICE_RATE, VOICE_RATE)
    resonance = sine(centre * t + 0.25) * decay(t, math.log(2.0) / (math.pi * width))
    hiss = fir(noise(seed, round(length_s * VOICE_RATE)), resonance)
    hiss = fade(hiss * (level / rms(hiss)), 0.3 * length_s, 0.5 * length_s, VOICE_RATE)
    at = round(start_s * VOICE_RATE)
    voice[at : at + hiss.size] += hiss


@cache
def voice() -> Signal:
    """Return 24 s of speech-like sound in mono, RMS -20 dBFS, room tone -70; read-only."""
    throat, mouth = np.zeros((2, round(24.4 * VOICE_RATE)))
    for i, phrase in enumerate(PHRASES):
        touch = noise(700 + i, len(phrase.syllables), 2)
        for j, syllable in enumerate(phrase.syllables):
            start_s = phrase.start_s + SYLLABLE_S * j + 0.012 * (1.0 + touch[j, 0])
            vowel_s = start_s
            if syllable[0] != "-":
                consonant(mouth, start_s, syllable[0], 800 + 10 * i + j)
                vowel_s += 0.75 * CONSONANTS[syllable[0]][2]
            hertz = (132.0 - 5.0 * j) * (1.0 + 0.06 * touch[j, 1])
            voiced(throat, vowel_s, phrase.start_s + SYLLABLE_S * (j + 1), syllable, hertz)
    lips = throat.copy()
    lips[1:] -= throat[:-1]  # radiation: a first difference, so no DC either
    speech = (lips * (1.0 / rms(lips)) + mouth * 3.0)[np.newaxis]
    speech = soften(speech * (db(-20.0) / rms(speech)), 0.95)
    speech *= db(-20.0) / rms(speech)
    room = one_pole(noise(12, *speech.shape), 0.85)
    speech += room * (db(-70.0) / rms(room))
    speech.setflags(write=False)
    return speech
