"""The shipped tables of instruments, aliases and futures roots, read into plain values.

Columns are those of `data/instruments.csv`: sizes and depths in units (shares, coins, contracts), daily volatility
in per cent in the file and as a fraction in the instrument, gamma a fraction of the price.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import msgspec

from engine.model.ids import Symbol
from engine.model.instrument import Grid, Instrument

DATA = Path(__file__).parent / "data"
FILES = ("instruments.csv", "instruments_more.csv")

CLASS_WORDS = {
    "equity": "equities",
    "etf": "etfs",
    "crypto": "crypto",
    "forex": "forex",
    "commodity": "commodities",
    "index": "indices",
}
"""The data tables' singular words and the words of every wire and screen."""

NOT_TRADABLE = {"VIX": "VIXY", "US2Y": "SHY", "US10Y": "IEF", "US30Y": "TLT"}
"""Readings that nobody can buy, and the instrument that carries the same risk."""


class Root(msgspec.Struct, frozen=True):
    """A futures root: its listed months (letters) and fees per contract and side in USD, as decimal text."""

    symbol: str
    months: str
    exchange_fee: str
    broker_fee: str


def rows(name: str) -> Iterator[dict[str, str]]:
    """Rows of a shipped table as dictionaries; OSError if the installation lacks it."""
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def plain(number: str) -> str:
    """A number of a table without exponent (1e-05 becomes 0.00001)."""
    return format(Decimal(number), "f") if "e" in number or "E" in number else number


@lru_cache(maxsize=256)
def _grid(step: str) -> Grid:
    return Grid.of(step)


def _instrument(row: dict[str, str], column: int) -> Instrument:
    symbol = row["symbol"]
    return Instrument(
        symbol=Symbol(symbol),
        name=row["name"],
        asset_class=CLASS_WORDS[row["asset_class"]],
        sector=row["sector"],
        exchange=row["exchange"],
        calendar=row["calendar"],
        session=row["session"],
        currency=row["currency"],
        tick=_grid(plain(row["tick_size"])),
        lot=_grid(plain(row["lot_size"])),
        display_lot=plain(row["display_lot"]),
        multiplier=plain(row["multiplier"]),
        fee_schedule=row["fee_schedule"],
        price0=plain(row["price0"]),
        adv_units=float(row["adv_units"]),
        daily_vol=float(row["daily_vol_pct"]) / 100.0,
        spread_ticks=float(row["spread_ticks"]),
        l1_depth=float(row["l1_depth"]),
        avg_trade=float(row["avg_trade"]),
        trades_per_day=float(row["trades_per_day"]),
        gamma=float(row["gamma"]),
        alpha=float(row["alpha"]),
        factor=row["factor"],
        rho=float(row["rho"]),
        column=column,
        tradable=symbol not in NOT_TRADABLE,
        instead=NOT_TRADABLE.get(symbol, ""),
    )


def instruments() -> tuple[Instrument, ...]:
    """Every instrument of the shipped tables; `column` is its place."""
    every = (row for name in FILES for row in rows(name))
    return tuple(_instrument(row, column) for column, row in enumerate(every))


def roots() -> dict[str, Root]:
    """Futures roots by symbol."""
    return {
        row["root"]: Root(
            symbol=row["root"],
            months=row["listed_months"],
            exchange_fee=row["exchange_fee_per_side_usd"],
            broker_fee=row["broker_fee_per_side_usd"],
        )
        for row in rows("futures_roots.csv")
    }


def aliases() -> dict[str, str]:
    """The hand-kept other names, upper case, and the symbols they mean."""
    return {row["alias"]: row["symbol"] for row in rows("aliases.csv")}
