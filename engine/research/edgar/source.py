"""EDGAR as a source of research data: real filings of real companies, dated, never in one table with simulated ones."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from engine.desk import Document
from engine.model.refusal import Code, refuse
from engine.model.text import safe
from engine.research.edgar.listing import filing_list
from engine.research.edgar.metrics import metrics
from engine.research.edgar.port import TICKERS, Fetched, Library, company_concept, company_facts, submissions
from engine.research.edgar.shapes import CompanyConcept, CompanyFacts, Listed, Submissions, read, read_tickers
from engine.research.edgar.statements import Books, plain
from engine.research.practice.asked import Asked
from engine.views.jobs import Job

KINDS = ("filings", "filing-metrics", "statements", "concept")
DAY_S, FACTS_S, LIST_S = 86_400.0, 21_600.0, 900.0
AT_ONCE = 2
_SYMBOL = re.compile(r"^[A-Z][A-Z0-9.-]{0,9}$")
_CONCEPT = re.compile(r"^[A-Z][A-Za-z0-9]{2,119}$")
Answer = tuple[Document, Fetched]


class Edgar:
    """Implements engine.research.source.ResearchSource. `now` is the market's time as RFC 3339: nothing is told that
    was filed after it, so that a desk in the past does not know the future."""

    origin = "edgar"

    def __init__(self, library: Library, now: Callable[[], str]) -> None:
        self._library, self._now = library, now
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._companies: tuple[str, dict[str, Listed]] = ("", {})

    @property
    def kinds(self) -> Sequence[str]:
        """What can be asked for."""
        return KINDS

    def read(self, kind: str, symbol: str, query: Mapping[str, str]) -> Job[Document]:
        """The document of a kind; all work is done beside the loop. Raises Refused."""
        if kind not in KINDS:
            fix = f"EDGAR has {', '.join(KINDS)}; the practice universe has the rest"
            raise refuse(Code.ENUM_ERROR, f"EDGAR has no research of kind {safe(kind[:30])}", fix=fix, field="kind")
        if not _SYMBOL.match(symbol.upper()):
            raise refuse(Code.UNKNOWN_SYMBOL, "EDGAR is asked about one company", fix="name its ticker: AAPL")
        asked, at = Asked({name: value for name, value in query.items() if name != "source"}), self._now()
        document = yield lambda: self._whole(kind, symbol.upper(), asked, at)
        assert isinstance(document, dict)
        return document

    def _whole(self, kind: str, symbol: str, asked: Asked, at: str) -> Document:
        if not self._places.acquire(blocking=False):
            raise refuse(Code.RATE_LIMITED, f"{AT_ONCE} questions to EDGAR are under way", fix="ask again in a moment")
        try:
            return self._answer(kind, symbol, asked, at)
        finally:
            self._places.release()

    def _answer(self, kind: str, symbol: str, asked: Asked, at: str) -> Document:
        cik, until = self._company(symbol).cik_str, date.fromisoformat(at[:10])
        body, fetched = {
            "filings": self._filings, "filing-metrics": self._metrics, "statements": self._statements,
            "concept": self._concept,
        }[kind](cik, asked, until)  # fmt: skip
        head: Document = {
            "origin": self.origin, "simulated": False, "at": at, "fetched_at": fetched.fetched_at,
            "stale": fetched.stale, "kind": kind, "symbol": symbol, "cik": f"{cik:010d}",
        }  # fmt: skip
        return head | body

    def _company(self, symbol: str) -> Listed:
        """A company by its ticker; of a class of shares with a dash, as EDGAR writes it (BRK-B)."""
        fetched = self._library.fetch(TICKERS, DAY_S)
        if self._companies[0] != fetched.fetched_at:
            self._companies = (fetched.fetched_at, read_tickers(fetched.raw))
        found = self._companies[1].get(symbol.replace(".", "-"))
        if found is None:
            fix = "EDGAR knows companies that file in the United States, by their ticker"
            raise refuse(Code.UNKNOWN_SYMBOL, f"EDGAR knows no company {symbol}", fix=fix, field="symbol")
        return found

    def _filings(self, cik: int, asked: Asked, until: date) -> Answer:
        asked.only("form", "limit", "id")
        fetched = self._library.fetch(submissions(cik), LIST_S)
        found = read(fetched.raw, Submissions)
        form, limit = asked.text("form"), asked.number("limit", 20, 1, 100)
        return filing_list(found, cik, until, form, limit), fetched

    def _books(self, cik: int, until: date) -> tuple[Books, Fetched]:
        fetched = self._library.fetch(company_facts(cik), FACTS_S)
        return Books(read(fetched.raw, CompanyFacts), until), fetched

    def _metrics(self, cik: int, asked: Asked, until: date) -> Answer:
        asked.only()
        books, fetched = self._books(cik, until)
        head = {"name": books.name, "currency": books.currency, "unit": "whole units of the currency"}
        return head | metrics(books), fetched

    def _statements(self, cik: int, asked: Asked, until: date) -> Answer:
        period = asked.only("period", "limit").choice("period", ("quarter", "year"), "quarter")
        limit = asked.number("limit", 4, 1, 12)
        books, fetched = self._books(cik, until)
        rows = [books.statement(span) for span in books.periods(period, limit)]
        head = {"name": books.name, "currency": books.currency, "unit": "whole units of the currency"}
        return {**head, "period": period, "statements": rows}, fetched

    def _concept(self, cik: int, asked: Asked, until: date) -> Answer:
        asked.only("name", "limit")
        name, limit = asked.text("name"), asked.number("limit", 20, 1, 100)
        if not _CONCEPT.match(name):
            raise refuse(Code.MISSING_FIELD, "which tag is meant", fix="name=Assets", field="name")
        fetched = self._library.fetch(company_concept(cik, name), FACTS_S)
        found = read(fetched.raw, CompanyConcept)
        rows = [
            {"unit": str(safe(unit, 20)), "from": str(safe(one.start, 10)) or None, "to": str(safe(one.end, 10)),
             "value": plain(Decimal(one.val)), "form": str(safe(one.form, 20)),
             "filed": str(safe(one.filed, 10)), "accession": str(safe(one.accn, 30))}
            for unit, facts in found.units.items() for one in facts
            if one.val is not None and one.filed <= str(until)
        ]  # fmt: skip
        rows.sort(key=lambda row: (str(row["filed"]), str(row["to"])), reverse=True)
        body = {"name": str(safe(found.entity_name, 120)), "concept": name, "count": len(rows), "facts": rows[:limit]}
        return body, fetched
