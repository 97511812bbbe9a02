"""Any orders in any order: money and sizes add up after every step."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.ledger.replay import replay
from engine.model.account import START_CASH, Transfer
from engine.model.event import LedgerEntry
from engine.model.order import OPEN, Status, TimeInForce
from engine.model.session import MarketSession
from engine.portfolio.valuation import LEVERAGE_LIMIT
from tests.still_market import Floor

SYMBOLS = st.sampled_from(["AAPL", "BTC-USD", "EUR-USD", "SPX", "GCZ26", "7203.T"])
SIDES = st.sampled_from([+1, -1])
ACCOUNTS = st.sampled_from(["main", "other"])
SCALE = {"AAPL": 1, "BTC-USD": 10**6, "EUR-USD": 1, "SPX": 1, "GCZ26": 1, "7203.T": 1}


class Desk(RuleBasedStateMachine):
    """Two accounts, six classes, a market that is moved, closed and traded at random."""

    def __init__(self) -> None:
        super().__init__()
        self.floor = Floor(size=60)
        self.transfers: list[Transfer] = []
        for name, scale in SCALE.items():
            ix = self.floor.ix("GC" if name == "GCZ26" else name)
            self.floor.market.bid_size[ix] = self.floor.market.ask_size[ix] = 60 * scale

    @rule(
        symbol=SYMBOLS,
        side=SIDES,
        account=ACCOUNTS,
        lots=st.integers(1, 900),
        off=st.one_of(st.none(), st.integers(-12, 12)),
        tif=st.sampled_from(list(TimeInForce)),
        flags=st.sampled_from(["", "", "", "post_only", "reduce_only"]),
    )
    def submit(
        self, symbol: str, side: int, account: str, lots: int, off: int | None, tif: TimeInForce, flags: str
    ) -> None:
        floor = self.floor
        instrument = floor.instrument(symbol)
        touch = int(floor.market.ask[instrument.column] if side > 0 else floor.market.bid[instrument.column])
        limit = None if off is None else touch + instrument.basis_ticks + off
        if flags == "post_only" and limit is None:
            flags = ""
        more = {flags: True} if flags else {}
        order = floor.send(side, symbol, lots * SCALE[symbol], limit, account=account, tif=tif, **more)
        if tif in (TimeInForce.IOC, TimeInForce.FOK):
            assert order.status not in OPEN
        if tif is TimeInForce.FOK:
            assert order.filled in (0, order.request.quantity)

    @rule(symbol=SYMBOLS, ticks=st.integers(-15, 15))
    def move(self, symbol: str, ticks: int) -> None:
        self.floor.market.move(self.floor.instrument(symbol).column, ticks)

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
        told = replay(state.fills, dict.fromkeys(state.accounts, START_CASH))
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
        state = self.floor.kernel.state
        filled: dict[str, int] = {}
        for fill in state.fills:
            filled[fill.order_id] = filled.get(fill.order_id, 0) + fill.quantity
            assert fill.explain.total() == 2 * fill.price
            limit = state.orders[fill.order_id].request.limit_price
            assert limit is None or fill.side * (fill.price - limit) <= 0
        for order in state.orders.values():
            assert order.filled == filled.get(order.order_id, 0) <= order.request.quantity
            assert (order.status is Status.FILLED) == (order.remaining == 0)

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


TestDesk = Desk.TestCase
TestDesk.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
