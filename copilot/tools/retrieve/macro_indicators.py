"""macro_indicators."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from copilot.tools.finding import Finding
from copilot.tools.sources import from_practice
from copilot.tools.tool import Args, retrieve
from engine.desk import DeskReader


class Economies(Args, frozen=True):
    """Of which economy."""

    economy: Annotated[Literal["", "US", "EZ", "UK", "JP"], Meta(description="One economy; empty for all four.")] = ""
    months: Annotated[int, Meta(description="How many months of figures.", ge=1, le=24)] = 6
    days: Annotated[int, Meta(description="How many days of the release calendar.", ge=1, le=90)] = 30


@retrieve(Economies, example={"economy": "US"})
async def macro_indicators(desk: DeskReader, args: Economies) -> Finding:
    """Policy rate, government yields, inflation, unemployment and growth of the US, the euro area, the UK and Japan,
    with what was expected, and the calendar of releases ahead.

    All in per cent. Policy rates never change in this market, and prices do not react to the figures.
    """
    document = await desk.research("macro", economy=args.economy, months=args.months, days=args.days)
    return from_practice(document)
