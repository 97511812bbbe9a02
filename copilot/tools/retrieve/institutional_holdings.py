"""institutional_holdings."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from copilot.tools.fields import Symbol
from copilot.tools.finding import Finding
from copilot.tools.sources import from_practice
from copilot.tools.tool import Args, Risk, retrieve
from engine.desk import DeskReader


class Of(Args, frozen=True):
    """Of which company."""

    symbol: Symbol
    limit: Annotated[int, Meta(description="Most holders, largest first.", ge=1, le=30)] = 15


FOREIGN = {"holder": "holder_name"}
"""Fields that hold somebody else's words, and their channels."""


@retrieve(Of, example={"symbol": "AAPL"}, risk=Risk.FOREIGN)
async def institutional_holdings(desk: DeskReader, args: Of) -> Finding:
    """The largest holders of a company by their newest quarterly reports (45 days after a quarter's end): shares, part
    of the company, value then, and the change over a quarter. Value is in the quoted currency.
    """
    return from_practice(await desk.research("holders", args.symbol, limit=args.limit), FOREIGN)
