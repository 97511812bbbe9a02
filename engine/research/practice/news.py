"""The news feed: why prices moved, in headlines that are public when the move can be seen and never before."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp
from typing import NamedTuple

from engine.desk import Document
from engine.market.world.classes import TWINS
from engine.model.instrument import Instrument
from engine.research.practice.asked import Asked
from engine.research.practice.companies import issuer_of
from engine.research.practice.desk import Universe
from engine.research.practice.draws import Draws
from engine.research.practice.figures import big, signed, text
from engine.research.practice.fundamentals import declared_at
from engine.research.practice.macro import releases_between
from engine.research.practice.ratings import changes_between
from engine.research.practice.times import MINUTE, SECOND, day_of, hours_on, moment_text, text_of
from engine.research.practice.words import WIRES, idle
from engine.views.jobs import Job

DAY = 86_400 * SECOND
MOST_DAYS = 120
LARGE_GAP, LARGE_DAY = 3.0, 2.5
"""Usual deviations of a night or a day from which a move without a report has a headline."""

LAST_TICK = MINUTE - SECOND // 10
"""A jump falls on one tick of its minute: its headline comes with the minute's last."""

_GAP_UP = ("after a large order was announced", "after a rival raised its outlook", "on talk of a partnership")
_GAP_DOWN = ("after a delivery delay was announced", "after a rival cut its outlook", "on talk of a lost contract")
_JUMPS = {
    "forex": ("a surprise remark by an official", "a large order in a thin market", "a wrong figure, since corrected"),
    "commodities": ("a report of changed supply", "a pipeline and port notice", "a weather bulletin"),
    "crypto": ("a large transfer to an exchange", "a chain of forced closings", "an exchange notice"),
}


class Item(NamedTuple):
    """One piece of news; `tone` is -1, 0 or 1."""

    at: int
    symbol: str
    kind: str
    headline: str
    body: str
    tone: int


def feed(universe: Universe, instrument: Instrument | None, asked: Asked) -> Job[Document]:
    """News about an instrument, or about all of them and the economies, newest first."""
    asked.only("days", "limit", "topic")
    days = asked.number("days", 30 if instrument is not None else 2, 1, MOST_DAYS if instrument is not None else 7)
    limit = asked.number("limit", 25, 1, 200)
    topic = asked.choice("topic", ("", *TOPICS), "")
    end, start = universe.now, universe.now - days * DAY
    items: list[Item] = []
    if instrument is None:
        items += economy(universe, start, end)
        yield None
    for one in [instrument] if instrument is not None else filter(is_told, universe.stage.instruments):
        items += about(universe, one, start, end)
        yield None
    items = sorted((i for i in items if not topic or i.kind == topic), key=lambda i: (-i.at, i.symbol, i.kind))
    return {
        "symbol": str(instrument.symbol) if instrument is not None else None,
        "days": days,
        "count": len(items),
        "items": [document(universe, item) for item in items[:limit]],
    }


TOPICS = ("earnings", "dividend", "halt", "jump", "gap", "move", "rating", "company", "economy", "scenario")


def document(universe: Universe, item: Item) -> Document:
    """An item as it is sent."""
    draws = Draws(universe.seed, "wire", item.symbol, item.kind, item.at)
    return {
        "id": f"{item.symbol or 'economy'}-{item.kind}-{item.at // MINUTE}",
        "at": moment_text(item.at),
        "symbol": item.symbol or None,
        "kind": item.kind,
        "source": draws.pick(0, WIRES),
        "tone": ("negative", "neutral", "positive")[item.tone + 1],
        "headline": item.headline,
        "body": f"{item.body} (Simulated news of a practice market.)",
    }


def is_told(instrument: Instrument) -> bool:
    """Whether news is written under this symbol: not where it repeats another's prices."""
    return str(instrument.symbol) not in TWINS


def about(universe: Universe, instrument: Instrument, start: int, end: int) -> Iterator[Item]:
    """Everything about one instrument that becomes public in (start, end]."""
    end = min(end, universe.now)
    symbol = instrument.root or str(instrument.symbol)
    if instrument.asset_class == "equities":
        yield from _reports(universe, instrument, start, end)
        yield from _halts(universe, instrument, start, end)
        yield from _ratings(universe, instrument, start, end)
        yield from _idle(universe, instrument, start, end)
    if instrument.asset_class in ("equities", "etfs"):
        yield from _dividends(universe, instrument, start, end)
    if instrument.asset_class in ("equities", "etfs", "indices"):
        yield from _moves(universe, instrument, start, end)
    yield from _jumps(universe, instrument, symbol, start, end)
    yield from _scenario(universe, instrument, start, end)


def economy(universe: Universe, start: int, end: int) -> Iterator[Item]:
    """Releases of economic figures in (start, end]."""
    for one in releases_between(universe, start, min(end, universe.now)):
        yield Item(one.at, "", "economy", one.headline(), one.body(), 0)


def _reports(universe: Universe, instrument: Instrument, start: int, end: int) -> Iterator[Item]:
    firm = universe.firm(instrument, "news")
    for release in firm.releases.between(start, end):
        number, name = release.quarter.number, firm.company.name
        actual, expected = firm.reported(number), firm.books.expected_earnings(number)
        word = "beats" if release.surprise > 0 else "misses" if release.surprise < 0 else "meets"
        earned = f"{text(actual, 2 if abs(actual) >= 1 else 4)} {firm.company.currency}"
        against = f"{text(expected, 2 if abs(expected) >= 1 else 4)}"
        income = firm.books.page(number).income
        revenue = big(income.revenue * 1000.0, firm.company.currency)
        head = f"{name} {word} expectations: {release.quarter.name} earnings of {earned} a share, {against} expected"
        body = (
            f"{name} reported revenue of {revenue} and net income of {big(income.net * 1000.0, firm.company.currency)} "
            f"for the quarter that ended on {text_of(release.quarter.last)}."
        )
        yield Item(release.at, str(instrument.symbol), "earnings", head, body, _sign(release.surprise))


def _halts(universe: Universe, instrument: Instrument, start: int, end: int) -> Iterator[Item]:
    symbol, name = str(instrument.symbol), instrument.name
    for since, until in universe.stage.news_halts(instrument, start - DAY, end + 1):
        if start < since <= end:
            yield Item(
                since, symbol, "halt", f"{name}: trading halted, news pending",
                "The venue halted trading until the company has published a notice.", 0,
            )  # fmt: skip
        if start < until <= end:
            draws = Draws(universe.seed, "halt", symbol, since)
            subject = draws.pick(0, ("a supply agreement", "a change in its board", "a regulator's question",
                                     "a press report", "a planned plant closure"))  # fmt: skip
            yield Item(
                until, symbol, "halt", f"{name} comments on {subject}; trading resumes",
                f"The notice concerns {subject}. The company left its outlook as it was.", 0,
            )  # fmt: skip


def _moves(universe: Universe, instrument: Instrument, start: int, end: int) -> Iterator[Item]:
    """Large gaps without a report at the opening, large days at the close: told when they are over."""
    symbol, usual = str(instrument.symbol), instrument.daily_vol
    reported: set[int] = set()
    if instrument.asset_class == "equities":
        firm = universe.firm(instrument, "news")
        reported = {r.at for r in firm.releases.between(start - 4 * DAY, end)}
    for session in universe.stage.sessions(instrument, day_of(start) - 1, day_of(end) + 1):
        gap = session.gap
        if start < session.opens <= end and abs(gap) > LARGE_GAP * 0.6 * usual and session.known not in reported:
            draws = Draws(universe.seed, "gap", symbol, session.day)
            cause = draws.pick(0, _GAP_UP if gap > 0 else _GAP_DOWN)
            word = "higher" if gap > 0 else "lower"
            why = f" {cause}" if instrument.asset_class == "equities" else ""
            head = f"{instrument.name} opens {text(abs(100 * gap), 1)} % {word}{why}"
            yield Item(
                session.opens, symbol, "gap", head, "The first trades were far from the close before.", _sign(gap)
            )
        move = session.close / session.before - 1
        if start < session.closes <= end and abs(move) > LARGE_DAY * usual:
            word = "gains" if move > 0 else "loses"
            head = f"{instrument.name} {word} {text(abs(100 * move), 1)} % in a restless session"
            body = (
                f"It closed at {text(session.close, instrument.tick.decimals)}, {signed(100 * move, 1)} % on the day."
            )
            yield Item(session.closes, symbol, "move", head, body, _sign(move))


def _jumps(universe: Universe, instrument: Instrument, symbol: str, start: int, end: int) -> Iterator[Item]:
    for minute, size in universe.stage.jumps(instrument, start - DAY, end):
        at = minute + LAST_TICK
        if start < at <= end:
            draws = Draws(universe.seed, "jump", symbol, minute)
            cause = draws.pick(0, _JUMPS.get(instrument.asset_class, ("an order of unusual size",)))
            move = 100 * (exp(size) - 1)
            word = "jumps" if move > 0 else "drops"
            head = f"{instrument.name} {word} {text(abs(move), 2)} % within a second; {cause} is named"
            yield Item(at, symbol, "jump", head, "Who traded is not known. The move was over at once.", _sign(move))


def _dividends(universe: Universe, instrument: Instrument, start: int, end: int) -> Iterator[Item]:
    first, last = (int(text_of(day_of(at))[:4]) for at in (start, end + 40 * DAY))
    for payout in (p for year in range(first, last + 1) for p in universe.stage.payouts(instrument, year)):
        at = declared_at(universe, instrument, payout)
        if start < at <= end:
            amount = f"{text(payout.amount, max(2, instrument.tick.decimals))} {instrument.currency}"
            head = f"{instrument.name} declares a dividend of {amount}, ex-date {payout.day}"
            yield Item(at, str(instrument.symbol), "dividend", head, "It is paid on the ex-date.", 0)


def _ratings(universe: Universe, instrument: Instrument, start: int, end: int) -> Iterator[Item]:
    for one in changes_between(universe, instrument, start, end):
        if one.before is not None and one.rating != one.before:
            up = ("sell", "hold", "buy").index(one.rating) > ("sell", "hold", "buy").index(one.before)
            word = "raises" if up else "cuts"
            head = f"{one.house} {word} {instrument.name} to {one.rating} from {one.before}"
            body = f"Its target is {text(one.target, 2)} {instrument.currency}."
            yield Item(one.at, str(instrument.symbol), "rating", head, body, 1 if up else -1)


def _idle(universe: Universe, instrument: Instrument, start: int, end: int) -> Iterator[Item]:
    """Every few days something that moves nothing."""
    calendar, symbol = universe.stage.calendar(instrument.session), str(instrument.symbol)
    if issuer_of(instrument) != symbol:
        return
    for day in range(day_of(start), day_of(end) + 1):
        draws = Draws(universe.seed, "idle", symbol, day)
        hours = hours_on(calendar, day)
        if hours is None or draws.unit(0) > 0.12:
            continue
        at = hours.opens + draws.whole(1, 0, max(1, (hours.closes - hours.opens) // MINUTE)) * MINUTE
        if start < at <= end:
            head, body = idle(draws, 2)
            yield Item(at, symbol, "company", f"{instrument.name} {head}", body, 0)


def _scenario(universe: Universe, instrument: Instrument, start: int, end: int) -> Iterator[Item]:
    """What a scenario does, told some minutes into it."""
    plot = universe.stage.plot
    if plot is None:
        return
    symbol = str(instrument.symbol)
    if plot.name == "short-squeeze" and symbol == plot.symbol:
        at, head = plot.begins + 12 * MINUTE, f"{instrument.name} soars as short sellers rush to cover"
    elif plot.name == "flash-crash" and symbol in ("SPY", "SPX"):
        at, head = plot.begins + 8 * MINUTE, f"{instrument.name} plunges within minutes; no cause is known"
    elif plot.name == "liquidity-drought" and symbol == "SPY":
        at, head = plot.begins + 5 * MINUTE, "Spreads widen everywhere as dealers step back"
    else:
        return
    if start < at <= end:
        tone = 1 if plot.name == "short-squeeze" else -1
        yield Item(at, symbol, "scenario", head, "Volume is far above the usual.", tone)


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
