"""Everything known about an account, readable: the heavy figures, kept for a minute of the market."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from engine.documents import Document
from engine.kernel import Kernel
from engine.model.format import time_text
from engine.model.ids import MINUTE_NS
from engine.model.instrument import Instrument
from engine.portfolio.analytics.correlation import correlation_matrix, moves
from engine.portfolio.analytics.history import History
from engine.views.deeds import DeedView
from engine.views.figures import day_text, figure
from engine.views.jobs import Job
from engine.views.risk import RiskView
from engine.views.statistics import analytics_document, book_document, holdings_document, with_benchmark
from engine.views.told import Told

BENCHMARK = "SPX"
"""What an account is compared with where nothing else is asked for."""
_KEPT = 64


class PerformanceView(DeedView, RiskView):
    """Statistics of one desk's accounts."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self._known: dict[tuple[object, ...], Document] = {}

    def analytics(self, account: str, window: str = "all", benchmark: str = "") -> Job[Document]:
        """Ratios, tails, trades, exposure, allocation, concentration and risk by position."""
        name, other = self.window_name(window), self.benchmark(benchmark)
        key = self._key("analytics", account, name, benchmark)
        if key in self._known:
            return self._known[key]
        told, tell_it = self.told(account, name), self.history_of(account)
        history: History = yield tell_it
        closes = yield from self.closes.daily(self._measured(told, other))
        symbol = str(other.symbol) if other else ""
        return self._keep(key, (yield lambda: analytics_document(told, history, window, closes, symbol)))

    def correlation(self, account: str, symbols: Sequence[str] = (), limit: int = 0) -> Job[Document]:
        """How what is held (the largest `limit` of it) or the named instruments move together."""
        key = self._key("correlation", account, tuple(symbols), limit)
        if key in self._known:
            return self._known[key]
        if symbols:
            wanted = list(dict.fromkeys(self.resolve(text) for text in symbols))
        else:
            rows = sorted(self.book_of(self.account(account)).holdings, key=lambda one: (-abs(one.value), one.symbol))
            wanted = [self.catalogue[one.symbol] for one in (rows[:limit] if limit else rows)]
        at = self.now
        closes = yield from self.closes.daily(wanted)
        names = [str(one.symbol) for one in wanted]
        return self._keep(key, (yield lambda: _correlation_document(account, at, names, closes)))

    def risk_figures(self, account: str, benchmark: str = "") -> Job[Document]:
        """The risk document with exposure, and what is held seen through past days."""
        other = self.benchmark(benchmark)
        self.account(account)
        key = self._key("risk", account, benchmark)
        found = self._known.get(key)
        if found is None:
            told = self.told(account, "1D")
            closes = yield from self.closes.daily(self._measured(told, other))
            symbol = str(other.symbol) if other else ""
            found = self._keep(key, (yield lambda: _risk_figures(told, closes, symbol)))
        return {**self.risk(account), **found}

    def benchmark(self, text: str) -> Instrument | None:
        """The instrument to compare with; none where the market does not have the usual one. Raises Refused."""
        if text:
            return self.resolve(text)
        return self.catalogue.find(BENCHMARK)

    def _measured(self, told: Told, other: Instrument | None) -> Iterable[Instrument]:
        """What closes are needed of."""
        held = [told.instruments[one.symbol] for one in told.book.holdings]
        return [*held, *([other] if other is not None else ())]

    # --- kept ---------------------------------------------------------------------------------

    def _key(self, *words: object) -> tuple[object, ...]:
        state = self.kernel.state
        return (*words, state.now // MINUTE_NS, state.fills_made, state.transfers_made)

    def _keep(self, key: tuple[object, ...], document: Any) -> Document:
        if len(self._known) >= _KEPT:
            self._known.clear()
        self._known[key] = document
        return self._known[key]


def _correlation_document(account: str, at: int, names: list[str], closes: dict[str, dict[int, float]]) -> Document:
    found = moves(closes)
    document: Document = {"account": account, "at": time_text(at), "days": 0, "from": None, "symbols": []}
    if found is None:
        return {**document, "matrix": [], "left_out": names, "reason": "too little history in common"}
    places = [found.symbols.index(name) for name in names if name in found.symbols]
    matrix = correlation_matrix(found)
    return {
        **document,
        "days": len(found.days),
        "from": day_text(found.days[0]),
        "symbols": [found.symbols[place] for place in places],
        "matrix": [[figure(matrix[row][column], 4) for column in places] for row in places],
        "left_out": [name for name in names if name not in found.symbols],
    }


def _risk_figures(told: Told, closes: dict[str, dict[int, float]], benchmark: str) -> Document:
    held = with_benchmark(closes, [one.symbol for one in told.book.holdings], benchmark)
    book, lacking = book_document(told.book, held, benchmark)
    document = {name: book[name] for name in ("volatility", "beta", "tails", "covered", "left_out")}
    return {
        "figures_at": time_text(told.now),
        "benchmark": benchmark or None,
        **document,
        "exposure": holdings_document(told.book)["exposure"],
        "reasons": lacking,
    }
