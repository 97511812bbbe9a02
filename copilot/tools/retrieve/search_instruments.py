"""search_instruments."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from copilot.tools.fields import AssetClass, Count
from copilot.tools.finding import Finding
from copilot.tools.sources import from_desk
from copilot.tools.tool import Args, retrieve
from engine.desk import DeskReader


class Search(Args, frozen=True):
    """By which words, in which class."""

    text: Annotated[str, Meta(description="Part of a symbol or a name; empty for all.", max_length=40)] = ""
    asset_class: AssetClass = ""
    limit: Count = 25


@retrieve(Search, example={"text": "gold"})
async def search_instruments(desk: DeskReader, args: Search) -> Finding:
    """Instruments whose symbol or name contains the text: class, sector, exchange, currency, tick, lot, multiplier.

    Futures are listed by contract; an order names its contract.
    """
    document = await desk.instruments(args.asset_class, args.text)
    rows = document["instruments"]
    data = {"instruments": rows[: args.limit], "count": len(rows)}
    return from_desk("instruments", document, data, truncated=len(rows) > args.limit)
