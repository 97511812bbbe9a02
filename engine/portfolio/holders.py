"""What all accounts are worth, kept as prices move: a move of one symbol reaches its holders and nobody else.

Every figure equals `Valuer.worth` to the Minor, always. Positions lie by instrument (`Pool`), so a move is one pass
over the symbol's holders: where a lot is worth a whole number of Minor, NAV changes by lots times the change of that
number; else each position is rounded anew, and the change is the new value less the old. A currency's pair moves
every instrument in that currency. When nearly all symbols move together one pass over everything is cheaper.

Kept per account, in Minor: NAV; `base`, cash less the cost of margined positions; `costs`, of all positions; `low`, the
value of what is worth less than nothing (shorts); `relief`, what margined positions need less than their notional. NAV
is up to date at once, and with it the positions' value and unrealised; the last two, which only gross and margin need,
are added up when somebody reads those.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from math import gcd
from types import ModuleType
from typing import Any

import numpy as np

from engine.model.account import Account
from engine.model.number import div_half_even
from engine.portfolio import holders_value as exact
from engine.portfolio.holders_row import Pool, Row
from engine.portfolio.holders_value import LIMIT, Numbers
from engine.portfolio.valuation import Ratio, Valuer, Worth

WHOLE = 85, 100
"""From this share of the positions valued by steps on, NumPy goes through all of them at once, not row by row. Compiled
loops gain nothing by it (docs/measurements.md)."""
_FIRST = 16
_MULTIPLY, _ADD_AT = np.multiply, np.add.at


Compiled = ModuleType


def compiled() -> Compiled | None:
    """Compiled loops for `Holders`: the same figures, sooner. None where numba (the extra `fast`) is not installed."""
    try:
        return import_module("engine.portfolio.holders_compiled")
    except ImportError:
        return None


def _lowest(n: int, d: int) -> Ratio:
    common = gcd(n, d)
    return n // common, d // common


class Holders:
    """The figures of many accounts at the shown mids.

    `take` an account whenever its cash or a position changed; after prices moved say which symbol (`tick`), or let
    `look` find out.
    """

    def __init__(self, valuer: Valuer, compiled: Compiled | None = None) -> None:
        self.valuer = valuer
        self._compiled = compiled
        self.names: list[str] = []
        self._numbers: dict[str, int] = {}
        self._held: list[tuple[str, ...]] = []
        self._cash: list[int] = []
        self._rows: dict[str, Row] = {}
        self._reached: dict[str, tuple[Row, ...]] = {}
        self._pool = Pool()
        self._dtype: np.dtype[Any] = np.dtype(np.int64)
        self._nav, self._low, self._relief, self._base, self._costs = (np.zeros(_FIRST, np.int64) for _ in range(5))
        self._most_base = self._bound = 0
        self._version = -1

    # --- reading ------------------------------------------------------------------------------

    @property
    def positions(self) -> int:
        """How many positions all accounts have together."""
        return self._pool.positions

    def nav(self, account: str) -> int:
        """One account's NAV in Minor; KeyError where it was never taken."""
        return int(self._nav.item(self._numbers[account]))

    def navs(self) -> Numbers:
        """NAVs in the order of `names`: a view, to be read and not kept. int64, or objects beyond its range."""
        return self._nav[: len(self.names)]

    def worth(self, account: str) -> Worth:
        """One account's figures, as `Valuer.worth` has them."""
        at = self._numbers[account]
        for symbol in self._held[at]:
            self._settle(self._rows[symbol])
        nav, low = int(self._nav.item(at)), int(self._low.item(at))
        value = nav - int(self._base.item(at))
        gross = value - 2 * low
        return Worth(nav, value, value - int(self._costs.item(at)), gross, gross + int(self._relief.item(at)))

    def grosses(self) -> Numbers:
        """Gross notionals in the order of `names`."""
        for row in self._pool.rows:
            self._settle(row)
        here = slice(len(self.names))
        grosses: Numbers = self._nav[here] - self._base[here] - 2 * self._low[here]
        return grosses

    # --- prices -------------------------------------------------------------------------------

    def tick(self, symbol: str) -> int:
        """The symbol's mid may have moved; so may every value in a currency whose pair it is. Returns the number of
        positions that were reached."""
        reached = 0
        for row in self._reached.get(symbol, ()):
            if row.step:
                n = row.step * self.valuer.shown.mid2(row.instrument)
                if n == row.n:
                    continue
                if abs(n) <= row.top:
                    self._step(row, n)
                    reached += row.count
                    continue
            n, d = self._ratio(row)
            if n != row.n or d != row.d:
                self._move(row, n, d)
                reached += row.count
        return reached

    def look(self) -> int:
        """Any price may have moved: catch up with all. Returns the number of positions that were reached."""
        if self._version == self.valuer.shown.version:
            return 0
        self._version = self.valuer.shown.version
        reached = 0
        stepped: list[tuple[Row, int]] = []
        for row in self._pool.rows:
            n, d = self._ratio(row)
            if n != row.n or d != row.d:
                reached += row.count
                if row.step:
                    self._allow(row, n, d)
                    stepped.append((row, n))
                else:
                    self._move(row, n, d)
        touched, together = sum(row.count for row, _ in stepped), self._pool.step_positions
        if self._compiled is None and len(stepped) > 1 and touched * WHOLE[1] >= together * WHOLE[0]:
            self._step_all(stepped)
        else:
            for row, n in stepped:
                self._move(row, n, 1)
        return reached

    def _ratio(self, row: Row) -> Ratio:
        """(n, d) in lowest terms: Minor that one lot is worth now."""
        shown = self.valuer.shown
        if row.pair:
            at = shown.mid2(self.valuer.instrument(row.pair))
            if at != row.rate_at:
                rate = self.valuer.rate(row.instrument.currency)
                row.lot = _lowest(row.half_tick[0] * rate[0], row.half_tick[1] * rate[1])
                row.rate_at = at
        n, d = row.lot
        return _lowest(n * shown.mid2(row.instrument), d)

    # --- a move -------------------------------------------------------------------------------

    def _move(self, row: Row, n: int, d: int) -> None:
        """One row's lots are worth n/d from now on."""
        self._allow(row, n, d)
        if row.step:
            self._step(row, n)
        else:
            self._round(row, n, d)

    def _step(self, row: Row, n: int) -> None:
        """One row's lots are worth n, a whole number of Minor as before."""
        if self._compiled is not None:
            self._compiled.step(self._nav, row.accounts, row.lots, n - row.n)
        else:
            _MULTIPLY(row.lots, n - row.n, row.change)
            _ADD_AT(self._nav, row.accounts, row.change)
        row.n, row.stale = n, True

    def _step_all(self, moved: list[tuple[Row, int]]) -> None:
        """As `_step` for many rows: one pass over all that have a step, those that stand still by nothing."""
        pool = self._pool
        rows, end = pool.rows[: pool.steps], pool.steps_end
        for row, n in moved:
            row.n, row.moved, row.stale = n, n - row.n, True
        moves = np.array([row.moved for row in rows], dtype=self._dtype)
        for row, _ in moved:
            row.moved = 0
        by = np.repeat(moves, [row.room for row in rows])
        _ADD_AT(self._nav, pool.accounts[:end], np.multiply(pool.lots[:end], by, by))

    def _round(self, row: Row, n: int, d: int) -> None:
        """Value each of a row's positions anew."""
        row.n, row.d, row.stale = n, d, True
        parts = exact.split(row.most, n, d) if self._dtype.kind != "O" else None
        if parts is not None and self._compiled is not None:
            self._compiled.round_all(self._nav, row.accounts, row.lots, row.values, (*parts, d))
            return
        if parts is not None:
            exact.value(row.lots, parts, d, row.halfway(), row.fresh, row.change)
        else:
            exact.value_slowly(row.lots, n, d, row.fresh)
        np.subtract(row.fresh, row.values, row.change)
        _ADD_AT(self._nav, row.accounts, row.change)
        row.values[:] = row.fresh

    def _settle(self, row: Row) -> None:
        """Add up what gross and margin need of a row. At prices above zero only shorts are worth less than nothing."""
        if not row.stale:
            return
        values = row.lots * row.n if row.step else row.values
        below = row.n < 0
        some = slice(0 if below or row.turned else row.longs, None)
        low = np.minimum(values[some], 0)
        _ADD_AT(self._low, row.accounts[some], low - row.lows[some])
        row.lows[some] = low
        if row.margined:
            relief = row.share.relief(values, row.bound)
            _ADD_AT(self._relief, row.accounts, relief - row.reliefs)
            row.reliefs[:] = relief
        row.stale, row.turned = False, below

    # --- accounts -----------------------------------------------------------------------------

    def take(self, account: Account) -> None:
        """Take an account in, or what changed of it: cash and positions as it has them now."""
        number = self._number(account.account_id)
        for symbol in self._held[number]:
            if symbol not in account.positions:
                self._hold(number, self._rows[symbol], 0, 0)
        for symbol, position in account.positions.items():
            row = self._rows.get(symbol) or self._open(symbol)
            self._hold(number, row, position.lots, position.cost)
        self._held[number] = tuple(account.positions)
        if account.cash != self._cash[number]:
            self._pay(number, account.cash - self._cash[number])
            self._cash[number] = account.cash

    def take_all(self, accounts: Iterable[Account]) -> None:
        """As `take` for each; all at once where none was taken before."""
        if self.names:
            for account in accounts:
                self.take(account)
            return
        found: dict[str, tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]] = {}
        for account in accounts:
            number = self._number(account.account_id)
            self._held[number] = tuple(account.positions)
            self._cash[number] = account.cash
            self._pay(number, account.cash)
            for symbol, position in account.positions.items():
                sides = found.setdefault(symbol, ([], []))
                sides[position.lots < 0].append((number, position.lots, position.cost))
                self._owe(number, self._open(symbol), position.cost)
        self._fill(found)

    def _fill(self, found: dict[str, tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]]) -> None:
        """Lay out the positions of an empty index: (account number, lots, cost) of each symbol's longs and shorts, by
        number."""
        pool = self._pool
        for symbol, (longs, shorts) in found.items():
            row, held = self._rows[symbol], [*longs, *shorts]
            row.most = max(abs(lots) for _, lots, _ in held)
            self._bind(row, row.n, row.d)
        pool.lay({id(self._rows[symbol]): len(longs) + len(shorts) for symbol, (longs, shorts) in found.items()})
        for symbol, (longs, shorts) in found.items():
            row, held = self._rows[symbol], [*longs, *shorts]
            row.longs, row.count = len(longs), len(held)
            place = slice(row.start, row.start + row.count)
            numbers, lots, costs = zip(*held, strict=True)
            pool.accounts[place], pool.lots[place], pool.costs[place] = numbers, lots, costs
            row.look(pool)
            n, d, row.n, row.d = row.n, row.d, 0, 1
            self._move(row, n, d)

    def _number(self, account: str) -> int:
        number = self._numbers.get(account)
        if number is None:
            number = self._numbers[account] = len(self.names)
            self.names.append(account)
            self._held.append(())
            self._cash.append(0)
            if number == self._nav.size:
                self._resize(2 * number, self._dtype)
        return number

    def _resize(self, size: int, dtype: np.dtype[Any]) -> None:
        def grown(old: Numbers) -> Numbers:
            new = np.zeros(size, dtype=dtype)
            new[: old.size] = old
            return new

        self._nav, self._low, self._relief = grown(self._nav), grown(self._low), grown(self._relief)
        self._base, self._costs = grown(self._base), grown(self._costs)

    def _open(self, symbol: str) -> Row:
        """The row of a symbol; a new one where nobody ever held it."""
        row = self._rows.get(symbol)
        if row is None:
            instrument = self.valuer.instrument(symbol)
            row = self._rows[symbol] = Row(instrument, self.valuer.margin_share(instrument))
            row.n, row.d = self._ratio(row)
            self._pool.rows.append(row)
            for mover in dict.fromkeys((symbol, row.pair or symbol)):
                self._reached[mover] = (*self._reached.get(mover, ()), row)
        return row

    # --- money --------------------------------------------------------------------------------

    def _hold(self, number: int, row: Row, lots: int, cost: int) -> None:
        """An account's position in a row is this from now on; no lots: none."""
        pool = self._pool
        at = pool.find(row, number)
        before = (int(pool.lots[at]), int(pool.costs[at])) if at is not None else (0, 0)
        if before == (lots, cost):
            return
        self._settle(row)
        if abs(lots) > row.most:
            row.most = abs(lots)
            self._bind(row, row.n, row.d)
        old, new = (div_half_even(held * row.n, row.d) for held in (before[0], lots))
        self._owe(number, row, cost - before[1])
        self._nav[number] += new - old
        self._low[number] += min(new, 0) - min(old, 0)
        if row.margined:
            self._relief[number] += row.share.relief_of(new) - row.share.relief_of(old)
        if at is not None and lots * before[0] <= 0:
            pool.drop(row, at)
            at = None
        if lots:
            if at is None:
                at = pool.put(row, number, lots, cost)
            pool.lots[at], pool.costs[at], pool.values[at], pool.lows[at] = lots, cost, new, min(new, 0)
            pool.reliefs[at] = row.share.relief_of(new) if row.margined else 0
            row.look(pool)

    def _owe(self, number: int, row: Row, cost: int) -> None:
        """A position costs this much more; what a margined one costs is not in the account's cash."""
        self._need(int(self._costs.item(number)) + cost)
        self._costs[number] += cost
        if row.margined:
            self._pay(number, -cost)

    def _pay(self, number: int, money: int) -> None:
        self._need(int(self._base.item(number)) + money)
        self._base[number] += money
        self._nav[number] += money

    # --- range --------------------------------------------------------------------------------

    def _allow(self, row: Row, n: int, d: int) -> None:
        """Make sure that a row's lots, and what they are worth at n/d, are within what is kept."""
        if abs(n) > row.top * d:
            self._bind(row, n, d)

    def _bind(self, row: Row, n: int, d: int) -> None:
        """No position of the row is worth more than twice what its greatest is at n/d, until prices say otherwise."""
        row.top = 2 * (abs(n) // d + 1)
        bound = row.most * row.top + 1
        self._bound += bound - row.bound
        row.bound = bound
        if self._bound + self._most_base >= LIMIT or row.most >= LIMIT:
            self._widen()

    def _need(self, money: int) -> None:
        """Make sure that an account's amount, whatever its positions are worth, is within what is kept."""
        if abs(money) > self._most_base:
            self._most_base = abs(money)
            if self._bound + self._most_base >= LIMIT:
                self._widen()

    def _widen(self) -> None:
        """From here on Python integers: slower, and of any size."""
        if self._dtype.kind != "O":
            self._dtype, self._compiled = np.dtype(object), None
            self._resize(self._nav.size, self._dtype)
            self._pool.widen()
