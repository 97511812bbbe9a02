"""insider_trades."""

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
    days: Annotated[int, Meta(description="How many days back.", ge=1, le=730)] = 365
    limit: Annotated[int, Meta(description="Most trades, newest first.", ge=1, le=100)] = 20


FOREIGN = {"name": "person_name"}
"""Fields that hold somebody else's words, and their channels."""


@retrieve(Of, example={"symbol": "AAPL", "limit": 10}, risk=Risk.FOREIGN)
async def insider_trades(desk: DeskReader, args: Of) -> Finding:
    """What a company's insiders bought and sold, newest first, as far as their forms are public: shares, price, value,
    and what they held after it. Prices are in the quoted currency.
    """
    return from_practice(await desk.research("insider-trades", args.symbol, days=args.days, limit=args.limit), FOREIGN)
