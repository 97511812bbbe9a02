"""Poor terminals: console fonts, sixteen colours, none; slow lines; nothing that moves. Every screen stays usable."""

from __future__ import annotations

import random
from typing import Any

import pyte
import pytest
from rich.color import Color
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Input, LoadingIndicator

from tests.fake_desk import FakeDesk
from tests.unit.test_tui_screen import opened, settle
from vterm import surroundings
from vterm.glyphs import CONSOLE, twins
from vterm.line_speed import LineGauge, Outlet, slimmed, speed_of, takes_more
from vterm.settings import CHOICES, Settings
from vterm.state import DeskState
from vterm.surroundings import Surroundings, refused
from vterm.terminal import VtermApp
from vterm.theme import load

SIZES = [(60, 20), (80, 24), (120, 36)]
DIGITS = "12345678"
DIALOGS = ("question_mark", "slash", "colon", "W", "R", "A", "exclamation_mark", "X", "ctrl+o", "ctrl+p")
TERMS = {
    "linux": {"TERM": "linux"},
    "16color": {"TERM": "xterm-16color"},
    "screen": {"TERM": "screen"},
    "tmux": {"TERM": "tmux-256color"},
    "vt100": {"TERM": "vt100"},
    "vt220": {"TERM": "vt220"},
}


def made(environment: dict[str, str], desk: FakeDesk | None = None, **settings: Any) -> VtermApp:
    desk = desk or FakeDesk()

    async def connect() -> FakeDesk:
        return desk

    state, around = DeskState(now=lambda: 100.0), surroundings.of(environment)
    return VtermApp(connect, state=state, settings=Settings(**settings), surroundings=around, tour=False)  # type: ignore[arg-type]


def strips_of(app: VtermApp) -> list[Strip]:
    return app.screen._compositor.render_strips()


def text_of(app: VtermApp) -> list[str]:
    return [strip.text for strip in strips_of(app)]


def colours_of(app: VtermApp) -> set[Color]:
    """Colours of what is seen: a blank has a background only."""
    cells = [s for strip in strips_of(app) for s in strip if s.style is not None]
    found = {s.style.color for s in cells if s.text.strip()} | {s.style.bgcolor for s in cells}
    return {colour for colour in found if colour is not None}


async def go(app: VtermApp, pilot: Pilot[int], digit: str) -> None:
    app.main.perform(f"screen_{digit}")
    await settle(app, pilot)
    await pilot.pause(0.02)


# -- what a terminal is -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"TERM": "vt100"}, Surroundings("none", "plain")),
        ({"TERM": "vt102-w"}, Surroundings("none", "plain")),
        ({"TERM": "vt52"}, Surroundings("none", "plain")),
        ({"TERM": "vt220"}, Surroundings("16", "plain")),
        ({"TERM": "linux-16color"}, Surroundings("16", "plain")),
        ({"TERM": "xterm-16color"}, Surroundings("16", "full")),
        ({"TERM": "screen.xterm-256color"}, Surroundings("full", "full")),
        ({"TERM": "tmux-256color"}, Surroundings("full", "full")),
    ],
)
def test_what_a_poor_terminal_can_show(environment: dict[str, str], expected: Surroundings) -> None:
    assert surroundings.of(environment) == expected


@pytest.mark.parametrize("term", ["dumb", "", "unknown", None])
def test_a_terminal_without_a_screen_is_refused_in_words(term: str | None) -> None:
    why = refused({} if term is None else {"TERM": term})
    assert "shows no screens" in why
    assert not refused({"TERM": "vt100"})


# -- every screen -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("term", TERMS.values(), ids=TERMS.keys())
async def test_every_screen_has_only_glyphs_and_colours_that_arrive(
    term: dict[str, str], size: tuple[int, int]
) -> None:
    app, around = made(term), surroundings.of(term)
    sixteen = {Color.parse(value).get_truecolor() for value in load("sixteen").roles.values()}
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        for digit in DIGITS:
            await go(app, pilot, digit)
            text = "".join(text_of(app))
            assert text.strip()
            if around.glyphs == "plain":
                assert {c for c in text if not c.isascii()} <= CONSOLE, digit
            if around.colours == "16":
                assert {c.get_truecolor() for c in colours_of(app)} <= sixteen, digit
            if around.colours == "none":
                assert {c.is_default for c in colours_of(app)} <= {True}, digit


@pytest.mark.parametrize("key", DIALOGS)
@pytest.mark.parametrize("term", [TERMS["linux"], TERMS["vt100"]], ids=["linux", "vt100"])
async def test_every_dialog_has_only_glyphs_and_colours_that_arrive(term: dict[str, str], key: str) -> None:
    app = made(term)
    sixteen = {Color.parse(value).get_truecolor() for value in load("sixteen").roles.values()}
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press(key)
        await settle(app, pilot)
        await pilot.pause(0.05)
        assert len(app.screen_stack) == 2, "the dialog is open"
        text = "".join(text_of(app))
        assert {c for c in text if not c.isascii()} <= CONSOLE
        if app.colours == "16":
            assert {c.get_truecolor() for c in colours_of(app)} <= sixteen
        else:
            assert {c.is_default for c in colours_of(app)} <= {True}


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
async def test_no_cell_says_less_on_a_console(size: tuple[int, int]) -> None:
    """The plain picture is the full one, glyph for glyph."""
    rich, plain = made({"TERM": "xterm-256color"}), made({"TERM": "linux"})
    frames = {ord("▕"): "│", ord("▁"): "_"} | {ord("▐"): "│"}
    async with rich.run_test(size=size) as first, plain.run_test(size=size) as second:
        await opened(rich, first)
        await opened(plain, second)
        for digit in DIGITS[:-1]:
            await go(rich, first, digit)
            await go(plain, second, digit)
            full = [line.translate(twins()).translate(frames) for line in text_of(rich)]
            assert [line.translate(frames) for line in text_of(plain)] == full, digit


def test_signs_that_stand_for_different_things_stay_different() -> None:
    alternatives = ("●◐○×", "●◌×", "▲▼·", "☐☑", "✓✕", "◂▸", "◆◇", "▌▐", "█▒", "▁█", "┃│", "━─", "★ ", "►◄")
    for signs in alternatives:
        there = [sign.translate(twins()) for sign in signs]
        assert len(set(there)) == len(signs), (signs, there)


@pytest.mark.parametrize("environment", [{"TERM": "linux"}, {"TERM": "vt100"}], ids=["linux", "vt100"])
async def test_where_there_are_no_tints_the_cursor_stands_reversed(environment: dict[str, str]) -> None:
    app = made(environment)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        app.main.go_to("watch")
        await settle(app, pilot)
        watch = app.main.desk.watchlist
        reversed_ = [y for y in range(watch.size.height)
                     if any(s.style and s.style.reverse for s in watch.render_line(y) if s.text.strip())]  # fmt: skip
        assert len(reversed_) == 1
        assert watch.current
        assert watch.current in watch.render_line(reversed_[0]).text


@pytest.mark.parametrize("environment", [{"TERM": "linux"}, {"TERM": "vt100"}], ids=["linux", "vt100"])
@pytest.mark.parametrize("key", ["slash", "ctrl+p"])
async def test_cursors_of_dialogs_are_seen_without_colours(environment: dict[str, str], key: str) -> None:
    app = made(environment)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press(key)
        await settle(app, pilot)
        await pilot.pause(0.3)
        await pilot.press("a")
        await settle(app, pilot)
        await pilot.pause(0.3)
        rows = [strip.text for strip in strips_of(app) for s in strip if s.style and s.style.reverse]
        assert any(row.strip() for row in rows)


async def test_old_values_are_told_without_colours() -> None:
    app = made({"TERM": "vt100"})
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        app.state.heard_at = 90.0
        await settle(app, pilot)
        text = "\n".join(text_of(app))
        assert "○ stale since" in text
        assert "○ old" in text


async def test_no_color_leaves_greys_that_say_nothing_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = made({"TERM": "xterm-256color"})
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        for digit in DIGITS:
            await go(app, pilot, digit)
            for colour in colours_of(app):
                shade = colour.get_truecolor()
                assert shade.red == shade.green == shade.blue


# -- nothing that moves -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [{"reduced_motion": "on"}, {"line": "slow"}], ids=["reduced motion", "slow line"])
async def test_nothing_flashes_blinks_or_turns(how: dict[str, str]) -> None:
    desk = FakeDesk()
    app = made({"TERM": "xterm-256color"}, desk, **how)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        assert app.animation_level == "none"
        for _ in range(20):
            desk.step()
        await settle(app, pilot)
        assert not app.state.flashes.places()
        for key in ("slash", "colon", "W"):
            await pilot.press(key, *(["s"] if key == "W" else []))
            await settle(app, pilot)
            fields = list(app.screen.query(Input))
            assert fields
            assert not any(field.cursor_blink for field in fields if field.has_focus)
            assert not app.screen.query(LoadingIndicator)
            await pilot.press(*(["escape"] * (2 if key == "W" else 1)))
            await settle(app, pilot)


# -- slow lines ---------------------------------------------------------------------------------------------------


class Hands:
    """A clock in seconds that tests move."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_line_is_busy_for_as_long_as_it_carries() -> None:
    hands = Hands()
    gauge = LineGauge(hands, bits=9600)
    assert gauge.ready()
    gauge.wrote("x" * 960)
    hands.now = 0.99
    assert not gauge.ready()
    gauge.wrote("x" * 480)
    hands.now = 1.49
    assert not gauge.ready(), "what is written meanwhile waits behind it"
    hands.now = 1.51
    assert gauge.ready()
    assert not gauge.rested(), "and a key finds it free for a while"
    hands.now = 2.26
    assert gauge.rested()


def test_bytes_are_counted_and_not_letters() -> None:
    hands = Hands()
    gauge = LineGauge(hands, bits=9600)
    gauge.wrote("─" * 320)
    hands.now = 0.99
    assert not gauge.ready()
    hands.now = 1.01
    assert gauge.ready()


def test_a_fast_line_is_busy_only_while_the_system_takes_no_more() -> None:
    full = [False]
    gauge = LineGauge(Hands(), free=lambda: not full[0])
    gauge.wrote("x" * 10**6)
    assert gauge.ready()
    assert not gauge.slow
    full[0] = True
    assert not gauge.ready()
    gauge.choose("slow")
    assert gauge.slow
    gauge.choose("auto")
    assert not gauge.slow
    known = LineGauge(Hands(), bits=1200)
    known.choose("slow")
    assert known.bits == 1200, "a line that says that it is slower still is believed"


def test_a_terminal_says_its_speed_and_a_pipe_none() -> None:
    import os
    import pty
    import termios

    ours, theirs = pty.openpty()
    reader, writer = os.pipe()
    try:
        assert speed_of(theirs) == 0
        wanted = termios.tcgetattr(theirs)
        wanted[4] = wanted[5] = termios.B1200
        termios.tcsetattr(theirs, termios.TCSANOW, wanted)
        assert speed_of(theirs) == 1200
        assert speed_of(writer) == 0
        assert takes_more(theirs)
        os.set_blocking(writer, False)
        while takes_more(writer):
            os.write(writer, b"x" * 4096)
        assert not takes_more(writer)
    finally:
        for fd in (ours, theirs, reader, writer):
            os.close(fd)


async def test_while_the_line_is_busy_nothing_is_painted_and_then_all_of_it_at_once() -> None:
    desk, hands = FakeDesk(), Hands()
    app = made({"TERM": "xterm-256color"}, desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        app.gauge = LineGauge(hands, bits=9600)
        app.gauge.wrote("x" * 4800)
        app.beat()
        before = text_of(app)
        painted = app.main.desk.ladder.repainted
        for _ in range(300):
            desk.step()
            await pilot.pause(0)
            app.beat()
        assert app.main.desk.ladder.repainted == painted
        assert text_of(app) == before
        assert not app.bridge._kept, "what waits is one picture and no queue"
        assert app.state.trades, "and all of it is known"
        hands.now = 8.0
        app.beat()
        app.beat()
        await pilot.pause(0.05)
        assert app.main.desk.ladder.repainted > painted
        assert text_of(app) != before


async def test_a_dialog_opened_while_the_line_is_busy_is_seen_once_it_is_free() -> None:
    hands = Hands()
    app = made({"TERM": "xterm-256color"})
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        app.gauge = LineGauge(hands, bits=9600)
        app.gauge.wrote("x" * 960)
        app.beat()
        app.main.do_clock()
        app.beat()
        hands.now = 9.0
        app.beat()
        await pilot.pause(0.1)
        assert "Market and clock" in "\n".join(text_of(app))
        assert app._held is None


async def test_the_setting_makes_a_line_slow_and_says_so() -> None:
    app = made({"TERM": "xterm-256color"})
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        choice = next(choice for choice in CHOICES if choice.name == "line")
        app.choose(choice, "slow")
        app.main.repaint_all()
        await settle(app, pilot)
        assert app.calm
        assert "● live · slow line" in app.main.footer.render_line(0).text
        app.choose(choice, "auto")
        assert not app.calm


def test_styles_are_said_once_and_every_cell_is_the_same() -> None:
    rng = random.Random(3)
    for _ in range(200):
        text = "".join(
            rng.choice(("\x1b[1;37;40mab\x1b[0m", "\x1b[1;37;40m \x1b[0m", "\x1b[31mxyz\x1b[0m", "plain", "\r\n",
                        f"\x1b[{rng.randrange(1, 9)};{rng.randrange(1, 30)}H", "\x1b[7m─▲\x1b[0m", "\x1b[?25l"))
            for _ in range(40)
        )  # fmt: skip
        seen = []
        for each in (text, slimmed(text)):
            screen = pyte.Screen(40, 10)
            stream = pyte.Stream(screen)
            stream.feed(each + "end")
            seen.append([[screen.buffer[y][x] for x in range(40)] for y in range(10)])
        assert seen[0] == seen[1]
        assert len(slimmed(text)) <= len(text)


def test_a_terminal_that_is_gone_ends_no_thread_and_is_known() -> None:
    class Closed:
        def write(self, text: str) -> None:
            raise OSError(5, "Input/output error")

        def flush(self) -> None:
            raise AssertionError("nothing more is tried")

        def fileno(self) -> int:
            return 2

    gauge = LineGauge(Hands())
    outlet = Outlet(Closed(), gauge)
    assert not gauge.gone
    outlet.write("x")
    outlet.flush()
    outlet.write("y")
    assert gauge.gone
    assert outlet.fileno() == 2


async def test_a_terminal_that_is_gone_ends_the_program() -> None:
    app = made({"TERM": "xterm-256color"})
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        app.gauge.gone = True
        app.beat()
        await pilot.pause(0.02)
    assert app.return_value == 129
