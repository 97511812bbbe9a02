"""Palettes: every role there, text readable, up and down apart, no hex outside palettes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import themes
from vterm import theme

TEXT, FAINT = 4.5, 3.6
ROOT = Path(__file__).resolve().parents[2]


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", theme.NAMES)
@pytest.mark.parametrize(
    "role", ["foreground", "muted", "accent", "up", "down", "flat", "warning", "error", "agent", "faint"]
)
def test_text_is_readable_on_screen_and_surface(name: str, role: str) -> None:
    palette = theme.load(name)
    floor = FAINT if role == "faint" else TEXT
    for back in ("background", "surface"):
        assert contrast(palette.color(role), palette.color(back)) >= floor, (name, role, back)


@pytest.mark.parametrize("name", theme.NAMES)
@pytest.mark.parametrize("back", ["book-bid", "book-ask", "cursor", "select"])
def test_text_stays_readable_on_tints(name: str, back: str) -> None:
    palette = theme.load(name)
    assert contrast(palette.color("foreground"), palette.color(back)) >= TEXT
    assert contrast(palette.color("muted"), palette.color(back)) >= FAINT


@pytest.mark.parametrize("name", theme.NAMES)
def test_a_palette_has_every_role_and_makes_a_theme(name: str) -> None:
    made = theme.textual_theme(theme.load(name))
    assert made.name == name
    assert {f"role-{role}" for role in theme.ROLES} <= set(made.variables)


def test_a_broken_palette_says_which_role() -> None:
    text = (themes.PALETTES / "dark.toml").read_text().replace('up = "#3fb68b"', 'up = "green"')
    with pytest.raises(theme.PaletteError, match="role up"):
        theme.parse(text)
    with pytest.raises(theme.PaletteError, match="no theme called"):
        theme.load("../dark")


def test_styles_are_named_by_role() -> None:
    palette = theme.load("dark")
    style = palette.style("bold up on book-bid")
    assert style.bold
    assert style.bgcolor is not None
    with pytest.raises(KeyError):
        palette.style("mauve")


def test_no_hex_outside_palettes() -> None:
    hex_color = re.compile(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b(?!\w)")
    sources = [*themes.STYLES.glob("*.tcss"), *(ROOT / "vterm").rglob("*.py")]
    assert sources
    assert [p.name for p in sources if hex_color.search(p.read_text(encoding="utf-8"))] == []


def test_mono_marks_the_cursor_without_colour() -> None:
    plain = theme.load("dark")
    mono = theme.Palette(plain.name, plain.title, True, plain.roles, plain.tints, mono=True)
    assert mono.style("foreground on cursor").reverse
    assert not plain.style("foreground on cursor").reverse
