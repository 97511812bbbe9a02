"""What made-up analysts say: a rating and a target each, changed in the days after a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from engine.desk import Document
from engine.model.instrument import Instrument
from engine.research.practice.asked import Asked
from engine.research.practice.desk import Firm, Universe
from engine.research.practice.draws import Draws
from engine.research.practice.figures import signed, text
from engine.research.practice.times import MINUTE, moment_text, opening, trading_day
from engine.research.practice.words import BROKERS, person

RATINGS = ("buy", "hold", "sell")
BUY, SELL = 0.10, -0.04
"""Where a target is this far above (below) the price, the rating is buy (sell)."""


class Change(NamedTuple):
    """What one house said: when (ns), its rating and target (quoted currency), and its rating before."""

    at: int
    house: str
    analyst: str
    rating: str
    target: float
    price: float
    before: str | None


def ratings(universe: Universe, instrument: Instrument, asked: Asked) -> Document:
    """The standing ratings, their sum, and the newest changes."""
    asked.only("limit")
    firm = universe.firm(instrument, "analyst ratings")
    limit = asked.number("limit", 20, 1, 60)
    now, price = universe.now, universe.stage.price(instrument)
    every = sorted(_every(universe, firm, now), key=lambda c: -c.at)
    standing: dict[str, Change] = {}
    for one in every:
        standing.setdefault(one.house, one)
    targets = sorted(one.target for one in standing.values())
    count = Counter(one.rating for one in standing.values())
    middle = targets[len(targets) // 2] if targets else None
    return {
        "symbol": str(instrument.symbol),
        "currency": instrument.currency,
        "price": text(price, instrument.tick.decimals),
        "analysts": len(standing),
        "ratings": {word: count[word] for word in RATINGS},
        "target": {
            "low": text(targets[0], 2) if targets else None,
            "median": text(middle, 2),
            "mean": text(sum(targets) / len(targets), 2) if targets else None,
            "high": text(targets[-1], 2) if targets else None,
            "median_above_price_pct": signed(100 * (middle / price - 1), 1) if middle is not None else None,
        },
        "standing": [_document(one) for one in standing.values()],
        "changes": [_document(one) for one in every if one.before is not None][:limit],
    }


def changes_between(universe: Universe, instrument: Instrument, start: int, end: int) -> Iterator[Change]:
    """What was said about a share in (start, end]."""
    for one in _every(universe, universe.firm(instrument, "analyst ratings"), end):
        if one.at > start:
            yield one


def _document(one: Change) -> Document:
    return {
        "at": moment_text(one.at),
        "house": one.house,
        "analyst": one.analyst,
        "rating": one.rating,
        "before": one.before,
        "target": text(one.target, 2),
        "price_then": text(one.price, 2),
    }


def _every(universe: Universe, firm: Firm, end: int) -> Iterator[Change]:
    """All that was said after the newest five reports, house by house, oldest first."""
    symbol, calendar = firm.company.symbol, universe.stage.calendar(firm.instrument.session)
    newest = firm.releases.latest(end).quarter.number
    draws = Draws(universe.seed, "houses", symbol)
    for house in draws.shuffled(0, BROKERS)[: draws.whole(100, 6, 16)]:
        own = Draws(universe.seed, "house", symbol, house)
        lean, before = 0.06 + 0.11 * own.normal(0), None
        for number in range(newest - 4, newest + 1):
            release, said = firm.releases.of(number), Draws(universe.seed, "says", symbol, house, number)
            day = trading_day(calendar, release.day + said.whole(0, 0, 4))
            at = max(opening(calendar, day), release.at) + said.whole(1, 5, 360) * MINUTE
            if at > end:
                break
            close = firm.close_before(at)
            if close is None:
                continue
            price = close / firm.company.scale
            view = lean + 0.5 * release.surprise + 0.05 * said.normal(2)
            rating = "buy" if view > BUY else "sell" if view < SELL else "hold"
            yield Change(at, house, person(own, 1), rating, _round(price * (1 + view)), price, before)
            before = rating


def _round(target: float) -> float:
    """A target as analysts write it: three digits."""
    step = 10.0 ** max(-2, len(str(int(target))) - 3)
    return round(target / step) * step
