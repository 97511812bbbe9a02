"""earnings_calendar."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from copilot.tools.fields import SymbolOrNone
from copilot.tools.finding import Finding
from copilot.tools.sources import from_practice
from copilot.tools.tool import Args, retrieve
from engine.desk import DeskReader


class Ahead(Args, frozen=True):
    """How far ahead, of whom."""

    days: Annotated[int, Meta(description="Days ahead.", ge=1, le=100)] = 14
    symbol: SymbolOrNone = ""


@retrieve(Ahead, example={"days": 30})
async def earnings_calendar(desk: DeskReader, args: Ahead) -> Finding:
    """Which companies report within so many days, soonest first: date, time, expected earnings a share and those of a
    year before, in the company's currency. Results are never in it.
    """
    return from_practice(await desk.research("earnings-calendar", args.symbol, days=args.days))
