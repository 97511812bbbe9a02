"""Whatever happens, the index over all accounts says of each what valuing it afresh says, to the Minor."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from importlib.util import find_spec

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.market.actions import SPLIT, Action, ActionTable
from engine.market.catalogue import load
from engine.model.account import START_CASH, Account, Position
from engine.model.format import parse_time
from engine.model.ids import DAY_NS, HOUR_NS, AccountId, Symbol, TimeNs
from engine.model.number import div_half_even
from engine.portfolio import holders as room
from engine.portfolio import holders_value as exact
from engine.portfolio.holders import Holders, compiled
from engine.portfolio.valuation import Valuer
from tests.overnight_desk import Night
from tests.still_market import Floor, StillMarket

SYMBOLS = (
    "AAPL",
    "KO",
    "BTC-USD",
    "EUR-USD",
    "USD-JPY",
    "GBP-USD",
    "HSBA.L",
    "7203.T",
    "SAP.DE",
    "CLZ26",
    "NDX",
    "DAX",
)
NAMES = ("a", "b", "c", "d", "e")


WITHOUT_NUMBA = pytest.mark.skipif(find_spec("numba") is None, reason="numba (the extra fast) is not installed")
both_ways = pytest.mark.parametrize("by", ["arrays", pytest.param("loops", marks=WITHOUT_NUMBA)])


class Mids:
    """Prices that a test sets."""

    def __init__(self) -> None:
        self.version = 0
        self.mids: dict[str, int] = {}

    def mid2(self, instrument: object) -> int:
        """In half ticks."""
        return self.mids[instrument.symbol]  # type: ignore[attr-defined]


class Crowd:
    """Accounts, prices and the index over them, changed at random."""

    def __init__(self, seed: int, by: str = "arrays") -> None:
        self.chance = random.Random(seed)
        self.catalogue = load()
        self.market = Mids()
        self.valuer = Valuer(self.market, self.catalogue)  # type: ignore[arg-type]
        for symbol in SYMBOLS:
            instrument = self.catalogue[symbol]
            self.market.mids[symbol] = 2 * (instrument.tick.steps(instrument.price0) or 1)
        self.accounts = {name: Account(AccountId(name), TimeNs(0), START_CASH, {}) for name in NAMES}
        for account in self.accounts.values():
            for symbol in self.chance.sample(SYMBOLS, 4):
                self.hold(account, symbol)
        self.by = None if by == "arrays" else compiled()
        self.holders = Holders(self.valuer, self.by)
        self.holders.take_all(self.accounts.values())

    def hold(self, account: Account, symbol: str, size: int = 10**6) -> None:
        """Some lots, or none."""
        lots = self.chance.choice((0, 1, -1, 3, 10_000, -30_000, self.chance.randrange(-size, size)))
        account.positions.pop(symbol, None)
        if lots:
            account.positions[symbol] = Position(Symbol(symbol), lots, self.chance.randrange(-size, size))

    def trade(self, size: int = 10**6) -> None:
        """An account's positions and cash change."""
        account = self.accounts[self.chance.choice(NAMES)]
        for symbol in self.chance.sample(SYMBOLS, self.chance.randrange(3)):
            self.hold(account, symbol, size)
        account.cash += self.chance.randrange(-size, size)
        self.holders.take(account)

    def move(self, count: int, least: int = 1) -> list[str]:
        """Prices change."""
        moved = self.chance.sample(SYMBOLS, count)
        for symbol in moved:
            now = self.market.mids[symbol]
            least_here = 1 if symbol in ("EUR-USD", "USD-JPY", "GBP-USD") else least
            self.market.mids[symbol] = max(
                least_here, now + self.chance.randrange(-abs(now) // 3 - 3, abs(now) // 3 + 4)
            )
        self.market.version += 1
        return moved

    def check(self) -> None:
        """Every account's figures, and NAVs as they stand in the array."""
        for name, account in self.accounts.items():
            assert self.holders.nav(name) == self.valuer.worth(account).nav
            assert self.holders.worth(name) == self.valuer.worth(account)
        assert self.holders.grosses().tolist() == [self.holders.worth(name).gross for name in self.holders.names]
        assert [int(nav) for nav in self.holders.navs()] == [self.holders.nav(name) for name in self.holders.names]
        assert self.holders.positions == sum(len(account.positions) for account in self.accounts.values())


@both_ways
@pytest.mark.parametrize("seed", range(6))
def test_ticks_and_trades_keep_every_figure(seed: int, by: str) -> None:
    crowd = Crowd(seed, by)
    crowd.check()
    for turn in range(60):
        if turn % 3 == 0:
            crowd.trade()
        for symbol in crowd.move(crowd.chance.randrange(1, 4)):
            crowd.holders.tick(symbol)
        if turn % 4:
            crowd.check()


@both_ways
@pytest.mark.parametrize("seed", range(6))
def test_a_look_finds_what_moved_however_much(seed: int, by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = Crowd(seed, by)
    for turn in range(60):
        monkeypatch.setattr(room, "WHOLE", (0, 1) if turn % 2 else (2, 1))
        crowd.trade()
        crowd.move(crowd.chance.choice((0, 1, 5, len(SYMBOLS))))
        crowd.holders.look()
        crowd.check()
        assert crowd.holders.look() == 0


@both_ways
@pytest.mark.parametrize("seed", range(4))
def test_prices_below_zero(seed: int, by: str) -> None:
    crowd = Crowd(seed, by)
    for turn in range(60):
        for symbol in crowd.move(3, least=-1_000):
            if turn % 2 and "USD" not in symbol:
                crowd.market.mids[symbol] = crowd.chance.choice((-turn, 0, turn, 10_000))
            crowd.holders.tick(symbol)
        if turn % 3 == 0:
            crowd.trade()
        crowd.check()


@both_ways
@pytest.mark.parametrize("seed", range(4))
def test_amounts_beyond_int64(seed: int, by: str) -> None:
    crowd = Crowd(seed, by)
    for turn in range(60):
        crowd.trade(10 ** crowd.chance.choice((6, 9, 12, 15, 18, 21, 30)[: 1 + turn // 6]))
        for symbol in crowd.move(3):
            crowd.holders.tick(symbol)
        crowd.holders.look()
        crowd.check()
    assert crowd.holders.navs().dtype == object
    again = Holders(crowd.valuer, crowd.by)
    again.take_all(crowd.accounts.values())
    crowd.holders = again
    crowd.check()


def test_a_move_reaches_holders_and_nobody_else() -> None:
    crowd = Crowd(1)
    held = {symbol: sum(symbol in account.positions for account in crowd.accounts.values()) for symbol in SYMBOLS}
    for symbol in ("AAPL", "KO", "NDX"):
        crowd.market.mids[symbol] += 2
        crowd.market.version += 1
        assert crowd.holders.tick(symbol) == held[symbol]
        assert crowd.holders.tick(symbol) == 0
    crowd.market.mids["EUR-USD"] += 2
    crowd.market.version += 1
    assert crowd.holders.tick("EUR-USD") == held["EUR-USD"] + held["SAP.DE"] + held["DAX"]


def test_fills_of_a_floor() -> None:
    floor, chance = Floor(size=5_000), random.Random(5)
    holders = Holders(floor.kernel.valuer)
    symbols = ("AAPL", "BTC-USD", "EUR-USD", "USD-JPY", "NDX", "KO")
    for turn in range(80):
        name, symbol = chance.choice(("main", "other")), chance.choice(symbols)
        if turn % 2:
            floor.send(chance.choice((1, -1)), symbol, chance.randrange(1, 400), account=name)
        for moved in chance.sample(symbols, 2):
            floor.market.move(floor.ix(moved), chance.randrange(-3, 4))
        floor.step()
        holders.look()
        for account in floor.kernel.state.accounts.values():
            holders.take(account)
            assert holders.worth(account.account_id) == floor.kernel.valuer.worth(account)


def test_dividends_funding_and_splits() -> None:
    start = parse_time("2026-08-18T13:35:00Z")
    market = StillMarket(load().columns)
    actions = (Action(Symbol("AAPL"), TimeNs(start + DAY_NS), SPLIT, "2026-08-19", new=4, old=1),)
    market.actions = ActionTable(actions)  # type: ignore[attr-defined]
    night = Night(start, "long", "short", source=market)
    holders, symbols = Holders(night.valuer), ("AAPL", "HSBA.L", "7203.T", "EUR-USD", "NDX", "BTC-USD", "CLZ26")
    for side, name in ((1, "long"), (-1, "short")):
        for symbol in symbols:
            night.trade(side, symbol, 37, name)
    holders.take_all(night.state.accounts.values())
    lots = night.account("long").positions["AAPL"].lots
    for hour in range(1, 60):
        market.move(night.catalogue["7203.T"].column, 1)
        market.move(night.catalogue["USD-JPY"].column, -hour)
        night.until(TimeNs(start + hour * HOUR_NS))
        for account in night.state.accounts.values():
            holders.take(account)
        holders.look()
        for account in night.state.accounts.values():
            fresh = Valuer(night.shown, night.catalogue).worth(msgspec.structs.replace(account))
            assert holders.worth(account.account_id) == fresh
    assert night.account("long").positions["AAPL"].lots == 4 * lots
    assert night.codes()


@settings(max_examples=200, deadline=None)
@given(
    lots=st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=20),
    n=st.integers(-(10**14), 10**14),
    d=st.integers(1, 10**6),
)
def test_vectors_round_as_one_does(lots: list[int], n: int, d: int) -> None:
    common = math.gcd(n, d)
    n, d = n // common, d // common
    lots = [*lots, d // 2, -(d // 2), 3 * d // 2, d]
    held = np.array(lots, dtype=np.int64)
    out, spare = np.zeros_like(held), np.zeros_like(held)
    wanted = [div_half_even(lot * n, d) for lot in lots]
    exact.value_slowly(held.astype(object), n, d, slow := np.zeros(len(lots), dtype=object))
    assert slow.tolist() == wanted
    if WITHOUT_NUMBA.args[0] is False:
        _by_loops(lots, n, d, wanted)
    parts = exact.split(max(map(abs, lots)), n, d)
    for each in {parts, divmod(n, d)} if parts else ():
        exact.value(held, each, d, None if d & 1 else exact.ties(held, d), out, spare)
        assert out.tolist() == wanted


def _by_loops(lots: list[int], n: int, d: int, wanted: list[int]) -> None:
    parts = exact.split(max(map(abs, lots)), n, d)
    if parts is not None:
        nav, values = np.full(len(lots), 7), np.full(len(lots), 5)
        compiled().round_all(nav, np.arange(len(lots)), np.array(lots), values, (*parts, d))  # type: ignore[union-attr]
        assert values.tolist() == wanted
        assert nav.tolist() == [value + 2 for value in wanted]


@settings(max_examples=200, deadline=None)
@given(
    values=st.lists(st.integers(-(10**16), 10**16), min_size=1, max_size=10),
    share=st.one_of(
        st.floats(0.05, 0.5).map(str), st.sampled_from(["0.084", "0.08399999999999999", "0.05000000000000001", "0.5"])
    ),
)
def test_margins_round_as_one_does(values: list[int], share: str) -> None:
    n, d = Fraction(share).as_integer_ratio()
    values += [0, 1, -1, d, 1_000_000]
    one = exact.Share(n, d)
    wanted = [abs(v) * n // d - abs(v) for v in values]
    got = one.relief(
        np.array(values, dtype=object if max(map(abs, values)) > exact.LIMIT else np.int64), max(map(abs, values))
    )
    assert got.tolist() == wanted == [one.relief_of(v) for v in values]
    small = [v for v in values if abs(v) < one.reach]
    assert one.relief(np.array(small, dtype=np.int64), max(map(abs, small))).tolist() == [
        one.relief_of(v) for v in small
    ]
