"""Does a set sum to its mix, and if not, why: the truth is known by construction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.stems.sets import RATE, Audio, check, errors, make, total, write

from mixcheck import AudioError
from mixcheck.stems import check_stems


@pytest.mark.parametrize(
    ("subtype", "dither", "depth_dbfs"),
    # Rounding leaves step²/12 in each of 5 files, triangular dither another step²/6.
    [
        ("PCM_16", False, 10 * np.log10(5 / 12) - 90.31),
        ("PCM_16", True, 10 * np.log10(5 / 4) - 90.31),
        ("PCM_24", False, 10 * np.log10(5 / 12) - 138.47),
        ("PCM_24", True, 10 * np.log10(5 / 4) - 138.47),
    ],
)
def test_a_null_passes_at_the_depth_of_its_files(
    tmp_path: Path, subtype: str, dither: bool, depth_dbfs: float
) -> None:
    stems = make()
    checked = check(tmp_path, stems, total(stems), subtype, dither)
    assert checked.null is not None
    assert (checked.outcome, checked.null.outcome) == ("pass", "pass")
    assert not errors(checked)
    assert checked.null.residual_dbfs == pytest.approx(depth_dbfs, abs=1.5)


def test_float_stems_null(tmp_path: Path) -> None:
    stems = make()
    checked = check(tmp_path, stems, total(stems), "FLOAT")
    assert checked.null is not None
    assert checked.outcome == "pass"
    assert (checked.null.residual_dbfs or -200.0) < -150.0


@pytest.mark.parametrize("gain_db", [-3.0, -0.5, 0.5, 4.0])
def test_a_stem_at_another_level(tmp_path: Path, gain_db: float) -> None:
    stems = make()
    mix = total(stems)
    stems["02 part"] *= 10 ** (gain_db / 20)
    (fault,) = errors(check(tmp_path, stems, mix))
    assert (fault.code, fault.stems) == ("gain", ("02 part",))
    assert fault.value == pytest.approx(gain_db, abs=0.01)
    assert ("low" if gain_db < 0 else "high") in fault.message


@pytest.mark.parametrize("late", [1, -1, 12, 700, -2_000])
def test_a_stem_that_is_late_or_early(tmp_path: Path, late: int) -> None:
    stems = make(seconds=6.0)
    mix = total(stems)
    moved = np.roll(stems["03 part"], late, axis=1)
    if late > 0:
        moved[:, :late] = 0.0
    else:
        moved[:, late:] = 0.0
    stems["03 part"] = moved
    (fault,) = errors(check(tmp_path, stems, mix))
    assert (fault.code, fault.stems, fault.value) == ("offset", ("03 part",), late)


def test_a_flipped_stem(tmp_path: Path) -> None:
    stems = make()
    mix = total(stems)
    stems["01 part"] *= -1.0
    (fault,) = errors(check(tmp_path, stems, mix))
    assert (fault.code, fault.stems) == ("polarity", ("01 part",))


def test_a_missing_stem(tmp_path: Path) -> None:
    stems = make()
    mix = total(stems)
    del stems["03 part"]
    checked = check(tmp_path, stems, mix)
    assert [fault.code for fault in errors(checked)] == ["missing"]
    assert {stem.gain_db for stem in checked.stems if abs(stem.gain_db or 0.0) > 0.02} == set()


def test_a_stem_that_is_not_in_the_mix(tmp_path: Path) -> None:
    stems = make()
    mix = total(stems) - stems["03 part"]
    (fault,) = errors(check(tmp_path, stems, mix))
    assert (fault.code, fault.stems) == ("not-in-mix", ("03 part",))


def test_a_copy_of_a_stem(tmp_path: Path) -> None:
    stems = make()
    mix = total(stems)
    stems["02 part copy"] = stems["02 part"]
    (fault,) = errors(check(tmp_path, stems, mix))
    assert (fault.code, set(fault.stems)) == ("doubled", {"02 part", "02 part copy"})


def test_a_stem_twice_in_the_mix(tmp_path: Path) -> None:
    stems = make()
    (fault,) = errors(check(tmp_path, stems, total(stems) + stems["02 part"]))
    assert (fault.code, fault.stems) == ("doubled", ("02 part",))
    assert fault.value == pytest.approx(-6.02, abs=0.01)


def test_six_decibels_are_not_double(tmp_path: Path) -> None:
    stems = make()
    mix = total(stems)
    stems["02 part"] *= 10 ** (6.0 / 20)
    assert [fault.code for fault in errors(check(tmp_path, stems, mix))] == ["gain"]


def test_bus_compression(tmp_path: Path) -> None:
    stems = make()
    mix = total(stems)
    gain = 10 ** (-4.0 * (np.sin(np.arange(mix.shape[1]) / RATE * 2 * np.pi) > 0) / 20)
    gain = np.convolve(gain, np.hanning(400) / np.hanning(400).sum(), "same")
    (fault,) = errors(check(tmp_path, stems, mix * gain))
    assert fault.code == "bus-compression"
    assert fault.value == pytest.approx(4.0, abs=0.5)


def test_two_faults_at_once(tmp_path: Path) -> None:
    stems = make(6)
    mix = total(stems)
    stems["02 part"] *= -1.0
    stems["05 part"] *= 10 ** (-1.0 / 20)
    told = {(one.code, one.stems) for one in errors(check(tmp_path, stems, mix))}
    assert told == {("polarity", ("02 part",)), ("gain", ("05 part",))}


def test_the_whole_set_late_and_low(tmp_path: Path) -> None:
    stems = make()
    mix = total(stems)
    late = {
        name: 0.5 * np.pad(part, ((0, 0), (480, 0)))[:, : part.shape[1]]
        for name, part in stems.items()
    }
    checked = check(tmp_path, late, mix)
    told = {one.code: one for one in errors(checked)}
    assert set(told) == {"offset", "gain"}
    assert told["offset"].value == 480
    assert told["gain"].value == pytest.approx(-6.02, abs=0.01)
    assert all(one.stems == () for one in told.values())


def test_another_mix(tmp_path: Path) -> None:
    checked = check(tmp_path, make(), total(make(seed=9)))
    assert [fault.code for fault in errors(checked)] == ["wrong-mix"]


def test_where_it_fails(tmp_path: Path) -> None:
    stems = make()
    mix = total(stems)
    mix[:, RATE : 2 * RATE] += 0.01 * np.random.default_rng(0).standard_normal((2, RATE))
    checked = check(tmp_path, stems, mix)
    assert checked.null is not None
    (span,) = checked.null.spans
    assert (span.start_s, span.end_s) == (1.0, 2.0)
    assert span.residual_dbfs == pytest.approx(-40.0, abs=0.3)


def test_unequal_files_are_named_and_still_null(tmp_path: Path) -> None:
    stems = make()
    mono = stems["01 part"][:1]
    mix = total(stems) - stems["01 part"] + mono
    short = {**stems, "02 part": stems["02 part"][:, :RATE]}
    mix[:, RATE:] -= stems["02 part"][:, RATE:]
    checked = check(tmp_path, {**short, "01 part": mono}, mix)
    assert checked.null is not None
    assert checked.null.outcome == "pass"
    codes = {(one.code, one.stems[0]) for one in checked.faults}
    assert codes == {("channels", "01 part"), ("length", "02 part")}
    assert checked.outcome == "warn"


def test_another_rate_is_resampled(tmp_path: Path) -> None:
    time = np.arange(4 * 48_000) / 48_000
    fade = np.sin(np.pi * time / 4.0) ** 2
    low, high = (0.1 * fade * np.sin(2 * np.pi * hertz * time) for hertz in (220.0, 900.0))
    paths = [str(tmp_path / name) for name in ("low.wav", "high.wav", "mix.wav")]
    soundfile.write(paths[0], low[::3], 16_000, "PCM_24")
    soundfile.write(paths[1], high, 48_000, "PCM_24")
    soundfile.write(paths[2], low + high, 48_000, "PCM_24")
    checked = check_stems(paths[:2], paths[2])
    assert checked.null is not None
    assert checked.null.outcome == "pass"
    assert "rate" in {one.code for one in checked.faults}


def test_samples_that_are_no_numbers(tmp_path: Path) -> None:
    stems = make()
    stems["01 part"][0, 100:110] = np.nan
    checked = check(tmp_path, stems, total(make()), "FLOAT")
    (fault,) = errors(checked)
    assert fault.code == "non-finite"
    assert (fault.stems, fault.value) == (("01 part",), 10.0)
    assert checked.outcome == "fail"


def test_one_stem(tmp_path: Path) -> None:
    stems = make(1)
    checked = check(tmp_path, stems, total(stems))
    assert checked.outcome == "pass"
    assert [one.code for one in checked.faults] == ["few"]


def test_two_hundred_stems(tmp_path: Path) -> None:
    stems = make(200, seconds=1.0)
    mix = total(stems)
    assert check(tmp_path / "whole", stems, mix).outcome == "pass"
    stems["150 part"] *= -1.0
    (fault,) = errors(check(tmp_path / "flipped", stems, mix))
    assert (fault.code, fault.stems) == ("polarity", ("150 part",))


def test_without_a_mix_the_sum_is_measured(tmp_path: Path) -> None:
    stems = {name: part / np.abs(part).max() * 0.6 for name, part in make().items()}
    checked = check(tmp_path, stems)
    assert checked.total is not None
    assert checked.total.clips
    peak = 20 * np.log10(np.abs(total(stems)).max())
    assert checked.total.max_sample_peak_dbfs == pytest.approx(peak, abs=0.001)
    assert "sum-clips" in {one.code for one in checked.faults}


def test_shares_add_up(tmp_path: Path) -> None:
    checked = check(tmp_path, make())
    assert sum(stem.loudness_share or 0.0 for stem in checked.stems) == pytest.approx(1.0)
    per_band = np.sum([stem.band_share for stem in checked.stems], axis=0)
    assert per_band == pytest.approx(np.ones(len(per_band)))


def test_an_unreadable_stem_is_named(tmp_path: Path) -> None:
    stems = make()
    paths = [write(tmp_path / f"{name}.wav", samples) for name, samples in stems.items()]
    Path(paths[0]).write_bytes(b"")
    mix = write(tmp_path / "mix.wav", total(stems))
    checked = check_stems(paths, mix)
    assert checked.outcome == "fail"
    assert checked.stems[0].error is not None
    with pytest.raises(AudioError, match="no stem that can be read"):
        check_stems(paths[:1], mix)


@pytest.mark.parametrize("with_mix", [True, False])
def test_silence_tests_nothing(tmp_path: Path, with_mix: bool) -> None:
    stems = {name: samples * 0.0 for name, samples in make(2).items()}
    with pytest.raises(AudioError, match="nothing was tested"):
        check(tmp_path, stems, total(stems) if with_mix else None)


def test_the_mix_in_its_set_is_left_out(tmp_path: Path) -> None:
    stems = make()
    mix = total(stems)
    for where, given in (("with", mix), ("without", None)):
        checked = check(tmp_path / where, stems | {"Master": mix}, given)
        assert ("mix-in-set", ("Master",)) in [(one.code, one.stems) for one in checked.faults]
        assert not errors(checked)
        assert checked.null is None or checked.null.outcome == "pass"


def _swapped(part: Audio) -> Audio:
    return part[::-1]


def _mono(part: Audio) -> Audio:
    return part.mean(0, keepdims=True)


def _short(part: Audio) -> Audio:
    return part[:, : 5 * RATE]


def _holed(part: Audio) -> Audio:
    holed = part.copy()
    holed[:, 3 * RATE : 4 * RATE] = 0.0
    return holed


def _muted(part: Audio) -> Audio:
    return 0.0 * part


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_swapped, "channels-swapped"),
        (_mono, "folded"),
        (_short, "cut-short"),
        (_holed, "dropout"),
        (_muted, "missing"),
    ],
)
def test_a_stem_that_was_changed_is_named_and_not_missing(
    tmp_path: Path, change: Callable[[Audio], Audio], code: str
) -> None:
    stems = make(seconds=8.0)
    steady = np.random.default_rng(8).standard_normal((2, 8 * RATE)) * 0.02
    stems["02 part"] = steady
    mix = total(stems)
    stems["02 part"] = change(steady)
    found = errors(check(tmp_path, stems, mix))
    assert [(one.code, one.stems) for one in found] == [(code, ("02 part",))]


def test_a_saturated_mix(tmp_path: Path) -> None:
    stems = make()
    checked = check(tmp_path, stems, np.tanh(6.0 * total(stems)) / 6.0)
    assert [one.code for one in errors(checked)] == ["saturated"]
