"""What trading costs: the published schedules of `fees.json`, exact to the millionth of a VCR.

Every schedule answers one question: the total fee of an order that has traded so much so far. A partial fill is
charged the total after it less the total before it, so a minimum per order is paid once. Totals never fall as an
order fills. Arithmetic is in whole numbers of a unit so small that nothing is rounded before the end, where half
even to a Minor is the one rounding.

Sources (retail schedules, simplified, named per schedule in the file): Interactive Brokers for shares, currencies,
metals, futures and index CFDs; Kraken for crypto. Where a real schedule would let the total fall, the nearest rule
that does not is used: maker rebates count before the minimum, and metal tiers apply to the part of the value inside
each tier. Monthly share and contract tiers are chosen by the value traded at the catalogue's price level.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.model.ids import MINOR_PER_VCR, Minor
from engine.model.instrument import Instrument
from engine.model.number import div_half_even

_DATA = Path(__file__).resolve().parents[1] / "market" / "data"
_FILES = ("fees.json", "fees_more.json")
_PERCENT = Fraction(1, 100)
_BPS = Fraction(1, 10_000)
_ONE = 10**12
"""Rates are kept as whole numbers of 10**-12: a Fraction at every step would cost more than the rest of a fill."""

Table = Mapping[str, Any]
"""One schedule as it stands in the file, numbers as int or Fraction."""

Tiers = tuple[tuple[int | None, int], ...]
"""(upper bound, rate in 10**-12); None where there is no bound."""


def _exact(number: int | Fraction) -> int:
    """A number of the tables in 10**-12. ValueError for one that is finer."""
    scaled = Fraction(number) * _ONE
    if scaled.denominator != 1:
        raise ValueError(f"a fee schedule counts in 10**-12, {number} is finer")
    return scaled.numerator


class Trade:
    """What an order has traded so far. `shares`, `value`, `vcr` and `unit` are money in whole numbers of 1/`whole`
    Minor: 1 VCR for each share (coin, contract), the value traded, 1 VCR, and one unit of the quote currency.

    `traded_30d` in Minor; the quote currency's unit is worth n/d VCR.
    """

    __slots__ = ("d", "instrument", "maker", "n", "shares", "side", "traded_30d", "unit", "value", "vcr", "whole")

    def __init__(
        self,
        instrument: Instrument,
        side: int,
        lots: int,
        value: int,
        maker: bool,
        traded_30d: int,
        fx: tuple[int, int],
    ) -> None:
        self.instrument, self.side, self.maker = instrument, side, maker
        self.n, self.d = fx
        self.traded_30d = max(traded_30d, 0)
        one: int = 10**instrument.lot.decimals
        self.whole = one * self.d
        self.shares = MINOR_PER_VCR * lots * instrument.lot.units * self.d
        self.value = abs(value) * self.whole
        self.vcr = MINOR_PER_VCR * self.whole
        self.unit = MINOR_PER_VCR * one * self.n

    def by_units(self, tiers: Tiers) -> int:
        """The rate of a tier by the units that the value of the last 30 days buys at the catalogue's price level."""
        instrument = self.instrument
        n, d = _level(instrument.price0, instrument.multiplier, instrument.currency)
        level = MINOR_PER_VCR * n * self.n
        return _tier(tiers, self.traded_30d * d * self.d, level) if level > 0 else _tier(tiers, 0, 1)


class Schedule:
    """A fee schedule. Subclasses say what an order costs, in whole numbers of 1/(`scale` x `Trade.whole`) Minor."""

    scale = _ONE

    def __init__(self, table: Table) -> None:
        self.table = table
        least = table.get("min_per_order", 0)
        self._foreign = isinstance(least, Mapping)
        self._least = _exact(next(iter(least.values())) if isinstance(least, Mapping) else least)

    def total(
        self,
        instrument: Instrument,
        side: int,
        lots: int,
        value_minor: int,
        maker: bool,
        traded_30d_minor: int = 0,
        fx: tuple[int, int] = (1, 1),
    ) -> Minor:
        """Fee in Minor VCR of an order that has traded `lots` worth `value_minor` so far; 0 for no lots.

        `fx` is (n, d): one unit of the quote currency (a pound where quoted in pence) is n/d VCR.
        `traded_30d_minor` is what the account traded under this schedule in the last 30 days, this order excluded.
        """
        if lots <= 0:
            return Minor(0)
        trade = Trade(instrument, side, lots, value_minor, maker, traded_30d_minor, fx)
        return Minor(div_half_even(self._fee(trade), self.scale * trade.whole))

    def _fee(self, trade: Trade) -> int:
        raise NotImplementedError

    def _minimum(self, trade: Trade) -> int:
        """The minimum per order: a bare number is USD, an object names the currency of the market."""
        return self._least * (trade.unit if self._foreign else trade.vcr)


class PerShare(Schedule):
    """Shares: a commission per share with a minimum and a cap, and what clearing, venue and regulators take."""

    scale = _ONE * _ONE

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        extra = table.get("pass_through", {})
        one_rate = [(None, table["per_share"])] if "per_share" in table else None
        self._tiers = _tiers(one_rate or table["tiers_monthly_shares"])
        self._cap = _exact(table["max_pct_of_trade_value"] * _PERCENT)
        self._added, self._removed = (_exact(extra.get(f"exchange_{way}_per_share", 0)) for way in ("add", "remove"))
        self._clearing = _exact(extra.get("clearing_per_share", 0))
        self._clearing_cap = _exact(extra.get("clearing_cap_pct_of_trade", 0) * _PERCENT)
        self._sec, self._taf = (
            _exact(extra.get(name, 0)) for name in ("sec_fee_on_sells_rate", "finra_taf_on_sells_per_share")
        )
        self._passed_on = sum(_exact(extra.get(f"{who}_pass_through_x_commission", 0)) for who in ("nyse", "finra"))

    def _fee(self, trade: Trade) -> int:
        shares, value = trade.shares, trade.value
        rate = trade.by_units(self._tiers)
        if trade.maker:
            rate = max(rate + self._added, 0)
        commission = min(max(rate * shares, self._minimum(trade)), self._cap * value)
        passed = min(self._clearing * shares, self._clearing_cap * value)
        if not trade.maker:
            passed += self._removed * shares
        if trade.side < 0:
            passed += self._sec * value + self._taf * shares
        return commission * (_ONE + self._passed_on) + passed * _ONE


class Percent(Schedule):
    """Shares outside the US: a percentage with a minimum in the market's currency, and the taxes of the place."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._rate = _exact(table.get("tier1_pct", table.get("pct", 0)) * _PERCENT)
        always = ("stamp_duty_both_sides_pct", "trading_fee_pct", "sfc_levy_pct")
        self._taxes = {
            side: sum(_exact(table.get(tax, 0) * _PERCENT) for tax in (*always, own))
            for side, own in ((1, "stamp_duty_on_buys_pct"), (-1, "stamp_duty_on_sells_pct"))
        }
        self._levy = _exact(table.get("ptm_levy_gbp_over_10000", 0))

    def _fee(self, trade: Trade) -> int:
        fee = max(self._rate * trade.value, self._minimum(trade)) + self._taxes[trade.side] * trade.value
        return fee + self._levy * trade.unit if trade.value > 10_000 * trade.unit else fee


class MakerTaker(Schedule):
    """Crypto: basis points by who waited, cheaper with the value of the last 30 days."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._rates = [
            (start * MINOR_PER_VCR, _exact(maker * _BPS), _exact(taker * _BPS))
            for start, maker, taker in table["tiers"]
        ]

    def _fee(self, trade: Trade) -> int:
        rate = 0
        for start, maker, taker in self._rates:
            if trade.traded_30d >= start:
                rate = maker if trade.maker else taker
        return rate * trade.value


class MonthlyBps(Schedule):
    """Currencies: basis points and a minimum by the value of the last 30 days."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        tiers = table["tiers_monthly_usd"]
        self._rates = _tiers((bound, bps * _BPS) for bound, bps, _ in tiers)
        self._minima = _tiers((bound, least) for bound, _, least in tiers)

    def _fee(self, trade: Trade) -> int:
        rate, least = (_tier(tiers, trade.traded_30d, MINOR_PER_VCR) for tiers in (self._rates, self._minima))
        return max(rate * trade.value, least * trade.vcr)


class OrderValueBps(Schedule):
    """Spot metals: basis points by the size of the order, each rate on its own part of the value."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._rates = _tiers((bound, bps * _BPS) for bound, bps in table["tiers_order_usd"])

    def _fee(self, trade: Trade) -> int:
        fee = below = 0
        for bound, rate in self._rates:
            upper = trade.value if bound is None else min(trade.value, bound * trade.vcr)
            fee += max(upper - below, 0) * rate
            below = max(below, upper)
        return max(fee, self._minimum(trade))


class FlatBps(Schedule):
    """Index CFDs: basis points of the value, with a minimum."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._rate = _exact(table["bps"] * _BPS)

    def _fee(self, trade: Trade) -> int:
        return max(self._rate * trade.value, self._minimum(trade))


class PerContract(Schedule):
    """Futures: broker, exchange and regulator per contract and side. Micro contracts have a flat broker fee."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._tiers = _tiers(table["broker_tiers_monthly_contracts"])
        self._other = _exact(table["exchange_examples"]["default"]), self._tiers[0][1]
        self._regulator = _exact(table["nfa_regulatory"])

    def _fee(self, trade: Trade) -> int:
        exchange, broker = _root_fees().get(trade.instrument.root or trade.instrument.symbol, self._other)
        if broker >= self._tiers[0][1]:
            broker = trade.by_units(self._tiers)
        return (exchange + broker + self._regulator) * trade.shares


_MODELS: dict[str, type[Schedule]] = {
    "per_share_tiered": PerShare,
    "per_share": PerShare,
    "pct_tiered": Percent,
    "pct": Percent,
    "maker_taker_30d_volume_usd": MakerTaker,
    "bps_monthly_tiers": MonthlyBps,
    "bps_by_order_value": OrderValueBps,
    "bps": FlatBps,
    "per_contract_per_side": PerContract,
}


def _tiers(rows: Iterable[Any]) -> Tiers:
    """Rows of (upper bound, rate) of the tables. Bounds are whole numbers."""
    return tuple((None if bound is None else int(bound), _exact(rate)) for bound, rate in rows)


def _tier(tiers: Tiers, amount: int, per: int) -> int:
    """The rate of the first tier whose upper bound lies above `amount` / `per`."""
    for bound, rate in tiers:
        if bound is None or amount < bound * per:
            return rate
    return tiers[-1][1]


@lru_cache(maxsize=1024)
def _level(price0: str, multiplier: str, currency: str) -> tuple[int, int]:
    """(n, d): one unit at the catalogue's price level, in its quote currency (pounds where quoted in pence)."""
    level = Fraction(price0) * Fraction(multiplier)
    if currency == "GBX":
        level /= 100
    return level.numerator, level.denominator


@lru_cache(maxsize=1)
def _tables() -> dict[str, Table]:
    tables: dict[str, Table] = {}
    for name in _FILES:
        text = (_DATA / name).read_text(encoding="utf-8")
        tables.update(json.loads(text, parse_float=Fraction))
    return {key: table for key, table in tables.items() if isinstance(table, dict)}


@lru_cache(maxsize=1)
def _root_fees() -> dict[str, tuple[int, int]]:
    """(exchange, broker) fee a contract and side by root, in 10**-12 VCR."""
    with (_DATA / "futures_roots.csv").open(newline="", encoding="utf-8") as file:
        return {
            row["root"]: (
                _exact(Fraction(row["exchange_fee_per_side_usd"])),
                _exact(Fraction(row["broker_fee_per_side_usd"])),
            )
            for row in csv.DictReader(file)
        }


@lru_cache(maxsize=64)
def schedule(key: str) -> Schedule:
    """The schedule of a key of `fees.json`; KeyError for an unknown key."""
    table = _tables()[key]
    if "same_as" in table:
        return schedule(table["same_as"])
    model = table.get("model", "maker_taker_30d_volume_usd")
    return _MODELS[model](table)


def schedules() -> tuple[str, ...]:
    """Names of all schedules."""
    return tuple(sorted(_tables()))
