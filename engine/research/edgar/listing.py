"""The list of a company's filings."""

from __future__ import annotations

from datetime import date
from itertools import islice

from engine.desk import Document
from engine.model.text import safe
from engine.research.edgar.shapes import Recent, Submissions


def filing_list(found: Submissions, cik: int, until: date, form: str, limit: int) -> Document:
    """The newest filings up to a day, each with where its text is; titles are the company's own words."""
    recent, rows = found.filings.recent, []
    for n in range(min(len(recent.accession_number), len(recent.filing_date), len(recent.form))):
        if recent.filing_date[n] <= str(until) and (not form or recent.form[n].removesuffix("/A") == form):
            rows.append(_row(recent, n, cik))
    return {
        "name": str(safe(found.name, 120)),
        "cik": f"{cik:010d}",
        "industry": str(safe(found.sic_description, 120)),
        "count": len(rows),
        "filings": list(islice(rows, limit)),
    }


def _row(recent: Recent, n: int, cik: int) -> Document:
    accession, document = _cell(recent.accession_number, n, 30), _cell(recent.primary_document, n, 100)
    title = _cell(recent.primary_doc_description, n, 200) or _cell(recent.items, n, 200) or _cell(recent.form, n, 20)
    return {
        "id": accession,
        "form": _cell(recent.form, n, 20),
        "filed_at": _cell(recent.acceptance_date_time, n, 30) or _cell(recent.filing_date, n, 10),
        "period": _cell(recent.report_date, n, 10) or None,
        "title": title,
        "place": f"Archives/edgar/data/{cik}/{accession.replace('-', '')}/{document}",
        "sections": [],
    }


def _cell(column: list[str], n: int, most: int) -> str:
    return str(safe(column[n], most)) if n < len(column) else ""
