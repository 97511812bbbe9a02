"""What a home remembers of the past is what memory would, whether it is durable yet or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.adapters.sqlite import SqliteLedger
from engine.adapters.sqlite_past import BESIDE_FILLS, SqlitePast
from engine.ledger.postings import FILL_CODES
from engine.past import MemoryPast
from tests.adapters.sqlite_desk import TinyDesk


@pytest.mark.parametrize("settled", [0, 60, 119, 120])
def test_a_home_remembers_what_memory_does(tmp_path: Path, settled: int) -> None:
    desk, ledger = TinyDesk(seed=3), SqliteLedger(tmp_path / "ledger.db")
    past, memory = SqlitePast(ledger.path), MemoryPast()
    entries = desk.entries(120)
    ledger.commit(entries)
    for entry in entries:
        past.note(entry)
        memory.note(entry)
    past.settled(settled)
    for account in desk.accounts:
        assert past.fills(account) == memory.fills(account)
        assert past.fills(account, 7) == memory.fills(account, 7)
        assert past.orders(account) == memory.orders(account)
        assert past.orders(account, 5) == memory.orders(account, 5)
        assert past.points(account) == memory.points(account) != []
        assert past.transfers(account) == memory.transfers(account) != []
        for order in memory.orders(account):
            assert past.fills_of(order.order_id) == memory.fills_of(order.order_id)
            name = order.request.client_order_id
            assert past.order(order.order_id) == order
            assert not name or past.sent(account, name) == order
    assert past.order("o-1") is None and past.sent("main", "never") is None
    past.close()
    ledger.close()
    assert not Path(f"{ledger.path}-wal").exists()


def test_what_is_done_again_is_not_past_yet(tmp_path: Path) -> None:
    desk, ledger = TinyDesk(seed=4), SqliteLedger(tmp_path / "ledger.db")
    entries = desk.entries(80)
    ledger.commit(entries)
    past, memory = SqlitePast(ledger.path), MemoryPast()
    past.play_back(entries[39].seq)
    for entry in entries[:40]:
        memory.note(entry)
    whole = MemoryPast()
    for entry in entries:
        whole.note(entry)
    for order in whole.done.values():
        name = order.request.client_order_id
        if name:
            known = memory.sent(order.account, name)
            assert past.sent(order.account, name) == known
    assert past.fills("main") == memory.fills("main")
    past.caught_up()
    assert past.fills("main") == whole.fills("main")
    past.close()
    ledger.close()


def test_the_index_leaves_out_what_fills_make() -> None:
    assert {word.strip("' ") for word in BESIDE_FILLS.partition("(")[2].rstrip(")").split(",")} == set(FILL_CODES)
