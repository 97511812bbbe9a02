"""The Activity screen by keys and mouse on the fake desk: lists, the cost of a fill, algorithms, alerts, the past."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.pilot import Pilot

from engine.desk import Document
from tests.fake_desk import FakeDesk
from tests.unit.test_tui_screen import make, seen, settle, toasts, wait_for
from vterm.paint import plain, width
from vterm.panes import activity_past
from vterm.panes.activity_choice import FILL_SORTS, ORDER_SORTS, ActivityChoice
from vterm.panes.activity_cost import cost_brief, cost_lines
from vterm.panes.activity_fills import fill_row
from vterm.panes.activity_orders import order_row
from vterm.panes.activity_pane import ActivityListPane
from vterm.panes.algos_rows import algo_lines, beside_orders, next_words, wanted
from vterm.panes.pane import Pane
from vterm.state import DeskState
from vterm.terminal import VtermApp

SIZES = [(60, 20), (80, 24), (100, 30), (120, 36), (150, 40), (200, 60)]
HOSTILE = "\x1b]0;x\x07\x1b[2J\u202eevil[bold]"


async def busy(desk: FakeDesk) -> None:
    """Some fills, a stop, two algorithms, two alerts, a past."""
    await desk.start_algo({"algo": "twap", "symbol": "BTC-USD", "side": "buy", "quantity": "1.5", "over": "10m"})
    await desk.start_algo({"algo": "pov", "symbol": "AAPL", "side": "sell", "quantity": "300", "rate": "0.1"})
    desk.told["algos"]["a000001"].update(filled_quantity="0.45", remaining_quantity="1.05", average_price="87512.33")
    for n in range(3):
        desk.step()
        await desk.submit(
            {"symbol": "BTC-USD", "side": "sell" if n % 2 else "buy", "type": "market", "quantity": "0.9"}
        )
    await desk.submit({"symbol": "NVDA", "side": "sell", "type": "stop", "stop_price": "170.00", "quantity": "200"})
    await desk.set_alert({"symbol": "BTC-USD", "kind": "price", "direction": "above", "value": "90000"})
    await desk.set_alert({"symbol": "AAPL", "kind": "trail", "value": "2%", "note": HOSTILE})
    past = dict(desk.order_docs["o-0001"])
    desk.told["old_orders"] = [
        {**past, "order_id": f"x-{n:04d}", "status": "filled" if n % 3 else "cancelled",
         "submitted_at": f"2026-11-20T14:{59 - n // 10:02d}:{59 - n % 10:02d}Z"} for n in range(230)
    ]  # fmt: skip
    desk.told["old_fills"] = [
        {**desk.fill_docs[0], "fill_id": f"y-{n:04d}", "at": f"2026-11-20T14:{59 - n // 10:02d}:{59 - n % 10:02d}Z"}
        for n in range(130)
    ]
    desk.told["journal"] = [
        {"seq": n, "at": "2026-11-23T15:52:07Z", "kind": "submit", "asked": f"buy {n} AAPL", "caused": "o-0004 filled",
         "orders": ["o-0004"], "fills": [], "transfers": [], "sound": True} for n in range(130, 0, -1)
    ]  # fmt: skip


async def opened(app: VtermApp, pilot: Pilot[int], desk: FakeDesk) -> Any:
    """The Activity screen, with all that there is."""
    await busy(desk)
    while not (app.state.book and app.state.bars and app.state.algos):
        await pilot.pause(0.01)
    await pilot.press("7")
    await settle(app, pilot)
    view: Any = app.main.page
    while not view.choice.journal:
        await settle(app, pilot)
    return view


def rows(pane: ActivityListPane) -> list[str]:
    return [key for key in pane.keys if key is not None]


# -- the screen -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_every_size_shows_every_pane_and_fits(size: tuple[int, int]) -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=size) as pilot:
        view = await opened(app, pilot, desk)
        shown = ""
        for _ in view.panes:
            await settle(app, pilot)
            shown += seen(app)
            for pane in view.query(Pane):
                if pane.display and pane.size.width:
                    for line in (*pane.head, *pane.body, *pane.foot):
                        assert width(line) <= pane.size.width, (pane.id, plain(line))
            await pilot.press("tab")
        for word in ("NVDA", "waiting", "TWAP", "AAPL trail 2%", "buy 130 AAPL", "half spread"):
            assert word in shown, word
        assert "\x1b" not in shown
        assert "\u202e" not in shown


async def test_enter_goes_to_the_desk_at_the_rows_instrument() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot, desk)
        assert view.blotter.order()["symbol"] == "NVDA"
        await pilot.press("enter")
        await settle(app, pilot)
        assert (app.main.number, app.state.symbol) == (1, "NVDA")


async def test_orders_are_narrowed_sorted_and_searched_by_keys() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot, desk)
        everything = len(rows(view.blotter))
        await pilot.press("l")
        assert {view.blotter.listed[key]["status"] for key in rows(view.blotter)} == {"working"}
        await pilot.press("l", "v")
        await settle(app, pilot)
        assert {(o["status"], o["side"]) for o in view.blotter.listed.values()} == {("filled", "buy")}
        await pilot.press("escape", "escape", "a")
        await settle(app, pilot)
        assert {order["symbol"] for order in view.blotter.listed.values()} == {view.choice.symbol}
        await pilot.press("escape", "right_square_bracket")
        await settle(app, pilot)
        symbols = [view.blotter.listed[key]["symbol"] for key in rows(view.blotter)]
        assert symbols == sorted(symbols)
        await pilot.press("r", "slash", *"nvda sell", "enter")
        await settle(app, pilot)
        assert {order["symbol"] for order in view.blotter.listed.values()} == {"NVDA"}
        assert app.focused is view.blotter
        await pilot.press("escape")
        await settle(app, pilot)
        assert len(rows(view.blotter)) == everything


async def test_everything_is_reached_by_mouse() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        view = await opened(app, pilot, desk)
        states = view.states.render_line(0).text
        await pilot.click(view.states, offset=(states.index("filled"), 0))
        await settle(app, pilot)
        assert view.choice.state == "filled"
        await pilot.click(view.blotter, offset=(view.blotter.render_line(0).text.index("symbol"), 0))
        await settle(app, pilot)
        assert view.choice.order_sort == "symbol"
        for name, pane in zip(("Fills", "Algos", "Alerts", "Journal", "Orders"), (*view.panes[1:], view.blotter),
                              strict=True):  # fmt: skip
            await pilot.click(view.tabs, offset=(view.tabs.render_line(0).text.index(name), 0))
            await settle(app, pilot)
            assert pane.display
            assert app.focused is pane
        await pilot.click(view.blotter, offset=(5, 2), times=2)
        await settle(app, pilot)
        assert app.main.number == 1


async def test_an_order_is_taken_back_and_told() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot, desk)
        await pilot.press("x")
        await wait_for(app, pilot, "Cancelled sell 200 NVDA")
        assert "✕ cancelled" in seen(app)


async def test_zoom_jump_and_back() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot, desk)
        await pilot.press("tab", "z")
        await settle(app, pilot)
        assert [pane.id for pane in view.panes if pane.display] == ["activity-fills"]
        await pilot.press("escape")
        await settle(app, pilot)
        assert all(pane.display for pane in view.panes)
        await pilot.press("ctrl+o")
        await settle(app, pilot)
        assert len(app.screen_stack) == 2
        await pilot.press("escape", "escape")
        await settle(app, pilot)
        assert app.main.number == 1


# -- the past ---------------------------------------------------------------------------------------------------------


async def test_past_the_last_row_the_desks_history_goes_on() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot, desk)
        for _ in range(6):
            await pilot.press("G")
            await settle(app, pilot)
        assert sum(key.startswith("x-") for key in rows(view.blotter)) == 230
        assert "the beginning" in seen(app)
        assert "FRI 20 NOV 2026" in "\n".join(plain(line) for line in view.blotter.body) or view.blotter.scroll_y > 0
        await pilot.press("tab")
        for _ in range(5):
            await pilot.press("G")
            await settle(app, pilot)
        assert sum(key.startswith("y-") for key in rows(view.fills)) == 130
        await pilot.press("tab", "tab", "tab")
        for _ in range(4):
            await pilot.press("G")
            await settle(app, pilot)
        assert len(rows(view.journal)) == 130


async def test_pages_ask_for_what_narrows_the_list_only() -> None:
    desk, state, choice = FakeDesk(), DeskState(), ActivityChoice(state="cancelled", side="buy", symbol="BTC-USD")
    await busy(desk)
    while await activity_past.older(desk, state, choice, "orders"):
        pass
    asked = [filters for what, filters in desk.told["asked"] if what == "orders"]
    assert all(f["status"] == "cancelled" and f["side"] == "buy" and f["symbol"] == "BTC-USD" for f in asked)
    assert {order["status"] for order in choice.orders.values()} == {"cancelled"}
    assert choice.pages("orders").end
    assert not choice.pages("fills").end


async def test_many_orders_of_one_moment_do_not_stop_the_pages() -> None:
    desk, state, choice = FakeDesk(), DeskState(), ActivityChoice()
    await busy(desk)
    for order in desk.told["old_orders"]:
        order["submitted_at"] = "2026-11-20T14:00:00Z"
    for _ in range(8):
        await activity_past.older(desk, state, choice, "orders")
    assert sum(name.startswith("x-") for name in choice.orders) == 230
    assert choice.pages("orders").end


async def test_a_desk_without_a_past_says_so() -> None:
    state, choice = DeskState(), ActivityChoice()
    bare: Any = object()
    assert not await activity_past.older(bare, state, choice, "orders")
    assert not await activity_past.journal(bare, choice, more=True)
    assert choice.pages("orders").note == activity_past.NO_PAST


# -- algorithms -------------------------------------------------------------------------------------------------------


async def test_an_algorithm_is_paused_resumed_and_ended_by_key() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot, desk)
        await pilot.press("tab", "tab", "j")
        assert view.panes[2].algo()["algo_id"] == "a000001"
        await pilot.press("P")
        await wait_for(app, pilot, "Paused TWAP a000001 BTC-USD")
        await pilot.press("P")
        await wait_for(app, pilot, "Resumed TWAP a000001 BTC-USD")
        await pilot.press("x")
        await wait_for(app, pilot, "Cancelled TWAP a000001 BTC-USD")
        await settle(app, pilot)
        assert [a["status"] for a in desk.told["algos"].values()] == ["cancelled", "running"]


async def test_algorithms_stand_in_the_desks_orders() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot, desk)
        await pilot.press("1", "o")
        await settle(app, pilot)
        pane = app.main.desk.panes["orders"]
        assert "POV 0%" in plain(pane.body[0])
        assert "TWAP 30%" in plain(pane.body[1])
        await pilot.press("P")
        await wait_for(app, pilot, "Paused POV a000002")
        await pilot.press("x")
        await wait_for(app, pilot, "Cancelled POV a000002")
        await settle(app, pilot)
        assert app.main.context == "orders"
        assert [key for key in pane.keys if str(key).startswith("a0")] == ["a000001"]  # type: ignore[attr-defined]


def test_what_is_over_takes_no_orders() -> None:
    algo = {"algo_id": "a1", "status": "done", "symbol": "AAPL"}
    assert wanted(algo, "pause") is None
    assert wanted({**algo, "status": "paused"}, "pause").action == "resume"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("until", "words"),
    [("2026-11-23T15:53:12Z", "01:05"), ("2026-11-23T17:52:07.5Z", "2:00:00"), ("", "working"),
     ("2026-11-23T15:52:00Z", "00:00")],
)  # fmt: skip
def test_the_next_slice_is_counted_in_market_time(until: str, words: str) -> None:
    assert next_words({"status": "running", "next_at": until}, "2026-11-23T15:52:07Z") == words


# -- alerts and notices -----------------------------------------------------------------------------------------------


async def test_alerts_are_dropped_and_set() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot, desk)
        await pilot.press("tab", "tab", "tab", "x")
        await wait_for(app, pilot, "Dropped 1 alert")
        await pilot.press("a")
        await settle(app, pilot)
        assert type(app.screen).__name__ == "CommandBar"


async def test_a_notice_leads_to_its_order() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot, desk)
        view.choice.search = "hides everything"
        await desk.cancel("o-0002")
        await settle(app, pilot)
        await pilot.press("1", "exclamation_mark")
        await settle(app, pilot)
        await pilot.press("enter")
        await settle(app, pilot)
        await settle(app, pilot)
        page: Any = app.main.page
        assert page.blotter.current == "o-0002"
        await pilot.press("k", "exclamation_mark")
        await settle(app, pilot)
        await pilot.press("enter")
        await settle(app, pilot)
        await settle(app, pilot)
        assert page.blotter.current == "o-0002"
        assert toasts(app)


# -- cost -------------------------------------------------------------------------------------------------------------


async def test_the_five_parts_on_the_screen_sum_to_the_price() -> None:
    desk = FakeDesk()
    await busy(desk)
    for fill in desk.fill_docs:
        lines = [plain(line) for line in cost_lines(DeskState(), fill, 60)]
        figures = {line[:14].strip(): Decimal(line[14:28].strip().replace(",", "")) for line in lines[1:]
                   if line[14:28].strip() and "─" not in line}  # fmt: skip
        parts = sum(figures[name] for name in ("mid", "half spread", "depth", "impact", "timing"))
        assert parts == figures["price"] == Decimal(fill["price"])
        assert figures["fee"] == Decimal(fill["fee"])


@given(
    st.text(max_size=12), st.sampled_from(["buy", "sell"]),
    st.decimals(min_value="-999999999", max_value="999999999", places=6), st.sampled_from([60, 78, 92, 130, 200]),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_rows_fit_whatever_they_are_of(symbol: str, side: str, number: Decimal, cells: int) -> None:
    state, text = DeskState(), f"{number:f}"
    parts = dict.fromkeys(("mid", "half_spread", "depth", "impact", "timing"), text)
    fill: Document = {"fill_id": "f", "order_id": "o", "symbol": symbol, "side": side, "quantity": text, "price": text,
                      "value": text, "fee": text, "fee_currency": symbol, "liquidity": symbol, "at": "",
                      "realised_pnl": text, "explain": parts}  # fmt: skip
    order: Document = {**fill, "type": symbol, "status": symbol, "filled_quantity": text, "limit_price": text,
                       "average_price": text, "submitted_at": "", "reason": symbol}  # fmt: skip
    algo: Document = {**order, "algo_id": "a", "algo": symbol, "shortfall_bps": text, "next_at": symbol}
    lines = [order_row(state, order, cells), fill_row(state, fill, cells), *algo_lines(state, algo, cells),
             beside_orders(state, algo, cells), *cost_lines(state, fill, cells),
             *cost_brief(fill, cells, 3)]  # fmt: skip
    assert {width(line) for line in lines} == {cells}


@given(st.sampled_from([*ORDER_SORTS, *(f"-{name}" for name in ORDER_SORTS)]), st.sampled_from(FILL_SORTS))
def test_sorting_loses_nothing(order_sort: str, fill_sort: str) -> None:
    orders: dict[str, Document] = {
        f"o{n}": {"order_id": f"o{n}", "symbol": "AB"[n % 2], "side": "buy", "status": "filled", "quantity": f"{n}.5",
                  "limit_price": None if n % 3 else f"{n * 7 % 5}", "submitted_at": f"2026-11-23T10:00:0{n}Z"}
        for n in range(9)
    }  # fmt: skip
    choice = ActivityChoice(order_sort=order_sort, fill_sort=fill_sort)
    found = [order["order_id"] for order in choice.listed_orders(orders)]
    assert sorted(found) == sorted(orders)
    if order_sort == "time":
        assert found == sorted(orders, reverse=True)
