"""The figures of an account as one document: what it did, what it holds, what that risks."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from engine.documents import Document, exact_money
from engine.model.format import time_text
from engine.portfolio.analytics import exposure, ratios, returns, tail
from engine.portfolio.analytics.correlation import LEAST_COMMON, Closes, Moves, Risk, book_returns, moves, risk
from engine.portfolio.analytics.curve import curve, deepest
from engine.portfolio.analytics.history import History
from engine.portfolio.analytics.trades import round_trips, trade_stats
from engine.portfolio.analytics.whatif import Book
from engine.views.deeds import stats_document
from engine.views.figures import (
    concentration_document,
    day_text,
    drawdown_document,
    exposure_document,
    figure,
    slice_document,
    tail_document,
)
from engine.views.told import Told

PARTS = {"class": exposure.by_class, "sector": exposure.by_sector, "currency": exposure.by_currency}
"""Allocations by name."""


class Figures(msgspec.Struct, frozen=True):
    """What estimates are made of: an account's daily returns with their days, and the benchmark's by day."""

    days: list[int]
    own: list[float] | None
    benchmark: str
    levels: Closes


def daily_figures(told: Told, benchmark: str, levels: Closes) -> Figures:
    """The account's finished weekdays."""
    found = returns.daily(told.points, told.now)
    return Figures([one.day for one in found], returns.values(found), benchmark, levels)


def performance_document(told: Told, found: Figures) -> tuple[Document, dict[str, str]]:
    """(figures of the account's own past, why some of them are null)."""
    own, points = found.own, curve(told.points)
    growth = points[-1].growth
    flow = told.points[-1].funded - told.points[0].funded
    document: Document = {
        "days": len(found.days),
        "pnl": exact_money(told.points[-1].nav - told.points[0].nav - flow),
        "total_return": None if growth is None else figure(growth - 1),
        "max_drawdown": figure(min((p.drawdown for p in points if p.drawdown is not None), default=None)),
        "drawdown": drawdown_document(deepest(points)),
        "annual_return": figure(returns.annual_return(own)) if own is not None else None,
        "volatility": figure(ratios.volatility(own)) if own is not None else None,
        "sharpe": figure(ratios.sharpe(own)) if own is not None else None,
        "sharpe_error": figure(ratios.sharpe_error(own)) if own is not None else None,
        "sortino": figure(ratios.sortino(own)) if own is not None else None,
        "calmar": figure(ratios.calmar(own)) if own is not None else None,
    }
    document.update(_relative(found))
    document["tails"] = [tail_document(one, told.book.nav) for one in tail.tails(own or [])]
    return document, _reasons(document, found)


def _relative(found: Figures) -> Document:
    """Against the benchmark, on the days that both have."""
    names = ("beta", "alpha", "correlation", "tracking_error", "information_ratio")
    pairs = _pairs(found)
    if not pairs:
        return dict.fromkeys(names)
    one = ratios.relative([own for own, _ in pairs], [other for _, other in pairs])
    return {name: figure(getattr(one, name)) for name in names}


def _pairs(found: Figures) -> list[tuple[float, float]]:
    """(own, benchmark's) returns by day, between successive closes of the benchmark."""
    if found.own is None:
        return []
    days = sorted(found.levels)
    before = dict(zip(days[1:], days[:-1], strict=True))
    own = dict(zip(found.days, found.own, strict=True))
    return [
        (value, found.levels[day] / found.levels[before[day]] - 1)
        for day, value in own.items()
        if day in before and found.levels[before[day]] > 0
    ]


def _reasons(document: Document, found: Figures) -> dict[str, str]:
    count = len(found.days)
    if found.own is None:
        why = "the account was worth nothing on some day"
    elif count < ratios.LEAST:
        why = f"needs {ratios.LEAST} finished weekdays, there are {count}"
    else:
        why = "the account's worth never moved" if document["volatility"] == figure(0.0) else ""
    special = {"sortino": "no day fell below the target", "calmar": "it never fell"}
    paired = len(_pairs(found))
    against = {"beta", "alpha", "correlation", "tracking_error", "information_ratio"}
    said = {}
    for name, value in document.items():
        if value is None and name in against and not why:
            lacking = f"{found.benchmark or 'the benchmark'} has {paired} days in common with the account"
            said[name] = lacking if paired < ratios.LEAST else "one of them never moved"
        elif value is None and name != "drawdown":
            said[name] = why or special.get(name, "nothing is left to tell it from")
    for one in document["tails"]:
        least = 100 // (100 - one["confidence"])
        if one["var"] is None:
            said[f"var_{one['confidence']}"] = f"needs {least} finished weekdays, there are {count}"
    return said


# --- what is held -------------------------------------------------------------------------------


def holdings_document(book: Book) -> Document:
    """Exposure, concentration and allocation."""
    return {
        "exposure": exposure_document(exposure.exposure(book.holdings, book.nav)),
        "concentration": concentration_document(exposure.concentration(book.holdings, book.nav)),
        "allocation": {
            name: [slice_document(one) for one in exposure.allocation(book.holdings, book.nav, part)]
            for name, part in PARTS.items()
        },
    }


def weights_of(book: Book) -> dict[str, float]:
    """Signed shares of NAV; none where it is worth nothing."""
    return {one.symbol: one.value / book.nav for one in book.holdings} if book.nav > 0 else {}


def with_benchmark(closes: dict[str, dict[int, float]], symbols: Sequence[str], benchmark: str) -> Moves | None:
    """Returns of symbols and of the benchmark on the days that all have; of the symbols alone where it has none."""
    names = {*symbols, *([benchmark] if len(closes.get(benchmark, ())) > LEAST_COMMON else [])}
    return moves({name: closes[name] for name in names if name in closes})


def book_document(book: Book, found: Moves | None, benchmark: str) -> tuple[Document, dict[str, str]]:
    """(risk of what is held now, over past days; why some of it is null)."""
    weights = weights_of(book)
    one: Risk | None = risk(found, weights, benchmark) if found is not None and weights else None
    held = book_returns(found, weights) if found is not None and weights else []
    document: Document = {
        "days": len(found.days) if found else 0,
        "from": day_text(found.days[0]) if found else None,
        "volatility": figure(one.volatility) if one else None,
        "beta": figure(one.beta) if one else None,
        "covered": figure(one.covered) if one else None,
        "tails": [tail_document(part, book.nav) for part in tail.tails(held)],
        "left_out": [name for name in (found.left_out if found else ()) if name in weights],
        "contributions": [
            {
                "symbol": part.symbol,
                "weight": figure(part.weight),
                "volatility": figure(part.volatility),
                "contribution": figure(part.contribution),
                "share": figure(part.share),
                "beta": figure(part.beta),
            }
            for part in (one.contributions if one else ())
        ],
    }
    return document, _book_reasons(document, weights, found)


def _book_reasons(document: Document, weights: dict[str, float], found: Moves | None) -> dict[str, str]:
    if not weights:
        why = "nothing is held, or the account is worth nothing"
    elif found is None:
        why = f"what is held has fewer than {LEAST_COMMON} days of closes in common"
    else:
        why = "the benchmark has no closes, or never moved"
    return {name: why for name in ("volatility", "beta", "covered") if document[name] is None}


def analytics_document(
    told: Told, history: History, window: str, closes: dict[str, dict[int, float]], benchmark: str
) -> Document:
    """Everything that is known of an account in figures."""
    found = daily_figures(told, benchmark, closes.get(benchmark, {}))
    performance, why = performance_document(told, found)
    held = with_benchmark(closes, [one.symbol for one in told.book.holdings], benchmark)
    book, lacking = book_document(told.book, held, benchmark)
    closed, _ = round_trips(history.steps)
    mine = [trip for trip in closed if trip.closed_at > told.after]
    trades = stats_document(trade_stats(mine), told.instruments)
    reasons = {f"performance.{name}": text for name, text in why.items()}
    reasons |= {f"book.{name}": text for name, text in lacking.items()}
    none = [name for name in ("win_rate", "profit_factor", "expectancy", "average_win") if trades[name] is None]
    reasons |= {f"trades.{name}": "no closed trade" if not mine else "no such trade yet" for name in none}
    return {
        "account": told.account,
        "at": time_text(told.now),
        "window": window.lower(),
        "from": time_text(told.points[0].at),
        "complete": told.complete,
        "benchmark": benchmark or None,
        "nav": exact_money(told.book.nav),
        "performance": performance,
        "trades": trades,
        **holdings_document(told.book),
        "book": book,
        "reasons": reasons,
    }
