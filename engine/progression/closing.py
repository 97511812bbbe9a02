"""What a day was, told when it is over: return, leverage, breadth, stops, drawdown and Sharpe ratio so far."""

from __future__ import annotations

from collections.abc import Mapping
from math import isqrt

from engine.model.ids import DAY_NS
from engine.model.instrument import Instrument
from engine.model.number import div_half_even, to_text
from engine.progression.memory import Book
from engine.progression.windows import day_text

MILLION = 1_000_000
YEAR = 365
SHARPE_FROM = 20
"""Days of which a Sharpe ratio is told at least, and the most that are kept of them."""
SHARPE_MOST = 365


def close(book: Book, instruments: Mapping[str, Instrument]) -> dict[str, str]:
    """The data of the day that is over; the next one begins."""
    before = book.day_nav
    gained = book.nav - before - (book.funded - book.day_funded)
    made = div_half_even(MILLION * gained, before) if before > 0 else 0
    book.returns = [*book.returns, made][-SHARPE_MOST:]
    book.top = max(book.top, book.nav)
    below = div_half_even(MILLION * (book.top - book.nav), book.top) if book.top > 0 else 0
    book.deepest = max(book.deepest, below)
    held = [instruments[symbol] for symbol in book.lots if symbol in instruments]
    end = (book.day + 1) * DAY_NS
    data = {
        "day": day_text(book.day),
        "nav": to_text(book.nav, 6),
        "return_pct": to_text(made, 4),
        "leverage": _times(book.gross, book.nav),
        "leverage_max": to_text(book.most, 6),
        "sectors": str(len({one.sector for one in held if one.sector})),
        "classes": str(len({one.asset_class for one in held})),
        "positions": str(len(book.lots)),
        "unprotected": str(sum(1 for symbol in book.lots if symbol not in book.stops.values())),
        "drawdown_pct": to_text(book.deepest, 4),
        "fills": str(book.fills),
        "held_days": str(max(((end - trip.opened_at) // DAY_NS for trip in book.trips.values()), default=0)),
        "sharpe_days": str(len(book.returns)),
    }
    ratio = sharpe(book.returns)
    if ratio is not None:
        data["sharpe"] = ratio
    book.day_nav, book.day_funded, book.fills, book.most = book.nav, book.funded, 0, 0
    return data


def leverage(book: Book) -> None:
    """Note how far the account was levered now."""
    if book.nav > 0:
        book.most = max(book.most, div_half_even(MILLION * book.gross, book.nav))


def _times(gross: int, nav: int) -> str:
    return to_text(div_half_even(MILLION * gross, nav), 6) if nav > 0 else "0"


def sharpe(returns: list[int]) -> str | None:
    """Mean over deviation of daily returns, a year's, with two decimals; None for few days or none that differ."""
    count, whole = len(returns), sum(returns)
    spread = count * sum(one * one for one in returns) - whole * whole
    if count < SHARPE_FROM or spread <= 0:
        return None
    hundredths = isqrt(whole * whole * YEAR * 10_000 // spread)
    return to_text(hundredths if whole >= 0 else -hundredths, 2)
