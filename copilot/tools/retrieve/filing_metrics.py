"""filing_metrics."""

from __future__ import annotations

from copilot.tools.fields import ResearchFrom, Symbol
from copilot.tools.finding import Finding
from copilot.tools.sources import from_practice
from copilot.tools.tool import Args, retrieve
from engine.desk import DeskReader


class Of(Args, frozen=True):
    """Of which company."""

    symbol: Symbol
    source: ResearchFrom = "practice"


@retrieve(Of, example={"symbol": "AAPL"})
async def filing_metrics(desk: DeskReader, args: Of) -> Finding:
    """Figures taken from a company's reports and the shown price: market value, price to earnings, sales and book,
    margins, return on equity, debt, free cash flow, growth, of the last four reported quarters.

    Amounts are thousands of the company's currency, market value in whole units, ratios plain numbers, margins and
    yields shares (0.25 = 25 %), growth in per cent. Null where a ratio means nothing (losses).
    """
    return from_practice(await desk.research("filing-metrics", args.symbol, source=args.source))
