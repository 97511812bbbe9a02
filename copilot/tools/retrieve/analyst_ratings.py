"""analyst_ratings."""

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
    limit: Annotated[int, Meta(description="Most changes, newest first.", ge=1, le=60)] = 10


FOREIGN = {"house": "analyst_name", "analyst": "analyst_name"}
"""Fields that hold somebody else's words, and their channels."""


@retrieve(Of, example={"symbol": "AAPL", "limit": 5}, risk=Risk.FOREIGN)
async def analyst_ratings(desk: DeskReader, args: Of) -> Finding:
    """Analysts' standing ratings (buy, hold, sell) and targets of a share, their spread against the price, and the
    newest changes with the price at that time.

    Targets are in the quoted currency. Opinions of others: right no more often than a coin.
    """
    return from_practice(await desk.research("ratings", args.symbol, limit=args.limit), FOREIGN)
