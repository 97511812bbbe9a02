"""sector_performance."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from copilot.tools.fields import AssetClass
from copilot.tools.finding import Finding
from copilot.tools.sources import from_desk
from copilot.tools.tool import Args, retrieve
from engine.desk import DeskReader


class Sectors(Args, frozen=True):
    """By class or by sector, in which class."""

    by: Annotated[Literal["sector", "class"], Meta(description="What the sums are over.")] = "sector"
    asset_class: AssetClass = ""


@retrieve(Sectors, example={"by": "sector", "asset_class": "equities"})
async def sector_performance(desk: DeskReader, args: Sectors) -> Finding:
    """Today by sector or class: mean change in percent, advancers and decliners, turnover; and the largest movers."""
    document = await desk.markets(args.asset_class, limit=1, summary=True)
    rows = document["breadth" if args.by == "class" else "sectors"]
    return from_desk("markets", document, {"by": args.by, "rows": rows, "movers": document["movers"]})
