"""What trading costs: the published schedules of `fees.json`, exact to the millionth of a VCR.

Every schedule answers one question: the total fee of an order that has traded so much so far. A partial fill is
charged the total after it less the total before it, so a minimum per order is paid once. Totals never fall as an
order fills. Arithmetic is in fractions; the one rounding, half even to a Minor, is at the end.

Sources (retail schedules, simplified, named per schedule in the file): Interactive Brokers for shares, currencies,
metals, futures and index CFDs; Kraken for crypto. Where a real schedule would let the total fall, the nearest rule
that does not is used: maker rebates count before the minimum, and metal tiers apply to the part of the value inside
each tier. Monthly share and contract tiers are chosen by the value traded at the catalogue's price level.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
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

Table = Mapping[str, Any]
"""One schedule as it stands in the file, numbers as int or Fraction."""

Tier = tuple[Fraction | None, Fraction]
"""(upper bound, rate); None where there is no bound."""


class Trade:
    """What an order has traded so far. `value` and `traded_30d` in VCR; `rate` VCR for one unit of its currency."""

    __slots__ = ("instrument", "lots", "maker", "rate", "side", "traded_30d", "value")

    def __init__(
        self, instrument: Instrument, side: int, lots: int, value: int, maker: bool, traded_30d: int, rate: Fraction
    ) -> None:
        self.instrument, self.side, self.lots, self.maker, self.rate = instrument, side, lots, maker, rate
        self.value = Fraction(abs(value), MINOR_PER_VCR)
        self.traded_30d = Fraction(max(traded_30d, 0), MINOR_PER_VCR)

    def units(self) -> Fraction:
        """Shares, coins or contracts."""
        return self.lots * self.instrument.lot.fraction()

    def units_30d(self) -> Fraction:
        """Units that the value of the last 30 days buys at the catalogue's price level."""
        instrument = self.instrument
        level = Fraction(instrument.price0) * Fraction(instrument.multiplier) * self.rate
        if instrument.currency == "GBX":
            level /= 100
        return self.traded_30d / level if level > 0 else Fraction(0)


class Schedule:
    """A fee schedule. Subclasses say what an order costs in VCR."""

    def __init__(self, table: Table) -> None:
        self.table = table

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
        trade = Trade(instrument, side, lots, value_minor, maker, traded_30d_minor, Fraction(*fx))
        fee = self._fee(trade) * MINOR_PER_VCR
        return Minor(div_half_even(fee.numerator, fee.denominator))

    def _fee(self, trade: Trade) -> Fraction:
        raise NotImplementedError

    def _minimum(self, trade: Trade) -> Fraction:
        """The minimum per order in VCR: a bare number is USD, an object names the currency of the market."""
        minimum = self.table.get("min_per_order", 0)
        if isinstance(minimum, Mapping):
            return Fraction(next(iter(minimum.values()))) * trade.rate
        return Fraction(minimum)


class PerShare(Schedule):
    """Shares: a commission per share with a minimum and a cap, and what clearing, venue and regulators take."""

    def _fee(self, trade: Trade) -> Fraction:
        shares, extra = trade.units(), self.table.get("pass_through", {})
        rate = self._per_share(trade)
        if trade.maker:
            rate = max(rate + Fraction(extra.get("exchange_add_per_share", 0)), Fraction(0))
        cap = Fraction(self.table["max_pct_of_trade_value"]) * _PERCENT * trade.value
        commission = min(max(rate * shares, self._minimum(trade)), cap)
        return commission + self._pass_through(trade, commission, extra)

    def _per_share(self, trade: Trade) -> Fraction:
        if "per_share" in self.table:
            return Fraction(self.table["per_share"])
        return _tier(self.table["tiers_monthly_shares"], trade.units_30d())

    @staticmethod
    def _pass_through(trade: Trade, commission: Fraction, extra: Table) -> Fraction:
        if not extra:
            return Fraction(0)
        shares = trade.units()
        cap = Fraction(extra["clearing_cap_pct_of_trade"]) * _PERCENT * trade.value
        fee = min(Fraction(extra["clearing_per_share"]) * shares, cap)
        share = Fraction(extra["nyse_pass_through_x_commission"]) + Fraction(extra["finra_pass_through_x_commission"])
        fee += share * commission
        if not trade.maker:
            fee += Fraction(extra["exchange_remove_per_share"]) * shares
        if trade.side < 0:
            fee += Fraction(extra["sec_fee_on_sells_rate"]) * trade.value
            fee += Fraction(extra["finra_taf_on_sells_per_share"]) * shares
        return fee


class Percent(Schedule):
    """Shares outside the US: a percentage with a minimum in the market's currency, and the taxes of the place."""

    def _fee(self, trade: Trade) -> Fraction:
        table, value = self.table, trade.value
        rate = Fraction(table["tier1_pct"] if "tier1_pct" in table else table["pct"]) * _PERCENT
        fee = max(rate * value, self._minimum(trade))
        taxes = ["stamp_duty_both_sides_pct", "trading_fee_pct", "sfc_levy_pct"]
        taxes.append("stamp_duty_on_buys_pct" if trade.side > 0 else "stamp_duty_on_sells_pct")
        fee += sum((Fraction(table.get(tax, 0)) for tax in taxes), Fraction(0)) * _PERCENT * value
        if "ptm_levy_gbp_over_10000" in table and value > 10_000 * trade.rate:
            fee += Fraction(table["ptm_levy_gbp_over_10000"]) * trade.rate
        return fee


class MakerTaker(Schedule):
    """Crypto: basis points by who waited, cheaper with the value of the last 30 days."""

    def _fee(self, trade: Trade) -> Fraction:
        rate = Fraction(0)
        for start, maker, taker in self.table["tiers"]:
            if trade.traded_30d >= start:
                rate = Fraction(maker if trade.maker else taker)
        return rate * _BPS * trade.value


class MonthlyBps(Schedule):
    """Currencies: basis points and a minimum by the value of the last 30 days."""

    def _fee(self, trade: Trade) -> Fraction:
        tiers = self.table["tiers_monthly_usd"]
        rate = _tier([(bound, bps) for bound, bps, _ in tiers], trade.traded_30d)
        minimum = _tier([(bound, least) for bound, _, least in tiers], trade.traded_30d)
        return max(rate * _BPS * trade.value, minimum)


class OrderValueBps(Schedule):
    """Spot metals: basis points by the size of the order, each rate on its own part of the value."""

    def _fee(self, trade: Trade) -> Fraction:
        fee, below = Fraction(0), Fraction(0)
        for bound, bps in self.table["tiers_order_usd"]:
            upper = trade.value if bound is None else min(trade.value, Fraction(bound))
            fee += max(upper - below, Fraction(0)) * Fraction(bps) * _BPS
            below = max(below, upper)
        return max(fee, self._minimum(trade))


class FlatBps(Schedule):
    """Index CFDs: basis points of the value, with a minimum."""

    def _fee(self, trade: Trade) -> Fraction:
        return max(Fraction(self.table["bps"]) * _BPS * trade.value, self._minimum(trade))


class PerContract(Schedule):
    """Futures: broker, exchange and regulator per contract and side. Micro contracts have a flat broker fee."""

    def _fee(self, trade: Trade) -> Fraction:
        tiers = self.table["broker_tiers_monthly_contracts"]
        exchange, broker = _root_fees().get(
            trade.instrument.root or trade.instrument.symbol,
            (Fraction(self.table["exchange_examples"]["default"]), Fraction(tiers[0][1])),
        )
        if broker >= Fraction(tiers[0][1]):
            broker = _tier(tiers, trade.units_30d())
        return (exchange + broker + Fraction(self.table["nfa_regulatory"])) * trade.units()


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


def _tier(tiers: Sequence[Sequence[Any]], amount: Fraction) -> Fraction:
    """The rate of the first tier whose upper bound lies above `amount`."""
    for bound, rate in tiers:
        if bound is None or amount < bound:
            return Fraction(rate)
    return Fraction(tiers[-1][1])


@lru_cache(maxsize=1)
def _tables() -> dict[str, Table]:
    tables: dict[str, Table] = {}
    for name in _FILES:
        text = (_DATA / name).read_text(encoding="utf-8")
        tables.update(json.loads(text, parse_float=Fraction))
    return {key: table for key, table in tables.items() if isinstance(table, dict)}


@lru_cache(maxsize=1)
def _root_fees() -> dict[str, tuple[Fraction, Fraction]]:
    with (_DATA / "futures_roots.csv").open(newline="", encoding="utf-8") as file:
        return {
            row["root"]: (Fraction(row["exchange_fee_per_side_usd"]), Fraction(row["broker_fee_per_side_usd"]))
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
