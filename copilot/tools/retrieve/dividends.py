"""dividends."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from copilot.tools.fields import Symbol
from copilot.tools.finding import Finding
from copilot.tools.sources import from_practice
from copilot.tools.tool import Args, retrieve
from engine.desk import DeskReader


class Of(Args, frozen=True):
    """Of which share or fund."""

    symbol: Symbol
    limit: Annotated[int, Meta(description="Most dividends, newest first.", ge=1, le=40)] = 8


@retrieve(Of, example={"symbol": "KO"})
async def dividends(desk: DeskReader, args: Of) -> Finding:
    """Dividends of a share or fund: those paid and those declared, with ex-dates, a year's sum and the yield.

    Amounts a share are in the quoted currency, the yield is a share of the price (0.03 = 3 %). This market pays on the
    ex-date, to whoever holds then. INCONSISTENT_FIELDS for what can pay none.
    """
    return from_practice(await desk.research("dividends", args.symbol, limit=args.limit))
