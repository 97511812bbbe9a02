"""Exact values: lots at a price in VCR, and what an account is worth at the shown mids."""

from __future__ import annotations

from fractions import Fraction

import msgspec

from engine.market.catalogue import Catalogue, fx_pair
from engine.market.shown import ShownMarket
from engine.model.account import Account
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
        self._shares: dict[str, Fraction] = {}

    def instrument(self, symbol: str) -> Instrument:
        """The instrument of a position or an order (contracts included)."""
        return self.catalogue[symbol]

    def rate(self, currency: str) -> Ratio:
        """(n, d): one unit of `currency` is worth n/d VCR at the simulated mid."""
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

    def value(self, instrument: Instrument, lots: int, price2: int) -> int:
        """`lots` at `price2` half ticks, half-even to a Minor; signed like the lots."""
        ratio = self._ratios.get(instrument.symbol)
        if ratio is None:
            ratio = self._ratios[instrument.symbol] = instrument.value_ratio()
        n, d = ratio
        rate_n, rate_d = self.rate(instrument.currency)
        return div_half_even(lots * price2 * n * rate_n, 2 * d * rate_d)

    def most_lots(self, instrument: Instrument, price2: int, money: int) -> int:
        """Most lots at `price2` half ticks whose exact value is at most `money` Minor; 0 where it is not positive.

        Rounding half to even never lifts a value of at most a whole number of Minor above it, so `value` of the
        answer is at most `money` too.
        """
        n, d = instrument.value_ratio()
        rate_n, rate_d = self.rate(instrument.currency)
        worth = price2 * n * rate_n
        return div_floor(money * 2 * d * rate_d, worth) if money > 0 and worth > 0 else 0

    def mark(self, instrument: Instrument, lots: int) -> int:
        """`lots` at the shown mid."""
        return self.value(instrument, lots, self.shown.mid2(instrument))

    def mark_ratio(self, instrument: Instrument) -> Ratio:
        """(n, d): Minor VCR of one lot at the shown mid, exactly."""
        n, d = instrument.value_ratio()
        rate_n, rate_d = self.rate(instrument.currency)
        worth = Fraction(self.shown.mid2(instrument) * n * rate_n, 2 * d * rate_d)
        return worth.numerator, worth.denominator

    def margin_share(self, instrument: Instrument) -> Fraction:
        """Initial margin as a share of notional: all of it where full cash is exchanged."""
        share = self._shares.get(instrument.symbol)
        if share is None:
            share = _WHOLE
            if not instrument.full_cash:
                moves = _MARGIN_SIGMAS * Fraction(str(instrument.daily_vol))
                share = min(_MARGIN_CEILING, max(_MARGIN_FLOOR, moves))
            self._shares[instrument.symbol] = share
        return share

    def worth(self, account: Account) -> Worth:
        """The account at the shown mids."""
        value = unrealised = gross = margin = adds = 0
        for symbol in sorted(account.positions):
            position = account.positions[symbol]
            instrument = self.instrument(symbol)
            now = self.mark(instrument, position.lots)
            value += now
            unrealised += now - position.cost
            gross += abs(now)
            margin += abs(now) if instrument.full_cash else int(abs(now) * self.margin_share(instrument))
            adds += now if instrument.full_cash else now - position.cost
        return Worth(account.cash + adds, value, unrealised, gross, margin)


class Worth(msgspec.Struct, frozen=True):
    """An account's figures in Minor VCR."""

    nav: int
    positions_value: int
    unrealised: int
    gross: int
    margin: int
