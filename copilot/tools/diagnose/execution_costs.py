"""execution_costs."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from copilot.tools.fields import Count, Window
from copilot.tools.finding import Finding
from copilot.tools.sources import of_desk
from copilot.tools.tool import Args, diagnose
from engine.desk import DeskReader


class Costs(Args, frozen=True):
    """Of which trades."""

    window: Window = "all"
    symbol: Annotated[str, Meta(description="One instrument; empty for all.", max_length=20)] = ""
    limit: Count = 10


@diagnose(Costs, example={"window": "30d", "limit": 5})
async def execution_costs(desk: DeskReader, args: Costs) -> Finding:
    """What trading cost: profit split into market, spread, impact, timing, fee and carry; and the newest fills, each
    price taken apart: mid + half_spread + depth + impact + timing = price, plus or minus, in the instrument's currency.

    Money of the split is in VCR and negative where it was paid.
    """
    split = await desk.attribution("cost", args.window)
    fills = await desk.find("fills", symbol=args.symbol, limit=args.limit)
    sources = of_desk("attribution cost", split), of_desk("fills", fills, at=str(split.get("at", "")))
    return Finding({"split": split, "fills": fills["fills"]}, sources)
