"""The Markets screen driven by keys and mouse on the fake desk, and its lines at every width."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.pilot import Pilot

from engine.research.screen import MOST_CHARACTERS
from tests.fake_desk import FakeDesk
from vterm.market_choice import HOLD_SECONDS, SORTS, MarketChoice
from vterm.paint import plain, width
from vterm.panes import breadth, heat, hours
from vterm.panes.market_rows import Table, spark
from vterm.panes.pane import Pane
from vterm.settings import Settings
from vterm.state import DeskState
from vterm.terminal import VtermApp


def make(desk: FakeDesk, **more: str) -> VtermApp:
    async def connect() -> FakeDesk:
        return desk

    return VtermApp(connect, state=DeskState(now=lambda: 100.0), settings=Settings(**more))  # type: ignore[arg-type]


async def settle(app: VtermApp, pilot: Pilot[int]) -> None:
    for _ in range(5):
        await pilot.pause(0.01)
        app.bridge.flush()


async def opened(app: VtermApp, pilot: Pilot[int]) -> Any:
    """The Markets screen with its rows."""
    while not (app.state.book and app.state.bars):
        await pilot.pause(0.01)
    await pilot.press("3")
    while not app.state.market:
        await pilot.pause(0.01)
    await settle(app, pilot)
    return app.main.page


def seen(app: VtermApp) -> str:
    lines: list[str] = []
    for pane in app.main.query(Pane):
        if pane.display and pane.size.width:
            lines += [pane.render_line(y).text for y in range(pane.size.height)]
            lines += [str(pane.border_title), str(pane.border_subtitle)]
    return "\n".join(lines)


def listed(view: Any) -> list[str]:
    return [key for key in view.list.keys if key]


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (100, 30), (120, 36), (150, 40), (200, 60)])
async def test_every_size_shows_the_list_and_fits(size: tuple[int, int]) -> None:
    app = make(FakeDesk())
    async with app.run_test(size=size) as pilot:
        view = await opened(app, pilot)
        text = seen(app)
        assert "AAPL" in text
        assert "EQUITIES" in text
        assert len(listed(view)) == 15
        for pane in view.query(Pane):
            if pane.display and pane.size.width:
                for line in (*pane.head, *pane.body):
                    assert width(line) <= pane.size.width, (pane.id, plain(line))
        if size[0] >= 100:
            for word in ("GAINERS", "risen", "Technology", "Thanksgiving" if size == (200, 60) else "Crypto"):
                assert word in text


async def test_small_windows_have_tabs_by_key_and_click() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(80, 24)) as pilot:
        view = await opened(app, pilot)
        assert "GAINERS" not in seen(app)
        await pilot.press("tab")
        await settle(app, pilot)
        assert "GAINERS" in seen(app)
        assert view.tab == "Movers"
        place = next(start for start, _, key in view.tabs._places if key == "Sessions")
        await pilot.click(view.tabs, offset=(place + 2, 0))
        await settle(app, pilot)
        assert "Labor Thanksgiving Day" in seen(app)
        await pilot.press("escape")
        await settle(app, pilot)
        assert view.tab == "List"
        await pilot.press("escape")
        assert app.main.number == 1


async def test_sorting_by_key_and_by_head_and_the_cursor_keeps_its_row() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot)
        await pilot.press("j", "j")
        held = view.list.current
        await pilot.press("right_square_bracket", "right_square_bracket")
        await settle(app, pilot)
        assert app.state.market_choice.sort == "change"
        assert view.list.current == held
        changes = [float(app.state.market[s]["change_pct"]) for s in listed(view)]
        assert changes == sorted(changes, reverse=True)
        assert "change %▼" in seen(app)
        await pilot.press("r")
        await settle(app, pilot)
        assert "change %▲" in seen(app)
        assert [float(app.state.market[s]["change_pct"]) for s in listed(view)] == sorted(changes)
        start, end, _ = next(span for span in view.list.table.spans if span[2] == "spread")
        await pilot.click(view.list, offset=(start + (end - start) // 2 + 1, 1))
        await settle(app, pilot)
        assert app.state.market_choice.sort == "spread"
        await pilot.click(view.list, offset=(start + 3, 1))
        await settle(app, pilot)
        assert app.state.market_choice.sort == "-spread"


async def test_classes_by_key_and_click() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot)
        await pilot.press("l")
        await settle(app, pilot)
        assert set(listed(view)) == {"AAPL", "MSFT", "NVDA", "XOM"}
        assert "Energy" in seen(app), "the sectors are those of the class"
        place = next(start for start, _, key in view.kinds._places if key == "crypto")
        await pilot.click(view.kinds, offset=(place + 2, 0))
        await settle(app, pilot)
        assert set(listed(view)) == {"BTC-USD", "ETH-USD", "SOL-USD"}
        await pilot.press("escape")
        await settle(app, pilot)
        assert len(listed(view)) == 15


async def test_searching_as_one_types() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot)
        await pilot.press("slash", *"bitc")
        await settle(app, pilot)
        assert listed(view) == ["BTC-USD"]
        assert app.main.number == 3, "b typed a letter and bought nothing"
        await pilot.press("enter")
        await settle(app, pilot)
        assert app.focused is view.list
        assert "/ bitc" in seen(app)
        await pilot.press("escape")
        await settle(app, pilot)
        assert len(listed(view)) == 15


async def test_a_screen_finds_and_says_what_it_does_not_understand() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot)
        await pilot.press("w")
        view.screener.post_message(_paste("class=equities and sector=technology"))
        await settle(app, pilot)
        assert set(listed(view)) == {"AAPL", "MSFT", "NVDA"}
        await pilot.press("right_parenthesis")
        await settle(app, pilot)
        assert "stands where and or or is expected" in seen(app)
        assert set(listed(view)) == {"AAPL", "MSFT", "NVDA"}, "the last good one stays"
        await pilot.press("escape")
        await settle(app, pilot)
        assert len(listed(view)) == 15
        assert not app.state.market_choice.error


def _paste(text: str) -> Any:
    from textual.events import Paste

    return Paste(text)


async def test_enter_goes_to_the_ladder_and_b_to_the_ticket() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot)
        view.list.point_at("MSFT")
        await pilot.press("enter")
        await settle(app, pilot)
        assert (app.main.number, app.state.symbol, app.main.context) == (1, "MSFT", "ladder")
        view = await opened(app, pilot)
        view.list.point_at("XOM")
        await pilot.press("b")
        await settle(app, pilot)
        assert (app.main.number, app.state.symbol, app.main.context) == (1, "XOM", "ticket")
        assert app.main.desk.ticket.form.choice["side"] == "buy"


async def test_a_double_click_opens_a_row_and_a_single_one_selects_it() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot)
        y = view.list.keys.index("NVDA") + 2
        await pilot.click(view.list, offset=(6, y))
        await settle(app, pilot)
        assert view.list.current == "NVDA"
        assert app.main.number == 3
        await pilot.click(view.list, offset=(6, y), times=2)
        await settle(app, pilot)
        assert (app.main.number, app.state.symbol) == (1, "NVDA")


async def test_a_puts_a_row_on_the_watchlist_and_takes_it_off() -> None:
    desk = FakeDesk()
    desk.watch = ["AAPL"]
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot)
        view.list.point_at("ETH-USD")
        await pilot.press("a")
        await settle(app, pilot)
        assert desk.watch == ["AAPL", "ETH-USD"]
        assert "★ETH-USD" in seen(app)
        await pilot.press("a")
        await settle(app, pilot)
        assert desk.watch == ["AAPL"]


async def test_a_sector_is_listed_by_enter_and_by_click() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot)
        pane = view.panes[-1]
        pane.focus()
        await pilot.press("l", "enter")
        await settle(app, pilot)
        assert listed(view) == ["XOM"], "the second sector of the shares"
        assert app.focused is view.list
        await pilot.press("escape", "escape")
        await settle(app, pilot)
        await pilot.click(pane, offset=(3, 1))
        await settle(app, pilot)
        assert set(listed(view)) == {"AAPL", "MSFT", "NVDA"}


async def test_movers_have_the_verbs_of_the_list() -> None:
    desk = FakeDesk()
    desk.watch = ["AAPL"]
    app = make(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        view = await opened(app, pilot)
        await pilot.press("tab")
        await settle(app, pilot)
        assert "Bitcoin" in seen(app), "wide rows say the name"
        symbol = view.panes[1].current
        await pilot.press("a")
        await settle(app, pilot)
        assert desk.watch == ["AAPL", symbol]
        await pilot.press("w", *"last")
        await settle(app, pilot)
        assert (app.main.context, app.state.market_choice.where) == ("screener", "last")
        await pilot.press("escape", "tab")
        await settle(app, pilot)
        await pilot.press("enter")
        await settle(app, pilot)
        assert (app.main.number, app.state.symbol) == (1, symbol)


async def test_zoom_and_tab_go_through_the_panes() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot)
        contexts = []
        for _ in range(6):
            contexts.append(app.main.context)
            await pilot.press("tab")
            await settle(app, pilot)
        assert contexts == ["markets", "movers", "breadth", "hours", "sectors", "markets"]
        await pilot.press("z")
        await settle(app, pilot)
        assert [pane.id for pane in view.panes if pane.display] == ["movers"]
        await pilot.press("escape")
        await settle(app, pilot)
        assert all(pane.display for pane in view.panes)


async def test_a_lost_desk_dulls_the_figures_and_says_their_age() -> None:
    desk, now = FakeDesk(), [100.0]
    app = make(desk)
    app.state.now = app.state.flashes._now = lambda: now[0]
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot)
        assert "s old" not in seen(app)
        now[0] = 112.0
        desk.cut()
        while app.state.link != "down":
            await pilot.pause(0.01)
            app.bridge.flush()
        await settle(app, pilot)
        assert "12 s old" in seen(app)
        assert view.list.dull
        styles = {style.split(" on ")[0] for line in view.list.body for _, style in line}
        assert not styles & {"up", "down"}, "nothing stale is coloured"


async def test_the_market_is_asked_for_only_while_it_is_shown() -> None:
    asked: list[int] = []

    class Counting(FakeDesk):
        async def markets(self, asset_class: str = "", sparks: int = 0) -> Any:
            asked.append(sparks)
            return await super().markets(asset_class, sparks)

    app = make(Counting())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        assert "market" in app.bridge._tasks
        assert asked[0] == 24, "the first answer brings the lines"
        await pilot.press("1")
        await settle(app, pilot)
        assert "market" not in app.bridge._tasks


async def test_foreign_text_drives_no_terminal() -> None:
    hostile = ["\x1b[2J\x1b]0;owned\x07", "[bold red]markup[/]", "a\u202eb\u0000c", "x" * 400, "\x9b31m"]
    app = make(FakeDesk(strings=hostile * 3))
    async with app.run_test(size=(200, 60)) as pilot:
        await opened(app, pilot)
        await pilot.press("w")
        app.main.page.screener.post_message(_paste("name~\x1b[31m\x9b \u202e"))
        await settle(app, pilot)
        text = seen(app)
        assert not any(c in text for c in "\x1b\x9b\x00\x07\u202e")
        assert "nothing passes" in text
        await pilot.press("escape")
        await settle(app, pilot)
        assert "[bold red]" in seen(app), "markup is text"


async def test_resizing_through_every_layout_never_raises() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        for size in ((60, 20), (200, 60), (79, 24), (80, 24), (100, 30), (132, 36), (181, 41), (59, 19), (120, 36)):
            await pilot.resize_terminal(*size)
            await pilot.press("tab")
            await settle(app, pilot)
        assert not app.broken


# -- pure ----------------------------------------------------------------------------------------------------

LONG = {"symbol": "SHIB-USD", "name": "A name that is far too long for any column", "asset_class": "crypto",
        "sector": "Information Technology", "last": "123,456,789.00000000".replace(",", ""), "change": "-123456789.12",
        "change_pct": "-1234.56", "volume": "9" * 18, "turnover": "9" * 15, "spread_bps": "99999.99",
        "session": "regular"}  # fmt: skip


@given(st.integers(60, 260))
def test_the_longest_figures_stay_in_their_columns(cells: int) -> None:
    table = Table(DeskState(), cells)
    assert width(table.row(LONG)) == cells
    assert width(table.head("change")) == cells
    assert sum(cells_ for _, _, cells_, _ in table.columns) + 1 <= cells


@given(st.lists(st.integers(-5, 10**12), max_size=40), st.integers(0, 40), st.integers(0, 10**6))
def test_a_line_of_any_values_fits(values: list[int], cells: int, scale: int) -> None:
    assert width(spark(values, cells, scale)) == cells


@settings(max_examples=30)
@given(st.text(max_size=MOST_CHARACTERS + 50), st.text(max_size=60), st.sampled_from([*SORTS, "-change"]))
def test_any_choice_lists_rows_of_the_market(where: str, search: str, sort: str) -> None:
    choice = MarketChoice(search=search, sort=sort)
    choice.screen(where)
    market = {"AAPL": {**LONG, "symbol": "AAPL"}, "X": {**LONG, "symbol": "X", "change_pct": None, "turnover": None}}
    rows = choice.rows(market, {}, 0.0)
    assert all(row in market.values() for row in rows)
    while choice.clear():
        pass
    assert len(choice.rows(market, {}, 0.0)) == 2


def test_an_order_by_moving_figures_stands_still_for_a_while() -> None:
    choice = MarketChoice(sort="change")
    market = {"A": {**LONG, "symbol": "A", "change_pct": "1.00"}, "B": {**LONG, "symbol": "B", "change_pct": "2.00"}}
    assert [row["symbol"] for row in choice.rows(market, {}, 0.0)] == ["B", "A"]
    market["A"]["change_pct"] = "3.00"
    assert [row["symbol"] for row in choice.rows(market, {}, HOLD_SECONDS - 1)] == ["B", "A"]
    assert [row["symbol"] for row in choice.rows(market, {}, HOLD_SECONDS)] == ["A", "B"]


@pytest.mark.parametrize(("up", "down", "whole"), [(0, 0, 0), (5, 5, 10), (10, 0, 10), (0, 10, 10), (1, 1, 100)])
def test_bars_of_breadth_fill_their_cells(up: int, down: int, whole: int) -> None:
    assert width(breadth.split_bar(up, down, whole, 12)) == 12


def test_a_cell_says_everything_without_its_colour() -> None:
    row = {"sector": "Energy", "asset_class": "equities", "change_pct": "-1.20", "advancers": 1, "decliners": 3}
    text = "\n".join(plain(line) for line in heat.cell(row, 20, 2, True, False))
    for part in ("▸", "Energy", "▼ -1.20", "1▲", "3▼"):
        assert part in text
    assert heat.tint("-1.20") == "flash-down"
    assert heat.tint("0.50") == "book-bid"
    assert heat.tint("0.05") == "cursor"


@given(st.integers(1, 60), st.integers(13, 200), st.integers(2, 60))
def test_cells_have_one_size_and_fit_the_width(count: int, wide: int, high: int) -> None:
    columns, tall = heat.grid(count, wide, high)
    assert 1 <= columns <= count
    assert wide // columns >= heat.CELL - 3
    assert tall >= heat.TALL


def test_the_sessions_clock_counts_in_market_time() -> None:
    row = {"session": "US_EQ", "name": "New York", "zone": "America/New_York", "state": "regular", "next_state":
           "post", "next": "2026-11-23T21:00:00Z", "opens_at": "2026-11-24T14:30:00Z"}  # fmt: skip
    text = plain(hours.line(row, "2026-11-23T15:52:07Z", 60))
    assert "10:52" in text
    assert "shuts 5:07:53" in text
    shut = plain(hours.line({**row, "state": "closed"}, "2026-11-21T15:52:07Z", 60))
    assert "opens 2d 22:37" in shut
    always = plain(hours.line({**row, "next_state": None}, "2026-11-21T15:52:07Z", 60))
    assert "always open" in always
    odd = plain(hours.line({**row, "zone": "Nowhere/At all"}, "2026-11-23T15:52:07Z", 60))
    assert "15:52" in odd
