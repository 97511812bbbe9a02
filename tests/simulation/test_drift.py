"""A desk that no longer agrees with its own books finds out, stops trading, says why and puts nothing right."""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import Callable
from pathlib import Path

import msgspec
import pysqlite3.dbapi2 as sqlite
import pytest

from engine.bootstrap import open_desk
from engine.client import wire
from engine.drift import DriftWatch
from engine.gateway.serve import Gateway
from engine.home import Home
from engine.ledger.chart import trader_cash, trader_position
from engine.ledger.invariants import Balances, post
from engine.ledger.reconcile import Traders
from engine.ledger.replay import Rebuilt
from engine.model.account import Account, Position
from engine.model.ids import Symbol
from engine.model.refusal import Refused
from engine.runner import Runner
from tests.traded_desk import TradedDesk

CLOCK, SEED = "2026-11-23T15:00:00Z", "11"
ACCOUNTS = ("main", "second", "third")
SYMBOLS = ("AAPL", "KO", "BTC-USD", "CLF27", "MSFT")


async def made(home: Path) -> Runner:
    """A home with three accounts that hold five things each."""
    desk = open_desk(home, clock=CLOCK, seed=SEED)
    for account in ACCOUNTS:
        for symbol in SYMBOLS:
            side = "sell" if (account, symbol) == ("second", "KO") else "buy"
            order = {"symbol": symbol, "side": side, "type": "market", "quantity": "0.05" if symbol == "BTC-USD" else 1}
            await desk.submit(account, order)
        await desk.submit(account, {"symbol": "AAPL", "side": "sell", "type": "market", "quantity": "1"})
        await desk.submit(account, {"symbol": "AAPL", "side": "buy", "type": "market", "quantity": "3"})
    return desk


class Memory:
    """Books that were read before: a pass over them is quick enough for fifty."""

    def __init__(self, seq: int, balances: Balances, traders: dict[str, Rebuilt]) -> None:
        self.seq, self.kept, self.traders = seq, balances, traders

    def balances(self) -> tuple[int, Balances]:
        return self.seq, dict(self.kept)

    def recount(self) -> tuple[int, dict[str, Rebuilt]]:
        return self.seq, msgspec.msgpack.decode(msgspec.msgpack.encode(self.traders), type=dict[str, Rebuilt])

    def stop(self) -> None:
        """Nothing is read."""


Plant = Callable[[dict[str, Account], Memory, str, str, int], None]


def cash(accounts: dict[str, Account], _: Memory, account: str, __: str, by: int) -> None:
    accounts[account].cash += by


def realised(accounts: dict[str, Account], _: Memory, account: str, __: str, by: int) -> None:
    accounts[account].realised += by


def fees(accounts: dict[str, Account], _: Memory, account: str, __: str, by: int) -> None:
    accounts[account].fees += by


def lots(accounts: dict[str, Account], _: Memory, account: str, symbol: str, by: int) -> None:
    accounts[account].positions[symbol].lots += by


def cost(accounts: dict[str, Account], _: Memory, account: str, symbol: str, by: int) -> None:
    accounts[account].positions[symbol].cost += by


def missing(accounts: dict[str, Account], _: Memory, account: str, symbol: str, __: int) -> None:
    del accounts[account].positions[symbol]


def extra(accounts: dict[str, Account], _: Memory, account: str, __: str, by: int) -> None:
    accounts[account].positions["NVDA"] = Position(Symbol("NVDA"), by, 0)


def lost_account(accounts: dict[str, Account], _: Memory, account: str, __: str, ___: int) -> None:
    del accounts[account]


def stored_cash(_: dict[str, Account], books: Memory, account: str, __: str, by: int) -> None:
    books.kept[trader_cash(account), "VCR"] += by


def stored_lots(_: dict[str, Account], books: Memory, account: str, symbol: str, by: int) -> None:
    books.kept[trader_position(account, symbol), symbol] += by
    books.kept["market", symbol] -= by


def stored_row(_: dict[str, Account], books: Memory, account: str, symbol: str, __: int) -> None:
    del books.kept[trader_position(account, symbol), symbol]


PLANTS: tuple[Plant, ...] = (
    *(cash, realised, fees, lots, cost, missing, extra, lost_account, stored_cash, stored_lots, stored_row),
)


def test_fifty_planted_drifts_are_fifty_found(own_home: Path) -> None:
    own_home.mkdir()
    chance = random.Random(7)

    async def run() -> int:
        desk = await made(own_home)
        assert desk.drift is not None and desk.drift.all_at_once() == []
        stored = desk.drift._books
        sound, frozen = stored.recount(), desk.kernel.freeze()
        assert sound is not None
        seq, balances = stored.balances()
        found = 0
        for number in range(50):
            plant = PLANTS[number % len(PLANTS)]
            books = Memory(seq, dict(balances), sound[1])
            account, symbol = chance.choice(ACCOUNTS), chance.choice(SYMBOLS)
            plant(desk.kernel.state.accounts, books, account, symbol, chance.choice((1, -1, 1_000_000)))
            watch = DriftWatch(desk.kernel, books)
            watch.begin()
            at_once = list(watch.found)
            watch.wait()
            watch.all_at_once()
            words = watch.cause
            assert watch.found and (account in words or "all accounts" in words), (plant.__name__, words)
            if plant not in (realised, fees, cost):
                assert at_once, plant.__name__
            found += bool(watch.found)
            desk.kernel.thaw(frozen)
        await desk.stop()
        return found

    assert asyncio.run(run()) == 50


def test_days_of_honest_trading_raise_no_alarm() -> None:
    desk = TradedDesk(5)
    watch = DriftWatch(desk.kernel, Memory(0, {}, {}))
    opened = desk.entries[:]
    watch.note(opened)
    watch.begin()
    watch.wait()
    balances: Balances = {}
    seen = 0
    for _ in range(12):
        desk.live(3)
        fresh = desk.entries[len(opened) + seen :]
        seen += len(fresh)
        watch.note(fresh)
        watch.settled(desk.kernel.state.entries)
        balances.clear()
        for entry in desk.entries:
            for transfer in entry.transfers:
                post(balances, transfer)
        watch._books = Memory(desk.kernel.state.entries, balances, {})
        assert watch.all_at_once() == []
    assert watch.passes == 12 and seen > 50


def test_stored_rows_recounted_are_what_the_entries_say(own_home: Path) -> None:
    own_home.mkdir()

    async def run() -> None:
        desk = await made(own_home)
        assert desk.drift is not None
        counted = desk.drift._books.recount()
        store = desk._store
        own = Traders()
        for entry in store.recover().entries if store.recover().snapshot is None else ():
            own.take(entry.fills, entry.transfers)
        assert counted is not None and counted[1] == own.of
        await desk.stop()

    asyncio.run(run())


def test_a_drift_while_running_stops_trading_over_rest(own_home: Path) -> None:
    home = Home(str(own_home))
    home.prepare()

    async def run() -> None:
        desk = await made(own_home)
        drift = desk.drift
        assert drift is not None
        told: list[dict[str, object]] = []
        desk.bus.subscribe(told.extend)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        home.bind(listener)
        gateway = Gateway(desk, lambda: None)
        await gateway.start(listener)
        bid = desk.view.quote("KO")["bid"]
        waiting = {
            "symbol": "KO",
            "side": "buy",
            "type": "limit",
            "limit_price": f"{float(bid) - 1:.2f}",
            "quantity": 5,
        }
        status, order = await wire.request(home, "main", "POST", "/v1/orders", waiting)
        assert status in {200, 201}, order
        drift.wait()
        desk._reconcile(0.0)
        desk.kernel.state.accounts["third"].realised += 1
        for frame in range(200):
            desk._reconcile(float(frame))
            if desk.drifted:
                break
            await asyncio.sleep(0.01)
        _, health = await wire.request(home, "main", "GET", "/v1/healthz")
        assert health["status"] == "drift" and "third" in health["books"]["cause"]
        kinds = [(word["type"], word.get("status")) for word in told]
        assert ("system.status", "drift") in kinds and ("risk.drift", None) in kinds
        before = desk.kernel.state.entries
        status, refused = await wire.request(home, "main", "POST", "/v1/orders", {**waiting, "limit_price": bid})
        assert status == 503 and refused["error"]["code"] == "LEDGER_FAILED", refused
        assert "realised profit of third" in refused["error"]["cause"]
        moment = desk.kernel.state.now
        for _ in range(3):
            desk.step()
        assert (desk.kernel.state.entries, desk.kernel.state.now) == (before, moment)
        status, _ = await wire.request(home, "main", "POST", f"/v1/orders/{order['order_id']}/cancel")
        assert status == 200
        assert desk.kernel.state.accounts["third"].realised != 0  # nothing was put right
        await gateway.stop()
        await desk.stop()

    asyncio.run(run())


def test_a_changed_balance_is_found_before_the_desk_opens(own_home: Path) -> None:
    own_home.mkdir()

    async def make() -> None:
        desk = await made(own_home)
        await desk.stop()

    asyncio.run(make())
    with sqlite.connect(own_home / "ledger.db") as tampered:
        tampered.execute("UPDATE balances SET amount = amount + 1 WHERE account = 'trader:main:cash'")
        tampered.execute("UPDATE balances SET amount = amount - 1 WHERE account = 'market' AND asset = 'VCR'")
    tampered.close()
    (own_home / "ledger.sum").unlink()

    async def run() -> None:
        desk = open_desk(own_home)
        assert desk.drifted and desk.drift is not None and "cash of main" in desk.drift.cause
        with pytest.raises(Refused) as refused:
            await desk.submit("main", {"symbol": "AAPL", "side": "buy", "type": "market", "quantity": 1})
        assert refused.value.refusal.code == "LEDGER_FAILED"
        await desk.stop()

    asyncio.run(run())
