"""Tones, noise, filters and fades from arithmetic that is the same on every machine.

Only operations that IEEE 754 rounds exactly are used: sine and exponential are polynomials
here, random numbers come from the raw PCG64 stream, and there is no BLAS, no FFT and no
complex product.

Signals are planar float64, shape (channels, frames), full scale 1.0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Signal = npt.NDArray[np.float64]


def exp2(x: Signal) -> Signal:
    """Return two to the power x, by Taylor series around the nearest whole power."""
    whole = np.rint(x)
    part = (x - whole) * math.log(2.0)
    total = np.ones_like(part)
    for n in range(14, 0, -1):
        total = total * part / n + 1.0
    return np.ldexp(total, whole.astype(np.int32))


def db(level: float) -> float:
    """Return the amplitude ratio of a level in decibels."""
    return float(exp2(np.array([level * 0.166096404744368]))[0])


def sine(turns: Signal) -> Signal:
    """Return the sine of an angle in whole turns, by Taylor series on the quarter turn."""
    x = turns - np.rint(turns)
    x = np.where(np.abs(x) > 0.25, np.copysign(0.5, x) - x, x)
    angle = x * (2.0 * math.pi)
    square = angle * angle
    total = np.ones_like(angle)
    for n in range(20, 0, -2):
        total = 1.0 - total * square / (n * (n + 1))
    return angle * total


def harmonics(turns: Signal, amplitudes: Sequence[float]) -> Signal:
    """Return a sum of harmonics 1, 2, 3 ... of one phase, each from the two before it."""
    twice_cosine = 2.0 * sine(turns + 0.25)
    before, now = np.zeros_like(turns), sine(turns)
    total = amplitudes[0] * now
    for amplitude in amplitudes[1:]:
        before, now = now, twice_cosine * now - before
        total = total + amplitude * now
    return total


def noise(seed: int, *shape: int) -> Signal:
    """Return uniform noise between -1 and 1, from the raw stream that NumPy never changes."""
    raw = np.random.PCG64(seed).random_raw(math.prod(shape))
    return ((raw >> np.uint64(11)).astype(np.float64) * 2.0**-52 - 1.0).reshape(shape)


def floor(seed: int, *shape: int) -> Signal:
    """Return white noise at -94 dBFS RMS; its triangular density makes it a 16-bit dither."""
    peak = db(-94.0) * math.sqrt(6.0)
    return 0.5 * peak * (noise(seed, *shape) + noise(seed + 1, *shape))


def rms(x: Signal) -> float:
    """Return the RMS over all samples; fsum so that the order of adding cannot matter."""
    return math.sqrt(math.fsum(np.ravel(x * x)) / x.size)


def one_pole(x: Signal, pole: float) -> Signal:
    """Return y[n] = x[n] + pole * y[n-1], doubling the reach with every pass."""
    reach, weight = 1, pole
    while abs(weight) > 1e-12 and reach < x.shape[-1]:
        longer = x.copy()
        longer[..., reach:] += weight * x[..., :-reach]
        x, reach, weight = longer, 2 * reach, weight * weight
    return x


def fir(x: Signal, taps: Signal) -> Signal:
    """Return x filtered by a short impulse response, tap by tap (np.convolve uses BLAS)."""
    y: Signal = taps[0] * x
    for delay, tap in enumerate(taps[1:], start=1):
        y[..., delay:] += tap * x[..., :-delay]
    return y


def seconds(duration_s: float, rate: int) -> Signal:
    """Return the time of each frame."""
    frames: Signal = np.arange(round(duration_s * rate), dtype=np.float64)
    return frames / rate


def decay(time_s: Signal, half_life_s: float) -> Signal:
    """Return an exponential decay."""
    return exp2(-time_s / half_life_s)


def ramp(frames: int) -> Signal:
    """Return a raised-cosine rise from 0 to 1."""
    half = sine((np.arange(frames, dtype=np.float64) + 0.5) / (4.0 * max(frames, 1)))
    return half * half


def fade(x: Signal, head_s: float, tail_s: float, rate: int) -> Signal:
    """Return a copy with raised-cosine fades at both ends."""
    y = x.copy()
    head, tail = round(head_s * rate), round(tail_s * rate)
    y[..., :head] *= ramp(head)
    y[..., y.shape[-1] - tail :] *= ramp(tail)[::-1]
    return y


def soften(x: Signal, limit: float) -> Signal:
    """Return x through a cubic that bends towards limit; it rounds peaks and flattens none."""
    return x - x * x * x / (3.0 * limit * limit)


def tone(hertz: int, duration_s: float, rate: int, phase_turns: float = 0.0) -> Signal:
    """Return a mono sine of amplitude 1; the phase is kept whole, so it never drifts."""
    n = np.arange(round(duration_s * rate))
    return sine((n * hertz % rate) / rate + phase_turns)[np.newaxis]


def pink(seed: int, frames: int) -> Signal:
    """Return mono pink noise by Paul Kellet's refined filter (made for 44.1 kHz)."""
    white = noise(seed, 1, frames)
    total = 0.5362 * white
    total[:, 1:] += 0.115926 * white[:, :-1]
    for pole, gain in (
        (0.99886, 0.0555179), (0.99332, 0.0750759), (0.96900, 0.1538520),
        (0.86650, 0.3104856), (0.55000, 0.5329522), (-0.7616, -0.0168980),
    ):  # fmt: skip
        total += gain * one_pole(white, pole)
    return total
