"""K-weighting at any sample rate.

Source: ITU-R BS.1770-5 Annex 1, tables 1 and 2, give the two sections at 48 kHz and ask for
the same response at other rates. The analogue prototypes behind the tables are known
(De Man, "Evaluation of implementations of the EBU R128 loudness measurement", AES 145, 2018):
the bilinear transform at 48 kHz gives the tables back to 1e-11.
"""

from __future__ import annotations

import math

from mixcheck.dsp.recursive import RecursiveFilter, Section

SHELF_HZ = 1681.974450955533
SHELF_Q = 0.7071752369554196
SHELF_GAIN_DB = 3.999843853973347
SHELF_BAND_EXPONENT = 0.4996667741545416
HIGH_PASS_HZ = 38.13547087602444
HIGH_PASS_Q = 0.5003270373238773
REFERENCE_RATE_HZ = 48_000
LOWEST_NORMALISED_HZ = 44_100


def k_weighting_sections(sample_rate_hz: int) -> tuple[Section, Section]:
    """Shelf and high-pass sections ``(b, a)`` for a sample rate."""
    return _shelf(sample_rate_hz), _high_pass(sample_rate_hz)


def k_weighting(sample_rate_hz: int, channels: int) -> RecursiveFilter:
    """K-weighting filter at rest."""
    return RecursiveFilter(k_weighting_sections(sample_rate_hz), channels)


def _shelf(sample_rate_hz: int) -> Section:
    k = math.tan(math.pi * SHELF_HZ / sample_rate_hz)
    high = 10.0 ** (SHELF_GAIN_DB / 20.0)
    band = high**SHELF_BAND_EXPONENT
    scale = 1.0 + k / SHELF_Q + k * k
    b = (
        (high + band * k / SHELF_Q + k * k) / scale,
        2.0 * (k * k - high) / scale,
        (high - band * k / SHELF_Q + k * k) / scale,
    )
    a = (1.0, 2.0 * (k * k - 1.0) / scale, (1.0 - k / SHELF_Q + k * k) / scale)
    return b, a


def _high_pass(sample_rate_hz: int) -> Section:
    a = _high_pass_poles(sample_rate_hz)
    # The Recommendation's numerator 1, -2, 1 has a gain that depends on the rate: keep that of
    # 48 kHz at the top of the band. Under 44.1 kHz keep the plain recipe, as every meter in use
    # does: one 0.2 LU truer at 8 kHz would agree with none of them (docs/adr/0003).
    gain = 1.0
    if sample_rate_hz >= LOWEST_NORMALISED_HZ:
        gain = _top_gain(_high_pass_poles(REFERENCE_RATE_HZ)) / _top_gain(a)
    return (gain, -2.0 * gain, gain), a


def _high_pass_poles(sample_rate_hz: int) -> tuple[float, float, float]:
    k = math.tan(math.pi * HIGH_PASS_HZ / sample_rate_hz)
    scale = 1.0 + k / HIGH_PASS_Q + k * k
    return 1.0, 2.0 * (k * k - 1.0) / scale, (1.0 - k / HIGH_PASS_Q + k * k) / scale


def _top_gain(a: tuple[float, float, float]) -> float:
    return 4.0 / (a[0] - a[1] + a[2])
