"""financial_statements."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from copilot.tools.fields import ResearchFrom, Symbol
from copilot.tools.finding import Finding
from copilot.tools.sources import from_practice
from copilot.tools.tool import Args, retrieve
from engine.desk import DeskReader


class Of(Args, frozen=True):
    """Of which company."""

    symbol: Symbol
    source: ResearchFrom = "practice"
    period: Annotated[Literal["quarter", "year"], Meta(description="Fiscal quarters or fiscal years.")] = "quarter"
    limit: Annotated[int, Meta(description="Most periods, newest first: 8 quarters or 3 years.", ge=1, le=8)] = 4


@retrieve(Of, example={"symbol": "MSFT", "period": "year", "limit": 3})
async def financial_statements(desk: DeskReader, args: Of) -> Finding:
    """Income statement, balance sheet and cash flow of a company's reported quarters or fiscal years, newest first.

    Whole thousands of the company's currency; earnings a share in its currency. Assets are liabilities and equity, the
    change of cash is that of the balance, four quarters are a year. INCONSISTENT_FIELDS for what is no company.
    """
    limit = min(args.limit, 3) if args.period == "year" else args.limit
    return from_practice(
        await desk.research("statements", args.symbol, period=args.period, limit=limit, source=args.source)
    )
