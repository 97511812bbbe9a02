"""The desk as a picture: two sizes, three palettes, on the fake desk with its time standing still."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.fake_desk import FakeDesk
from vterm.settings import Settings
from vterm.state import DeskState
from vterm.terminal import VtermApp

SIZES = [(120, 36), (80, 24)]
Compare = Callable[..., bool]


def make(theme: str) -> VtermApp:
    desk = FakeDesk()

    async def connect() -> FakeDesk:
        return desk

    return VtermApp(connect, state=DeskState(now=lambda: 100.0), settings=Settings(theme=theme))  # type: ignore[arg-type]


async def settled(pilot: Pilot[int]) -> None:
    app: Any = pilot.app
    while not (app.state.book and app.state.bars and app.state.trades):
        await pilot.pause(0.01)
    for _ in range(4):
        app.bridge.flush()
        await pilot.pause(0.02)


async def previewing(pilot: Pilot[int]) -> None:
    """A ticket with a quantity and its preview."""
    await settled(pilot)
    app: Any = pilot.app
    await pilot.press("b", "1", "full_stop", "2", "5")
    while not app.main.desk.ticket.preview:
        await pilot.pause(0.01)
    await settled(pilot)


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", ["dark", "light", "cvd-dark"])
def test_desk(snap_compare: Compare, theme: str, size: tuple[int, int]) -> None:
    assert snap_compare(make(theme), terminal_size=size, run_before=settled)


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
def test_ticket_with_preview(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(make("dark"), terminal_size=size, run_before=previewing)


async def drawn(pilot: Pilot[int]) -> None:
    """A limit order on the ladder that takes one level and rests with what is left."""
    await previewing(pilot)
    app: Any = pilot.app
    app.main.go_to("ladder")
    await settled(pilot)


async def reviewed(pilot: Pilot[int]) -> None:
    """The review, its button free."""
    await previewing(pilot)
    app: Any = pilot.app
    await pilot.press("f2")
    while not app.main.desk.ticket.armed:
        await pilot.pause(0.01)
    await settled(pilot)


async def carried(pilot: Pilot[int]) -> None:
    """An own order on its way to another price."""
    await settled(pilot)
    app: Any = pilot.app
    app.main.desk.ladder.cursor = 8_751_650
    await pilot.press("m", "j", "j")
    await settled(pilot)


async def scheduled(pilot: Pilot[int]) -> None:
    """A TWAP with its schedule, its size a share of NAV."""
    await settled(pilot)
    app: Any = pilot.app
    await pilot.press("b", "2", "percent_sign", "down")
    app.main.desk.ticket.form.choose("type", "twap")
    app.main.desk.ticket.changed()
    while not app.main.desk.ticket.preview:
        await pilot.pause(0.01)
    await settled(pilot)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [(200, 60), (60, 20)], ids=lambda s: f"{s[0]}x{s[1]}")
def test_order_on_the_ladder(snap_compare: Compare, size: tuple[int, int], theme: str) -> None:
    assert snap_compare(make(theme), terminal_size=size, run_before=drawn)


@pytest.mark.parametrize("size", [*SIZES, (60, 20)], ids=lambda s: f"{s[0]}x{s[1]}")
def test_review(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(make("dark"), terminal_size=size, run_before=reviewed)


def test_order_carried(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(make("dark"), terminal_size=(80, 24), run_before=carried)


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
def test_schedule(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(make("dark"), terminal_size=size, run_before=scheduled)


def test_desk_without_colour(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(make("dark"), terminal_size=(120, 36), run_before=settled)


@pytest.mark.parametrize("digit", ["5", "7", "8"])
def test_other_screens(snap_compare: Compare, digit: str) -> None:
    async def opened(pilot: Pilot[int]) -> None:
        await settled(pilot)
        await pilot.press(digit)
        await settled(pilot)

    assert snap_compare(make("dark"), terminal_size=(120, 36), run_before=opened)


async def markets(pilot: Pilot[int]) -> None:
    """The whole market, with its lines."""
    await settled(pilot)
    app: Any = pilot.app
    await pilot.press("3")
    while not app.state.sparks:
        await pilot.pause(0.01)
    await settled(pilot)


@pytest.mark.parametrize("size", [*SIZES, (200, 60)], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_markets(snap_compare: Compare, theme: str, size: tuple[int, int]) -> None:
    assert snap_compare(make(theme), terminal_size=size, run_before=markets)


def test_markets_without_colour(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(make("dark"), terminal_size=(120, 36), run_before=markets)


@pytest.mark.parametrize("key", ["question_mark", "slash", "X"])
def test_dialogs(snap_compare: Compare, key: str) -> None:
    async def opened(pilot: Pilot[int]) -> None:
        await settled(pilot)
        await pilot.press(key)
        await settled(pilot)

    assert snap_compare(make("dark"), terminal_size=(120, 36), run_before=opened)


async def stop_limit(pilot: Pilot[int]) -> None:
    """A stop limit bracket with a date, everything open, in the form."""
    await settled(pilot)
    app: Any = pilot.app
    app.main.choose("AAPL")
    await settled(pilot)
    await pilot.press("b", "1", "0")
    form = app.main.desk.ticket.form
    form.choose("type", "stop_limit")
    form.choose("tif", "GTD")
    form.turn("more", 1)
    for name, text in (("stop", "252.00"), ("price", "252.50"), ("profit", "260"), ("loss", "245"), ("display", "5")):
        form.text[name].set(text)
    app.main.desk.ticket.changed()
    while not app.main.desk.ticket.preview:
        await pilot.pause(0.01)
    await settled(pilot)


async def kinds(pilot: Pilot[int]) -> None:
    """The orders pane with one order of every kind that waits."""
    await settled(pilot)
    app: Any = pilot.app
    desk = app.bridge.need()
    base = {"symbol": "AAPL", "side": "sell", "quantity": "10", "time_in_force": "GTC"}
    for more in (
        {"type": "stop", "stop_price": "240.00"},
        {"type": "stop_limit", "stop_price": "240.00", "limit_price": "239.50"},
        {"type": "trailing_stop", "trail_percent": "1.5", "symbol": "BTC-USD", "quantity": "0.10000000"},
        {"type": "oco", "limit_price": "260.00", "stop_price": "240.00"},
        {"type": "market", "when": "spread <= 0.02"},
    ):
        await desk.submit({**base, **more})
    await settled(pilot)
    await pilot.press("o")
    await settled(pilot)


async def halted(pilot: Pilot[int]) -> None:
    """A share in a halt for news, its orders called for the reopening."""
    await settled(pilot)
    app: Any = pilot.app
    app.main.choose("AAPL")
    await settled(pilot)
    auction = {"kind": "reopening", "at": "2026-11-23T16:10:00Z", "indicative_price": "251.30", "matched": "400",
               "imbalance": "120", "side": "buy"}  # fmt: skip
    halt = {"reason": "news", "since": "2026-11-23T15:45:00Z", "until": "2026-11-23T16:10:00Z"}
    still = {"session": "halted", "halt": halt, "auction": auction, "bid": None, "ask": None}
    app.bridge.take({**app.state.quote("AAPL"), **still, "type": "ticker", "channel": "ticker:AAPL"})
    app.bridge.take({**app.state.book, "bids": [], "asks": []})
    app.bridge.flush()
    await pilot.pause(0.02)


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
def test_halted(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(make("dark"), terminal_size=size, run_before=halted)


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
def test_ticket_with_everything(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(make("dark"), terminal_size=size, run_before=stop_limit)


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
def test_orders_of_every_kind(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(make("dark"), terminal_size=size, run_before=kinds)


def test_amend_dialog(snap_compare: Compare) -> None:
    async def opened(pilot: Pilot[int]) -> None:
        await settled(pilot)
        await pilot.press("o", "e")
        await settled(pilot)

    assert snap_compare(make("dark"), terminal_size=(120, 36), run_before=opened)
