"""Which market, whose account, what time, how fresh: at every size; old values look old; what the clock can do."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from engine.bootstrap import open_desk
from engine.desk import Document
from engine.model.refusal import Code, Refused, refuse
from tests.fake_desk import FakeDesk
from tests.unit.test_tui_screen import opened, settle, toasts
from vterm import replay, stale
from vterm.panes.header import header
from vterm.settings import Settings
from vterm.state import DeskState
from vterm.terminal import VtermApp

CAPTURE = Path(__file__).resolve().parents[1] / "data" / "captures" / "quiet.vterm.jsonl"
SIZES = [(60, 20), (80, 24), (120, 36), (200, 60)]
BEGIN, END = "2026-11-23T15:00:00Z", "2026-11-23T17:00:00Z"


class Hands:
    """A clock in seconds that tests move."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Silent(FakeDesk):
    """Goes on trading, but its stream says nothing any more; or it does not answer at all."""

    stuck = mute = False

    def _send(self, frame: Document) -> None:
        if not self.stuck:
            super()._send(frame)

    async def clock(self) -> Document:
        while self.mute:
            await asyncio.sleep(0.01)
        return await super().clock()


class Recorded(FakeDesk):
    """A desk that plays a recording of two hours."""

    def _clock(self) -> Document:
        return {**super()._clock(), "step_ms": 100, "recording": {"name": "fri.jsonl", "begin": BEGIN, "end": END}}


def made(desk: FakeDesk, source: str = "SIM", name: str = "", hands: Hands | None = None) -> VtermApp:
    async def connect() -> FakeDesk:
        return desk

    state = DeskState(now=hands or (lambda: 100.0))
    state.source, state.market_name = source, name
    return VtermApp(connect, state=state, settings=Settings())  # type: ignore[arg-type]


def chrome(app: VtermApp) -> str:
    """Header, tabs and footer as they are painted."""
    main = app.main
    panes = [pane for pane in (main.header, main.tabs, main.footer) if pane.display]
    return "\n".join(pane.render_line(y).text for pane in panes for y in range(pane.size.height))


def roles_of(app: VtermApp, pane: Any) -> set[str]:
    """Foreground colours of the text that a pane paints."""
    strips = [pane.render_line(y) for y in range(pane.size.height)]
    return {s.style.color.name for strip in strips for s in strip if s.text.strip() and s.style and s.style.color}


# -- at every size ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("screen", "12378")
@pytest.mark.parametrize(("source", "name", "shown"), [
    ("SIM", "", "SIM"), ("REPLAY", "friday-11-20.vterm.jsonl", "REPLAY"), ("SHARED", "desk.example:8443", "SHARED"),
])  # fmt: skip
async def test_market_account_clock_and_connection_are_always_told(
    size: tuple[int, int], screen: str, source: str, name: str, shown: str
) -> None:
    app = made(Recorded() if source == "REPLAY" else FakeDesk(), source, name)
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        app.main.perform(f"screen_{screen}")
        await settle(app, pilot)
        text = chrome(app)
        assert shown in text
        assert "default" in text
        assert ("15:52:0" if source == "REPLAY" else "10:52:0") in text
        assert "×1" in text
        assert "● live · " in text
        if source != "SIM" and size[0] >= 120:
            assert name[:10] in text
        if source == "REPLAY":
            assert "43%" in text


async def test_a_click_on_the_header_and_a_key_open_the_clock() -> None:
    app = made(FakeDesk())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.click("#header", offset=(40, 0))
        await settle(app, pilot)
        assert "New York" in await dialog(app, pilot)
        await pilot.press("escape", "R")
        assert "New York" in await dialog(app, pilot)


# -- old values ---------------------------------------------------------------------------------------------------


async def until(app: VtermApp, pilot: Pilot[int], link: str) -> None:
    while app.state.link != link:
        await pilot.pause(0.01)
        app.bridge.flush()


async def test_a_desk_that_does_not_answer_is_stale_after_two_seconds_and_heals() -> None:
    hands, desk = Hands(), Silent()
    app = made(desk, hands=hands)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        ladder = app.main.desk.ladder
        fresh = roles_of(app, ladder)
        desk.mute = True
        hands.now += 1.9
        await settle(app, pilot)
        assert app.state.link == "live"
        hands.now += 5.2
        await settle(app, pilot)
        assert app.state.link == "stale"
        assert "◌ stale since 10:52:07 · 7 s" in chrome(app)
        assert "◌ old" in str(ladder.border_subtitle), "not by colour alone"
        roles, lively = app.faded.roles, {app.palette.roles[name] for name in ("up", "down", "foreground")}
        grey = {roles[name] for name in ("muted", "faint", "rule", "background")} | set(app.faded.tints.values())
        assert lively <= fresh
        assert roles_of(app, ladder) <= grey
        assert not grey & lively
        held = app.main.desk.ticket.foot
        assert held
        assert {name for line in held[1:] for _, name in line} == {"muted"}, "what is held is of that moment, too"
        hands.now += 1
        await settle(app, pilot)
        assert "8 s" in chrome(app), "it counts on"
        desk.mute = False
        await until(app, pilot, "live")
        await settle(app, pilot)
        assert roles_of(app, ladder) == fresh
        assert "old" not in str(ladder.border_subtitle)
        assert "● live" in chrome(app)


async def test_a_stream_that_is_stuck_while_the_market_goes_on_is_stale() -> None:
    hands, desk = Hands(), Silent()
    app = made(desk, hands=hands)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        desk.stuck = True
        before = desk.things["BTC-USD"].seq
        while desk.things["BTC-USD"].seq < before + 20:
            desk.step()
        hands.now += 3
        await until(app, pilot, "stale")
        await settle(app, pilot)
        assert "◌ stale" in chrome(app)
        assert "◌" in app.main.header.render_line(0).text, "the price above is an old one, too"
        desk.stuck = False
        desk.step()
        while desk.things["BTC-USD"].seq < before + 25:
            desk.step()
        await until(app, pilot, "live")


async def test_a_market_where_nothing_happens_is_not_stale() -> None:
    hands = Hands()
    app = made(FakeDesk(), hands=hands)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        for _ in range(3):
            heard, hands.now = app.state.heard_at, hands.now + 1.5
            while app.state.heard_at == heard:
                await pilot.pause(0.01)
            await settle(app, pilot)
            assert app.state.link == "live"


async def test_a_paused_clock_makes_nothing_old() -> None:
    hands, desk = Hands(), Silent()
    desk.paused = True
    app = made(desk, hands=hands)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        assert "‖ paused" in chrome(app)
        desk.mute = True
        hands.now += 3
        await settle(app, pilot)
        assert app.state.link == "live"
        hands.now += 3
        await settle(app, pilot)
        assert app.state.link == "stale", "but a desk that does not answer at all is told"


@pytest.mark.parametrize(("source", "word"), [("SIM", "engine stopped"), ("SHARED", "offline")])
async def test_a_lost_desk_says_when_it_is_tried_again_and_comes_back(source: str, word: str) -> None:
    hands, desk = Hands(), FakeDesk()
    app = made(desk, source, "desk.example", hands)
    async with app.run_test(size=(60, 20)) as pilot:
        await opened(app, pilot)
        desk.cut()
        await until(app, pilot, "down")
        await settle(app, pilot)
        assert f"× {word} · " in chrome(app)
        assert stale.old(app.state)
        app.state.contact.retry_at = hands.now + 4.2
        await settle(app, pilot)
        assert f"× {word} · again in 5 s" in chrome(app)
        desk.down = False
        await until(app, pilot, "live")
        await settle(app, pilot)
        assert "● live" in chrome(app)


def test_ages_are_told_in_one_unit() -> None:
    told = [stale.span_words(s) for s in (0.04, 1, 119, 120, 7199, 7200)]
    assert told == ["40 ms", "1 s", "119 s", "2 min", "119 min", "2 h"]


def test_the_time_of_old_values_is_the_markets() -> None:
    state = DeskState(now=lambda: 110.0)
    state.link, state.at, state.heard_at, state.clock = "stale", "2026-11-23T15:52:10Z", 108.0, {"speed": 10}
    assert stale.since(state) == "2026-11-23T15:52:10Z"
    state.contact.frame_at, state.contact.missed = 105.0, True
    assert stale.since(state) == "2026-11-23T15:51:40Z", "three seconds at ×10 before the last answer"
    assert stale.age_seconds(state) == 5.0


def test_a_foreign_name_never_reaches_the_header_raw() -> None:
    state = DeskState()
    state.source, state.market_name, state.account = "REPLAY", "a\x1b[2J\u202eb", "x\x07y"
    for cells in (60, 80, 120, 200):
        assert "".join(text for text, _ in header(state, cells, clock=True)).isprintable()


# -- the clock ----------------------------------------------------------------------------------------------------


async def dialog(app: VtermApp, pilot: Pilot[int]) -> str:
    """The text of the clock's dialog."""
    await settle(app, pilot)
    app.screen.paint()  # type: ignore[attr-defined]
    view = app.screen.query_one("#clock")
    return "\n".join(view.render_line(y).text.rstrip() for y in range(view.size.height))


@pytest.mark.parametrize("size", SIZES[:3], ids=lambda s: f"{s[0]}x{s[1]}")
async def test_the_clock_is_driven_from_its_dialog_by_keys_and_clicks(size: tuple[int, int]) -> None:
    app = made(FakeDesk())
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        await pilot.press("R")
        text = await dialog(app, pilot)
        assert "runs at ×1" in text
        assert "next open  New York 24 Nov 09:30" in text
        assert "in 22 h 37 min" in text
        await pilot.press("greater_than_sign", "space")
        text = await dialog(app, pilot)
        assert "‖ paused" in text
        assert "[×2]" in text
        row = next(y for y, line in enumerate(text.splitlines()) if "slower" in line)
        column = text.splitlines()[row].index("slower")
        await pilot.click("#clock", offset=(column, row))
        text = await dialog(app, pilot)
        assert "[×1]" in text
        await pilot.press("escape")
        assert "‖ paused" in chrome(app)


async def test_a_recording_tells_its_place_and_what_comes_at_its_end() -> None:
    desk = Recorded()
    app = made(desk, "REPLAY", "fri.jsonl")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("R")
        text = await dialog(app, pilot)
        assert "43%" in text
        assert "2026-11-23 15:00:00  to  2026-11-23 17:00:00" in text
        assert "at its end all books shut" in text
        await pilot.press("N")
        await settle(app, pilot)
        assert any("Nothing opens within this recording" in toast for toast in toasts(app))
        assert app.state.at < END
        app.state.at = END
        text = await dialog(app, pilot)
        assert "100%" in text
        assert "ended      all books are shut" in text
        app.bridge.touch({"clock"})
        await pilot.press("escape")
        await settle(app, pilot)
        assert "ended" in chrome(app)


async def test_a_shared_desk_says_that_its_clock_is_the_worlds() -> None:
    desk = FakeDesk()
    app = made(desk, "SHARED", "desk.example")
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("space")
        await settle(app, pilot)
        assert any("A shared desk runs on the world's time" in toast for toast in toasts(app))
        assert not desk.paused
        await pilot.press("R")
        assert "cannot be set" in await dialog(app, pilot)


async def test_a_desk_that_refuses_says_it_in_words() -> None:
    class Wall(FakeDesk):
        async def set_clock(self, action: str, value: str = "") -> Document:
            raise refuse(Code.FORBIDDEN, "this desk runs on the world's time", fix="only a local home's can be set")

    app = made(Wall())
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("N")
        await settle(app, pilot)
        assert any("this desk runs on the world's time · only a local" in toast for toast in toasts(app))


def test_speeds_go_up_and_down_from_any_and_stop_at_the_ends() -> None:
    assert [replay.next_speed(s, 1) for s in (1, 2, 7, 60, 300, 3600)] == [2, 5, 10, 300, 300, 3600]
    assert [replay.next_speed(s, -1) for s in (1, 2, 7, 60, 300, 3600)] == [1, 1, 5, 20, 60, 300]
    assert [replay.speed_of({"speed": s}) for s in (1, "10", "1.0", "x", None)] == [1, 10, 1, 1, 1]


def test_the_next_open_is_the_one_that_the_clock_jumps_to() -> None:
    rows = [{"session": "LSE", "name": "London", "opens_at": "2026-11-24T08:00:00Z"},
            {"session": "24_7", "name": "Crypto", "opens_at": "2026-11-24T00:00:00Z"},
            {"session": "US_EQ", "name": "New York", "opens_at": "2026-11-24T14:30:00Z"}]  # fmt: skip
    assert replay.next_open(rows, "2026-11-23T20:00:00Z") == ("New York", "2026-11-24T14:30:00Z")
    assert replay.next_open(rows[:2], "2026-11-23T20:00:00Z") == ("London", "2026-11-24T08:00:00Z")
    assert replay.next_open(rows, "2026-11-25T00:00:00Z") == ("", "")
    assert [replay.lasting(s) for s in (-1, 59, 60, 3_900, 100_000)] == ["0 s", "59 s", "1 min", "1 h 05 min",
                                                                         "1 d 3 h"]  # fmt: skip


def test_places_within_a_recording() -> None:
    clock = {"recording": {"name": "x", "begin": BEGIN, "end": END}}
    at = {t: replay.place(clock, t) for t in (BEGIN, "2026-11-23T16:00:00Z", "2026-11-23T16:59:59Z", END)}
    assert [p.done for p in at.values() if p] == [0, 50, 99, 100]
    assert [p.ended for p in at.values() if p] == [False, False, False, True]
    assert replay.place({}, BEGIN) is None
    short = {"recording": {"name": "x", "begin": BEGIN, "end": BEGIN}}
    assert replay.place(short, BEGIN) == replay.Place("x", BEGIN, BEGIN, BEGIN, 100, True)


async def test_the_engine_tells_the_recording_and_refuses_what_it_cannot(own_home: Path) -> None:
    own_home.mkdir()
    desk = open_desk(own_home, replay=(CAPTURE, "vterm"))
    try:
        told = replay.place(desk.view.clock(), "")
        assert told is not None
        assert told.name == CAPTURE.name
        assert told.begin <= told.now <= told.end
        assert not told.ended
        faster = await desk.set_clock("speed", "10")
        assert faster["speed"] == 10
        with pytest.raises(Refused, match="a speed is a whole number"):
            await desk.set_clock("speed", "0")
    finally:
        await desk.stop()
    (own_home / "living").mkdir()
    living = open_desk(own_home / "living", clock="2026-11-23T15:00:00Z")
    try:
        assert "recording" not in living.view.clock()
    finally:
        await living.stop()
