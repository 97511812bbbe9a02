"""Exact values: lots at a price in VCR, and what an account is worth at the shown mids."""

from __future__ import annotations

from fractions import Fraction

import msgspec

from engine.market.catalogue import Catalogue, fx_pair
from engine.market.shown import ShownMarket
from engine.model.account import Account, Position
from engine.model.instrument import Instrument
from engine.model.number import div_floor, div_half_even

Ratio = tuple[int, int]

LEVERAGE_LIMIT = 2
"""Gross notional may be at most this many times NAV."""
CONCENTRATION = Fraction(1, 4)
"""One instrument may be at most this share of NAV."""
_WHOLE = Fraction(1)
_MARGIN_FLOOR, _MARGIN_CEILING, _MARGIN_SIGMAS = Fraction(5, 100), Fraction(1, 2), 6


class Valuer:
    """Values at the shown market's present mids. All money in Minor VCR."""

    def __init__(self, shown: ShownMarket, catalogue: Catalogue) -> None:
        self.shown = shown
        self.catalogue = catalogue
        self._ratios: dict[str, Ratio] = {}
        self._shares: dict[str, Ratio] = {}
        self._lots: dict[str, Ratio] = {}
        self._rates: dict[str, Ratio] = {}
        self._marks: dict[tuple[str, int], int] = {}
        self._worths: dict[str, tuple[int, list[Position], Worth]] = {}
        self._version = -1

    def _fresh(self) -> None:
        """Forget what was computed at other prices."""
        if self._version != self.shown.version:
            self._version = self.shown.version
            self._lots.clear()
            self._rates.clear()
            self._marks.clear()
            self._worths.clear()

    def instrument(self, symbol: str) -> Instrument:
        """The instrument of a position or an order (contracts included)."""
        return self.catalogue[symbol]

    def rate(self, currency: str) -> Ratio:
        """(n, d): one unit of `currency` is worth n/d VCR at the simulated mid."""
        self._fresh()
        known = self._rates.get(currency)
        if known is None:
            known = self._rates[currency] = self._rate(currency)
        return known

    def _rate(self, currency: str) -> Ratio:
        pair = fx_pair(currency)
        if pair is None:
            return 1, 1
        symbol, inverted = pair
        instrument = self.instrument(symbol)
        step = instrument.tick.fraction() / 2
        price = step * self.shown.mid2(instrument)
        if inverted:
            price = 1 / price
        return price.numerator, price.denominator

    def _lot(self, instrument: Instrument) -> Ratio:
        """(n, d): one lot at one half tick is worth n/d Minor VCR now."""
        self._fresh()
        known = self._lots.get(instrument.symbol)
        if known is None:
            ratio = self._ratios.get(instrument.symbol)
            if ratio is None:
                ratio = self._ratios[instrument.symbol] = instrument.value_ratio()
            rate_n, rate_d = self.rate(instrument.currency)
            known = self._lots[instrument.symbol] = ratio[0] * rate_n, 2 * ratio[1] * rate_d
        return known

    def value(self, instrument: Instrument, lots: int, price2: int) -> int:
        """`lots` at `price2` half ticks, half-even to a Minor; signed like the lots."""
        n, d = self._lot(instrument)
        return div_half_even(lots * price2 * n, d)

    def most_lots(self, instrument: Instrument, price2: int, money: int) -> int:
        """Most lots at `price2` half ticks whose exact value is at most `money` Minor; 0 where it is not positive.

        Rounding half to even never lifts a value of at most a whole number of Minor above it, so `value` of the
        answer is at most `money` too.
        """
        n, d = self._lot(instrument)
        worth = price2 * n
        return div_floor(money * d, worth) if money > 0 and worth > 0 else 0

    def mark(self, instrument: Instrument, lots: int) -> int:
        """`lots` at the shown mid."""
        return self.value(instrument, lots, self.shown.mid2(instrument))

    def mark_of(self, symbol: str, lots: int) -> int:
        """`lots` of a symbol at the shown mid, worked out once until a price moves."""
        self._fresh()
        known = self._marks.get((symbol, lots))
        if known is None:
            known = self._marks[symbol, lots] = self.mark(self.instrument(symbol), lots)
        return known

    def mark_ratio(self, instrument: Instrument) -> Ratio:
        """(n, d): Minor VCR of one lot at the shown mid, exactly."""
        n, d = self._lot(instrument)
        worth = Fraction(self.shown.mid2(instrument) * n, d)
        return worth.numerator, worth.denominator

    def margin_share(self, instrument: Instrument) -> Ratio:
        """(n, d): initial margin as a share of notional, all of it where full cash is exchanged."""
        share = self._shares.get(instrument.symbol)
        if share is None:
            exact = _WHOLE
            if not instrument.full_cash:
                moves = _MARGIN_SIGMAS * Fraction(str(instrument.daily_vol))
                exact = min(_MARGIN_CEILING, max(_MARGIN_FLOOR, moves))
            share = self._shares[instrument.symbol] = exact.numerator, exact.denominator
        return share

    def worth(self, account: Account) -> Worth:
        """The account at the shown mids."""
        self._fresh()
        held = list(account.positions.values())
        known = self._worths.get(account.account_id)
        if known is None or known[0] != account.cash or known[1] != held:
            known = self._worths[account.account_id] = account.cash, held, self._worth(account)
        return known[2]

    def _worth(self, account: Account) -> Worth:
        value = unrealised = gross = margin = adds = 0
        for symbol, position in account.positions.items():
            instrument = self.instrument(symbol)
            now = self.mark_of(symbol, position.lots)
            value += now
            unrealised += now - position.cost
            gross += abs(now)
            margin += abs(now) if instrument.full_cash else self._margin(instrument, abs(now))
            adds += now if instrument.full_cash else now - position.cost
        return Worth(account.cash + adds, value, unrealised, gross, margin)

    def _margin(self, instrument: Instrument, notional: int) -> int:
        n, d = self.margin_share(instrument)
        return notional * n // d


class Worth(msgspec.Struct, frozen=True):
    """An account's figures in Minor VCR."""

    nav: int
    positions_value: int
    unrealised: int
    gross: int
    margin: int
