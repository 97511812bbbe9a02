"""price_history."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from copilot.tools.fields import Symbol
from copilot.tools.finding import Finding
from copilot.tools.sources import from_desk
from copilot.tools.tool import Args, retrieve
from engine.desk import DeskReader


class History(Args, frozen=True):
    """Which bars."""

    symbol: Symbol
    every: Annotated[Literal["1m", "5m", "1h", "1d"], Meta(description="Length of a bar.")] = "1d"
    limit: Annotated[int, Meta(description="Newest bars wanted.", ge=1, le=500)] = 60


@retrieve(History, example={"symbol": "AAPL", "every": "1d", "limit": 30})
async def price_history(desk: DeskReader, args: History) -> Finding:
    """Open, high, low, close and volume over time, oldest first; times are the bars' beginnings (UTC).

    Ten days of minutes and two years of days are kept. The last bar may still be running.
    """
    return from_desk(f"bars {args.symbol} {args.every}", await desk.bars(args.symbol, args.every, args.limit))
