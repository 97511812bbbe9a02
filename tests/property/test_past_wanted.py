"""A question about the past has one answer, whether memory or a home is asked, settled or not."""

from __future__ import annotations

import random
from pathlib import Path

from msgspec.structs import replace

from engine.adapters.sqlite import SqliteLedger
from engine.adapters.sqlite_past import SqlitePast
from engine.model.wanted import SORTS, Wanted
from engine.past import MemoryPast
from engine.ports import JournalEntry
from tests.adapters.sqlite_desk import SYMBOLS, TinyDesk

ORIGINS = ("person", "strategy", "api:k1", "api:k2", "algo", "import")
STATUSES = ("filled", "cancelled", "rejected", "expired")


def said(entries: list[JournalEntry]) -> list[JournalEntry]:
    """The entries with an origin for each order, the same every time."""
    for entry in entries:
        for order in entry.orders:
            order.origin = ORIGINS[int(order.order_id[1:]) % len(ORIGINS)]
    return entries


def question(chance: random.Random, times: list[int]) -> Wanted:
    wanted = Wanted(sort=chance.choice(SORTS), limit=chance.choice((0, 0, 1, 5, 30)))
    if chance.random() < 0.4:
        wanted = replace(wanted, symbols=tuple(chance.sample(SYMBOLS, chance.randrange(0, 4))))
    if chance.random() < 0.3:
        wanted = replace(wanted, side=chance.choice((1, -1)))
    if chance.random() < 0.4:
        wanted = replace(wanted, since=chance.choice(times))
    if chance.random() < 0.4:
        wanted = replace(wanted, until=chance.choice(times))
    if chance.random() < 0.3:
        wanted = replace(wanted, origin=chance.choice((*ORIGINS, "api")))
    if chance.random() < 0.3:
        wanted = replace(wanted, least=chance.randrange(10**10))
    if chance.random() < 0.3:
        wanted = replace(wanted, statuses=tuple(chance.sample(STATUSES, chance.randrange(1, 3))))
    return wanted


def test_memory_and_a_home_answer_alike(tmp_path: Path) -> None:
    for seed in range(3):
        desk, ledger = TinyDesk(seed=seed), SqliteLedger(tmp_path / f"{seed}.db")
        past, memory = SqlitePast(ledger.path), MemoryPast()
        entries = said(desk.entries(240))
        for group in range(0, 240, 40):
            ledger.commit(entries[group : group + 40])
        for entry in entries:
            past.note(entry)
            memory.note(entry)
        chance, times = random.Random(seed), [int(entry.at) for entry in entries]
        answers = 0
        for settled in (0, 130, 200, 240):
            past.settled(settled)
            for _ in range(60):
                account, wanted = chance.choice(sorted(desk.accounts)), question(chance, times)
                orders, fills = memory.find_orders(account, wanted), memory.find_fills(account, wanted)
                answers += len(orders) + len(fills)
                assert past.find_orders(account, wanted) == orders, wanted
                assert past.find_fills(account, wanted) == fills, wanted
            for account in desk.accounts:
                assert past.booked(account) == memory.booked(account) != []
                for newest in (1, 7, 60, 10_000):
                    assert past.booked(account, newest) == memory.booked(account)[-newest:]
                assert past.symbols(account) == memory.symbols(account) != []
        assert answers > 1_000
        past.close()
        ledger.close()


def test_a_plain_question_is_the_plain_list() -> None:
    desk, memory = TinyDesk(seed=9), MemoryPast()
    for entry in desk.entries(200):
        memory.note(entry)
    for account in desk.accounts:
        assert memory.find_orders(account, Wanted()) == memory.orders(account)
        assert memory.find_fills(account, Wanted(limit=9)) == memory.fills(account, 9)
