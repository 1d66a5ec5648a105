"""Pages in a real browser: the Chromium of the system, headless, without a network."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Browser, Page, sync_playwright
from tests.cli.command import run
from tests.report.test_html import hostile_report
from tests.signals import RATE, noise, programme, sine

import mixcheck

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ("--no-sandbox",)  # the tests may run as root
TIMEOUT_MS = 120_000  # slack for a busy machine


@dataclass
class Watched:
    """A page, and what it did that a page must not do."""

    page: Page
    trouble: list[str] = field(default_factory=list)

    def range(self) -> tuple[float, float]:
        """What of the time axis is shown, in seconds."""
        start, end = self.page.evaluate(
            "(() => { const r = Bokeh.documents[0].get_model_by_name('time');"
            " return [r.start / 1000, r.end / 1000] })()"
        )
        return start, end


@pytest.fixture(scope="module")  # no longer: its thread would keep other tests from forking
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Watched]]:
    """Opens a file as a page, and in the end holds it to account."""
    opened: list[Watched] = []

    def visit(path: Path, **options: object) -> Watched:
        context = chromium.new_context(**options)  # type: ignore[arg-type]
        watched = Watched(context.new_page())
        opened.append(watched)

        def note_request(url: str) -> None:
            if not url.startswith(("file:", "data:", "blob:")):
                watched.trouble.append(f"asks for {url}")

        watched.page.on("request", lambda request: note_request(request.url))
        watched.page.on("pageerror", lambda error: watched.trouble.append(str(error)))
        watched.page.on(
            "console",
            lambda message: (
                watched.trouble.append(message.text)
                if message.type in ("error", "warning")
                else None
            ),
        )
        watched.page.goto(path.as_uri())
        watched.page.wait_for_selector("html[data-ready=yes]", timeout=TIMEOUT_MS)
        return watched

    yield visit
    for watched in opened:
        watched.page.context.close()
    assert [trouble for watched in opened for trouble in watched.trouble] == []


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six recordings and their reports: one page alone, and a set."""
    where = tmp_path_factory.mktemp("pages")
    recordings = where / "in"
    recordings.mkdir()
    for number in range(5):
        music = programme(6.0, seed=number, peak=0.5)
        soundfile.write(recordings / f"take {number}.wav", music.T, RATE, subtype="PCM_16")
    broken = programme(8.0, peak=0.5)
    broken[:, 4 * RATE : 4 * RATE + 900] = 0.0
    broken[:, 2 * RATE : 3 * RATE] += 2.0 * np.asarray(sine(440.0, 1.0))
    broken = broken.clip(-1.0, 1.0)
    soundfile.write(recordings / "broken.wav", broken.T, RATE, subtype="PCM_16")
    (recordings / "no audio.wav").write_bytes(b"hello")
    single = run("check", recordings / "broken.wav", "-p", "spotify", "-o", where / "one.html")
    assert single.exit_code == 1
    several = run("check", recordings, "-p", "spotify", "-o", where / "set.html")
    assert several.exit_code == 3
    (where / "hostile.html").write_text(mixcheck.render([hostile_report()], "html"), "utf-8")
    stems = where / "stems"
    stems.mkdir()
    parts = {name: programme(5.0, seed=n, peak=0.2) for n, name in enumerate(("drums", "bass"))}
    for name, part in parts.items():
        soundfile.write(stems / f"{name}.wav", part.T, RATE, subtype="PCM_24")
    mix = parts["drums"] + 0.9 * parts["bass"]
    soundfile.write(where / "mix.wav", mix.T, RATE, subtype="PCM_24")
    longer = np.concatenate([mix[:, : 2 * RATE], 0.1 * noise(8, 1.0), mix[:, 2 * RATE :]], axis=1)
    soundfile.write(where / "new mix.wav", longer.T, RATE, subtype="PCM_24")
    mixed = ("--mix", where / "mix.wav")
    assert run("stems", stems, *mixed, "-o", where / "stems.html").exit_code == 1
    revision = ("compare", where / "new mix.wav", where / "mix.wav")
    assert run(*revision, "-o", where / "revision.html").exit_code == 1
    music = ("compare", where / "mix.wav", "music")
    assert run(*music, "-o", where / "references.html").exit_code in (0, 1)
    return where
