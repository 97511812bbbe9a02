"""Eight screens at three sizes in two palettes: what no other room of pictures has, and that none is missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.snapshot.test_desk_pictures import make, settled
from vterm.actions import SCREENS

SIZES = ("80x24", "120x36", "200x60")
THEMES = ("dark", "light")
KEPT = Path(__file__).parent / "__snapshots__"
PICTURES = {
    "Desk": "test_desk_pictures/test_desk[{theme}-{size}].svg",
    "Portfolio": "test_portfolio_pictures/test_portfolio[{theme}-{size}].svg",
    "Markets": "test_desk_pictures/test_markets[{theme}-{size}].svg",
    "Research": "test_research_pictures/test_screen[research-{theme}-{size}].svg",
    "Missions": "test_research_pictures/test_screen[missions-{theme}-{size}].svg",
    "Copilot": "test_copilot_pictures/test_answer[{theme}-{size}].svg",
    "Activity": "test_activity_pictures/test_activity[{theme}-{size}].svg",
    "Settings": "test_screens_pictures/test_settings[{theme}-{size}].svg",
}
HERE = {("Desk", "200x60"): "test_screens_pictures/test_wide_desk[{theme}].svg"}
"""Pictures that are taken in this room where the screen's own has others."""
Compare = Callable[..., bool]


async def settings(pilot: Pilot[int]) -> None:
    """Themes and switches."""
    await settled(pilot)
    await pilot.press("8")
    await settled(pilot)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", THEMES)
def test_settings(snap_compare: Compare, theme: str, size: str) -> None:
    width, height = size.split("x")
    assert snap_compare(make(theme), terminal_size=(int(width), int(height)), run_before=settings)


@pytest.mark.parametrize("theme", THEMES)
def test_wide_desk(snap_compare: Compare, theme: str) -> None:
    assert snap_compare(make(theme), terminal_size=(200, 60), run_before=settled)


def test_every_screen_has_its_pictures() -> None:
    """A screen that is new, or one whose pictures were taken away, is told by name."""
    assert set(PICTURES) == set(SCREENS)
    wanted = [
        HERE.get((screen, size), PICTURES[screen]).format(theme=theme, size=size)
        for screen in SCREENS for size in SIZES for theme in THEMES
    ]  # fmt: skip
    assert len(set(wanted)) == 48
    missing = [name for name in wanted if not (KEPT / name).is_file()]
    assert not missing


def test_pictures_differ_by_palette_and_size() -> None:
    """A picture taken before the screen was there would look like any other."""
    texts: dict[str, str] = {}
    for screen in SCREENS:
        for size in SIZES:
            for theme in THEMES:
                name = HERE.get((screen, size), PICTURES[screen]).format(theme=theme, size=size)
                text = (KEPT / name).read_text(encoding="utf-8")
                assert texts.setdefault(text, name) == name
