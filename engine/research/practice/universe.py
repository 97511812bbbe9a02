"""The practice universe as a source of research data: every kind of document, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from engine.desk import Document
from engine.model.instrument import Instrument
from engine.model.refusal import Code, refuse
from engine.research.practice import filings, fundamentals, insiders, institutions, macro, news, options, ratings
from engine.research.practice.asked import Asked
from engine.research.practice.desk import Universe
from engine.research.practice.figures import said
from engine.research.practice.remembered import Remembered
from engine.research.practice.times import moment_text
from engine.research.source import Stage
from engine.views.jobs import Job

About = Callable[[Universe, Instrument, Asked], Document | Job[Document]]
Anything = Callable[[Universe, Instrument | None, Asked], Job[Document]]

ABOUT: dict[str, About] = {
    "option-chain": options.chain,
    "option-greeks": options.sensitivities,
    "filings": filings.filings,
    "filing-metrics": fundamentals.metrics,
    "statements": fundamentals.statements,
    "earnings": fundamentals.earnings,
    "dividends": fundamentals.dividends,
    "ratings": ratings.ratings,
    "insider-trades": insiders.trades,
    "insiders": insiders.roster,
    "holders": institutions.holders,
}
"""Kinds that are about one instrument."""

ANYTHING: dict[str, Anything] = {
    "news": news.feed,
    "earnings-calendar": fundamentals.calendar,
    "macro": macro.macro,
}
"""Kinds that can be asked for without one."""


class Practice:
    """Implements engine.research.source.ResearchSource over a stage."""

    origin = "practice"

    def __init__(self, stage: Stage) -> None:
        self.universe = Universe(Remembered(stage))

    @property
    def kinds(self) -> Sequence[str]:
        """What can be asked for."""
        return (*ABOUT, *ANYTHING)

    def read(self, kind: str, symbol: str, query: Mapping[str, str]) -> Job[Document]:
        """The document of a kind as of the market's time. Raises Refused."""
        instrument = self.universe.stage.resolve(symbol) if symbol else None
        asked, at = Asked(query), moment_text(self.universe.now)
        if kind in ANYTHING:
            found = yield from ANYTHING[kind](self.universe, instrument, asked)
            return said({"kind": kind, **found}, at)
        if kind not in ABOUT:
            raise refuse(
                Code.ENUM_ERROR, f"there is no research of kind {kind[:30]!r}",
                fix=f"use {', '.join(sorted(self.kinds))}", field="kind",
            )  # fmt: skip
        if instrument is None:
            raise refuse(Code.MISSING_FIELD, f"{kind} is about one instrument", fix="name one: AAPL", field="symbol")
        answer = ABOUT[kind](self.universe, instrument, asked)
        if not isinstance(answer, dict):
            answer = yield from answer
        return said({"kind": kind, **answer}, at)
