"""The chart driven by keys and mouse on the fake desk: every key, every gesture, every empty state."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

from engine.desk import Document
from engine.model.format import time_text
from engine.model.ids import TimeNs
from tests.fake_desk import START, FakeDesk
from vterm import actions
from vterm.glyphs import CONSOLE
from vterm.panes.chart_choice import USUAL, USUAL_ZOOM, ChartChoice
from vterm.panes.chart_studies import OVERLAYS, STRIPS
from vterm.settings import Settings
from vterm.state import DeskState
from vterm.surroundings import Surroundings
from vterm.terminal import VtermApp

SIZE = (120, 36)


def make(desk: FakeDesk, surroundings: Surroundings | None = None, **more: str) -> VtermApp:
    async def connect() -> FakeDesk:
        return desk

    state = DeskState(now=lambda: 100.0)
    return VtermApp(connect, state=state, settings=Settings(**more), surroundings=surroundings)  # type: ignore[arg-type]


async def settle(app: VtermApp, pilot: Pilot[int]) -> None:
    for _ in range(5):
        await pilot.pause(0.01)
        app.bridge.flush()


async def opened(app: VtermApp, pilot: Pilot[int], *, zoom: bool = True) -> Any:
    """The chart alone on the screen, with its bars."""
    while not (app.state.book and app.state.bars):
        await pilot.pause(0.01)
    app.main.go_to("chart")
    if zoom:
        await pilot.press("z")
    await settle(app, pilot)
    return app.main.desk.chart


async def press(app: VtermApp, pilot: Pilot[int], *keys: str) -> None:
    await pilot.press(*keys)
    await settle(app, pilot)


def seen(pane: Any) -> str:
    lines = [pane.render_line(y).text for y in range(pane.size.height)]
    return "\n".join([str(pane.border_title), *lines, str(pane.border_subtitle)])


async def test_every_key_of_the_chart_changes_what_is_seen() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=SIZE) as pilot:
        pane = await opened(app, pilot)
        first = {"left_square_bracket": ("right_square_bracket",), "G": ("h",), "end": ("h",), "L": ("H",),
                 "pagedown": ("pageup",), "l": ("h", "h"), "right": ("h", "h")}  # fmt: skip
        for action in actions.ACTIONS:
            if action.context != "chart":
                continue
            for key in action.keys:
                app.state.chart_choice = ChartChoice(compared=["AAPL"] if key == "C" else [])
                pane.post_message(pane.BarsWanted())
                pane.repaint()
                await press(app, pilot, *first.get(key, ()))
                before, depth = seen(pane), len(app.screen_stack)
                await press(app, pilot, key)
                assert seen(pane) != before or len(app.screen_stack) > depth, (action.name, key)
                while len(app.screen_stack) > 1:
                    await press(app, pilot, "escape")


async def test_the_type_goes_round_and_depth_has_a_key_of_its_own() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=SIZE) as pilot:
        pane = await opened(app, pilot)
        assert any(char in seen(pane) for char in "┃╽╿")
        await press(app, pilot, "t")
        assert pane.choice.kind == "line"
        assert not any(char in seen(pane) for char in "┃╽╿")
        await press(app, pilot, "t")
        assert "spread" in seen(pane)
        assert "% bids" in seen(pane)
        assert str(pane.border_title) == "BTC-USD · depth"
        assert "◆" in seen(pane), "own orders stand in the depth"
        await press(app, pilot, "d")
        assert pane.choice.kind == "candles"
        await press(app, pilot, "d")
        assert pane.choice.kind == "depth"


async def test_depth_zooms_reads_out_and_follows_the_book() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=SIZE) as pilot:
        pane = await opened(app, pilot)
        await press(app, pilot, "d")
        whole = seen(pane)
        await press(app, pilot, "k")
        assert pane.choice.depth_zoom == 1
        assert seen(pane) != whole
        await press(app, pilot, "j", "j")
        assert pane.choice.depth_zoom == 0
        await press(app, pilot, "l", "l", "l")
        assert "bp from the middle" in seen(pane)
        await press(app, pilot, "escape")
        assert "bp from the middle" not in seen(pane)
        before = seen(pane)
        app.bridge.take({**app.state.book, "asks": app.state.book["asks"][4:]})
        await settle(app, pilot)
        assert seen(pane) != before
        app.bridge.take({**app.state.book, "asks": []})
        await settle(app, pilot)
        assert "the book has no two sides now · t shows prices" in seen(pane)


@pytest.mark.parametrize("study", [study for study in (*OVERLAYS, *STRIPS) if study.name not in USUAL],
                         ids=lambda study: study.name)  # fmt: skip
async def test_every_study_is_switched_by_its_letter(study: Any) -> None:
    app = make(FakeDesk())
    async with app.run_test(size=SIZE) as pilot:
        pane = await opened(app, pilot)
        assert study.title not in seen(pane)
        await press(app, pilot, "i", study.key)
        assert study.name in pane.choice.shown
        await press(app, pilot, "escape")
        assert study.title in seen(pane)
        await press(app, pilot, "i", study.key, "escape")
        assert study.title not in seen(pane)


async def test_the_list_of_studies_moves_switches_and_closes() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=SIZE) as pilot:
        pane = await opened(app, pilot)
        pane.compare("AAPL")
        await press(app, pilot, "i")
        dialog: Any = app.screen
        await press(app, pilot, "2")
        assert pane.choice.kind == "line"
        await press(app, pilot, "j", "j", "k", "space")
        assert dialog.rows[dialog.cursor].name == "depth"
        assert pane.choice.kind == "depth"
        await press(app, pilot, "1", "u", "n", "h")
        assert set(pane.choice.shown) & {"volume", "own"} == set()
        assert "hollow" in pane.choice.shown
        for _ in range(30):
            await pilot.press("j")
        await press(app, pilot, "enter")
        assert pane.choice.compared == []
        view = dialog.query_one("#studies")
        row = next(k for k, each in enumerate(dialog.rows) if each.name == "rsi")
        view.reveal(row)
        await settle(app, pilot)
        await pilot.click(view, offset=(6, row - int(view.scroll_y)))
        await settle(app, pilot)
        assert pane.choice.strip is not None
        await pilot.click(offset=(1, 1))
        await settle(app, pilot)
        assert len(app.screen_stack) == 1


async def test_strips_follow_each_other_and_volume_has_a_key() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=SIZE) as pilot:
        pane = await opened(app, pilot)
        for study in STRIPS:
            await press(app, pilot, "m")
            assert study.title in seen(pane)
        await press(app, pilot, "m")
        assert pane.choice.strip is None
        assert "volume" in seen(pane)
        await press(app, pilot, "v")
        assert "volume" not in seen(pane)


async def test_periods_stay_and_the_foot_names_them() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=SIZE) as pilot:
        pane = await opened(app, pilot)
        for every in ("5m", "1h", "1d", "1d"):
            await press(app, pilot, "right_square_bracket")
            assert app.state.every == every
            assert f"[{every}]" in str(pane.border_subtitle)
            assert str(pane.border_title) == f"BTC-USD · {every}"
        await press(app, pilot, "left_square_bracket")
        assert app.state.every == "1h"


async def test_another_instrument_is_compared_in_percent() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=SIZE) as pilot:
        pane = await opened(app, pilot)
        await press(app, pilot, "a")
        await press(app, pilot, "E", "T", "H", "enter")
        assert pane.choice.compared == ["ETH-USD"]
        while "ETH-USD" not in app.state.compared:
            await pilot.pause(0.01)
        await settle(app, pilot)
        text = seen(pane)
        assert "ETH-USD" in text
        assert "▸BTC-USD" in text
        assert "%" in text
        assert "EMA 20" not in text
        await press(app, pilot, "right_square_bracket")
        while "ETH-USD" not in app.state.compared:
            await pilot.pause(0.01)
        await settle(app, pilot)
        assert "▸ETH-USD" in seen(pane)
        app.main.choose("ETH-USD")
        await settle(app, pilot)
        assert "EMA 20" in seen(pane), "nothing is compared with itself"
        app.main.choose("BTC-USD")
        while not app.state.bars:
            await pilot.pause(0.01)
        await press(app, pilot, "C")
        assert pane.choice.compared == []
        assert "EMA 20" in seen(pane)
        await press(app, pilot, "a")
        await press(app, pilot, "B", "T", "C", "enter")
        assert pane.choice.compared == []


async def test_what_the_desk_does_not_list_is_not_compared() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=SIZE) as pilot:
        pane = await opened(app, pilot)
        app.state.chart_choice = ChartChoice.from_dict({"compared": ["GONE", "AAPL"]})
        await app.bridge.charts.compared()
        await settle(app, pilot)
        pane.repaint()
        assert set(app.state.compared) == {"AAPL"}
        assert "GONE" not in seen(pane)


async def test_the_cursor_reads_a_bar_out_and_escape_takes_it_away_first() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=SIZE) as pilot:
        pane = await opened(app, pilot)
        assert "23 Nov 10:52" in seen(pane)
        await press(app, pilot, "h", "h", "h")
        bar = app.state.bars[-3]
        assert "23 Nov 10:50" in seen(pane)
        assert f"{float(bar['open']):,.2f}" in seen(pane)
        await press(app, pilot, "l")
        assert "23 Nov 10:51" in seen(pane)
        await press(app, pilot, "H")
        assert "past · G newest" in str(pane.border_subtitle)
        await press(app, pilot, "escape")
        assert pane.choice.cursor is None
        assert pane.choice.until is not None
        await press(app, pilot, "escape")
        assert pane.choice.until is None
        assert app.main.arrangement.zoom
        await press(app, pilot, "escape")
        assert not app.main.arrangement.zoom


async def test_more_of_the_past_comes_when_it_is_looked_at() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=SIZE) as pilot:
        pane = await opened(app, pilot)
        assert len(app.state.bars) == 300
        await press(app, pilot, "j", "j", "j")
        while len(app.state.bars) == 300:
            await pilot.pause(0.01)
        await settle(app, pilot)
        frame = pane.picture.frame
        assert frame.first > 0
        assert len(frame.slots) == frame.room


async def test_the_wheel_zooms_around_the_pointer_and_pans_with_shift() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=SIZE) as pilot:
        pane = await opened(app, pilot)
        held = pane.picture.frame.slots[40].start
        await pilot._post_mouse_events([events_up()], pane, offset=(41, 10))
        await settle(app, pilot)
        assert pane.choice.zoom == USUAL_ZOOM - 1
        frame = pane.picture.frame
        assert abs(frame.left + frame.slot_of(held) * frame.cells - 40) <= frame.cells
        await pilot._post_mouse_events([events_down()], pane, offset=(41, 10))
        await settle(app, pilot)
        assert pane.choice.zoom == USUAL_ZOOM
        end = pane.picture.frame.end
        await pilot._post_mouse_events([events_down()], pane, offset=(41, 10), shift=True)
        await settle(app, pilot)
        assert pane.picture.frame.end == end - 4
        await pilot._post_mouse_events([events_up()], pane, offset=(41, 10), shift=True)
        await settle(app, pilot)
        assert pane.picture.frame.end == end


def events_up() -> Any:
    from textual import events

    return events.MouseScrollUp


def events_down() -> Any:
    from textual import events

    return events.MouseScrollDown


async def test_a_click_reads_out_one_beside_the_picture_takes_it_away_and_dragging_pans() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=SIZE) as pilot:
        pane = await opened(app, pilot)
        wanted = pane.picture.series.at[pane.picture.frame.slots[30].start]
        await pilot.click(pane, offset=(31, 12))
        await settle(app, pilot)
        assert pane.choice.cursor == wanted
        await pilot.click(pane, offset=(pane.outer_size.width - 4, 12))
        await settle(app, pilot)
        assert pane.choice.cursor is None
        end = pane.picture.frame.end
        await pilot.mouse_down(pane, offset=(30, 12))
        await pilot.hover(pane, offset=(50, 12))
        await pilot.mouse_up(pane, offset=(50, 12))
        await settle(app, pilot)
        assert pane.picture.frame.end == end - 20
        assert pane.choice.cursor is None


async def test_a_click_on_a_period_takes_it() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=SIZE) as pilot:
        pane = await opened(app, pilot)
        width, height = pane.outer_size
        for back, every in ((4, "1d"), (10, "1h"), (15, "5m"), (19, "1m")):
            await pilot.click(pane, offset=(width - back, height - 1))
            await settle(app, pilot)
            assert app.state.every == every, back


async def test_own_fills_cost_and_orders_stand_on_the_chart() -> None:
    app = make(FakeDesk(), symbol="NVDA")
    async with app.run_test(size=SIZE) as pilot:
        pane = await opened(app, pilot)
        await press(app, pilot, "right_square_bracket", "right_square_bracket", "right_square_bracket")
        low, high = pane.picture.scale.low, pane.picture.scale.high
        price = f"{(low * 5 + high) / 600:.2f}"
        position: Document = app.state.position()
        position["average_cost"] = f"{(low * 3 + high) / 400:.4f}"
        at = int(START // 10**9)
        app.bridge.take({"type": "fill", "channel": "orders", "symbol": "NVDA", "side": "sell", "price": price,
                         "quantity": "5", "at": time_text(TimeNs((at - 5 * 86400) * 10**9))})  # fmt: skip
        app.bridge.take({"type": "order", "channel": "orders", "order": {
            "order_id": "own", "symbol": "NVDA", "side": "buy", "status": "working", "limit_price": price,
            "remaining_quantity": "70.00", "submitted_at": ""}})  # fmt: skip
        await settle(app, pilot)
        text = seen(pane)
        assert "▼" in text.split("\n", 2)[2]
        assert "◂" in text
        assert "buy 70" in text
        assert "◆" in text
        assert "avg" in text
        await press(app, pilot, "i", "n", "escape")
        text = seen(pane)
        assert "buy 70" not in text
        assert "avg" not in text


async def test_what_is_missing_is_said_in_words() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=SIZE) as pilot:
        pane = await opened(app, pilot)
        app.state.bars, app.state.bars_known = [], False
        pane.repaint()
        assert "drawing the past" in seen(pane)
        app.state.bars_known = True
        pane.repaint()
        assert "BTC-USD has no bars of 1m yet · ] takes a longer period" in seen(pane)
        app.state.symbol = ""
        pane.repaint()
        assert "opening the market" in seen(pane)
        app.state.symbol, app.state.book = "BTC-USD", {}
        await press(app, pilot, "d")
        assert "waiting for the book · t shows prices" in seen(pane)


async def test_a_desk_that_is_lost_is_said_in_the_foot() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=SIZE) as pilot:
        pane = await opened(app, pilot)
        assert "not live" not in str(pane.border_subtitle)
        desk.cut()
        while app.state.link != "down":
            await pilot.pause(0.01)
        await settle(app, pilot)
        assert "not live" in str(pane.border_subtitle)
        assert pane.picture.direction == "muted"


@pytest.mark.parametrize("size", [(60, 20), (72, 21), (80, 24), (100, 30), (120, 36), (150, 40), (200, 60)])
async def test_every_size_is_filled_and_nothing_sticks_out(size: tuple[int, int]) -> None:
    from vterm.paint import width

    app = make(FakeDesk())
    async with app.run_test(size=size) as pilot:
        for zoom in (False, True):
            pane = await opened(app, pilot, zoom=zoom)
            if zoom:
                assert pane.size.width >= size[0] - 2, "zoom gives the whole screen"
            for keys in ((), ("m",), ("h", "h"), ("k", "k"), ("t",), ("t",), ("l",), ("d", "G")):
                await press(app, pilot, *keys)
                assert len(pane.body) <= pane.size.height
                assert all(width(line) <= max(12, pane.size.width) for line in pane.body)
            pane.compare("AAPL")
            await settle(app, pilot)
            assert pane.size.width < 16 or "AAPL" in seen(pane)
            pane.compare("AAPL")
            app.state.chart_choice = ChartChoice()
            await settle(app, pilot)


async def test_a_console_font_and_no_colour_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = make(FakeDesk(), Surroundings("16", "plain"))
    async with app.run_test(size=SIZE) as pilot:
        pane = await opened(app, pilot)
        await press(app, pilot, "m", "h", "h")
        for kind in range(3):
            text = seen(pane)
            strange = {char for line in text.split("\n")[1:-1] for char in line if not char.isascii()} - CONSOLE
            assert not strange
            if kind == 0:
                assert "RSI 14" in text
                assert "║" in text
            await press(app, pilot, "t")


async def test_a_large_chart_follows_prices_at_its_own_pace() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(200, 60)) as pilot:
        pane = await opened(app, pilot)
        assert pane.concerns({"bars"})
        assert not pane.concerns({"quote"})
        assert not pane.concerns({"watch"})
        while pane._late is not None:
            await pilot.pause(0.02)
        await press(app, pilot, "z")
        assert pane.concerns({"quote"})
        assert not pane.concerns({"book"})


async def test_the_choice_can_be_replaced_by_who_keeps_layouts() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=SIZE) as pilot:
        pane = await opened(app, pilot)
        app.state.chart_choice = ChartChoice.from_dict({"kind": "line", "shown": ["macd"], "zoom": 2})
        pane.repaint()
        assert "MACD 12 26 9" in seen(pane)
        assert "EMA 20" not in seen(pane)
        await press(app, pilot, "k")
        assert app.state.chart_choice.to_dict() == {"kind": "line", "shown": ["macd"], "compared": [], "zoom": 1}


class Fast(FakeDesk):
    """A market whose clock can be moved on."""

    async def bars(self, symbol: str, every: str = "1m", limit: int = 300) -> Document:
        self.asked = (symbol, every, limit)
        return await super().bars(symbol, every, limit)


async def test_a_clock_that_jumps_leaves_no_gap() -> None:
    desk = Fast()
    app = make(desk)
    async with app.run_test(size=SIZE) as pilot:
        await opened(app, pilot)
        last = app.state.bars[-1]["at"]
        desk.at += 40 * 60 * 10**9
        await app.bridge.charts.renew()
        assert desk.asked == ("BTC-USD", "1m", 300)
        times = [bar["at"] for bar in app.state.bars]
        assert last in times
        assert len(times) == 300
        assert times == sorted(set(times))
        desk.at += 2 * 60 * 10**9
        await app.bridge.charts.renew()
        assert desk.asked == ("BTC-USD", "1m", 5)
        assert len(app.state.bars) == 302
