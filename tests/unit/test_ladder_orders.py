"""Orders on the ladder by keys and by mouse: placed at a price, moved to another, taken back; each through a review."""

from __future__ import annotations

from decimal import Decimal

import pytest
from textual.pilot import Pilot

from tests.fake_desk import FakeDesk
from tests.unit.test_tui_screen import armed, make, opened, seen, settle, wait_for
from vterm.terminal import VtermApp

OWN = 8_750_800


async def current(app: VtermApp, pilot: Pilot[int]) -> None:
    """Until the ticket knows what its order would do."""
    while not app.state.draft:
        await pilot.pause(0.01)
    await settle(app, pilot)


def at(app: VtermApp, price: int) -> tuple[int, int]:
    """Where a row is in the ladder's pane: the middle of its price, inside the border."""
    ladder = app.main.desk.ladder
    edge = 0 if app.main.has_class("-compact") else 1
    return ladder.size.width // 2, ladder._row_prices.index(price) + 1 + edge


def row(app: VtermApp, price: int) -> str:
    ladder = app.main.desk.ladder
    return ladder.render_line(ladder._row_prices.index(price) + 1).text


async def test_the_typed_order_is_on_the_ladder_and_gone_with_the_next_key() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("b", "t", "1", "full_stop", "2")
        await current(app, pilot)
        fills = app.state.draft["preview"]["fills"]
        ladder = app.main.desk.ladder
        rows = ladder.rows_now
        assert rows is not None
        impact = ladder.impact(rows)
        assert impact is not None
        lots = sum(Decimal(fill["quantity"]) for fill in fills)
        assert Decimal(sum(impact.taken.values())).scaleb(-rows.size_decimals) == lots == Decimal("1.2")
        text = "\n".join(ladder.render_line(y).text for y in range(ladder.size.height))
        assert text.count("►") == len(impact.taken) and "→" in text and "avg 87,513.0277" in text
        await pilot.press("5")
        assert app.state.draft == {}
        text = "\n".join(ladder.render_line(y).text for y in range(ladder.size.height))
        assert "►" not in text and "avg" not in text, "at once: no answer has come yet"


async def test_a_preview_that_nobody_renews_is_dropped_and_locks_the_order() -> None:
    now = [100.0]
    app = make(FakeDesk())
    app.state.now = lambda: now[0]
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("b", "t", "1")
        await current(app, pilot)
        ticket = app.main.desk.ticket
        await pilot.press("f2")
        await armed(app, pilot)
        assert "the preview is current" in seen(app)
        app.bridge.desk.down = True  # type: ignore[union-attr]
        now[0] += 4
        app.main.paint({"book"})
        await pilot.pause(0.05)
        assert app.state.draft == {} and ticket.view().locked()
        assert "►" not in seen(app)
        await pilot.press("enter")
        assert ticket.phase != "sending", "an order is sent only as it was seen"


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20), (200, 60)])
async def test_place_at_the_cursor_with_one_key(size: tuple[int, int]) -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        await pilot.press("j", "j", "j")
        price = app.main.desk.ladder.price_text()
        await pilot.press("B")
        await settle(app, pilot)
        ticket = app.main.desk.ticket
        assert ticket.phase == "review" and not desk.fill_docs
        await armed(app, pilot)
        await current(app, pilot)
        await pilot.press("enter")
        await wait_for(app, pilot, "Placed buy 0.02 BTC-USD at")
        placed = list(desk.order_docs.values())[-1]
        assert (placed["type"], placed["side"], placed["limit_price"]) == ("limit", "buy", price)
        await settle(app, pilot)
        assert app.main.focused is app.main.desk.ladder, "back to where the next price is"
        assert "0.02" in row(app, app.main.desk.ladder.cursor)  # type: ignore[arg-type]
        await pilot.press("k", "S")
        await settle(app, pilot)
        assert (ticket.form.choice["side"], ticket.form.quantity) == ("sell", "0.02"), "the size that was sent last"


async def test_move_by_keys_asks_and_amends() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        ladder = app.main.desk.ladder
        ladder.cursor = OWN
        await pilot.press("m", "k", "k")
        assert "○0.25" in row(app, OWN + 100) and "enter" in seen(app)
        await pilot.press("escape")
        assert not ladder.moving and ladder.cursor == OWN
        await pilot.press("enter", "k", "k", "enter")
        await settle(app, pilot)
        assert app.screen is not app.main, "a move is asked about"
        assert desk.order_docs["o-0001"]["limit_price"] == "87508.00"
        await pilot.press("enter")
        assert desk.order_docs["o-0001"]["limit_price"] == "87508.00", "the safe answer has the focus"
        ladder.cursor = OWN
        await pilot.press("m", "k", "k", "enter")
        await settle(app, pilot)
        await pilot.press("y")
        await wait_for(app, pilot, "Amended: buy 0.25 BTC-USD at 87,509.00")
        assert desk.order_docs["o-0001"]["limit_price"] == "87509.00"


async def test_rows_stand_still_under_an_order_in_hand() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        ladder = app.main.desk.ladder
        ladder.cursor = OWN
        await pilot.press("m")
        top, book = ladder.top, app.state.book
        far = [[f"{Decimal(price) + 30}", size] for price, size in book["bids"]]
        app.state.book = {**book, "bids": far, "asks": [[f"{Decimal(p) + 30}", s] for p, s in book["asks"]]}
        ladder.repaint()
        assert ladder.top == top
        await pilot.press("escape")
        assert ladder.top != top, "let go of, it follows the market again"


async def test_a_move_that_would_trade_says_so() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        ladder = app.main.desk.ladder
        ladder.cursor = OWN
        await pilot.press("m", "pageup", "pageup", "pageup", "enter")
        await settle(app, pilot)
        assert "It would trade at once: the ask is 87,512.53." in str(app.screen.question)  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_move_by_mouse(size: tuple[int, int]) -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        ladder = app.main.desk.ladder
        prices = [p for p in ladder._row_prices if p is not None]
        source = next((p for p in prices if ladder.rows_now.orders.get(p)), None)  # type: ignore[union-attr]
        assert source is not None
        target = source - 100 if source - 100 in prices else source + 100
        await pilot.mouse_down("#ladder", offset=at(app, source))
        await pilot.hover("#ladder", offset=at(app, target))
        assert ladder.moving and ladder.cursor == target
        await pilot.mouse_up("#ladder", offset=at(app, target))
        await settle(app, pilot)
        assert not ladder.moving and app.screen is not app.main
        await pilot.press("y")
        await wait_for(app, pilot, "Amended:")
        assert desk.order_docs[app.state.book["own"][0]["order_id"]]["status"] == "working"
        assert f"{target / 100:.2f}" in {o["limit_price"] for o in desk.order_docs.values()}


async def test_cancel_at_a_price_by_key_and_by_mouse() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        ladder = app.main.desk.ladder
        ladder.cursor = OWN
        ladder.repaint()
        assert "ahead" in ladder.render_line(ladder.size.height - 2).text, "its place in the queue"
        await pilot.press("x")
        await wait_for(app, pilot, "Cancelled buy 0.25")
        await pilot.click("#ladder", offset=at(app, 8_751_650), button=3)
        await wait_for(app, pilot, "Cancelled sell 0.5")
        await settle(app, pilot)
        assert {desk.order_docs[f"o-000{n}"]["status"] for n in (1, 2)} == {"cancelled"}


async def test_a_mouse_alone_places_an_order() -> None:
    """Two clicks on a price, a preset, the two buttons."""
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        ladder, ticket = app.main.desk.ladder, app.main.desk.ticket
        y = at(app, 8_751_000)[1]
        await pilot.click("#ladder", offset=(4, y), times=2)
        await settle(app, pilot)
        assert ticket.form.choice["side"] == "buy" and ticket.form.text["price"].text == "87510.00"

        async def click(name: str, x: int = 4) -> None:
            await pilot.click("#ticket", offset=(x, ticket._names.index(name) + 1))
            await settle(app, pilot)

        await pilot.click("#ticket", offset=(4, ticket._names.index("preset") + 2))
        await current(app, pilot)
        assert ticket.form.quantity == "0.02"
        await click("send")
        await armed(app, pilot)
        await click("send")
        await wait_for(app, pilot, "Placed buy 0.02 BTC-USD at 87,510.00")
        assert not ladder.moving
