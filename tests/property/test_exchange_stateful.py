"""Any orders in any order: money and sizes add up after every step."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.ledger.replay import replay
from engine.matching.resting import rests
from engine.model.account import START_CASH, Transfer
from engine.model.event import LedgerEntry
from engine.model.ids import Symbol
from engine.model.order import OPEN, Condition, OrderType, Status, TimeInForce
from engine.model.refusal import Refusal
from engine.model.session import MarketSession
from engine.portfolio.valuation import LEVERAGE_LIMIT
from tests.still_market import Floor

SYMBOLS = st.sampled_from(["AAPL", "BTC-USD", "EUR-USD", "SPX", "GCZ26", "7203.T"])
SIDES = st.sampled_from([+1, -1])
ACCOUNTS = st.sampled_from(["main", "other"])
MOST = {"AAPL": 700, "BTC-USD": 250, "EUR-USD": 150, "SPX": 60, "GCZ26": 2, "7203.T": 90}
"""Lots (of SCALE) that an account of 1,000,000 VCR can usually bear."""
SCALE = {"AAPL": 1, "BTC-USD": 10**6, "EUR-USD": 1, "SPX": 1, "GCZ26": 1, "7203.T": 1}


class Desk(RuleBasedStateMachine):
    """Two accounts, six classes, a market that is moved, closed and traded at random."""

    def __init__(self) -> None:
        super().__init__()
        self.floor = Floor(size=60)
        self.transfers: list[Transfer] = []
        self.seen_fills = 0
        for name, scale in SCALE.items():
            ix = self.floor.ix("GC" if name == "GCZ26" else name)
            self.floor.market.bid_size[ix] = self.floor.market.ask_size[ix] = 60 * scale

    @rule(
        symbol=SYMBOLS,
        side=SIDES,
        account=ACCOUNTS,
        lots=st.integers(1, 900),
        off=st.one_of(st.none(), st.integers(-12, 12)),
        tif=st.sampled_from([TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK]),
        flags=st.sampled_from(["", "", "", "post_only", "reduce_only", "display"]),
        ends=st.sampled_from([(None, None), (None, None), (15, None), (None, 15), (10, 20)]),
    )
    def submit(
        self,
        symbol: str,
        side: int,
        account: str,
        lots: int,
        off: int | None,
        tif: TimeInForce,
        flags: str,
        ends: tuple[int | None, int | None],
    ) -> None:
        floor, touch = self.floor, self._touch(symbol, side)
        limit = None if off is None else touch + off
        more: dict[str, object] = {}
        if flags in ("post_only", "display") and limit is None:
            flags = ""
        if flags == "display":
            more["display"] = max(1, (1 + lots % MOST[symbol]) * SCALE[symbol] // 4)
        elif flags:
            more[flags] = True
        if flags != "reduce_only":
            profit, loss = ends
            more["take_profit"] = None if profit is None else touch + side * (profit + 15)
            more["stop_loss"] = None if loss is None else max(1, touch - side * (loss + 15))
        lots = 1 + lots % MOST[symbol]
        order = floor.send(side, symbol, lots * SCALE[symbol], limit, account=account, tif=tif, **more)
        if tif in (TimeInForce.IOC, TimeInForce.FOK):
            assert order.status not in OPEN
        if tif is TimeInForce.FOK:
            assert order.filled in (0, order.request.quantity)

    def _touch(self, symbol: str, side: int) -> int:
        instrument = self.floor.instrument(symbol)
        market = self.floor.market
        return int((market.ask if side > 0 else market.bid)[instrument.column]) + instrument.basis_ticks

    @rule(
        symbol=SYMBOLS,
        side=SIDES,
        account=ACCOUNTS,
        lots=st.integers(1, 300),
        away=st.integers(1, 12),
        kind=st.sampled_from([OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP, OrderType.OCO]),
        ruled=st.booleans(),
    )
    def held(self, symbol: str, side: int, account: str, lots: int, away: int, kind: OrderType, ruled: bool) -> None:
        """Orders that wait for a price, a trade or a rule."""
        floor, touch = self.floor, self._touch(symbol, side)
        more: dict[str, object] = {"kind": kind}
        limit = None
        if kind is OrderType.TRAILING_STOP:
            more["trail_ticks"] = away
        else:
            more["stop_price"] = touch + side * away
        if kind is OrderType.STOP_LIMIT:
            limit = touch + side * (away + 3)
        if kind is OrderType.OCO:
            limit = touch - side * away
        if ruled:
            more["when"] = (Condition("price", Symbol(symbol), side > 0, 2 * touch),)
        lots = 1 + lots % MOST[symbol]
        order = floor.send(side, symbol, lots * SCALE[symbol], limit, account=account, **more)
        assert (
            order.status is Status.REJECTED
            or kind is OrderType.OCO
            or order.dormant
            or order.status not in OPEN
            or (order.status is Status.QUEUED)
        )

    @precondition(lambda self: self.floor.kernel.working)
    @rule(pick=st.integers(0, 10**6), account=ACCOUNTS, times=st.sampled_from([0.5, 1.0, 1.5]), off=st.integers(-9, 9))
    def amend(self, pick: int, account: str, times: float, off: int) -> None:
        mine = self.floor.kernel.open_orders(account)
        if not mine:
            return
        order = mine[pick % len(mine)]
        changes = {"quantity": max(1, int(order.request.quantity * times))}
        if order.request.limit_price is not None and order.request.type is OrderType.LIMIT:
            changes["limit_price"] = max(1, int(order.request.limit_price) + off)
        before = (order.request, order.filled)
        answer = self.floor.amend(order.order_id, account=account, **changes)
        if isinstance(answer, Refusal):
            assert (order.request, order.filled) == before

    @rule(account=ACCOUNTS, really=st.integers(0, 9))
    def flatten(self, account: str, really: int) -> None:
        """The kill switch leaves nothing open but what closes a position."""
        if really < 9:
            return
        self.floor.flatten(account)
        assert all(order.request.reduce_only for order in self.floor.kernel.open_orders(account))

    @rule(symbol=SYMBOLS, ticks=st.integers(-15, 15))
    def move(self, symbol: str, ticks: int) -> None:
        self.floor.market.move(self.floor.instrument(symbol).column, ticks)

    @rule(symbol=SYMBOLS, ticks=st.integers(-25, 25))
    def trade(self, symbol: str, ticks: int) -> None:
        """The market moves and trades there: what stops look at."""
        instrument, market = self.floor.instrument(symbol), self.floor.market
        market.move(instrument.column, ticks)
        self.floor.market.last[instrument.column] = int(market.mid2[instrument.column]) // 2
        self.floor.step(1)

    @rule(count=st.integers(1, 30), size=st.integers(0, 200), sign=SIDES, off=st.integers(-3, 3))
    def time(self, count: int, size: int, sign: int, off: int) -> None:
        prints = {}
        if size:
            bid = int(self.floor.market.bid[self.floor.ix("AAPL")])
            prints = {"AAPL": [(bid + off, size, sign)]}
        self.floor.step(count, prints)

    @rule(state=st.sampled_from([MarketSession.REGULAR, MarketSession.REGULAR, MarketSession.CLOSED]))
    def session(self, state: MarketSession) -> None:
        self.floor.market.state[:] = state

    @precondition(lambda self: self.floor.kernel.working)
    @rule(pick=st.integers(0, 10**6), account=ACCOUNTS)
    def cancel(self, pick: int, account: str) -> None:
        mine = [o for o in self.floor.kernel.state.orders.values() if o.open and o.account == account]
        if mine:
            self.floor.cancel(mine[pick % len(mine)].order_id, account)

    @rule()
    def restart(self) -> None:
        kernel = self.floor.kernel
        before = kernel.state_hash()
        kernel.thaw(kernel.freeze())
        assert kernel.state_hash() == before

    @invariant()
    def money_adds_up(self) -> None:
        state = self.floor.kernel.state
        events = self.floor.kernel.take_events()
        self.transfers += [e.transfer for e in events if isinstance(e, LedgerEntry)]
        told = replay(self.floor.past.all_fills, dict.fromkeys(state.accounts, START_CASH))
        for name, account in state.accounts.items():
            assert told[name].cash == account.cash
            held = {s: (p.lots, p.cost) for s, p in account.positions.items()}
            assert held == {s: (p.lots, p.cost) for s, p in told[name].positions.items()}

    @invariant()
    def the_book_is_never_crossed_and_no_size_is_negative(self) -> None:
        for name in SCALE:
            bids, asks = self.floor.shown.ladder(self.floor.instrument(name))
            assert all(size > 0 for _, size in bids + asks)
            assert not bids or not asks or bids[0][0] < asks[0][0]

    @invariant()
    def orders_are_what_their_fills_say(self) -> None:
        filled: dict[str, int] = {}
        for fill in self.floor.past.all_fills:
            filled[fill.order_id] = filled.get(fill.order_id, 0) + fill.quantity
            assert fill.explain.total() == 2 * fill.price
        for fill in self.floor.past.all_fills[self.seen_fills :]:
            limit = self.floor.order(fill.order_id).limit
            assert limit is None or fill.side * (fill.price - limit) <= 0
        self.seen_fills = len(self.floor.past.all_fills)
        for order in self.floor.orders():
            assert order.filled == filled.get(order.order_id, 0) <= order.request.quantity
            assert (order.status is Status.FILLED) == (order.remaining == 0)

    @invariant()
    def reduce_only_orders_have_something_to_reduce(self) -> None:
        for account in self.floor.kernel.state.accounts.values():
            for order in self.floor.kernel.open_orders(account.account_id):
                held = account.positions.get(order.request.symbol)
                if order.request.reduce_only:
                    assert held is not None and held.lots * order.request.side < 0

    @invariant()
    def nobody_waits_where_he_could_trade_with_another(self) -> None:
        orders = [o for o in self.floor.kernel.state.orders.values() if o.open and rests(o)]
        for symbol in SCALE:
            bids = [o for o in orders if o.request.symbol == symbol and o.request.side > 0]
            asks = [o for o in orders if o.request.symbol == symbol and o.request.side < 0]
            for bid in bids:
                for ask in asks:
                    assert bid.account == ask.account or int(bid.limit or 0) < int(ask.limit or 0)

    def teardown(self) -> None:
        balances: dict[tuple[str, str], int] = {}
        for transfer in self.transfers:
            for account, sign in ((transfer.debit, -1), (transfer.credit, +1)):
                key = (transfer.asset, account)
                balances[key] = balances.get(key, 0) + sign * transfer.amount
        for asset in {asset for asset, _ in balances}:
            assert sum(amount for (name, _), amount in balances.items() if name == asset) == 0
        for account in self.floor.kernel.state.accounts.values():
            assert self.floor.kernel.valuer.worth(account).gross < 10 * LEVERAGE_LIMIT * START_CASH


RUNS, STEPS = (int(n) for n in os.environ.get("VTERM_FUZZ", "40x40").split("x"))
"""`make fuzz` runs 2000x200, in batches (tests/property/fuzz.py)."""

TestDesk = Desk.TestCase
TestDesk.settings = settings(
    max_examples=RUNS, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck)
)
