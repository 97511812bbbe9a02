"""Where EDGAR's documents come from: a port, so that what reads them knows no network and no disk."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Fetched(NamedTuple):
    """A document as it came; `fetched_at` RFC 3339, real time; `stale` where a kept one stands in for a new one."""

    raw: bytes
    fetched_at: str
    stale: bool = False


class Library(Protocol):
    """Fetches documents by name. Blocks: call it beside the loop."""

    def fetch(self, name: str, fresh_s: float) -> Fetched:
        """A document of at most `fresh_s` seconds of age. Raises Refused: FORBIDDEN where EDGAR is turned off,
        SOURCE_UNAVAILABLE where it does not answer and nothing is kept."""


TICKERS = "files/company_tickers.json"


def submissions(cik: int) -> str:
    """The list of a company's filings."""
    return f"submissions/CIK{cik:010d}.json"


def company_facts(cik: int) -> str:
    """Every tagged figure of a company."""
    return f"api/xbrl/companyfacts/CIK{cik:010d}.json"


def company_concept(cik: int, concept: str) -> str:
    """The figures of one tag of a company."""
    return f"api/xbrl/companyconcept/CIK{cik:010d}/us-gaap/{concept}.json"
