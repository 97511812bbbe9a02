"""Postings by hand: who pays whom, for each kind of fill."""

from __future__ import annotations

import pytest

from engine.ledger.chain import GENESIS, link, seal
from engine.ledger.invariants import Balances, entry_faults, post, sums
from engine.ledger.migrations import LATEST, MIGRATIONS, pending
from engine.ledger.postings import for_fill, opening
from engine.ledger.replay import Rebuilt, nav, nav_at_cost, replay
from engine.model.account import Position, Transfer
from engine.model.fill import Explain, Fill
from engine.model.ids import AccountId, FillId, Lots, Minor, OrderId, Symbol, Ticks, TimeNs
from engine.ports import JournalEntry


def fill(side: int = 1, cash: int = -1_000, fee: int = 3, realised: int = 0, symbol: str = "AAPL") -> Fill:
    return Fill(
        fill_id=FillId("f1"),
        order_id=OrderId("o1"),
        client_order_id="",
        account=AccountId("main"),
        symbol=Symbol(symbol),
        side=side,
        quantity=Lots(5),
        price=Ticks(200),
        value=Minor(1_000),
        cash=Minor(cash),
        fee=Minor(fee),
        realised=Minor(realised),
        maker=False,
        at=TimeNs(9),
        explain=Explain(400, 0, 0, 0, 0),
    )


def moves(transfers: tuple[Transfer, ...]) -> list[tuple[int, str, str, str, int, str]]:
    return [(t.transfer_id, t.debit, t.credit, t.asset, t.amount, t.code) for t in transfers]


def test_a_purchase() -> None:
    assert moves(for_fill(fill(), 10)) == [
        (10, "market", "trader:main:AAPL", "AAPL", 5, "lots"),
        (11, "trader:main:cash", "market", "VCR", 1_000, "cash"),
        (12, "trader:main:cash", "fees", "VCR", 3, "fee"),
    ]


def test_a_sale_with_a_rebate() -> None:
    assert moves(for_fill(fill(side=-1, cash=1_000, fee=-2), 1)) == [
        (1, "trader:main:AAPL", "market", "AAPL", 5, "lots"),
        (2, "market", "trader:main:cash", "VCR", 1_000, "cash"),
        (3, "fees", "trader:main:cash", "VCR", 2, "rebate"),
    ]


def test_a_future_settles_only_its_result() -> None:
    opened = fill(cash=0, fee=0, symbol="ESZ26")
    closed = fill(side=-1, cash=-40, fee=0, realised=-40, symbol="ESZ26")
    assert moves(for_fill(opened, 1)) == [(1, "market", "trader:main:ESZ26", "ESZ26", 5, "lots")]
    assert moves(for_fill(closed, 2))[1] == (3, "trader:main:cash", "margin result", "VCR", 40, "settle")


def test_start_money_comes_from_capital() -> None:
    assert moves(opening("main", 70, at=1, next_id=4)) == [(4, "capital", "trader:main:cash", "VCR", 70, "open")]
    assert opening("main", 0, at=1, next_id=4) == ()


def test_every_asset_sums_to_nothing() -> None:
    balances: Balances = {}
    for transfer in (*opening("main", 5_000, 1, 1), *for_fill(fill(), 2), *for_fill(fill(-1, 1_000, -2), 5)):
        post(balances, transfer)
    assert sums(balances) == {"VCR": 0, "AAPL": 0}
    assert balances["trader:main:cash", "VCR"] == 4_999


def test_net_asset_value_counts_futures_by_their_profit() -> None:
    held = {"AAPL": Position(Symbol("AAPL"), 5, 1_000), "ESZ26": Position(Symbol("ESZ26"), -5, -1_000)}
    marks = {"AAPL": (421, 2), "ESZ26": (190, 1)}
    assert nav(10_000, held, marks, {"ESZ26"}) == 10_000 + 1_052 + 50
    assert nav_at_cost(10_000, held, {"ESZ26"}) == 11_000
    with pytest.raises(KeyError):
        nav(0, held, {"AAPL": (1, 1)})


def test_replay_rebuilds_cash_positions_and_profit() -> None:
    rebuilt = replay([fill(), fill(side=-1, cash=1_000, fee=-2)], {"main": 5_000})["main"]
    assert rebuilt == Rebuilt(cash=4_999, realised=0, fees=1, positions={}, margined=set())


def test_faults_of_an_entry_are_named() -> None:
    bought = fill()
    entry = JournalEntry(1, TimeNs(9), "tick", b"", fills=(bought,), transfers=for_fill(bought, 1)[:2])
    faults = entry_faults(entry)
    assert "not booked" in faults[0] and "without its order" in faults[1]
    loose = JournalEntry(1, TimeNs(9), "tick", b"", transfers=for_fill(bought, 1))
    assert entry_faults(loose) == ["transfers name fill f1, which is not in the entry"]


def test_no_two_entries_share_their_bytes() -> None:
    heads = [(1, 2, "tick"), (12, 2, "tick"), (1, 2, 'tick"')]
    made = {
        link(GENESIS, head, body, orders, (), ()) for head in heads for body, orders in ((b"ab", b""), (b"a", b"b"))
    }
    assert len(made) == 6
    assert seal(GENESIS, ["ab", "c"]) != seal(GENESIS, ["a", "bc"]) != seal(GENESIS, [b"a", "bc"])


def test_steps_of_the_schema_are_numbered_without_a_gap() -> None:
    assert [number for number, _ in MIGRATIONS] == list(range(1, LATEST + 1))
    assert pending(LATEST) == () and pending(0) == MIGRATIONS
