"""What a trade would change: every figure of the book before and after it. Nothing is ordered."""

from __future__ import annotations

import msgspec

from engine.ledger.position import apply_fill
from engine.model.account import Position
from engine.model.ids import Symbol
from engine.model.number import div_half_even
from engine.portfolio.analytics import exposure as exposures
from engine.portfolio.analytics import ratios, tail
from engine.portfolio.analytics.correlation import Moves, Risk, book_returns, correlations_with, risk
from engine.portfolio.analytics.exposure import Concentration, Exposure, Holding, Slice


class Book(msgspec.Struct, frozen=True):
    """What an account holds and is worth; money in Minor."""

    nav: int
    cash: int
    holdings: tuple[Holding, ...]


class Trade(msgspec.Struct, frozen=True):
    """A trade that might be: `lots` > 0 at `value` Minor in all, `mark` what they are worth at the mid, `fee` to pay.

    `holding` says what the instrument is (its lots and value are not read); `full_cash` whether the value is paid.
    """

    side: int
    lots: int
    value: int
    mark: int
    fee: int
    holding: Holding
    full_cash: bool = True
    margin_share: tuple[int, int] = (1, 1)


class Picture(msgspec.Struct, frozen=True):
    """A book's figures. Those from history are of the book as it is then, held through the days of `Moves`: `sharpe`
    and `sortino` too, so that before and after can be compared; None without enough days."""

    exposure: Exposure
    concentration: Concentration
    by_class: list[Slice]
    by_sector: list[Slice]
    by_currency: list[Slice]
    risk: Risk | None
    tails: list[tail.Tail]
    sharpe: float | None
    sortino: float | None
    max_drawdown: float | None


class WhatIf(msgspec.Struct, frozen=True):
    """Before and after; `realised` is the profit that the trade would close and `cost` what it loses against the mid,
    fee included, in Minor. `correlations` are the instrument's with the other holdings, and with the book before."""

    before: Picture
    after: Picture
    book: Book
    realised: int
    cost: int
    correlations: dict[str, float | None]
    with_book: float | None


def picture(book: Book, found: Moves | None, benchmark: str = "", risk_free: float = 0.0) -> Picture:
    """All figures of a book. `found`: daily returns of what it holds and of the benchmark; `risk_free`: a day's."""
    holdings, nav = book.holdings, book.nav
    weights = {one.symbol: one.value / nav for one in holdings} if nav > 0 else {}
    usable = found is not None and nav > 0 and bool(weights)
    simulated = book_returns(found, weights) if usable and found else []
    return Picture(
        exposure=exposures.exposure(holdings, nav),
        concentration=exposures.concentration(holdings, nav),
        by_class=exposures.allocation(holdings, nav, exposures.by_class),
        by_sector=exposures.allocation(holdings, nav, exposures.by_sector),
        by_currency=exposures.allocation(holdings, nav, exposures.by_currency),
        risk=risk(found, weights, benchmark) if usable and found else None,
        tails=tail.tails(simulated),
        sharpe=ratios.sharpe(simulated, risk_free),
        sortino=ratios.sortino(simulated, risk_free),
        max_drawdown=ratios.max_drawdown(simulated) if len(simulated) >= ratios.LEAST else None,
    )


def traded(book: Book, trade: Trade) -> tuple[Book, int]:
    """The book after a trade, and the profit in Minor that this closes."""
    known = {one.symbol: one for one in book.holdings}
    symbol = trade.holding.symbol
    held = known.get(symbol)
    position = Position(Symbol(symbol), held.lots, held.cost) if held else None
    after, realised = apply_fill(position, symbol, trade.side, trade.lots, trade.value)
    fills = trade.side * trade.mark
    cash = book.cash + (-trade.side * trade.value if trade.full_cash else realised) - trade.fee
    nav = book.nav + fills - trade.side * trade.value - trade.fee
    if after is None:
        known.pop(symbol, None)
    else:
        value = div_half_even(trade.mark * after.lots, trade.lots)
        margin = abs(value) * trade.margin_share[0] // trade.margin_share[1]
        known[symbol] = msgspec.structs.replace(
            trade.holding, lots=after.lots, value=value, margin=margin, cost=after.cost
        )
    return Book(nav, cash, tuple(known[name] for name in sorted(known))), realised


def what_if(book: Book, trade: Trade, found: Moves | None, benchmark: str = "", risk_free: float = 0.0) -> WhatIf:
    """The book before and after a trade, seen through the same days. `found` should hold the traded symbol too."""
    after, realised = traded(book, trade)
    correlations, with_book = _beside(book, trade.holding.symbol, found)
    return WhatIf(
        before=picture(book, found, benchmark, risk_free),
        after=picture(after, found, benchmark, risk_free),
        book=after,
        realised=realised,
        cost=book.nav - after.nav,
        correlations=correlations,
        with_book=with_book,
    )


def _beside(book: Book, symbol: str, found: Moves | None) -> tuple[dict[str, float | None], float | None]:
    own = found.of(symbol) if found is not None else None
    others = [one.symbol for one in book.holdings if one.symbol != symbol]
    if found is None or own is None:
        return dict.fromkeys(others), None
    rows = correlations_with(found, own)
    weights = {one.symbol: one.value / book.nav for one in book.holdings} if book.nav > 0 else {}
    return {name: rows.get(name) for name in others}, ratios.correlation(own, book_returns(found, weights))
