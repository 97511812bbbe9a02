"""Palettes: every role there, text readable on all it stands on, up and down apart, no hex outside palettes."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

import themes
from vterm import palette_file, theme
from vterm.palette import (
    FAINT_FLOOR,
    FAINT_PANEL,
    GROUNDS,
    ROLES,
    TEXT_FLOOR,
    TEXT_ROLES,
    TINT_ROLES,
    Palette,
    contrast,
    luminance,
)
from vterm.palette_file import PaletteError

ROOT = Path(__file__).resolve().parents[2]
ALL = (*theme.NAMES, *theme.SIXTEEN)
BLIND = [name for name in ALL if theme.load(name).cvd]


# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
SEEN = {
    "normal": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def lab(color: str, eyes: str) -> tuple[float, float, float]:
    """CIE L*a*b* of a colour as these eyes see it."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    r, g, b = (min(1.0, max(0.0, sum(k * c for k, c in zip(row, linear, strict=True)))) for row in SEEN[eyes])
    xyz = (0.4124 * r + 0.3576 * g + 0.1805 * b, 0.2126 * r + 0.7152 * g + 0.0722 * b,
           0.0193 * r + 0.1192 * g + 0.9505 * b)  # fmt: skip
    f = [v ** (1 / 3) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116
         for v in (xyz[0] / 0.9505, xyz[1], xyz[2] / 1.089)]  # fmt: skip
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def distance(a: str, b: str, eyes: str) -> float:
    return sum((x - y) ** 2 for x, y in zip(lab(a, eyes), lab(b, eyes), strict=True)) ** 0.5


def hexes(palette: Palette, key: str) -> tuple[str, str]:
    style = palette.style(key)
    assert style.color is not None
    back = style.bgcolor
    front = style.color.get_truecolor().hex
    return front, back.get_truecolor().hex if back is not None else palette.color("background")


@pytest.mark.parametrize("back", [*GROUNDS, *TINT_ROLES])
@pytest.mark.parametrize("name", theme.NAMES)
def test_text_is_readable_on_everything_that_it_stands_on(name: str, back: str) -> None:
    for palette in (theme.load(name), theme.load(name).turned()):
        for role in TEXT_ROLES:
            front, behind = hexes(palette, f"{role} on {back}")
            assert contrast(front, behind) >= TEXT_FLOOR, (name, role, back)
        front, behind = hexes(palette, f"faint on {back}")
        assert contrast(front, behind) >= (FAINT_PANEL if back == "panel" else FAINT_FLOOR), (name, back)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("role", [*TEXT_ROLES, "faint"])
def test_roles_are_readable_as_they_are(name: str, role: str) -> None:
    palette = theme.load(name)
    for back in ("background", "surface"):
        floor = FAINT_FLOOR if role == "faint" else TEXT_FLOOR
        assert contrast(palette.color(role), palette.color(back)) >= floor, (name, role, back)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("eyes", SEEN)
def test_a_rise_and_a_fall_are_apart_for_whose_eyes_the_palette_is_made(name: str, eyes: str) -> None:
    palette = theme.load(name)
    found = distance(palette.color("up"), palette.color("down"), eyes)
    assert found >= (50.0 if palette.cvd or eyes == "normal" else 10.0), (name, eyes, round(found))


def test_two_palettes_at_least_are_for_every_kind_of_colour_vision() -> None:
    assert {"cvd-dark", "cvd-light", "sixteen-cvd"} == set(BLIND)
    assert len(theme.NAMES) >= 6
    assert {theme.load(name).dark for name in theme.NAMES} == {True, False}


def test_high_contrast_is_high() -> None:
    palette = theme.load("contrast")
    assert min(contrast(palette.color(r), palette.color(b)) for r in TEXT_ROLES for b in GROUNDS) >= 7


@pytest.mark.parametrize("name", ALL)
def test_a_palette_has_every_role_and_makes_a_theme(name: str) -> None:
    made = theme.textual_theme(theme.load(name))
    assert made.name == name
    assert {f"role-{role}" for role in ROLES} <= set(made.variables)


def test_turned_changes_up_and_down_over_and_their_tints_and_nothing_else() -> None:
    plain = theme.load("dark")
    turned = plain.turned()
    assert (turned.roles["up"], turned.roles["down"]) == (plain.roles["down"], plain.roles["up"])
    assert turned.tints["flash-up"] == plain.tints["flash-down"]
    assert {r: c for r, c in turned.roles.items() if r not in ("up", "down")}.items() <= plain.roles.items()
    assert turned.turned() == plain
    assert theme.textual_theme(turned).name != theme.textual_theme(plain).name


def test_a_broken_palette_says_which_role() -> None:
    text = (themes.PALETTES / "dark.toml").read_text().replace('up = "#3fb68b"', 'up = "green"')
    with pytest.raises(PaletteError, match="role up"):
        palette_file.parse(text)
    with pytest.raises(PaletteError, match="no theme called"):
        theme.load("../dark")


def test_styles_are_named_by_role() -> None:
    palette = theme.load("dark")
    style = palette.style("bold up on book-bid")
    assert style.bold
    assert style.bgcolor is not None
    with pytest.raises(KeyError):
        palette.style("mauve")


def test_a_role_gives_way_where_it_cannot_be_read() -> None:
    palette = theme.load("dark")
    assert palette.readable("up", "background") == "up"
    assert palette.readable("up", "flash-up") == "foreground"
    assert palette.readable("faint", "book-bid") == "muted"
    assert palette.readable("rule", "background") == "rule", "a line is no text"


def test_a_sample_is_in_the_colours_of_the_other_theme() -> None:
    palette = replace(theme.load("dark"), other=theme.load, _styles={})
    assert palette.style("ember:up") == theme.load("ember").style("up")


def test_no_hex_outside_palettes() -> None:
    hex_color = re.compile(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b(?!\w)")
    sources = [*themes.STYLES.glob("*.tcss"), *(ROOT / "vterm").rglob("*.py")]
    assert sources
    assert [p.name for p in sources if hex_color.search(p.read_text(encoding="utf-8"))] == []


def test_mono_marks_the_cursor_without_colour() -> None:
    plain = theme.load("dark")
    mono = replace(plain, mono=True, _styles={})
    assert mono.style("foreground on cursor").reverse
    assert not plain.style("foreground on cursor").reverse


CONSOLE = {"#000000", "#aa0000", "#00aa00", "#aa5500", "#0000aa", "#aa00aa", "#00aaaa", "#aaaaaa", "#555555", "#ff5555",
           "#55ff55", "#ffff55", "#5555ff", "#ff55ff", "#55ffff", "#ffffff"}  # fmt: skip


@pytest.mark.parametrize("name", theme.SIXTEEN)
def test_sixteen_colours_are_those_of_a_console_and_nothing_is_mixed(name: str) -> None:
    palette = theme.load(name)
    assert set(palette.roles.values()) | set(palette.tints.values()) <= CONSOLE
    assert palette.style("up on cursor").reverse
    assert palette.style("up on flash-up").bgcolor is None
    assert palette.style("flash-down") == palette.style("down")
    assert luminance(palette.color("background")) == 0
