"""Ratios out of the last four reported quarters. No price is in them: the desk's prices are simulated."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from engine.desk import Document
from engine.research.edgar.periods import QUARTER, YEAR, Span
from engine.research.edgar.statements import Books, plain


def metrics(books: Books) -> Document:
    """Sums and ratios of the newest year's worth of quarters, or of the newest fiscal year where quarters are missing;
    null where a figure is."""
    quarters = books.periods("quarter", 8)
    four = quarters[:4] if _joined(quarters[:4]) else books.periods("year", 1)
    before = quarters[4:8] if len(four) == 4 and _joined(quarters[3:8]) else books.periods("year", 2)[1:]
    if not four:
        return {"as_of": None, "quarters": []}
    now = {line: _sum(books, line, four) for line in ("revenue", "gross_profit", "operating_income", "net_income",
                                                     "from_operations", "capital_spending")}  # fmt: skip
    end = four[0].end
    equity, debt = (_at(books, line, four[0]) for line in ("equity", "debt"))
    free = None if now["from_operations"] is None else now["from_operations"] + (now["capital_spending"] or 0)
    return {
        "as_of": str(end),
        "covers": [str(four[-1].start), str(end)],
        "revenue": _said(now["revenue"]),
        "net_income": _said(now["net_income"]),
        "gross_margin": _ratio(now["gross_profit"], now["revenue"]),
        "operating_margin": _ratio(now["operating_income"], now["revenue"]),
        "net_margin": _ratio(now["net_income"], now["revenue"]),
        "return_on_equity": _ratio(now["net_income"], equity),
        "debt_to_equity": _ratio(debt, equity),
        "free_cash_flow": _said(free),
        "revenue_growth_pct": _growth(now["revenue"], _sum(books, "revenue", before)),
        "net_income_growth_pct": _growth(now["net_income"], _sum(books, "net_income", before)),
        "quarters": [_row(books, span, quarters) for span in quarters[:4]],
    }


def _row(books: Books, span: Span, every: list[Span]) -> Document:
    revenue, income = _sum(books, "revenue", [span]), _sum(books, "net_income", [span])
    year_ago = [one for one in every if (span.end - one.end).days in YEAR]
    eps = books.eps.spans.get(span)
    return {
        "period": f"to {span.end}",
        "revenue": _said(revenue),
        "net_income": _said(income),
        "eps": None if eps is None else plain(eps.value),
        "revenue_growth_pct": _growth(revenue, _sum(books, "revenue", year_ago)),
    }


def _joined(spans: list[Span]) -> bool:
    """Whether quarters, newest first, follow one another without a gap."""
    gaps = (later.start.toordinal() - earlier.end.toordinal() for later, earlier in pairwise(spans))
    return len(spans) >= 4 and all(span.days in QUARTER for span in spans) and all(gap == 1 for gap in gaps)


def _sum(books: Books, line: str, spans: list[Span]) -> Decimal | None:
    found = [books.flow(line, span) for span in spans]
    known = [figure.value for figure in found if figure is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(found) else None


def _at(books: Books, line: str, span: Span) -> Decimal | None:
    found = books.lines[line].at(span.end)
    return None if found is None else found.value


def _said(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _ratio(part: Decimal | None, whole: Decimal | None) -> str | None:
    return None if part is None or whole is None or whole <= 0 else f"{part / whole:.4f}"


def _growth(now: Decimal | None, before: Decimal | None) -> str | None:
    return None if now is None or before is None or before <= 0 else f"{100 * (now / before - 1):+.2f}"
