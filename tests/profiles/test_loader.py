from __future__ import annotations

from pathlib import Path

import pytest

from mixcheck import ProfileError, load_profile

HEAD = 'name = "mine"\ntitle = "Mine"\nchecked = 2026-01-31\n'
SOURCE = 'source = "me"\n'
LIMIT = '[[limit]]\nmetric = "loudness.integrated_lufs"\n' + SOURCE
FINDING = '[[finding]]\ncode = "hum"\n'
RANGE = "max = -1.0\n"

# What is wrong: (text of the file, words that the message must contain beside the file's name)
WRONG = {
    "not TOML": ("name = ", ["TOML"]),
    "no name": (HEAD.replace("name", "title2", 1), ["title2", "title"]),
    "empty": ("", ["name"]),
    "no title": (HEAD.replace('title = "Mine"\n', ""), ["title"]),
    "no date": (HEAD.replace("checked = 2026-01-31\n", ""), ["checked"]),
    "date as text": (HEAD.replace("2026-01-31", '"today"'), ["checked"]),
    "unknown key": (HEAD + 'extend = "general"\n', ["extend", "'extends'"]),
    "unknown key of limit": (
        HEAD + LIMIT + RANGE + "tolerence = 1.0\n",
        ["limit 1", "tolerence", "'tolerance'"],
    ),
    "unknown key of finding": (
        HEAD + FINDING + "max_counts = 1\n",
        ["finding 1", "max_counts", "'max_count'"],
    ),
    "second limit": (HEAD + LIMIT + RANGE + LIMIT + "maks = 1\n", ["limit 2", "maks", "'max'"]),
    "unknown metric": (
        HEAD + LIMIT.replace("integrated", "integratd") + RANGE,
        ["limit 1", "metric", "'loudness.integrated_lufs'"],
    ),
    "metric without its group": (
        HEAD + LIMIT.replace("loudness.", "") + RANGE,
        ["metric", "'loudness.integrated_lufs'"],
    ),
    "no metric": (HEAD + "[[limit]]\n" + SOURCE + RANGE, ["limit 1", "metric"]),
    "metric is a list": (
        HEAD + '[[limit]]\nmetric = ["loudness.integrated_lufs"]\n' + SOURCE + RANGE,
        ["limit 1", "metric"],
    ),
    "unknown code": (
        HEAD + FINDING.replace("hum", "cliping"),
        ["finding 1", "code", "'clipping'"],
    ),
    "no code": (HEAD + "[[finding]]\nmax_count = 1\n", ["finding 1", "code"]),
    "code is a list": (HEAD + '[[finding]]\ncode = ["hum"]\n', ["finding 1", "code"]),
    "unknown severity": (
        HEAD + LIMIT + RANGE + 'severity = "fatal"\n',
        ["limit 1", "severity", "fatal", "error", "warning"],
    ),
    "unknown severity of finding": (
        HEAD + FINDING + 'severity = "info"\n',
        ["finding 1", "severity", "error", "warning"],
    ),
    "unknown channels": (
        HEAD + LIMIT + RANGE + 'applies_to = "sterio"\n',
        ["limit 1", "applies_to", "sterio", "stereo"],
    ),
    "unknown base": (HEAD + 'extends = "generall"\n', ["generall", "'general'"]),
    "base that is not there": (HEAD + 'extends = "gone.toml"\n', ["gone.toml"]),
    "extends itself": (HEAD + 'extends = "mine.toml"\n', ["extends itself"]),
    "extends itself by a detour": (HEAD + 'extends = "../here/mine.toml"\n', ["extends"]),
    "base is a list": (HEAD + 'extends = ["general"]\n', ["extends"]),
    "no bounds": (HEAD + LIMIT, ["limit 1", "loudness.integrated_lufs", "min", "max"]),
    "two kinds of bounds": (
        HEAD + LIMIT + RANGE + "target = -16\ntolerance = 1\n",
        ["limit 1", "exactly one", "target"],
    ),
    "range and choice": (HEAD + LIMIT + RANGE + "one_of = [1]\n", ["limit 1", "exactly one"]),
    "target without tolerance": (HEAD + LIMIT + "target = -16\n", ["limit 1", "tolerance"]),
    "tolerance without target": (HEAD + LIMIT + RANGE + "tolerance = 1\n", ["limit 1", "target"]),
    "no choice": (HEAD + LIMIT + "one_of = []\n", ["limit 1", "one_of"]),
    "choice is a word": (
        HEAD + LIMIT.replace("loudness.integrated_lufs", "format.codec") + 'one_of = "PCM_24"\n',
        ["limit 1", "one_of"],
    ),
    "choice is a number": (HEAD + LIMIT + "one_of = 5\n", ["limit 1", "one_of"]),
    "bound is text": (HEAD + LIMIT + 'max = "-1"\n', ["limit 1", "max", "number"]),
    "bound is a truth value": (HEAD + LIMIT + "max = true\n", ["limit 1", "max", "number"]),
    "bound is not a number": (HEAD + LIMIT + "max = nan\n", ["limit 1", "max"]),
    "bound is infinite": (HEAD + LIMIT + "min = -inf\n", ["limit 1", "min"]),
    "bounds that nothing can meet": (HEAD + LIMIT + "min = -10\nmax = -20\n", ["limit 1", "min"]),
    "tolerance below zero": (
        HEAD + LIMIT + "target = -16\ntolerance = -1\n",
        ["limit 1", "tolerance"],
    ),
    "range of words": (
        HEAD + LIMIT.replace("loudness.integrated_lufs", "format.codec") + RANGE,
        ["limit 1", "format.codec"],
    ),
    "range of a list of words": (
        HEAD + LIMIT.replace("loudness.integrated_lufs", "format.channel_layout") + RANGE,
        ["limit 1", "format.channel_layout"],
    ),
    "no source": (HEAD + LIMIT.replace(SOURCE, "") + RANGE, ["limit 1", "source", "integrated"]),
    "empty source": (HEAD + LIMIT.replace('"me"', '""') + RANGE, ["limit 1", "source"]),
    "text that is none": (HEAD + LIMIT + RANGE + "why = 5\n", ["limit 1", "why"]),
    "count below zero": (HEAD + FINDING + "max_count = -1\n", ["finding 1", "max_count"]),
    "count is no whole number": (HEAD + FINDING + "max_count = 0.5\n", ["finding 1", "max_count"]),
    "count is a truth value": (HEAD + FINDING + "max_count = true\n", ["finding 1", "max_count"]),
    "least value is a word": (HEAD + FINDING + 'min_value = "3"\n', ["finding 1", "min_value"]),
    "least duration below zero": (
        HEAD + FINDING + "min_duration_s = -1\n",
        ["finding 1", "min_duration_s", "from 0"],
    ),
    "confidence over one": (
        HEAD + FINDING + "min_confidence = 90\n",
        ["finding 1", "min_confidence", "from 0 to 1"],
    ),
    "limit twice": (HEAD + 2 * (LIMIT + RANGE), ["limit 2", "integrated", "as 1", "leave one"]),
    "finding twice": (HEAD + 2 * FINDING, ["finding 2", "as 1", "leave one"]),
    "limit is a table": (HEAD + "[limit]\n", ["[[limit]]"]),
    "playback is a list": (HEAD + '[[playback]]\nsource = "x"\n', ["[playback]"]),
    "playback without source": (HEAD + "[playback]\ntarget_lufs = -14\n", ["playback", "source"]),
    "playback at a word": (
        HEAD + '[playback]\nsource = "x"\ntarget_lufs = "soft"\n',
        ["playback", "target_lufs", "number"],
    ),
    "playback turns up a word": (
        HEAD + '[playback]\nsource = "x"\nturns_up = "yes"\n',
        ["playback", "turns_up"],
    ),
    "unknown key of playback": (
        HEAD + '[playback]\nsource = "x"\ntarget = -14\n',
        ["playback", "target", "'target_lufs'"],
    ),
    "control character": (HEAD + LIMIT + RANGE + 'why = "\\u009b2J"\n', ["why", "control"]),
    "finding is a word": (HEAD + 'finding = "hum"\n', ["[[finding]]"]),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


@pytest.mark.parametrize(("text", "words"), WRONG.values(), ids=list(WRONG))
def test_refused_with_file_and_key(folder: Path, text: str, words: list[str]) -> None:
    (folder / "mine.toml").write_text(text)
    with pytest.raises(ProfileError) as caught:
        load_profile("mine.toml")
    message = str(caught.value)
    assert "\n" not in message.partition("TOML")[0]
    for word in ["mine.toml", *words]:
        assert word in message


def test_missing_folder_and_binary_file(folder: Path) -> None:
    (folder / "binary.toml").write_bytes(b"\xff\xfe\x00")
    (folder / "folder.toml").mkdir()
    for name in ("missing.toml", "binary.toml", "folder.toml"):
        with pytest.raises(ProfileError, match=name):
            load_profile(name)


def test_unknown_base_is_blamed_on_the_file_that_names_it(folder: Path) -> None:
    (folder / "other.toml").write_text(HEAD + 'extends = "generall"\n')
    (folder / "mine.toml").write_text(HEAD + 'extends = "other.toml"\n')
    with pytest.raises(ProfileError, match=r"other\.toml.*generall"):
        load_profile("mine.toml")


def test_cycle_of_two(folder: Path) -> None:
    (folder / "a.toml").write_text(HEAD + 'extends = "b.toml"\n')
    (folder / "b.toml").write_text(HEAD + 'extends = "a.toml"\n')
    with pytest.raises(ProfileError, match=r"a\.toml.*extends itself.*b\.toml"):
        load_profile("a.toml")


def test_own_file_by_path(folder: Path) -> None:
    text = HEAD + 'notes = "  None.  "\n' + LIMIT + "target = -16\ntolerance = 1.5\n"
    (folder / "mine.toml").write_text(text + FINDING + "max_count = 2\n")
    for name in ("mine.toml", str(folder / "mine.toml"), "../here/mine.toml"):
        profile = load_profile(name)
        assert (profile.name, profile.title, profile.notes) == ("mine", "Mine", "None.")
        assert profile.checked.isoformat() == "2026-01-31"
        (limit,) = profile.limits
        assert (limit.lowest, limit.highest, limit.severity) == (-17.5, -14.5, "error")
        (rule,) = profile.findings
        assert (rule.code, rule.max_count, rule.severity) == ("hum", 2, "error")


def test_extends_merges_and_overrides(folder: Path) -> None:
    stereo = 'applies_to = "stereo"\n'
    (folder / "base.toml").write_text(
        HEAD.replace("mine", "base")
        + LIMIT + "max = -10\n"
        + LIMIT + "max = -11\n" + stereo
        + LIMIT.replace("loudness.integrated_lufs", "peak.max_true_peak_dbtp") + "max = -2\n"
        + FINDING
        + FINDING.replace("hum", "clipping")
    )  # fmt: skip
    (folder / "mine.toml").write_text(
        HEAD + 'extends = "base.toml"\n'
        + LIMIT + "max = -20\n" + stereo
        + FINDING + "max_count = 3\n"
    )  # fmt: skip
    profile = load_profile("mine.toml")
    assert profile.name == "mine"
    limits = {(limit.metric, limit.applies_to): limit.highest for limit in profile.limits}
    assert limits == {
        ("loudness.integrated_lufs", "stereo"): -20,
        ("loudness.integrated_lufs", "any"): -10,
        ("peak.max_true_peak_dbtp", "any"): -2,
    }
    assert {rule.code: rule.max_count for rule in profile.findings} == {"hum": 3, "clipping": 0}


def test_base_is_found_beside_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "base.toml").write_text(HEAD + FINDING)
    (folder / "mine.toml").write_text(HEAD + 'extends = "base.toml"\n')
    monkeypatch.chdir(folder.parent)
    assert load_profile("here/mine.toml").findings == load_profile("here/base.toml").findings


def test_chain_of_bases(folder: Path) -> None:
    (folder / "base.toml").write_text(HEAD + 'extends = "spotify"\n' + FINDING + "max_count = 9\n")
    (folder / "mine.toml").write_text(HEAD + 'extends = "base.toml"\n')
    profile = load_profile("mine.toml")
    assert profile.limits == load_profile("spotify").limits
    counts = {rule.code: rule.max_count for rule in profile.findings}
    assert counts == {rule.code: 0 for rule in load_profile("spotify").findings} | {"hum": 9}
