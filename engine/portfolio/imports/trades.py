"""Lines of a table become trades on the desk's own instruments, or say what is wrong with them."""

from __future__ import annotations

from fractions import Fraction

import msgspec

from engine.market.catalogue import Catalogue
from engine.model.command import ImportedTrade
from engine.model.format import parse_time, time_text
from engine.model.ids import Lots, Minor, Symbol, Ticks, TimeNs
from engine.model.instrument import Instrument
from engine.model.number import MAX_DIGITS, NumberFormatError, div_half_even, parse_decimal
from engine.model.refusal import Refused
from engine.model.text import safe
from engine.portfolio.imports.table import PAID_BELOW_0, Line, Table
from engine.portfolio.valuation import Valuer

MOST_LOTS = 10**15
MOST_VALUE = 10**18
_BUY = frozenset({"buy", "b", "bot", "bought", "long", "buy to open", "buy to close", "buy to cover", "1"})
_SELL = frozenset({"sell", "s", "sld", "sold", "short", "sell short", "sell to open", "sell to close", "-1"})


class Fault(msgspec.Struct, frozen=True):
    """What is wrong with a line of the file, and what would be right."""

    line: int
    field: str
    cause: str
    fix: str


class _Bad(Exception):
    """A cell that cannot be read: its field, the cause, the fix."""


class Reader:
    """Reads the trades of a table as a desk knows them at `now`."""

    def __init__(self, table: Table, catalogue: Catalogue, valuer: Valuer, now: TimeNs) -> None:
        self._table, self._catalogue, self._valuer, self._now = table, catalogue, valuer, now
        self._known: dict[str, Instrument] = {}
        self._scales: dict[str, tuple[Fraction, Fraction]] = {}
        self.rounded = 0

    def read(self) -> tuple[list[ImportedTrade], list[Fault]]:
        """Trades by time (those of one moment in the file's order), and the faults of lines that are none."""
        trades: list[ImportedTrade] = []
        faults: list[Fault] = []
        for line in self._table.lines:
            try:
                trades.append(self._trade(line))
            except _Bad as bad:
                field, cause, fix = bad.args
                faults.append(Fault(line.number, field, cause, fix))
        if len(trades) > 1 and trades[0].at > trades[-1].at:  # the newest stands first
            trades.reverse()
        trades.sort(key=lambda trade: trade.at)
        return trades, faults

    def _trade(self, line: Line) -> ImportedTrade:
        cells = line.cells
        at = self._time(cells["at"])
        instrument = self._instrument(cells["symbol"], at)
        side, quantity = _side(cells)
        lots = instrument.lot.steps(quantity)
        if lots is None:
            least = instrument.lot.text(1)
            raise _Bad("quantity", f"{quantity} is no multiple of {least}", f"{instrument.symbol} trades in {least}")
        if not 0 < lots <= MOST_LOTS:
            raise _Bad("quantity", f"{quantity} is not above 0 or far too large", "leave the line out, or correct it")
        price = _number("price", cells["price"])
        if price <= 0:
            raise _Bad("price", "the price is not above 0", "leave the line out, or correct it")
        ticks = price * self._scale(instrument)[0]
        exact = div_half_even(ticks.numerator, ticks.denominator)
        if exact < 1 or exact > MOST_LOTS:
            raise _Bad("price", f"{cells['price']} is not a price of {instrument.symbol}", "is it in another currency?")
        self.rounded += ticks != exact
        value = self._value(cells, instrument, lots, ticks)
        return ImportedTrade(
            TimeNs(at), Symbol(instrument.symbol), side, Lots(lots), Ticks(exact), Minor(value), Minor(self._fee(cells))
        )

    def _time(self, text: str) -> int:
        try:
            at = int(parse_time(text.replace(", ", " ")))
        except ValueError:
            raise _Bad("at", f"{_shown(text)} is no time", "write 2026-11-23T14:31:00Z or 2026-11-23") from None
        if not 0 <= at <= self._now:
            when = time_text(self._now)
            raise _Bad("at", f"{_shown(text)} has not come yet", f"on this desk it is {when}: a trade is before that")
        return at

    def _instrument(self, text: str, at: int) -> Instrument:
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = self._find(text)
        if known.last_trade and time_text(at)[:10] > known.last_trade:
            raise _Bad("at", f"{known.symbol} stopped trading on {known.last_trade}", "name the contract it was")
        return known

    def _find(self, text: str) -> Instrument:
        if not text:
            raise _Bad("symbol", "there is no symbol", "leave the line out, or name one")
        found = self._catalogue.find(text.upper())
        if found is None:
            from datetime import date

            try:
                found = self._catalogue.resolve(text, date.fromisoformat(time_text(self._now)[:10]), trading=True)
            except Refused as refused:
                raise _Bad("symbol", refused.refusal.message, refused.refusal.fix) from None
        if not found.tradable or self._catalogue.is_root(found.symbol):
            fix = f"use {found.instead}" if found.instead else "name the contract, such as GCZ26"
            raise _Bad("symbol", f"{found.symbol} is shown but not traded", fix)
        return found

    def _scale(self, instrument: Instrument) -> tuple[Fraction, Fraction]:
        """(ticks of a price of 1, Minor of one lot at one tick at today's exchange rate)."""
        known = self._scales.get(instrument.symbol)
        if known is None:
            step, (n, d) = instrument.tick.fraction(), instrument.value_ratio()
            rate_n, rate_d = self._valuer.rate(instrument.currency)
            known = Fraction(step.denominator, step.numerator), Fraction(n * rate_n, d * rate_d)
            self._scales[instrument.symbol] = known
        return known

    def _value(self, cells: dict[str, str], instrument: Instrument, lots: int, ticks: Fraction) -> int:
        """What was traded is worth in Minor: said in the file, or at today's exchange rate."""
        worth = self._scale(instrument)[1]
        value = div_half_even(ticks.numerator * lots * worth.numerator, ticks.denominator * worth.denominator)
        if cells.get("value"):
            said = _minor("value", cells["value"])
            near = (
                said == value
                if self._valuer.rate(instrument.currency) == (1, 1) and ticks.denominator == 1
                else value <= 2 * said <= 4 * value
            )
            if not near:
                raise _Bad("value", "the value is not quantity times price", "correct it, or leave the column out")
            value = said
        if value > MOST_VALUE:
            raise _Bad("quantity", "the trade is worth far too much", "leave the line out, or correct it")
        return value

    def _fee(self, cells: dict[str, str]) -> int:
        text = cells.get("fee", "")
        fee = _minor("fee", text) if text else 0
        return abs(fee) if self._table.headers.get("fee") in PAID_BELOW_0 else fee


def _side(cells: dict[str, str]) -> tuple[int, str]:
    """The side, and the quantity without a sign. Without a side, a quantity below 0 is a sale."""
    quantity = cells["quantity"]
    _number("quantity", quantity)
    sign = -1 if quantity.startswith("-") else 1
    word = " ".join(cells.get("side", "").lower().replace("_", " ").split())
    if not word and "side" not in cells:
        return sign, quantity.lstrip("-")
    if word not in _BUY | _SELL:
        raise _Bad("side", f"{_shown(word)} is no side" if word else "there is no side", "write buy or sell")
    side = 1 if word in _BUY else -1
    if sign < 0 and side > 0:
        raise _Bad("quantity", "a purchase of less than nothing", "write the quantity without a sign")
    return side, quantity.lstrip("-")


def _number(field: str, text: str) -> Fraction:
    try:
        digits, decimals = parse_decimal(text)
    except NumberFormatError:
        cause = f"{_shown(text)} is no plain decimal number" if text else f"there is no {field}"
        raise _Bad(field, cause, "write 1234.50, without thousands, signs of currency or exponents") from None
    return Fraction(digits, int(10**decimals))


def _minor(field: str, text: str) -> int:
    exact = _number(field, text) * 1_000_000
    if abs(exact) > MOST_VALUE:
        raise _Bad(field, "the amount is far too large", "correct it")
    return div_half_even(exact.numerator, exact.denominator)


def _shown(text: str) -> str:
    return repr(safe(text[:MAX_DIGITS]))
