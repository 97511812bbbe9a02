"""A desk of a few lines that makes sound journal entries: enough to fill a ledger in tests."""

from __future__ import annotations

import random
from copy import copy

from engine.ledger.postings import for_fill, opening
from engine.ledger.replay import Rebuilt, nav
from engine.model.account import EquityPoint
from engine.model.fill import Explain, Fill
from engine.model.ids import SECOND_NS, AccountId, FillId, Lots, Minor, OrderId, Symbol, Ticks, TimeNs
from engine.model.order import Order, OrderRequest, OrderType, Status
from engine.ports import JournalEntry, Snapshot, encode

SYMBOLS = ("BTC", "AAPL", "EURUSD", "ESZ26")
MARGINED = frozenset({"ESZ26"})
START = 1_000_000_000_000


class TinyDesk:
    """Makes entries 1, 2, 3...; keeps the money they mean in `accounts`."""

    def __init__(self, seed: int = 1, accounts: tuple[str, ...] = ("main", "second")) -> None:
        self.random = random.Random(seed)
        self.accounts = {name: Rebuilt() for name in accounts}
        self.waiting = list(accounts)
        self.seq = self.transfers = self.fills = self.orders = 0
        self.resting: list[Order] = []

    @property
    def now(self) -> TimeNs:
        return TimeNs(1_795_000_000 * SECOND_NS + self.seq * 1_000_000)

    def entries(self, count: int) -> list[JournalEntry]:
        return [self.entry() for _ in range(count)]

    def entry(self) -> JournalEntry:
        self.seq += 1
        if self.waiting:
            return self._open(self.waiting.pop(0))
        if self.seq % 9 == 0:
            return self._point()
        if self.resting and self.random.random() < 0.3:
            return self._finish(self.resting.pop(self.random.randrange(len(self.resting))))
        return self._submit()

    def snapshot(self) -> Snapshot:
        chance = random.Random(self.seq)
        marks = {symbol: (chance.randrange(1, 10**9), 7) for symbol in SYMBOLS}
        values = {name: nav(x.cash, x.positions, marks, MARGINED) for name, x in self.accounts.items()}
        return Snapshot(self.seq, self.now, b"state %d" % self.seq, values, marks)

    def _open(self, account: str) -> JournalEntry:
        moved = opening(account, START, self.now, self.transfers + 1)
        self.transfers += len(moved)
        self.accounts[account].cash += START
        body = encode({"cmd": "open_account", "at": self.now, "account": account, "cash": START})
        return JournalEntry(self.seq, self.now, "open_account", body, transfers=moved)

    def _point(self) -> JournalEntry:
        name = self.random.choice(sorted(self.accounts))
        money = self.accounts[name]
        worth = (money.cash, money.cash, 0, 0, money.realised, money.fees, 0, 0, START)
        point = EquityPoint(AccountId(name), self.now, *worth)
        return JournalEntry(self.seq, self.now, "tick", encode({"at": self.now}), points=(point,))

    def _submit(self) -> JournalEntry:
        self.orders += 1
        wish = OrderRequest(
            symbol=Symbol(self.random.choice(SYMBOLS)),
            side=self.random.choice((1, -1)),
            type=OrderType.LIMIT,
            quantity=Lots(self.random.randrange(2, 5_000)),
            limit_price=Ticks(self.random.randrange(1, 10**6)),
            client_order_id=f"c-{self.orders}" if self.orders % 3 else "",
        )
        order = Order(
            order_id=OrderId(f"o{self.orders:08d}"),
            account=AccountId(self.random.choice(sorted(self.accounts))),
            request=wish,
            status=Status.WORKING,
            submitted_at=self.now,
            updated_at=self.now,
            allowance=self.random.random(),
        )
        body = encode({"cmd": "submit", "at": self.now, "account": order.account, "order": wish})
        part = self.random.choice((0, wish.quantity // 2, wish.quantity))
        if part < wish.quantity:
            self.resting.append(order)
        return self._trade(order, part, "submit", body)

    def _finish(self, order: Order) -> JournalEntry:
        return self._trade(order, order.remaining, "tick", encode({"at": self.now}))

    def _trade(self, order: Order, lots: int, kind: str, body: bytes) -> JournalEntry:
        if lots == 0:
            return JournalEntry(self.seq, self.now, kind, body, orders=(self._copy(order),))
        fill = self._fill(order, lots)
        moved = for_fill(fill, self.transfers + 1)
        self.transfers += len(moved)
        order.filled = Lots(order.filled + lots)
        order.filled_value += fill.price * lots
        order.fee += fill.fee
        order.status = Status.FILLED if order.remaining == 0 else Status.PARTIALLY_FILLED
        return JournalEntry(self.seq, self.now, kind, body, (self._copy(order),), (fill,), moved)

    def _fill(self, order: Order, lots: int) -> Fill:
        self.fills += 1
        money = self.accounts[order.account]
        symbol, side = order.request.symbol, order.request.side
        price = Ticks(self.random.randrange(1, 10**6))
        value = price * lots * 13
        trial = Rebuilt(positions=dict(money.positions))

        def made(cash: int, realised: int) -> Fill:
            return Fill(
                fill_id=FillId(f"f-{self.fills:08d}"),
                order_id=order.order_id,
                client_order_id=order.request.client_order_id,
                account=order.account,
                symbol=symbol,
                side=side,
                quantity=Lots(lots),
                price=price,
                value=Minor(value),
                cash=Minor(cash),
                fee=Minor(self.random.randrange(-50, 500) if lots % 5 else 0),
                realised=Minor(realised),
                maker=self.random.random() < 0.5,
                at=self.now,
                explain=Explain(mid=2 * price, half_spread=0, depth=0, impact=0, timing=0),
            )

        realised = trial.take(made(0, 0))
        fill = made(realised if symbol in MARGINED else -side * value, realised)
        money.take(fill)
        return fill

    def _copy(self, order: Order) -> Order:
        return copy(order)
