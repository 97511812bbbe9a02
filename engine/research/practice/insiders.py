"""A company's insiders: who they are, what they hold, and what they traded, in the weeks after a report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from engine.desk import Document
from engine.model.instrument import Instrument
from engine.research.practice.asked import Asked
from engine.research.practice.desk import Firm, Universe
from engine.research.practice.draws import Draws
from engine.research.practice.figures import round_to, share, text
from engine.research.practice.times import HOUR, MINUTE, closing, day_of, hours_on, moment_text, text_of, trading_day
from engine.research.practice.words import ROLES, person

QUARTERS = 8
"""Reports after which trades are known."""


class Insider(NamedTuple):
    """One insider: place in the list, name, role, year of joining, shares held before the first known trade."""

    place: int
    name: str
    role: str
    since: int
    began_with: int


class Trade(NamedTuple):
    """One trade: its day, when its form is public (ns), shares (negative: sold), price (quoted), shares held after."""

    insider: Insider
    day: int
    filed: int
    shares: int
    price: float
    after: int


def people(firm: Firm, seed: int) -> list[Insider]:
    """A company's insiders, by role."""
    draws = Draws(seed, "insiders", firm.company.symbol)
    whole = firm.company.shares * draws.between(0, 0.002, 0.03)
    found: list[Insider] = []
    for place in range(draws.whole(1, 7, len(ROLES))):
        name = person(draws, 10 + 4 * place)
        weight = (0.4, 0.08, 0.06, 0.03, 0.05, 0.12)[place] if place < 6 else 0.02
        held = max(100, round_to(whole * weight * draws.between(90 + place, 0.5, 1.5), 4))
        since = firm.origin // 4 - draws.whole(60 + place, 1, 16)
        found.append(Insider(place, name, ROLES[place], since, held))
    return found


def history(universe: Universe, firm: Firm, end: int) -> Iterator[Trade]:
    """Trades whose forms are public by a moment, insider by insider, oldest first.

    They count from a fixed quarter, so that what is held at one time follows from what was held before.
    """
    start, newest = firm.origin - QUARTERS, firm.releases.latest(end).quarter.number
    calendar = universe.stage.calendar(firm.instrument.session)
    for insider in people(firm, universe.seed):
        held = insider.began_with
        for number in range(start, newest + 1):
            draws = Draws(universe.seed, "insider", firm.company.symbol, insider.place, number)
            if draws.unit(0) > (0.3 if insider.place < 5 else 0.12):
                continue
            day = firm.releases.of(number).day + draws.whole(1, 3, 28)
            while hours_on(calendar, day) is None and day < firm.releases.of(number).day + 40:
                day += 1
            filed = closing(calendar, trading_day(calendar, day + 2)) + HOUR + draws.whole(2, 0, 90) * MINUTE
            close = firm.close_before(closing(calendar, day))
            if filed > end or close is None:
                continue
            bought = draws.unit(3) < 0.25
            shares = max(10, round_to(held * draws.between(4, 0.01, 0.06 if bought else 0.12), 3))
            shares = shares if bought else -min(shares, held // 2)
            held += shares
            yield Trade(insider, day, filed, shares, close / firm.company.scale, held)


def trades(universe: Universe, instrument: Instrument, asked: Asked) -> Document:
    """What insiders bought and sold, newest first, as far as the forms are public."""
    asked.only("limit", "days")
    firm = universe.firm(instrument, "insiders")
    limit, days = asked.number("limit", 20, 1, 100), asked.number("days", 365, 1, 730)
    begin = day_of(universe.now) - days
    every = sorted(
        (t for t in history(universe, firm, universe.now) if t.day >= begin), key=lambda t: (-t.filed, t.insider.place)
    )
    bought, sold = (sum(abs(t.shares) for t in every if (t.shares > 0) is side) for side in (True, False))
    return {
        "symbol": str(instrument.symbol),
        "currency": instrument.currency,
        "days": days,
        "bought": str(bought),
        "sold": str(sold),
        "count": len(every),
        "trades": [trade_document(t) for t in every[:limit]],
    }


def trade_document(trade: Trade) -> Document:
    """A trade as its form tells it."""
    return {
        "filed_at": moment_text(trade.filed),
        "date": text_of(trade.day),
        "name": trade.insider.name,
        "role": trade.insider.role,
        "side": "buy" if trade.shares > 0 else "sell",
        "shares": str(abs(trade.shares)),
        "price": text(trade.price, 2),
        "value": text(abs(trade.shares) * trade.price, 0),
        "held_after": str(trade.after),
    }


def roster(universe: Universe, instrument: Instrument, asked: Asked) -> Document:
    """Who the insiders are and what they hold."""
    asked.only()
    firm = universe.firm(instrument, "insiders")
    held: dict[int, Trade] = {t.insider.place: t for t in history(universe, firm, universe.now)}
    rows, whole = [], 0
    for insider in people(firm, universe.seed):
        last = held.get(insider.place)
        shares = last.after if last is not None else insider.began_with
        whole += shares
        rows.append(
            {
                "name": insider.name,
                "role": insider.role,
                "since": insider.since,
                "shares": str(shares),
                "share_of_company": share(shares, firm.company.shares, 6),
                "last_trade": text_of(last.day) if last is not None else None,
            }
        )
    return {
        "symbol": str(instrument.symbol),
        "shares_outstanding": str(firm.company.shares),
        "held": str(whole),
        "held_share": share(whole, firm.company.shares, 6),
        "insiders": rows,
    }
