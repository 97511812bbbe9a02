"""Money against exact fractions: the same questions to the engine's integers and to `fractions.Fraction`.

Nothing of the engine's arithmetic is used on the other side: only the texts of instruments and of the fee tables.
"""

from __future__ import annotations

import csv
import itertools
import json
import math
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from engine.kernel import Kernel
from engine.ledger.position import apply_fill
from engine.market import catalogue as catalogue_room
from engine.market.catalogue import fx_pair
from engine.matching.fees import schedule, schedules
from engine.model.account import Position
from engine.model.ids import SECOND_NS, TimeNs
from engine.model.instrument import Instrument
from engine.model.number import div_ceil, div_floor, div_half_even, to_text, to_units
from tests.crash.desk import OPENS_AT, kernel

MINOR = 10**6
_LARGE = 10**15
_DATA = Path(catalogue_room.__file__).parent / "data"

Case = tuple[str, object, object]
"""What was asked, what the engine says, what the fraction is."""


class Differences(msgspec.Struct):
    """What comparing came to."""

    cases: int = 0
    different: int = 0
    kinds: dict[str, int] = {}
    seconds: float = 0.0
    why: list[str] = []


def run(cases: int, seed: int = 1) -> Differences:
    """Ask `cases` random questions of every kind in turn."""
    begun, figures = time.perf_counter(), Differences()
    for what, engine, exact in itertools.islice(questions(seed), cases):
        figures.cases += 1
        kind = what.split(" ", 1)[0]
        figures.kinds[kind] = figures.kinds.get(kind, 0) + 1
        if engine != exact:
            figures.different += 1
            figures.why = [*figures.why[:4], f"{what}: {engine}, exactly {exact}"]
    figures.seconds = round(time.perf_counter() - begun, 1)
    return figures


def questions(seed: int) -> Iterator[Case]:
    """Every kind in turn, for ever."""
    desk = kernel()
    held = [i for i in desk.catalogue.columns if i.tradable]
    for number, make in enumerate(itertools.cycle((_value, _fee, _average, _quotient, _text, _most))):
        chance = Random(f"{seed} {number}")
        if number % 5_000 == 0:
            desk.shown.advance(TimeNs(OPENS_AT + chance.randrange(10**6) * SECOND_NS), SECOND_NS)
        yield from make(desk, chance.choice(held), chance)


# --- values -----------------------------------------------------------------------------------------


def _rate(desk: Kernel, currency: str) -> Fraction:
    """VCR of one unit of a currency (of a pound for pence) at the shown mid."""
    pair = fx_pair(currency)
    if pair is None:
        return Fraction(1)
    instrument = desk.catalogue[pair[0]]
    price = Fraction(desk.shown.mid2(instrument), 2) * instrument.tick.units / 10**instrument.tick.decimals
    return 1 / price if pair[1] else price


def _exact_value(desk: Kernel, instrument: Instrument, lots: int, price2: int) -> Fraction:
    """Minor VCR of lots at half ticks."""
    price = Fraction(price2, 2) * instrument.tick.units / 10**instrument.tick.decimals
    quantity = Fraction(lots * instrument.lot.units, 10**instrument.lot.decimals)
    pence = 100 if instrument.currency == "GBX" else 1
    return price * quantity * Fraction(instrument.multiplier) / pence * _rate(desk, instrument.currency) * MINOR


def _value(desk: Kernel, instrument: Instrument, chance: Random) -> Iterator[Case]:
    lots, price2 = _signed(chance, 10**9), _signed(chance, 10**8)
    exact = round(_exact_value(desk, instrument, lots, price2))
    yield f"value {instrument.symbol} {lots} {price2}", desk.valuer.value(instrument, lots, price2), exact


def _most(desk: Kernel, instrument: Instrument, chance: Random) -> Iterator[Case]:
    price2, money = 1 + abs(_signed(chance, 10**8)), abs(_signed(chance, 10**14))
    exact = math.floor(money / _exact_value(desk, instrument, 1, price2)) if money else 0
    yield f"most {instrument.symbol} {price2} {money}", desk.valuer.most_lots(instrument, price2, money), exact


# --- positions ----------------------------------------------------------------------------------------


def _average(_: Kernel, instrument: Instrument, chance: Random) -> Iterator[Case]:
    """Average cost by its own words: a part of the position gives up the same part of the cost."""
    held, cost = _signed(chance, 10**7), _signed(chance, 10**13)
    position = Position(instrument.symbol, held, cost) if held else None
    side, lots, value = chance.choice((1, -1)), 1 + abs(_signed(chance, 10**7)), abs(_signed(chance, 10**13))
    after, realised = apply_fill(position, instrument.symbol, side, lots, value)
    if held * side >= 0:
        exact = held + side * lots, (cost if held else 0) + side * value, 0
    elif lots < abs(held):
        given = round(Fraction(cost) * Fraction(lots, abs(held)))
        exact = held + side * lots, cost - given, -side * value - given
    else:
        left = lots - abs(held)
        opened = round(value * Fraction(left, lots))
        exact = side * left, side * opened, -side * (value - opened) - cost
    found = (after.lots if after else 0, after.cost if after else 0, realised)
    yield f"average {held} {cost} {side * lots} {value}", found, exact


# --- numbers ------------------------------------------------------------------------------------------


def _quotient(_: Kernel, __: Instrument, chance: Random) -> Iterator[Case]:
    bottom = _signed(chance, 10**9) or 2
    top = bottom * _signed(chance, 10**6) + bottom // 2 if chance.random() < 0.4 else _signed(chance, _LARGE)
    exact = Fraction(top, bottom)
    found = div_half_even(top, bottom), div_floor(top, bottom), div_ceil(top, bottom)
    yield f"quotient {top}/{bottom}", found, (round(exact), math.floor(exact), math.ceil(exact))


def _text(_: Kernel, __: Instrument, chance: Random) -> Iterator[Case]:
    units, decimals = _signed(chance, _LARGE), chance.randrange(0, 13)
    text = to_text(units, decimals)
    yield f"text {units} {decimals}", (Fraction(text), to_units(text, decimals)), (Fraction(units, 10**decimals), units)


def _signed(chance: Random, most: int) -> int:
    """Of any size, small ones as likely as large ones."""
    return chance.choice((1, -1)) * chance.randrange(chance.choice((2, 10, 1_000, most)))


# --- fees -----------------------------------------------------------------------------------------------


def _tables() -> dict[str, dict[str, Any]]:
    tables: dict[str, dict[str, Any]] = {}
    for name in ("fees.json", "fees_more.json"):
        tables |= json.loads((_DATA / name).read_text("utf-8"), parse_float=Fraction)
    return tables


_TABLES = _tables()
_KEYS = [key for key in schedules() if key in _TABLES]


def _fee(desk: Kernel, instrument: Instrument, chance: Random) -> Iterator[Case]:
    key = instrument.fee_schedule if chance.random() < 0.5 else chance.choice(_KEYS)
    side, maker = chance.choice((1, -1)), chance.random() < 0.5
    lots, value, traded = (abs(_signed(chance, most)) for most in (10**7, 10**14, 10**16))
    fx = _rate(desk, instrument.currency)
    deal = Deal(instrument, side, lots, Fraction(value, MINOR), maker, Fraction(traded, MINOR), fx)
    found = schedule(key).total(instrument, side, lots, value, maker, traded, fx.as_integer_ratio())
    what = f"fee {key} {instrument.symbol} {side * lots} {value} {'maker' if maker else 'taker'} {traded}"
    yield what, found, round(exact_fee(_TABLES[key], deal) * MINOR) if lots else 0


class Deal(msgspec.Struct):
    """What was traded: `value` and `traded` in VCR, `fx` VCR of a unit of the market's currency."""

    instrument: Instrument
    side: int
    lots: int
    value: Fraction
    maker: bool
    traded: Fraction
    fx: Fraction

    @property
    def units(self) -> Fraction:
        """Shares, coins, contracts."""
        return Fraction(self.lots * self.instrument.lot.units, 10**self.instrument.lot.decimals)

    @property
    def units_traded(self) -> Fraction:
        """Units that 30 days' value buys at the catalogue's price."""
        pence = 100 if self.instrument.currency == "GBX" else 1
        price = Fraction(self.instrument.price0) * Fraction(self.instrument.multiplier) / pence * self.fx
        return self.traded / price if price > 0 else Fraction(0)


def exact_fee(table: dict[str, Any], deal: Deal) -> Fraction:
    """The fee in VCR, by the table's own words."""
    table = _TABLES[table["same_as"]] if "same_as" in table else table
    return _FEES[table.get("model", "maker_taker_30d_volume_usd")](table, deal)


def _tier(rows: list[list[Any]], amount: Fraction, column: int = 1) -> Fraction:
    row = next((row for row in rows if row[0] is None or amount < row[0]), rows[-1])
    return Fraction(row[column])


def _least(table: dict[str, Any], deal: Deal) -> Fraction:
    least = table.get("min_per_order", 0)
    return Fraction(next(iter(least.values()))) * deal.fx if isinstance(least, dict) else Fraction(least)


def _per_share(table: dict[str, Any], deal: Deal) -> Fraction:
    extra: dict[str, Any] = table.get("pass_through", {})
    rows = table.get("tiers_monthly_shares") or [[None, table["per_share"]]]
    rate = _tier(rows, deal.units_traded)
    if deal.maker:
        rate = max(Fraction(0), rate + extra.get("exchange_add_per_share", 0))
    most = deal.value * table["max_pct_of_trade_value"] / 100
    commission = min(most, max(_least(table, deal), rate * deal.units))
    share = extra.get("nyse_pass_through_x_commission", 0) + extra.get("finra_pass_through_x_commission", 0)
    clearing = deal.units * extra.get("clearing_per_share", 0)
    fee = commission * (1 + share) + min(clearing, deal.value * extra.get("clearing_cap_pct_of_trade", 0) / 100)
    if not deal.maker:
        fee += deal.units * extra.get("exchange_remove_per_share", 0)
    if deal.side < 0:
        fee += deal.value * extra.get("sec_fee_on_sells_rate", 0)
        fee += deal.units * extra.get("finra_taf_on_sells_per_share", 0)
    return fee


def _percent(table: dict[str, Any], deal: Deal) -> Fraction:
    own = "stamp_duty_on_buys_pct" if deal.side > 0 else "stamp_duty_on_sells_pct"
    taxes = sum(table.get(name, 0) for name in ("stamp_duty_both_sides_pct", "trading_fee_pct", "sfc_levy_pct", own))
    fee = max(deal.value * table.get("tier1_pct", table.get("pct", 0)) / 100, _least(table, deal))
    if deal.value > 10_000 * deal.fx:
        fee += table.get("ptm_levy_gbp_over_10000", 0) * deal.fx
    return fee + deal.value * taxes / 100


def _maker_taker(table: dict[str, Any], deal: Deal) -> Fraction:
    row = [row for row in table["tiers"] if deal.traded >= row[0]][-1]
    return deal.value * row[1 if deal.maker else 2] / 10_000


def _monthly(table: dict[str, Any], deal: Deal) -> Fraction:
    rows = table["tiers_monthly_usd"]
    return max(deal.value * _tier(rows, deal.traded) / 10_000, _tier(rows, deal.traded, 2))


def _by_order(table: dict[str, Any], deal: Deal) -> Fraction:
    fee, below = Fraction(0), Fraction(0)
    for bound, rate in table["tiers_order_usd"]:
        upper = deal.value if bound is None else min(deal.value, Fraction(bound))
        fee, below = fee + max(upper - below, Fraction(0)) * rate / 10_000, max(below, upper)
    return max(fee, _least(table, deal))


def _flat(table: dict[str, Any], deal: Deal) -> Fraction:
    return max(deal.value * Fraction(table["bps"]) / 10_000, _least(table, deal))


def _per_contract(table: dict[str, Any], deal: Deal) -> Fraction:
    rows = table["broker_tiers_monthly_contracts"]
    exchange, broker = _ROOTS.get(
        deal.instrument.root or str(deal.instrument.symbol),
        (Fraction(table["exchange_examples"]["default"]), Fraction(rows[0][1])),
    )
    if broker >= rows[0][1]:
        broker = _tier(rows, deal.units_traded)
    return (exchange + broker + table["nfa_regulatory"]) * deal.units


def _roots() -> dict[str, tuple[Fraction, Fraction]]:
    named = csv.DictReader((_DATA / "futures_roots.csv").read_text("utf-8").splitlines())
    return {
        row["root"]: (Fraction(row["exchange_fee_per_side_usd"]), Fraction(row["broker_fee_per_side_usd"]))
        for row in named
    }


_ROOTS = _roots()
_FEES: dict[str, Callable[[dict[str, Any], Deal], Fraction]] = {
    "per_share_tiered": _per_share,
    "per_share": _per_share,
    "pct_tiered": _percent,
    "pct": _percent,
    "maker_taker_30d_volume_usd": _maker_taker,
    "bps_monthly_tiers": _monthly,
    "bps_by_order_value": _by_order,
    "bps": _flat,
    "per_contract_per_side": _per_contract,
}
