"""Large made-up holders of a share, as their quarterly reports tell them: 45 days after a calendar quarter's end."""

from __future__ import annotations

from engine.desk import Document
from engine.model.instrument import Instrument
from engine.research.practice.asked import Asked
from engine.research.practice.desk import Firm, Universe
from engine.research.practice.draws import Draws
from engine.research.practice.figures import round_to, share, signed, text
from engine.research.practice.times import (
    HOUR,
    closing,
    day_of,
    moment_text,
    month_end,
    months_of,
    text_of,
    trading_day,
)
from engine.research.practice.words import HOLDERS

WAIT = 45
MOST = 0.72
"""Of a company that all of them hold together, at most."""


def reported_at(universe: Universe, firm: Firm, month: int) -> int:
    """When the reports for a quarter that ends with `month` are public."""
    calendar = universe.stage.calendar(firm.instrument.session)
    return closing(calendar, trading_day(calendar, month_end(month) + WAIT)) + HOUR


def newest(universe: Universe, firm: Firm, end: int) -> int:
    """The last month of the newest calendar quarter that is reported by a moment."""
    month = months_of(day_of(end)) // 3 * 3 + 2
    while reported_at(universe, firm, month) > end:
        month -= 3
    return month


def held(seed: int, firm: Firm, month: int) -> list[tuple[str, int]]:
    """(holder, shares) at the end of a quarter, largest first."""
    draws = Draws(seed, "holders", firm.company.symbol)
    names = draws.shuffled(0, HOLDERS)[: draws.whole(100, 10, 15)]
    raw = []
    for place, name in enumerate(names):
        base = 0.09 * 0.86**place * draws.between(101 + place, 0.7, 1.3)
        drift = sum(
            Draws(seed, "holder", firm.company.symbol, name, month - 3 * k).normal(0) * 0.06 * 0.85**k
            for k in range(12)
        )
        raw.append((name, base * max(0.2, 1 + drift)))
    whole = sum(part for _, part in raw)
    scale = min(1.0, MOST / whole) * firm.company.shares
    return sorted(((name, round_to(part * scale, 6)) for name, part in raw), key=lambda row: -row[1])


def holders(universe: Universe, instrument: Instrument, asked: Asked) -> Document:
    """Who holds most of a company, with the change over a quarter."""
    asked.only("limit")
    firm, limit = universe.firm(instrument, "institutional holders"), asked.number("limit", 15, 1, 30)
    month = newest(universe, firm, universe.now)
    now, before = held(universe.seed, firm, month), dict(held(universe.seed, firm, month - 3))
    day, shares = month_end(month), firm.company.shares
    close = firm.close_before(closing(universe.stage.calendar(instrument.session), day))
    price = close / firm.company.scale if close is not None else universe.stage.price(instrument)
    return {
        "symbol": str(instrument.symbol),
        "currency": instrument.currency,
        "as_of": text_of(day),
        "reported_at": moment_text(reported_at(universe, firm, month)),
        "shares_outstanding": str(shares),
        "price_then": text(price, instrument.tick.decimals),
        "count": len(now),
        "held": str(sum(count for _, count in now)),
        "held_share": share(sum(count for _, count in now), shares),
        "holders": [
            {
                "holder": name,
                "shares": str(count),
                "share_of_company": share(count, shares),
                "value": text(count * price, 0),
                "change": str(count - before.get(name, 0)),
                "change_pct": signed(100 * (count / before[name] - 1), 2) if before.get(name) else None,
            }
            for name, count in now[:limit]
        ],
    }
