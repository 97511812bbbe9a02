"""The Research screen driven by keys and mouse on the fake desk, its lines at every width, and what it asks for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot

from engine.desk import Document
from engine.model.refusal import Code, refuse
from tests.fake_desk import FakeDesk
from vterm.asked import RENEW_SECONDS, SOON_SECONDS
from vterm.paint import plain, width
from vterm.panes.correlation import brief, figure, matrix, tint
from vterm.panes.pane import Pane
from vterm.panes.research_whatif import fitting
from vterm.panes.study_facts import short
from vterm.panes.study_moves import range_lines
from vterm.research_choice import MOST, ResearchChoice, peers_of
from vterm.settings import Settings
from vterm.state import DeskState
from vterm.terminal import VtermApp

SIZES = [(60, 20), (80, 24), (100, 30), (120, 36), (150, 40), (200, 60)]


class Curious(FakeDesk):
    """Remembers what it was asked, and refuses to study one instrument."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[Any, ...]] = []

    async def study(self, symbol: str, every: str = "1d") -> Document:
        self.asked.append(("study", symbol, every))
        if symbol == "SPY":
            raise refuse(Code.OUT_OF_RANGE, "no study of SPY \x1b[31mtoday", fix="wait")
        return await super().study(symbol, every)

    async def correlation(self, symbols: Any = (), limit: int = 0) -> Document:
        self.asked.append(("correlation", *symbols))
        return await super().correlation(symbols, limit)

    async def what_if(self, order: Document, benchmark: str = "") -> Document:
        self.asked.append(("what_if", order["side"], order["symbol"], order["quantity"]))
        return await super().what_if(order, benchmark)


def make(desk: FakeDesk) -> VtermApp:
    async def connect() -> FakeDesk:
        return desk

    return VtermApp(connect, state=DeskState(now=lambda: 100.0), settings=Settings())  # type: ignore[arg-type]


async def settle(app: VtermApp, pilot: Pilot[int]) -> None:
    for _ in range(6):
        await pilot.pause(0.01)
        app.bridge.flush()


async def opened(app: VtermApp, pilot: Pilot[int], digit: str = "4", documents: int = 3) -> Any:
    """A screen with all its documents."""
    while not app.state.bars:
        await pilot.pause(0.01)
    await pilot.press(digit)
    while len(getattr(getattr(app.main.page, "asked", None), "documents", ())) < documents:
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


def fits(view: Any) -> None:
    for pane in view.query(Pane):
        if pane.display and pane.size.width and pane.size.height:
            for line in (*pane.head, *pane.body, *pane.foot):
                assert width(line) <= pane.size.width, (pane.id, plain(line))


@pytest.mark.parametrize("size", SIZES)
async def test_every_size_shows_every_pane_and_every_line_fits(size: tuple[int, int]) -> None:
    app = make(FakeDesk())
    async with app.run_test(size=size) as pilot:
        view, text = await opened(app, pilot), ""
        for _ in range(len(view.panes)):
            fits(view)
            text += seen(app)
            await pilot.press("tab")
            await settle(app, pilot)
        for word in ("BTC-USD", "fake flat", "RANGE OF A YEAR", "SMA", "buy bp", "leverage", "+0.", "warehouse"):
            assert word in text, word
        assert focus(app) == "peers", "tab comes back to where it began"
        assert len([pane for pane in view.panes if pane.display]) == (7 if size[0] >= 120 else len(view._seen()))


async def test_the_cursor_of_the_peers_is_the_desk_s_instrument() -> None:
    desk = Curious()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        assert app.state.symbol == "BTC-USD" and app.main.focused.current == "BTC-USD"  # type: ignore[union-attr]
        await pilot.press("j")
        await settle(app, pilot)
        assert app.state.symbol == "ETH-USD"
        assert ("study", "ETH-USD", "1d") in desk.asked and "ETH-USD · Ethereum" in seen(app)
        await pilot.press("k", "k")
        await settle(app, pilot)
        assert app.state.symbol == "BTC-USD", "the first row has none above it"
        await pilot.press("enter")
        await settle(app, pilot)
        assert app.main.number == 1 and focus(app) == "ladder"


async def test_finding_an_instrument_brings_its_own_peers() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot)
        await pilot.press("slash", *"XOM", "enter")
        await settle(app, pilot)
        assert app.state.symbol == "XOM" and app.main.number == 4 and "XOM · Exxon Mobil" in seen(app)
        assert peers_of(app.state) == ["AAPL", "MSFT", "NVDA", "XOM"], "nobody shares its sector: its class"
        assert view.panes[0].current == "XOM"


async def test_keys_choose_bars_companions_and_the_trade_supposed() -> None:
    desk = Curious()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot)
        await pilot.press("left_square_bracket")
        await settle(app, pilot)
        assert view.asked.every == "1h" and ("study", "BTC-USD", "1h") in desk.asked and "[1h]" in seen(app)
        await pilot.press("right_square_bracket", "v", "w")
        await settle(app, pilot)
        sold = [call for call in desk.asked if call[:2] == ("what_if", "sell")]
        assert view.asked.size == "100000" and sold and "If you sold" in seen(app)
        await pilot.press("c")
        await settle(app, pilot)
        assert "Correlation with watchlist" in seen(app)
        assert desk.asked[-1][:2] == ("correlation", "BTC-USD") and len(desk.asked[-1]) == MOST
        await pilot.press("c")
        await settle(app, pilot)
        assert "Correlation with held" in seen(app) and "AAPL" in desk.asked[-1]


async def test_the_mouse_chooses_peers_tabs_and_rows() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(80, 24)) as pilot:
        view = await opened(app, pilot)
        await pilot.click("#peers", offset=(3, 2))
        await settle(app, pilot)
        assert app.state.symbol == "SOL-USD"
        start = next(start for start, _, key in view.tabs._places if key == "Costs")
        await pilot.click("#several-tabs", offset=(start + 1, 0))
        await settle(app, pilot)
        assert focus(app) == "costs" and "buy bp" in seen(app)
        await pilot.click("#costs", offset=(3, 4))
        await settle(app, pilot)
        assert app.main.focused.current == "1000000"  # type: ignore[union-attr]


async def test_zoom_jump_and_the_way_back() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot)
        await pilot.press("tab", "z")
        await settle(app, pilot)
        assert [pane.id for pane in view.panes if pane.display] == ["study"]
        await pilot.press("tab")
        assert [pane.id for pane in view.panes if pane.display] == ["moves"], "tab goes on inside the zoom"
        await pilot.press("escape")
        await settle(app, pilot)
        assert sum(bool(pane.display) for pane in view.panes) == 7 and app.main.number == 4
        await pilot.press("ctrl+o", "a")
        await settle(app, pilot)
        assert focus(app) in {str(pane.id) for pane in view.panes}
        await pilot.press("escape")
        assert app.main.number == 1


async def test_the_screen_comes_back_as_it_was_left() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("tab", "tab", "tab", "left_square_bracket", "1")
        await settle(app, pilot)
        await pilot.press("4")
        await settle(app, pilot)
        assert focus(app) == "readings" and app.main.page.asked.every == "1h"  # type: ignore[union-attr]


async def test_what_is_only_quoted_and_what_is_refused_say_so() -> None:
    app = make(Curious())
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        app.main.choose("VIX")
        await settle(app, pilot)
        assert "VIX is only quoted · trade SPY" in " ".join(seen(app).split())
        app.main.choose("SPY")
        await settle(app, pilot)
        text = seen(app)
        assert "no study of SPY" in text and "\x1b" not in text and "VIX is only quoted" not in text


async def test_a_size_below_a_lot_is_said_and_the_trade_of_before_is_not_shown() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot)
        assert "If you bought 0.114" in seen(app)
        app.main.choose("CLF27")
        await settle(app, pilot)
        text = " ".join(seen(app).split())
        assert "10k VCR is less than one lot · w takes more" in text and "If you bought 10k VCR of CLF27" in text
        assert view.asked.waits("what_if")


async def test_nobody_asks_when_nobody_looks() -> None:
    desk = Curious()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("1")
        await settle(app, pilot)
        asked = len(desk.asked)
        app.main.choose("AAPL")
        await settle(app, pilot)
        assert len(desk.asked) == asked and "asked" not in app.bridge._tasks


# --- what is chosen, without a screen -----------------------------------------------------------


def test_a_document_is_asked_for_again_when_it_is_old_or_the_question_another() -> None:
    choice = ResearchChoice()
    choice.symbol = "AAPL"
    assert choice.due(0.0, "a") == [("study", ("AAPL", "1d"))]
    choice.take(("study", ("AAPL", "1d")), {"costs": []}, 0.0, "a")
    assert choice.due(1.0, "a") == [] and choice.due(SOON_SECONDS, "b") and choice.due(RENEW_SECONDS, "a")
    choice.every = "1h"
    assert choice.waits("study") and choice.due(1.0, "a") == [("study", ("AAPL", "1h"))]
    choice.take(("study", ("AAPL", "1d")), {"costs": [{}]}, 1.0, "a")
    assert choice.documents["study"] == {"costs": []}, "an answer to a question of before is not taken"
    choice.refuse(("study", ("AAPL", "1h")), "no", 1.0, "a")
    assert choice.notes == {"study": "no"} and not choice.waits("study")


def test_the_trade_supposed_follows_from_the_study_of_the_same_instrument() -> None:
    choice = ResearchChoice()
    choice.symbol = "AAPL"
    choice.take(("study", ("AAPL", "1d")), {"costs": [{"value": "10000", "quantity": "39"}]}, 0.0, "")
    assert ("what_if", ("AAPL", "buy", "39")) in choice.calls()
    choice.symbol = "MSFT"
    assert all(name != "what_if" for name, _ in choice.calls())


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("1000", "1k"), ("10000", "10k"), ("1000000", "1M"), ("42755194", "42.7M"), ("10714879168", "10.7bn"),
     ("2.79943072", "2.799"), ("600", "600"), (None, "—"), ("0.5", "0.5")],
)  # fmt: skip
def test_short_numbers(text: str | None, wanted: str) -> None:
    assert short(text) == wanted


def test_a_correlation_has_its_sign_beside_its_tint() -> None:
    assert [figure(text) for text in ("0.7312", "-0.1000", "0.0000", None)] == ["+0.73", "-0.10", "+0.00", "—"]
    assert [tint(text) for text in ("0.71", "0.50", "0.1", "-0.5", "-0.9", None)] == [
        "flash-up", "book-bid", "", "book-ask", "flash-down", ""]  # fmt: skip
    assert [brief(name) for name in ("BTC-USD", "USD-JPY", "AAPL")] == ["BTC", "USDJPY", "AAPL"]


@given(st.integers(30, 160), st.integers(1, 14))
def test_the_matrix_fits_any_width(cells: int, count: int) -> None:
    names = [f"SYMBOL{n}" for n in range(count)]
    doc = {"symbols": names, "matrix": [["-0.5000"] * count for _ in names]}
    head, rows = matrix(doc, cells)
    assert {width(line) for line in (head, *rows)} == {cells}


@given(st.integers(0, 10_000), st.integers(20, 120))
def test_the_range_bar_stands_inside_its_ends(place: int, cells: int) -> None:
    span = {"low": "1.00", "high": "9.00", "low_at": "2026-01-02", "high_at": "2026-03-04",
            "place": f"0.{place:04d}" if place < 10_000 else "1.0000"}  # fmt: skip
    line = plain(range_lines(span, cells)[0])
    assert line.index("├") < line.index("●") < line.index("┤") < cells


def test_a_number_too_long_loses_its_decimals_only() -> None:
    assert fitting("1002458.12", 12) == "1002458.12" and fitting("1002458.12", 10) == "1002458"


# --- what comes from outside --------------------------------------------------------------------


class Hostile(FakeDesk):
    """Puts a text that would drive a terminal wherever a document has words."""

    TEXT = "\x1b[2J\x1b]0;owned\x07[bold red]m[/]\u202e\x9b31m\u0000"

    async def study(self, symbol: str, every: str = "1d") -> Document:
        found = await super().study(symbol, every)
        spoilt = dict.fromkeys(("sector", "exchange", "currency", "fees", "session", "instead"), self.TEXT)
        rows = [{**row, "says": self.TEXT} for row in found["readings"]]
        return {**found, **spoilt, "readings": rows, "moves": {**found["moves"], "reason": self.TEXT}}

    async def correlation(self, symbols: Any = (), limit: int = 0) -> Document:
        return {**await super().correlation(symbols, limit), "left_out": [self.TEXT]}

    async def what_if(self, order: Document, benchmark: str = "") -> Document:
        found = await super().what_if(order, benchmark)
        return {**found, "preview": {"ok": False, "refusal": {"message": self.TEXT}, "queued": False}}

    async def rebalance(self, plan: Document) -> Document:
        return {**await super().rebalance(plan), "proposals": [], "note": self.TEXT}

    async def checks(self) -> Document:
        found = await super().checks()
        return {**found, "checks": [{**row, "text": self.TEXT} for row in found["checks"]]}


@pytest.mark.parametrize("digit", ["4", "5", "6"])
@pytest.mark.parametrize("size", [(60, 20), (120, 36)])
async def test_no_text_from_outside_drives_the_terminal(size: tuple[int, int], digit: str) -> None:
    app = make(Hostile(strings=[Hostile.TEXT] * 15))
    async with app.run_test(size=size) as pilot:
        view, text = await opened(app, pilot, digit, 2), ""
        keys = ("tab",) if digit != "6" else ("G", "enter", "tab")
        for _ in range(len(view.panes)):
            await pilot.press(*keys)
            await settle(app, pilot)
            fits(view)
            text += seen(app)
        assert not set(text) & set("\x1b\x07\x9b\u202e\u0000")
        assert digit == "5" or "[bold red]m[/]" in text, "markup is text"


async def test_any_size_at_any_time_paints() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        for digit in "456":
            view = await opened(app, pilot, digit, 2)
            for size in ((60, 20), (200, 60), (79, 21), (112, 31), (30, 8), (131, 30), (180, 40), (80, 24), (120, 36)):
                await pilot.resize_terminal(*size)
                await settle(app, pilot)
                fits(view)
            assert focus(app) in {str(pane.id) for pane in view.panes}
