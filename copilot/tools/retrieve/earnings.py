"""earnings."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from copilot.tools.fields import Symbol
from copilot.tools.finding import Finding
from copilot.tools.sources import from_practice
from copilot.tools.tool import Args, retrieve
from engine.desk import DeskReader


class Of(Args, frozen=True):
    """Of which company."""

    symbol: Symbol
    limit: Annotated[int, Meta(description="Most reports, newest first.", ge=1, le=12)] = 8


@retrieve(Of, example={"symbol": "NVDA", "limit": 4})
async def earnings(desk: DeskReader, args: Of) -> Finding:
    """Reported earnings a share and revenue against what was expected, the surprise, the price's gap at the report,
    and when the next report is due with what is expected of it.

    Earnings are in the company's currency, revenue in thousands, surprise and gap in per cent.
    """
    return from_practice(await desk.research("earnings", args.symbol, limit=args.limit))
