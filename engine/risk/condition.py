"""Price rules: the terms of an order's `when`, from text and back.

`[SYMBOL] price|spread|imbalance|time >=|<=|>|< VALUE`, joined by `and`; without a symbol the order's own instrument
is meant. A rule is looked at when the market moves, so `>` and `>=` mean the same: at or above; `<` and `<=`: at or
below. The canonical text says `>=` and `<=`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from engine.model.format import time_text
from engine.model.ids import Symbol
from engine.model.instrument import Grid, Instrument
from engine.model.number import to_text, trim
from engine.model.order import Condition
from engine.model.refusal import Code, Refused, refuse
from engine.risk.amount import on_grid, read_amount
from engine.risk.stamp import read_stamp
from engine.risk.wire import shown

SUBJECTS = ("price", "spread", "imbalance", "time")
MOST_TERMS = 8
MOST_CHARACTERS = 512
MILLION = 1_000_000

_AND = re.compile(r"\s+and\s+", re.ASCII | re.IGNORECASE)
_TERM = re.compile(
    r"(?:(?P<symbol>\S+)\s+)?(?P<subject>[A-Za-z_]+)\s*(?P<sign>>=|<=|>|<)\s*(?P<value>[^\s<>=]+)\Z", re.ASCII
)
_EXAMPLE = 'write it like "price >= 250 and spread <= 0.02"'
_IMBALANCE = Grid(1, 6)

Find = Callable[[str], Instrument]
"""The instrument that a symbol means, or Refused."""


def parse_when(text: str, own: Instrument, find: Find) -> tuple[Condition, ...]:
    """The conditions of a text; `own` is the order's instrument and `find` reads the other symbols.

    Raises Refused with field `when`: ENUM_ERROR, NUMBER_FORMAT, OUT_OF_RANGE, PRECISION_EXCEEDED, UNKNOWN_SYMBOL,
    INCONSISTENT_FIELDS.
    """
    if len(text) > MOST_CHARACTERS:
        raise _out_of_range("is too long", f"a rule has at most {MOST_CHARACTERS} characters")
    terms = _AND.split(text.strip(" "))
    if len(terms) > MOST_TERMS:
        raise _out_of_range(f"has {len(terms)} terms", f"a rule has at most {MOST_TERMS} terms")
    return tuple(_term(term, own, find) for term in terms)


def when_text(conditions: tuple[Condition, ...], own: Symbol, find: Find) -> str:
    """The canonical text of conditions: the inverse of `parse_when`."""
    return " and ".join(_written(condition, own, find) for condition in conditions)


def _out_of_range(what: str, fix: str) -> Refused:
    return refuse(Code.OUT_OF_RANGE, f"when {what}", fix=fix, field="when")


def _term(term: str, own: Instrument, find: Find) -> Condition:
    match = _TERM.match(term)
    if match is None:
        raise _unknown(f"the term {shown(term)} cannot be read", "a term is [SYMBOL] SUBJECT >= VALUE")
    subject = match["subject"].lower()
    if subject not in SUBJECTS:
        raise _unknown(f"there is no subject {shown(match['subject'])}", f"subjects: {', '.join(SUBJECTS)}")
    instrument = own
    if match["symbol"] is not None:
        if subject == "time":
            raise refuse(
                Code.INCONSISTENT_FIELDS,
                "time is the same for every symbol",
                cause=f"the term {shown(term)} names one",
                fix=f"leave {shown(match['symbol'])} out",
                field="when",
            )
        instrument = _found(match["symbol"], find)
    value = _value(subject, match["value"], instrument)
    return Condition(subject, instrument.symbol, match["sign"].startswith(">"), value)


def _unknown(message: str, cause: str) -> Refused:
    return refuse(Code.ENUM_ERROR, f"when is not understood: {message}", cause=cause, fix=_EXAMPLE, field="when")


def _found(symbol: str, find: Find) -> Instrument:
    try:
        return find(symbol)
    except Refused as refused:
        why = refused.refusal
        raise refuse(why.code, why.message, cause=why.cause, fix=why.fix, field="when") from None


def _value(subject: str, text: str, instrument: Instrument) -> int:
    """The value in its subject's unit: half ticks, millionths or nanoseconds."""
    if subject == "time":
        return read_stamp("when", text, end_of_day=False)
    if subject == "imbalance":
        return _share(text)
    amount = read_amount("when", text)
    if subject == "spread":
        return 2 * on_grid(amount, instrument.tick, "tick")
    return on_grid(amount, Grid(instrument.tick.units * 5, instrument.tick.decimals + 1), "half tick")


def _share(text: str) -> int:
    """An imbalance from -1 to 1 in millionths; zero is the even book."""
    number = text.removeprefix("-")
    if number.strip("0.") == "" and re.fullmatch(r"0(?:\.0+)?", number):
        return 0
    share = on_grid(read_amount("when", number), _IMBALANCE, "millionth")
    if share > MILLION:
        raise _out_of_range(
            "compares an imbalance beyond 1", "an imbalance lies between -1 (all asks) and 1 (all bids)"
        )
    return -share if text.startswith("-") else share


def _written(condition: Condition, own: Symbol, find: Find) -> str:
    sign = ">=" if condition.above else "<="
    if condition.subject == "time":
        return f"time {sign} {time_text(condition.value)}"
    other = "" if condition.symbol == own else f"{condition.symbol} "
    if condition.subject == "imbalance":
        return f"{other}imbalance {sign} {trim(to_text(condition.value, 6))}"
    instrument = find(condition.symbol)
    whole, half = divmod(condition.value, 2)
    value = instrument.tick.half_text(condition.value) if half else instrument.price_text(whole)
    return f"{other}{condition.subject} {sign} {value}"
