"""Numbers as documents show them: decimal text, rounded once, at the end."""

from __future__ import annotations

from math import floor, isfinite, log10

from engine.desk import Document


def text(value: float | None, decimals: int = 2) -> str | None:
    """Decimal text; None where there is no number."""
    if value is None or not isfinite(value):
        return None
    shown = f"{value:.{decimals}f}"
    return shown.removeprefix("-") if not shown.strip("-0.") else shown


def signed(value: float | None, decimals: int = 2) -> str | None:
    """Decimal text with its sign."""
    shown = text(value, decimals)
    return shown if shown is None or shown.startswith("-") or not shown.strip("0.") else f"+{shown}"


def share(part: float | None, whole: float | None, decimals: int = 4) -> str | None:
    """part / whole; None where that means nothing."""
    return text(part / whole, decimals) if part is not None and whole else None


def change(now: float | None, before: float | None) -> str | None:
    """Per cent from before to now; None where `before` is not above 0."""
    return signed(100 * (now / before - 1), 2) if now is not None and before is not None and before > 0 else None


def round_to(value: float, digits: int) -> int:
    """A whole number with so many leading digits."""
    if value < 1:
        return 0
    step = 10 ** max(0, floor(log10(value)) + 1 - digits)
    return int(round(value / step) * step)


def big(value: float, currency: str) -> str:
    """An amount in words of a headline: 12.3 billion USD."""
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if abs(value) >= size:
            return f"{value / size:.1f} {word} {currency}"
    return f"{value:,.0f} {currency}"


def said(document: Document, at: str) -> Document:
    """A document as the practice universe says it."""
    return {"origin": "practice", "simulated": True, "at": at, **document}
