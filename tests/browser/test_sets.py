"""Pages of stems and comparisons."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.browser.conftest import Watched

Visit = Callable[..., Watched]


def test_stems_show_who_gives_what_and_what_does_not_null(visit: Visit, folder: Path) -> None:
    watched = visit(folder / "stems.html")
    page = watched.page
    assert page.locator(".verdict").inner_text() == "Fail"
    assert "bass" in page.locator(".headline").inner_text()
    for name in ("residual", "shares", "band-residual"):
        assert page.locator(f"#plot-{name} .plot > *").count() == 1
    page.get_by_role("button", name="Zoom in").click()
    assert watched.range() == (1.25, 3.75)


def test_a_revision_shows_both_on_one_axis(visit: Visit, folder: Path) -> None:
    watched = visit(folder / "revision.html")
    assert watched.range() == (0.0, 6.0)
    watched.page.get_by_role("button", name="Later").click()
    watched.page.get_by_role("button", name="Zoom in").click()
    ranges = watched.page.evaluate(
        "Bokeh.documents[0].roots().filter((r) => r.x_range.name === 'time')"
        ".map((r) => [r.x_range.start, r.x_range.end])"
    )
    assert ranges == [[1500.0, 4500.0]] * 2
    row = watched.page.locator("#what tbody tr", has_text="inserted")
    assert "00:00:02" in row.inner_text()


def test_references_show_the_difference(visit: Visit, folder: Path) -> None:
    page = visit(folder / "references.html").page
    for name in ("tone-levels", "tone-difference"):
        assert page.locator(f"#plot-{name} .plot > *").count() == 1
