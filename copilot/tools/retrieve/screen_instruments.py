"""screen_instruments."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from copilot.tools.fields import Count
from copilot.tools.finding import Finding
from copilot.tools.sources import from_desk
from copilot.tools.tool import Args, retrieve
from engine.desk import DeskReader


class Screen(Args, frozen=True):
    """By which rule, in which order."""

    where: Annotated[
        str,
        Meta(
            description="A rule over class, sector, symbol, last, change (percent), volume, turnover, spread (bp), "
            "session: 'class=equities and change>2 and spread<5bp'. Empty for all.",
            max_length=300,
            examples=["class=crypto and change<-1"],
        ),
    ] = ""
    sort: Annotated[
        str,
        Meta(
            description="symbol, name, class, sector, last, change, volume, turnover, spread, session, largest first; "
            "with - in front the other way round.",
            pattern=r"^-?[a-z_]{0,20}$",
        ),
    ] = "turnover"
    limit: Count = 20


@retrieve(Screen, example={"where": "class=equities and change>1", "sort": "change", "limit": 10})
async def screen_instruments(desk: DeskReader, args: Screen) -> Finding:
    """Instruments that a rule finds, sorted: last, change, volume, turnover in VCR, spread in basis points, session.

    A rule that cannot be read is refused and says where.
    """
    document = await desk.markets(where=args.where, sort=args.sort, limit=args.limit)
    cut = int(document.get("count", 0)) > args.limit
    return from_desk("markets", document, truncated=cut)
