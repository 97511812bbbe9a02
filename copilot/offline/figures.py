"""Figures of documents as a sentence shows them."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from engine.model.number import trim


def money(amount: object, places: int = 2) -> str:
    """1234.5 as 1,234.50 VCR; - where it is not known."""
    return "-" if amount is None else f"{_rounded(amount, places):,f} VCR"


def percent(share: object, places: int = 1) -> str:
    """A share (0.254) as 25.4 %."""
    return "-" if share is None else f"{_rounded(Decimal(str(share)) * 100, places):f} %"


def change(points: object) -> str:
    """Percent points of a document, with their sign."""
    return "-" if points is None else f"{_rounded(points, 2):+f} %"


def plain(number: object) -> str:
    """Digits as they are, without idle zeros, grouped."""
    return f"{Decimal(trim(str(number))):,f}"


def figure(number: object, places: int = 2) -> str:
    """A ratio."""
    return "-" if number is None else f"{_rounded(number, places):f}"


def clock(at: object) -> str:
    """The time of day of an RFC 3339 time."""
    text = str(at)
    return f"{text[:10]} {text[11:19]} UTC" if len(text) > 18 else text


def _rounded(number: object, places: int) -> Decimal:
    return Decimal(str(number)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN) + 0
