"""Quantities as people say them: units, worth, a share of NAV or of the position; and the sizes offered. Pure.

A worth or a share becomes units by the price of a probe: a small order whose preview says what it is worth, so that
currencies and multipliers are the engine's. Sizes are rounded down to the lot that people look at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.desk import Document
from engine.model.number import NumberFormatError, parse_decimal, to_text, trim
from vterm.state import places_of, units

MONEY = 6
"""Decimals of money in a preview."""
SHARES = (25, 50, 100)
TIMES = (1, 5, 10)
_NUMBER = r"\d*\.?\d*"
_PREFIX = re.compile(rf"(={_NUMBER}k?|{_NUMBER}(k? ?(v(cr?)?)?|k|% ?(n(av?)?|p(os?)?)?)?)\Z", re.ASCII)
_WHOLE = re.compile(r"(=?)(\d+\.?\d*|\.\d+)(k?) ?(%?) ?(v(?:cr?)?|n(?:av?)?|p(?:os?)?)?\Z", re.ASCII)
_ROUND_LOTS = {"equities": "100", "etfs": "100", "forex": "10000"}
_WORTH = 1000
"""What the usual lot of a coin is worth at least, VCR."""


@dataclass(frozen=True)
class Size:
    """What was typed: a number of `units`, of `value` in VCR, or percent of `nav` or of the `position`."""

    kind: str
    number: str


def typable(text: str, char: str) -> bool:
    """Whether a character may follow `text` in a quantity: a letter that cannot is free for the table of keys."""
    return char.isascii() and _PREFIX.match(text + char) is not None


def read_size(text: str) -> Size | None:
    """The size of `12.5`, `10k`, `=10000`, `10k vcr`, `5%`, `5% nav`, `50% pos`; None while it is none."""
    match = _WHOLE.match(text.strip())
    if match is None or _PREFIX.match(text.strip()) is None:
        return None
    worth, number, kilo, share, word = match.groups()
    if kilo:
        digits, scale = parse_decimal(_plain(number))
        number = trim(to_text(digits * 1000, scale))
    number = _plain(number)
    if not any(c in "123456789" for c in number):
        return None
    if share:
        return Size("position" if (word or "").startswith("p") else "nav", number)
    return Size("value" if worth or word else "units", number)


def _plain(text: str) -> str:
    """`.5` and `5.` are what people type; the desk wants plain decimals."""
    whole, point, fraction = text.partition(".")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{fraction}" if point and fraction else whole


def usual_lot(instrument: Document, price: str) -> str:
    """The size that people trade it in: a round lot, a contract, or of a coin the 1-2-5 worth 1,000 VCR or more."""
    lot = str(instrument.get("display_lot") or instrument.get("lot_size") or "1")
    fixed = _ROUND_LOTS.get(str(instrument.get("asset_class")))
    if fixed or instrument.get("asset_class") != "crypto":
        return fixed if fixed and units(fixed, 8) >= units(lot, 8) else trim(lot)
    decimals = max(places_of(lot), 2)
    worth, found = units(price, 2) or 100, units(lot, decimals)
    step = 10 ** len(str(found))
    candidates = [found, *(f * step // 10 for f in (2, 5)), *(f * step * 10**e for e in range(16) for f in (1, 2, 5))]
    enough = [size for size in candidates if size * worth >= _WORTH * 100 * 10**decimals]
    return trim(to_text(enough[0] if enough else found, decimals))


def times(lot: str, factor: int) -> str:
    """So many usual lots."""
    decimals = places_of(lot)
    return trim(to_text(units(lot, decimals) * factor, decimals))


def share_of(size: str, percent: str, instrument: Document) -> str:
    """`percent` of a size, rounded down to the shown lot, or to the lot where that leaves nothing."""
    digits, scale = parse_decimal(percent)
    whole = abs(units(size.lstrip("-+"), 8)) * digits
    return _on_lots(whole, 100 * 10**scale, instrument)


def worth_of(size: Size, nav: str, probe: Document, instrument: Document) -> str:
    """Units that are worth `size`, by a probe's preview; `0` where they are less than a lot."""
    value, quantity = units(str(probe.get("value") or "0"), MONEY), units(str(probe.get("quantity") or "0"), 8)
    digits, scale = parse_decimal(size.number)
    if value <= 0:
        return "0"
    if size.kind == "nav":
        return _on_lots(units(nav, MONEY) * digits * quantity, 100 * 10**scale * value, instrument)
    return _on_lots(digits * 10**MONEY * quantity, 10**scale * value, instrument)


def _on_lots(numerator: int, denominator: int, instrument: Document) -> str:
    """A fraction of 1e-8 units, rounded down to the shown lot, else to the lot itself."""
    for name in ("display_lot", "lot_size"):
        lot = max(1, units(str(instrument.get(name) or "1"), 8))
        lots = numerator // (denominator * lot)
        if lots > 0:
            return trim(to_text(lots * lot, 8))
    return "0"


def positive(text: str) -> bool:
    """Whether a decimal text is more than nothing."""
    try:
        return parse_decimal(text)[0] > 0
    except NumberFormatError:
        return False
