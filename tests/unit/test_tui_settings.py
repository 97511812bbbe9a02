"""Settings: kept in the home, changed by keys, mouse and command line; reduced motion, 16 colours, console fonts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.fake_desk import FakeDesk
from tests.unit.test_tui_screen import make, opened, seen, settle, toasts
from vterm import commands, surroundings
from vterm.glyphs import CONSOLE, twins
from vterm.screens.settings import VALUE_AT
from vterm.settings import CHOICES, Settings
from vterm.surroundings import Surroundings
from vterm.terminal import VtermApp
from vterm.trade_line import Unclear

ROOT = Path(__file__).resolve().parents[2]
SIZES = [(60, 20), (80, 24), (120, 36)]


def row_of(app: VtermApp, key: str) -> int:
    page = app.main.page
    return page.keys.index(key) - int(page.scroll_y)  # type: ignore[union-attr]


async def on_settings(app: VtermApp, pilot: Pilot[int]) -> None:
    await opened(app, pilot)
    await pilot.press("8")
    await settle(app, pilot)


def test_what_is_chosen_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "terminal.toml"
    made = Settings(theme="ember", symbol="BTC-USD", path=path, up_colour="red", bell="off", colours="16")
    made.save()
    assert Settings.load(path) == made
    assert [p.name for p in tmp_path.iterdir()] == ["terminal.toml"]


@pytest.mark.parametrize("text", ["", "theme = 3", 'theme = "../x"\nbell = "loud"\nsymbol = "\\u001b[2J"', "[" * 5000,
                                  "reduced-motion = true", "\x00"])  # fmt: skip
def test_a_file_that_makes_no_sense_counts_as_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "terminal.toml"
    path.write_text(text)
    assert Settings.load(path) == Settings(path=path)


async def test_every_choice_turns_by_keys_and_is_kept_at_once(tmp_path: Path) -> None:
    app = make(FakeDesk(), path=tmp_path / "terminal.toml")
    async with app.run_test(size=(120, 36)) as pilot:
        await on_settings(app, pilot)
        for choice in CHOICES:
            app.main.page.cursor = app.main.page.keys.index(f"set {choice.name}")  # type: ignore[union-attr]
            await pilot.press("enter")
            assert Settings.load(tmp_path / "terminal.toml").value(choice) == choice.values[1]
            await pilot.press("left")
            assert app.settings.value(choice) == choice.values[0]
        await pilot.press("g", "j", "j", "enter")
        await settle(app, pilot)
        assert Settings.load(tmp_path / "terminal.toml").theme == "ember"
        assert app.palette.name == "ember"


async def test_a_click_on_a_value_changes_it_and_one_beside_it_does_not() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        await on_settings(app, pilot)
        y = row_of(app, "set reduced-motion")
        border = app.main.page.gutter.top  # type: ignore[union-attr]
        await pilot.click("SettingsPage", offset=(VALUE_AT + 60, y + border))
        assert app.settings.reduced_motion == "off"
        await pilot.click("SettingsPage", offset=(VALUE_AT + 3, y + border))
        assert app.settings.reduced_motion == "on"
        await pilot.click("SettingsPage", offset=(12, row_of(app, "theme light") + border))
        assert app.settings.theme == "light"


async def test_no_click_lets_alerts_run_commands(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[alerts]\nrun = false\n")
    app = make(FakeDesk(), path=tmp_path / "terminal.toml")
    async with app.run_test(size=(120, 36)) as pilot:
        await on_settings(app, pilot)
        await pilot.press("G", "enter", "right", "left")
        await settle(app, pilot)
        assert any("settings.toml" in toast for toast in toasts(app))
        assert (tmp_path / "settings.toml").read_text() == "[alerts]\nrun = false\n"
        (tmp_path / "settings.toml").write_text("[alerts]\nrun = true\n")
        app.main.repaint_all()
        assert "allowed" in seen(app)


async def test_a_line_sets_what_the_screen_sets() -> None:
    assert commands.read(":set reduced-motion on", lambda _: "").args == ("reduced-motion", "on")
    for line, words in (("set", "set reduced-motion"), ("set bell", "on|off"), ("set bell loud", "on|off")):
        with pytest.raises(Unclear, match=re.escape(words)):
            commands.read(line, lambda _: "")
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("colon", *"set", "space", *"up-colour", "space", *"red", "enter")
        await settle(app, pilot)
        assert app.palette.red_up
        assert app.palette.color("up") == app._sample("dark").turned().color("down")


async def test_reduced_motion_lights_nothing_up_and_turns_nothing() -> None:
    app = make(FakeDesk(), reduced_motion="on")
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        app.state.flashes.note("watch", "AAPL", True)
        assert not app.state.flashes.active("watch", "AAPL")
        assert app.animation_level == "none"
        await pilot.press("colon")
        await pilot.pause()
        line = app.screen.query_one("#line")
        assert line.cursor_blink is False  # type: ignore[attr-defined]


async def test_notices_and_bell_are_for_those_who_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from textual.app import App

    rung: list[int] = []
    monkeypatch.setattr(App, "bell", lambda self: rung.append(1))
    app = make(FakeDesk(), notices="important", bell="off")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        app.main.say("Bought 1 AAPL")
        app.main.say("Refused", "error")
        app.bell()
        await pilot.pause()
        assert toasts(app) == ["Refused"]
        assert rung == []
        app.settings.bell = "on"
        app.bell()
        assert rung == [1]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"TERM": "linux"}, Surroundings("16", "plain")),
        ({"TERM": "screen"}, Surroundings("16", "full")),
        ({"TERM": "xterm"}, Surroundings("16", "full")),
        ({"TERM": "xterm-256color"}, Surroundings("full", "full")),
        ({"TERM": "screen", "COLORTERM": "truecolor"}, Surroundings("full", "full")),
        ({"TERM": "vt220"}, Surroundings("16", "plain")),
    ],
)
def test_what_a_terminal_can_show(environment: dict[str, str], expected: Surroundings) -> None:
    assert surroundings.of(environment) == expected


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", ["dark", "cvd-dark"])
async def test_every_screen_on_a_console_paints_what_its_font_has(theme: str, size: tuple[int, int]) -> None:
    app = make(FakeDesk(), theme=theme, glyphs="plain", colours="16", reduced_motion="on")
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        for number in "12345678":
            await pilot.press(number)
            await settle(app, pilot)
            strips = app.screen._compositor.render_strips()
            text = "".join(strip.text for strip in strips)
            assert text.strip()
            assert {c for c in text if not c.isascii()} <= CONSOLE, (number, size)
            colours = {s.color.get_truecolor().hex for strip in strips for _, s, _ in strip if s and s.color}
            assert len(colours) <= 16


def test_a_twin_is_one_cell_for_one_cell_of_a_console() -> None:
    for twin in twins().values():
        assert len(twin) == 1
        assert twin.isascii() or twin in CONSOLE


def test_every_glyph_of_the_terminal_has_a_place_in_a_console_font() -> None:
    known = CONSOLE | {chr(code) for code in twins()}
    for folder in ("panes", "screens", "dialogs", "widgets"):
        for path in sorted((ROOT / "vterm" / folder).glob("*.py")):
            found = {c for c in path.read_text(encoding="utf-8") if not c.isascii()}
            assert found <= known, (path.name, found - known)


@pytest.mark.parametrize("colours", ["16", "none", "full"])
async def test_colours_change_while_it_runs(colours: str) -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        app.choose(CHOICES[2], colours)
        await settle(app, pilot)
        assert app.colours == colours
        assert (app.palette.sixteen, app.palette.mono) == (colours == "16", colours == "none")
        assert app._grey.enabled == (colours == "none")
