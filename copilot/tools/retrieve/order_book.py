"""order_book."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from copilot.tools.fields import Symbol
from copilot.tools.finding import Finding
from copilot.tools.sources import from_desk
from copilot.tools.tool import Args, retrieve
from engine.desk import DeskReader


class Book(Args, frozen=True):
    """Which ladder, how deep."""

    symbol: Symbol
    levels: Annotated[int, Meta(description="Price levels a side.", ge=1, le=50)] = 10


@retrieve(Book, example={"symbol": "BTC-USD", "levels": 5})
async def order_book(desk: DeskReader, args: Book) -> Finding:
    """The shown ladder of an instrument: [price, size] a level, best first, bids and asks.

    Sizes are in units of the instrument; what rests hidden or behind icebergs is not shown.
    """
    return from_desk(f"book {args.symbol}", await desk.book(args.symbol, args.levels))
