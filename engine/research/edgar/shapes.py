"""EDGAR's documents, as far as they are read here. What is not of the documented shape is refused whole.

Texts in them were written by others: whatever passes them on makes them safe first.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from engine.model.refusal import Code, refuse


class Listed(msgspec.Struct, frozen=True):
    """A row of company_tickers.json."""

    cik_str: int
    ticker: str
    title: str


class Recent(msgspec.Struct, frozen=True, rename="camel"):
    """The newest filings, a list a column, newest first."""

    accession_number: list[str]
    filing_date: list[str]
    form: list[str]
    report_date: list[str] = []
    acceptance_date_time: list[str] = []
    items: list[str] = []
    primary_document: list[str] = []
    primary_doc_description: list[str] = []


class Filings(msgspec.Struct, frozen=True):
    """What a company filed."""

    recent: Recent


class Submissions(msgspec.Struct, frozen=True, rename="camel"):
    """submissions/CIK##########.json"""

    name: str
    filings: Filings
    sic_description: str = ""
    fiscal_year_end: str | None = None


class Fact(msgspec.Struct, frozen=True):
    """One tagged figure: of a day (no start) or of a span, as one filing said it."""

    end: str
    val: int | Decimal | None
    accn: str
    filed: str
    form: str
    start: str = ""
    fy: int | None = None
    fp: str | None = None


class Tag(msgspec.Struct, frozen=True):
    """The figures of one tag, by unit."""

    units: dict[str, list[Fact]]
    label: str | None = None


class CompanyFacts(msgspec.Struct, frozen=True, rename="camel"):
    """api/xbrl/companyfacts/CIK##########.json; by taxonomy and tag."""

    entity_name: str
    facts: dict[str, dict[str, Tag]]


class CompanyConcept(msgspec.Struct, frozen=True, rename="camel"):
    """api/xbrl/companyconcept/CIK##########/us-gaap/TAG.json"""

    entity_name: str
    tag: str
    units: dict[str, list[Fact]]
    label: str | None = None


T = TypeVar("T")


def read(raw: bytes, shape: type[T]) -> T:
    """A document of a shape; fractions stay exact. Raises Refused with SOURCE_UNAVAILABLE."""
    try:
        found: T = msgspec.json.Decoder(shape, float_hook=Decimal).decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ArithmeticError) as error:
        raise refuse(
            Code.SOURCE_UNAVAILABLE, "EDGAR's answer is not of the documented shape", cause=str(error)[:120],
            fix="try again later",
        ) from error  # fmt: skip
    return found


def read_tickers(raw: bytes) -> dict[str, Listed]:
    """Companies by ticker. Raises Refused."""
    rows: dict[str, Any] = read(raw, dict[str, Listed])
    return {row.ticker.upper(): row for row in rows.values() if 0 < row.cik_str < 10**10}
