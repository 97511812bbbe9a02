"""The Portfolio screen driven by keys and mouse on the fake desk, its lines at every width, and what it asks for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.pilot import Pilot

from engine.desk import Document
from engine.model.refusal import Code, refuse
from tests.fake_desk import FakeDesk
from tests.fake_portfolio import fresh
from vterm.paint import plain, width
from vterm.panes import calendar_heat, equity
from vterm.panes.allocation import over, slice_line
from vterm.panes.attribution import split
from vterm.panes.cards import share
from vterm.panes.pane import Pane
from vterm.panes.treemap import boxes
from vterm.portfolio_choice import RENEW_SECONDS, SOON_SECONDS, PortfolioChoice
from vterm.settings import Settings
from vterm.state import DeskState
from vterm.terminal import VtermApp
from vterm.widgets.curve import heights, trace


class Asked(FakeDesk):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, ...]] = []

    async def equity(self, window: str = "7d", benchmark: str = "", every: str = "") -> Document:
        self.asked.append(("equity", window, benchmark))
        return await super().equity(window, benchmark, every)

    async def attribution(self, by: str = "class", window: str = "all") -> Document:
        self.asked.append(("attribution", by, window))
        if by == "phase":
            raise refuse(Code.OUT_OF_RANGE, "no phases today", fix="wait")
        return await super().attribution(by, window)


def make(desk: FakeDesk) -> VtermApp:
    async def connect() -> FakeDesk:
        return desk

    return VtermApp(connect, state=DeskState(now=lambda: 100.0), settings=Settings())  # type: ignore[arg-type]


async def settle(app: VtermApp, pilot: Pilot[int]) -> None:
    for _ in range(5):
        await pilot.pause(0.01)
        app.bridge.flush()


async def opened(app: VtermApp, pilot: Pilot[int]) -> Any:
    """The Portfolio screen with all its figures."""
    while not app.state.bars:
        await pilot.pause(0.01)
    await pilot.press("2")
    while app.state.portfolio_choice is None or len(app.state.portfolio_choice.documents) < 4:
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


def focus(app: VtermApp) -> str:
    return str(getattr(app.main.focused, "id", ""))


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (100, 30), (120, 36), (150, 40), (200, 60)])
async def test_every_size_shows_the_figures_and_fits(size: tuple[int, int]) -> None:
    app = make(FakeDesk())
    async with app.run_test(size=size) as pilot:
        view = await opened(app, pilot)
        for keys in ((), ("r",), ("tab",), ("tab",)):
            await pilot.press(*keys)
            await settle(app, pilot)
            for pane in view.query(Pane):
                if pane.display and pane.size.width:
                    for line in (*pane.head, *pane.body, *pane.foot):
                        assert width(line) <= pane.size.width, (pane.id, plain(line))
        text = seen(app)
        assert "1,021,997.55" in text
        assert "632,368.66" in text
        if size == (200, 60):
            for word in ("NVDA", "Cash", "VaR 95", "Mon", "spread", "max drawdown", "beta", "as large as"):
                assert word in text


async def test_figures_agree_with_each_other() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        book = app.state.portfolio
        held = [Decimal(row["value"]) for row in book["positions"]]
        assert Decimal(book["positions_value"]) == Decimal(book["nav"]) - Decimal(book["cash"])
        assert share(book["cash"], book["nav"]) in seen(app)
        documents = app.main.page.choice.documents  # type: ignore[union-attr]
        assert Decimal(documents["analytics"]["exposure"]["net"]) == sum(held)
        assert sum(Decimal(r["pnl"]) for r in documents["attribution"]["heads"]) == Decimal(
            documents["attribution"]["total"]["pnl"])  # fmt: skip


async def test_keys_choose_period_division_and_head_and_ask_for_them() -> None:
    desk = Asked()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot)
        assert desk.asked[0] == ("equity", "30d", "SPY")
        await pilot.press("right_square_bracket")
        await settle(app, pilot)
        assert ("equity", "1y", "SPY") in desk.asked
        assert ("attribution", "cost", "1y") in desk.asked
        assert "[1Y]" in seen(app)
        await pilot.press(*["left_square_bracket"] * 6)
        await settle(app, pilot)
        assert view.choice.window == "1d"
        await pilot.press("a")
        await settle(app, pilot)
        assert "[sector]" in seen(app)
        assert "Technology" in seen(app)
        await pilot.press("r", "y")
        await settle(app, pilot)
        assert ("attribution", "class", "1d") in desk.asked
        assert "equities" in seen(app)


async def test_a_refused_figure_says_why_and_the_old_one_stays() -> None:
    app = make(Asked())
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot)
        view.choice.heads = "phase"
        view.choice.documents.pop("attribution")
        view.changed()
        await pilot.press("r")
        await settle(app, pilot)
        assert "no phases today" in seen(app)
        assert "max drawdown" in seen(app)


async def test_tab_goes_through_all_panes_and_esc_comes_back() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        assert focus(app) == "holdings"
        found = []
        for _ in range(6):
            await pilot.press("tab")
            await settle(app, pilot)
            found.append(focus(app))
        assert found == ["exposure", "attribution", "calendar", "equity", "allocation", "holdings"]
        await pilot.press("r")
        await settle(app, pilot)
        assert focus(app) == "exposure"
        await pilot.press("z")
        await settle(app, pilot)
        assert not app.main.page.holdings.display  # type: ignore[union-attr]
        await pilot.press("escape", "escape")
        await settle(app, pilot)
        assert focus(app) == "holdings"
        await pilot.press("escape")
        await settle(app, pilot)
        assert app.main.number == 1


async def test_a_position_is_closed_after_a_question_and_opened_with_enter() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot)
        await pilot.press("j", "j", "f")
        await settle(app, pilot)
        symbol = view.holdings.current
        assert symbol == "AAPL"
        await pilot.press("y")
        await settle(app, pilot)
        assert "AAPL" not in desk.held
        assert "AAPL" not in view.holdings.keys
        await pilot.press("enter")
        await settle(app, pilot)
        assert app.main.number == 1
        assert app.state.symbol != "BTC-USD"


async def test_small_windows_have_tabs_by_click() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.click("#portfolio-tabs", offset=(14, 0))
        await settle(app, pilot)
        assert focus(app) == "equity"
        assert "since 25 Oct" in seen(app)


async def test_the_calendar_reads_a_day_out() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot)
        calendar = view.panes[-1]
        view.show_pane(calendar)
        await settle(app, pilot)
        assert "Mon 23 Nov" in seen(app)
        await pilot.press("k", "h")
        await settle(app, pilot)
        assert "Sun 15 Nov" in seen(app)
        await pilot.press("l", "l")
        await settle(app, pilot)
        assert "Sun 22 Nov" in seen(app)


async def test_a_fresh_account_is_told_what_will_stand_here() -> None:
    desk = FakeDesk()
    fresh(desk)
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        text = seen(app)
        for words in ("nothing held yet", "the curve begins", "needs 5 finished weekdays, there are 0", "100.0"):
            assert words in text
        await pilot.press("r")
        await settle(app, pilot)
        assert "nothing is held" in seen(app)


async def test_quotes_repaint_only_the_rows_of_positions() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(200, 60)) as pilot:
        view = await opened(app, pilot)
        before = {pane.id: pane.repainted for pane in view.every}
        thing = desk.things["NVDA"]
        thing.last += 3
        app.bridge.take({"type": "ticker", "channel": "ticker:NVDA", **desk._quote(thing)})
        app.bridge.flush()
        changed = {
            pane.id: pane.repainted - before[pane.id] for pane in view.every if pane.repainted != before[pane.id]
        }
        assert changed == {"holdings": 1}


def test_figures_are_asked_for_when_they_age_or_something_happens() -> None:
    choice = PortfolioChoice()
    names = [name for name, _ in choice.due(0.0, "a")]
    assert names == ["equity", "analytics", "attribution", "calendar"]
    for call in choice.calls():
        choice.take(call, {"x": 1}, 100.0, "a")
    assert choice.due(100.0 + RENEW_SECONDS - 1, "a") == []
    assert choice.due(100.0 + SOON_SECONDS - 1, "b") == []
    assert len(choice.due(100.0 + SOON_SECONDS, "b")) == 4
    assert len(choice.due(100.0 + RENEW_SECONDS, "a")) == 4
    late = ("equity", ("1d", ""))
    choice.take(late, {"late": True}, 101.0, "a")
    assert "late" not in choice.documents["equity"]
    assert choice.age("equity", 125.0) == "20 s ago"
    assert choice.age("equity", 300.0) == "3 min ago"


def test_the_limit_is_by_name_and_margined_contracts_have_another() -> None:
    assert over({"weight": "0.250000", "asset_class": "equities"})
    assert over({"weight": "-0.300000", "asset_class": "crypto"})
    assert not over({"weight": "0.249999", "asset_class": "equities"})
    assert not over({"weight": "0.400000", "asset_class": "commodities"})


@given(st.lists(st.integers(-(10**14), 10**14), min_size=1, max_size=40), st.integers(2, 90), st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_a_curve_always_fills_its_box(values: list[int], columns: int, rows: int) -> None:
    points = list(enumerate(values))
    lines = trace(heights(points, 0, max(1, len(values) - 1), columns), min(values), max(values), rows)
    assert len(lines) == rows
    assert {len(line) for line in lines} == {(columns + 1) // 2}
    assert any(char != " " for line in lines for char in line)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=25), st.integers(1, 80), st.integers(1, 40))
@settings(max_examples=80, deadline=None)
def test_boxes_never_overlap_and_never_leave_the_area(weights: list[int], wide: int, tall: int) -> None:
    found = boxes(sorted(weights, reverse=True), (0, 0, wide, tall))
    assert len(found) == len(weights)
    cells: set[tuple[int, int]] = set()
    for x, y, w, h in found:
        mine = {(x + i, y + j) for i in range(w) for j in range(h)}
        assert not mine & cells
        cells |= mine
    assert cells <= {(x, y) for x in range(wide) for y in range(tall)}


@pytest.mark.parametrize(
    ("fraction", "text"),
    [("0.001747", "+0.17"), ("-0.012", "-1.20"), ("0.1234", "+12.3"), ("-1.5", " -150"), (None, "    —")],
)
def test_a_day_has_its_sign_in_five_cells(fraction: str | None, text: str) -> None:
    assert calendar_heat.figure(fraction) == text


def test_bars_say_with_shape_what_colour_says() -> None:
    assert plain(split(5, 10, 21)).index("█") > 10
    assert plain(split(-5, 10, 21)).rindex("█") < 10
    assert "▒" in plain(slice_line("Forex", "-0.068", 40))
    assert "-6.8" in plain(slice_line("Forex", "-0.068", 40))


def test_axis_labels_are_as_fine_as_their_step() -> None:
    assert equity.compact(100_250_000, 250_000, 100_250_000) == "1.0025M"
    assert equity.compact(98_000_000, 2_000_000, 99_000_000) == "980k"
    assert equity.compact(12_300, 100, 12_300) == "123"
    assert next(iter(equity.labels(0, 1_000_000, 9).values())).endswith("k")
