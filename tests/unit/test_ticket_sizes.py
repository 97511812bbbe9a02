"""Quantities in other words than units, presets, and algorithms from the ticket."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.market.catalogue import load
from engine.risk.algo_schema import parse_algo
from tests.fake_desk import FakeDesk
from tests.unit.test_ticket_types import KEYS, put
from tests.unit.test_tui_screen import armed, make, opened, seen, settle, wait_for
from vterm.panes.ticket_foresee import slice_sizes, span_text
from vterm.panes.ticket_size import Size, read_size, share_of, times, typable, usual_lot, worth_of

CATALOGUE, ON = load(), date(2026, 11, 23)
MORE = {**KEYS, "=": "equals_sign"}
BTC = {"asset_class": "crypto", "display_lot": "0.0001", "lot_size": "0.00000001"}

WORDS: dict[str, Size | None] = {
    "12.5": Size("units", "12.5"), ".5": Size("units", "0.5"), "10k": Size("units", "10000"),
    "1.5k": Size("units", "1500"), "=10000": Size("value", "10000"), "=10k": Size("value", "10000"),
    "10k vcr": Size("value", "10000"), "250 v": Size("value", "250"), "5%": Size("nav", "5"),
    "0.5% nav": Size("nav", "0.5"), "50% pos": Size("position", "50"), "50%p": Size("position", "50"),
    "": None, "=": None, "%": None, "0": None, "k": None, "=5%": None, "5%v": None,
}  # fmt: skip


@pytest.mark.parametrize("text", list(WORDS))
def test_a_quantity_is_read_as_it_is_said(text: str) -> None:
    assert read_size(text) == WORDS[text]
    if WORDS[text] is not None:
        assert all(typable(text[:i], text[i]) for i in range(len(text)))


def test_letters_that_cannot_go_on_stay_free_for_the_table_of_keys() -> None:
    taken = {char for char in "abcdefghijklmnopqrstuvwxyz" if typable("5", char)}
    assert taken == {"k", "v"}
    assert {char for char in "abcdefghijklmnopqrstuvwxyz" if typable("5%", char)} == {"n", "p"}
    assert not any(typable("", char) for char in "abcdefghijlmnopqrstuwxyz")


@given(st.integers(1, 10**12), st.integers(1, 10**9))
def test_a_worth_is_never_passed_and_missed_by_less_than_a_lot(value: int, price: int) -> None:
    probe = {"quantity": "0.0100", "value": f"{Decimal(price) / 100:.6f}"}
    found = Decimal(worth_of(Size("value", str(value)), "0", probe, BTC))
    worth = found * 100 * Decimal(probe["value"])
    lot = Decimal("0.0001") if found >= Decimal("0.0001") else Decimal("0.00000001")
    assert worth <= value < worth + lot * 100 * Decimal(probe["value"])


def test_shares_and_lots() -> None:
    assert share_of("-1.5", "50", BTC) == "0.75"
    assert share_of("616", "25", {"display_lot": "1", "lot_size": "1"}) == "154"
    assert share_of("1", "25", {"display_lot": "1", "lot_size": "1"}) == "0"
    assert (
        worth_of(Size("nav", "5"), "1000000.00", {"quantity": "100", "value": "25000.00"}, {"lot_size": "1"}) == "200"
    )
    assert (usual_lot({"asset_class": "equities", "display_lot": "1"}, "250"), usual_lot(BTC, "87512.50")) == (
        "100",
        "0.02",
    )
    assert [times("0.02", n) for n in (1, 5, 10)] == ["0.02", "0.1", "0.2"]


@pytest.mark.parametrize(("typed", "quantity"), [
    ("=10000", "39"), ("10k vcr", "39"), ("5%", "203"), ("50%p", "200"), ("25% pos", "100"), ("1k", "1000"),
])  # fmt: skip
async def test_typed_in_other_words_it_is_units_before_the_review(typed: str, quantity: str) -> None:
    desk = FakeDesk()
    app = make(desk, symbol="AAPL")
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("s", "t", *(MORE.get(char, char) for char in typed))
        ticket = app.main.desk.ticket
        while not ticket.preview:
            await pilot.pause(0.01)
        assert ticket.form.quantity == quantity
        assert ticket.form.text["quantity"].text == typed, "what was typed stays to be seen"
        assert app.state.symbol == "AAPL" and app.main.focused is ticket
        if "k" not in typed or "v" in typed:
            assert f" is{quantity.rjust(22)}" in seen(app)
        assert ticket.preview["quantity"] == quantity


@pytest.mark.parametrize(("typed", "words"), [("50%p", "nothing is held in MSFT"), ("=1", "less than one lot of 1")])
async def test_a_size_that_is_none_says_why_at_its_field(typed: str, words: str) -> None:
    app = make(FakeDesk(), symbol="MSFT")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("b", *(MORE.get(char, char) for char in typed))
        while not app.main.desk.ticket.refusal:
            await pilot.pause(0.01)
        assert words in " ".join(seen(app).split())
        await pilot.press("f2")
        assert app.main.desk.ticket.phase == "edit"


@pytest.mark.parametrize(
    ("key", "quantity"), [("q", "154"), ("w", "308"), ("e", "616"), ("u", "100"), ("i", "500"), ("y", "1000")]
)
async def test_presets_by_key(key: str, quantity: str) -> None:
    app = make(FakeDesk(), symbol="AAPL")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("b", key)
        ticket = app.main.desk.ticket
        while not ticket.preview:
            await pilot.pause(0.01)
        assert ticket.form.quantity == quantity
        assert bool(ticket.refusal) == (quantity == "1000")


async def test_figures_that_show_a_slip_of_the_hand() -> None:
    app = make(FakeDesk(), symbol="AAPL")
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("b", "1", "0", "0")
        await put(app, pilot, "price", "260")
        while not app.main.desk.ticket.preview:
            await pilot.pause(0.01)
        await settle(app, pilot)
        assert "+3.40% through" in seen(app)
        assert "25,144.00 · 2.5%" in seen(app)


ALGOS: dict[str, tuple[dict[str, str], dict[str, Any], str]] = {
    "twap": ({"over": "30m", "slices": "7"}, {"algo": "twap", "over": "30m", "slices": "7"}, "7 × 14 to 15"),
    "vwap": ({"over": "2h", "price": "260"}, {"algo": "vwap", "slices": "10", "limit_price": "260"},
             "10 like the volume"),
    "pov": ({"over": "90s", "rate": "5%"}, {"algo": "pov", "over": "90s", "rate": "0.05"}, "5.0% of what trades"),
}  # fmt: skip


@pytest.mark.parametrize("kind", list(ALGOS))
async def test_an_algorithm_by_keys_alone(kind: str) -> None:
    steps, expected, words = ALGOS[kind]
    desk = FakeDesk()
    started: list[dict[str, Any]] = []

    async def start(algo: dict[str, Any]) -> dict[str, Any]:
        started.append(algo)
        return await FakeDesk.start_algo(desk, algo)

    desk.start_algo = start  # type: ignore[method-assign]
    app = make(desk, symbol="AAPL")
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("b", "1", "0", "0")
        await put(app, pilot, "type", kind)
        if "price" not in steps:
            await put(app, pilot, "price", "")
        for name, value in steps.items():
            await put(app, pilot, name, value)
        ticket = app.main.desk.ticket
        while not ticket.preview:
            await pilot.pause(0.01)
        await settle(app, pilot)
        assert words in " ".join(seen(app).split()) and "as one order now" in seen(app)
        assert app.state.draft == {}, "an algorithm takes nothing of the book at once"
        await pilot.press("f2")
        await armed(app, pilot)
        assert kind.upper() in seen(app)
        await pilot.press("enter")
        await wait_for(app, pilot, "Started a000001")
    (algo,) = started
    assert {**algo, **expected, "symbol": "AAPL", "side": "buy", "quantity": "100"} == algo
    parse_algo(algo, CATALOGUE, ON)


@given(st.integers(1, 10**6), st.integers(1, 1000))
def test_slices_sum_to_the_quantity(lots: int, count: int) -> None:
    sizes = [int(size) for size in slice_sizes({"quantity": str(lots), "slices": str(count)}, {"lot_size": "1"})]
    assert len(sizes) == count and sum(sizes) == lots
    assert max(sizes) - min(sizes) <= 1


def test_spans_are_said_as_people_do() -> None:
    assert [span_text(s) for s in (0, 45, 180, 257, 3900, 3601)] == ["0s", "45s", "3m", "4m 17s", "1h 5m", "1h"]


@pytest.mark.parametrize(("line", "quantity", "kind"), [
    ("buy AAPL =10000", "39", "market"), ("sell AAPL 5% @ 250", "203", "limit"),
    ("twap buy AAPL 100 --over 30m --slices 7", "100", "twap"), ("pov sell AAPL 50%p --rate 5%", "200", "pov"),
])  # fmt: skip
async def test_the_command_line_speaks_the_same_sizes(line: str, quantity: str, kind: str) -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("colon")
        await settle(app, pilot)
        await pilot.press(*(MORE.get(char, char) for char in line), "enter")
        ticket = app.main.desk.ticket
        while ticket.phase != "review":
            await pilot.pause(0.01)
        assert (ticket.form.quantity, ticket.form.kind) == (quantity, kind)
