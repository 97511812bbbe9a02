"""option_chain."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from copilot.tools.fields import Expiry, Symbol
from copilot.tools.finding import Finding
from copilot.tools.sources import from_practice
from copilot.tools.tool import Args, retrieve
from engine.desk import DeskReader


class Of(Args, frozen=True):
    """Of which underlying, for which expiry."""

    symbol: Symbol
    expiry: Expiry = ""
    strikes: Annotated[int, Meta(description="Strikes to either side of the forward.", ge=1, le=25)] = 8


@retrieve(Of, example={"symbol": "AAPL", "strikes": 4})
async def option_chain(desk: DeskReader, args: Of) -> Finding:
    """Listed expiries of a share, fund or share index, and one expiry's calls and puts around the forward: bid, ask,
    theory, delta and open interest a strike.

    Prices are a unit of the underlying's, volatility is annual and a share (0.25 = 25 %). European, simulated, for
    reading: options are not tradable on this desk. Refused with INCONSISTENT_FIELDS where nothing is listed (crypto,
    forex, commodities), with OUT_OF_RANGE for an expiry that is not, naming those that are.
    """
    document = await desk.research("option-chain", args.symbol, expiry=args.expiry, strikes=args.strikes)
    return from_practice(document)
