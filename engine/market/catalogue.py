"""Every instrument of the desk: looked up by symbol, resolved from what people write, listed as contracts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import NoReturn

import msgspec

from engine.market import resolve as names
from engine.market import tables
from engine.market.contracts import (
    MOST_CONTRACTS,
    MOST_MONTHS,
    Code,
    contract_of,
    contract_symbol,
    months_after,
    split_code,
)
from engine.model.instrument import Instrument
from engine.model.refusal import Code as Why
from engine.model.refusal import refuse
from engine.model.text import safe

TABLE_DATE = date(2026, 8, 18)
"""As-of date of the price levels; the anchor of the curves where a home gives none."""

_ECHO = 40


def _merged(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


class Catalogue:
    """The instruments of one market. Immutable to its readers; contracts are made when first asked for.

    `columns` are the series of the world (contracts excluded): columns[i].column == i. `anchor` is the date whose
    front contracts trade at their root's own price; every other contract stands at a constant distance.
    """

    def __init__(
        self,
        instruments: Iterable[Instrument],
        roots: Mapping[str, tables.Root],
        extra: Mapping[str, str],
        anchor: date,
    ) -> None:
        given = tuple(instruments)
        self._table, others = names.name_table(given, extra, roots)
        self.columns: tuple[Instrument, ...] = tuple(
            msgspec.structs.replace(i, column=place, aliases=_merged(i.aliases, others.get(i.symbol, ())))
            for place, i in enumerate(given)
        )
        self.roots = roots
        self.anchor = anchor
        self._extra = extra
        self._exact = {str(i.symbol): i for i in self.columns}
        self._contracts: dict[str, Instrument] = {}
        self._listed: dict[tuple[str, date], tuple[Instrument, ...]] = {}
        self._front_day: dict[str, date] = {}

    @classmethod
    def of(cls, instruments: Iterable[Instrument]) -> Catalogue:
        """A catalogue of exactly these instruments (a recorded market); columns follow their order."""
        return cls(instruments, {}, {}, TABLE_DATE)

    def with_anchor(self, anchor: date) -> Catalogue:
        """The same instruments with curves that start at another date's front contracts."""
        return Catalogue(self.columns, self.roots, self._extra, anchor)

    def get(self, symbol: str) -> Instrument:
        """The instrument of an exact symbol, expired contracts included; KeyError where there is none."""
        found = self.find(symbol)
        if found is None:
            raise KeyError(symbol)
        return found

    def __getitem__(self, symbol: str) -> Instrument:
        return self._exact.get(symbol) or self.get(symbol)

    def find(self, symbol: str) -> Instrument | None:
        """As `get`, but None where there is none."""
        found = self._exact.get(symbol) or self._contracts.get(symbol)
        if found is None and (code := split_code(symbol)) is not None and len(code.year) == 2:
            return self._contract(code, self.anchor)
        return found

    def is_root(self, symbol: str) -> bool:
        """Whether the symbol is a futures root, which can be read but not ordered."""
        return symbol in self.roots

    def contracts(self, root: str, on: date) -> tuple[Instrument, ...]:
        """Contracts of `root` that can be traded on a date, nearest last trade first; KeyError for no root."""
        known = self._listed.get((root, on))
        if known is None:
            instrument, horizon = self._exact[self.roots[root].symbol], months_after(on, MOST_MONTHS)
            from engine.market.expiry import listed_contracts  # reads holiday tables: only futures need it

            listed = listed_contracts(root, on, MOST_CONTRACTS)
            known = tuple(
                self._made(instrument, item.year, item.month, item.last_trade)
                for item in listed
                if item.last_trade <= horizon
            )
            self._listed[root, on] = known
        return known

    def front(self, root: str, on: date) -> Instrument:
        """The contract that a root stands for when it is read: the nearest that still trades."""
        return self.contracts(root, on)[0]

    def resolve(self, text: str, on: date, trading: bool) -> Instrument:
        """The instrument that `text` means on a date, in any spelling of docs/instruments.md.

        A root reads as its front contract. With `trading` it is refused: an order names its contract.
        Raises Refused with UNKNOWN_SYMBOL or BAD_CONTRACT_CODE.
        """
        key = names.key_of(text)
        symbol = self._table.get(key)
        if symbol is not None:
            if symbol not in self.roots:
                return self._exact[symbol]
            if trading:
                self._refuse_contract(symbol, text, on, f"{symbol} is a futures root: an order names its contract")
            return self.front(symbol, on)
        code = split_code(key)
        if code is not None and code.root in self.roots:
            return self._listed_contract(code, text, on)
        near = names.near(self.columns, self._table, text)
        raise refuse(
            Why.UNKNOWN_SYMBOL,
            f"no instrument is called {safe(text, _ECHO)!s}",
            cause="the symbol is neither listed nor another name of a listed instrument",
            fix=f"did you mean {', '.join(near)}?" if near else "vterm instruments --search TEXT finds symbols",
            field="symbol",
        )

    def search(self, text: str) -> tuple[Instrument, ...]:
        """Instruments whose symbol or name answers `text`, best first; roots stand for their contracts."""
        return names.search(self.columns, text)

    def _listed_contract(self, code: Code, text: str, on: date) -> Instrument:
        month, year = code.month(), code.full_year(on)
        if month is None:
            self._refuse_contract(code.root, text, on, f"{code.letter} is not a month letter (F G H J K M N Q U V X Z)")
        if year is None:
            self._refuse_contract(code.root, text, on, "a contract code ends in the last one or two digits of its year")
        symbol = contract_symbol(code.root, year, month)
        for contract in self.contracts(code.root, on):
            if contract.symbol == symbol:
                return contract
        made = self.find(symbol)
        if made is not None and made.last_trade < on.isoformat():
            self._refuse_contract(code.root, text, on, f"{symbol} stopped trading on {made.last_trade}")
        self._refuse_contract(code.root, text, on, f"{symbol} is not a listed contract")

    def _refuse_contract(self, root: str, text: str, on: date, cause: str) -> NoReturn:
        listed = [str(i.symbol) for i in self.contracts(root, on)[:3]]
        also = f" (also {', '.join(listed[1:])})" if len(listed) > 1 else ""
        raise refuse(
            Why.BAD_CONTRACT_CODE,
            f"{safe(text, _ECHO)!s} is not a contract that trades",
            cause=cause,
            fix=f"the front month is {listed[0]}{also}" if listed else f"no contract of {root} is listed",
            field="symbol",
        )

    def _contract(self, code: Code, on: date) -> Instrument | None:
        """The contract of a well-formed code, listed today or not; None where its root never lists that month."""
        month, year = code.month(), code.full_year(on)
        root = self.roots.get(code.root)
        if root is None or month is None or year is None or code.letter not in root.months:
            return None
        from engine.market.expiry import last_trade

        try:
            last = last_trade(root.symbol, year, month)
        except LookupError:  # a year beyond the holiday tables
            return None
        return self._made(self._exact[root.symbol], year, month, last)

    def _made(self, root: Instrument, year: int, month: int, last: date) -> Instrument:
        symbol = contract_symbol(root.symbol, year, month)
        made = self._contracts.get(symbol)
        if made is None:
            made = contract_of(root, year, month, last, self._front_last_trade(root.symbol))
            self._contracts[symbol] = made
        return made

    def _front_last_trade(self, root: str) -> date:
        day = self._front_day.get(root)
        if day is None:
            from engine.market.expiry import listed_contracts

            day = self._front_day[root] = listed_contracts(root, self.anchor, 1)[0].last_trade
        return day


@lru_cache(maxsize=8)
def load(anchor: date = TABLE_DATE) -> Catalogue:
    """The catalogue of the shipped tables."""
    return Catalogue(tables.instruments(), tables.roots(), tables.aliases(), anchor)


_PAIRS = {"EUR": "EUR-USD", "GBP": "GBP-USD", "GBX": "GBP-USD", "AUD": "AUD-USD", "NZD": "NZD-USD"}
HOME_CURRENCY = "USD"


def fx_pair(currency: str) -> tuple[str, bool] | None:
    """(symbol, inverted) of the pair that turns one unit of `currency` into VCR, or None for USD (1 VCR = 1 USD).

    Where inverted, one unit is 1 / price. Pence (GBX) use the pound's pair: `Instrument.value_ratio` has already
    divided by 100.
    """
    if currency == HOME_CURRENCY:
        return None
    pair = _PAIRS.get(currency)
    return (pair, False) if pair else (f"USD-{currency}", True)


_TRADING_SECONDS = {"24_7": 86_400, "FX_24_5": 86_400, "CME_GLOBEX": 82_800, "CBOT_GRAIN": 63_300}
_DAY_SECONDS = 23_400


def row_ticks(instrument: Instrument) -> int:
    """Ticks that one ladder row should span: one second's standard deviation, rounded to 1, 2 or 5 x 10^k."""
    seconds = _TRADING_SECONDS.get(instrument.session, _DAY_SECONDS)
    level = float(instrument.price0) / float(instrument.tick.fraction())
    deviation = level * instrument.daily_vol / math.sqrt(seconds)
    step = 1
    while True:
        for factor, up in ((1, 2), (2, 5), (5, 10)):
            if deviation * deviation <= (factor * step) * (up * step):
                return factor * step
        step *= 10
