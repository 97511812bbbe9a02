"""recent_trades."""

from __future__ import annotations

from copilot.tools.fields import Count, Symbol
from copilot.tools.finding import Finding
from copilot.tools.sources import from_desk
from copilot.tools.tool import Args, retrieve
from engine.desk import DeskReader


class Tape(Args, frozen=True):
    """Whose prints, how many."""

    symbol: Symbol
    limit: Count = 20


@retrieve(Tape, example={"symbol": "ETH-USD", "limit": 20})
async def recent_trades(desk: DeskReader, args: Tape) -> Finding:
    """The newest prints of an instrument, newest first: time, price, size, and which side took.

    The tape is a sample of what trades and does not add up to the bars' volume.
    """
    return from_desk(f"trades {args.symbol}", await desk.trades(args.symbol, args.limit))
