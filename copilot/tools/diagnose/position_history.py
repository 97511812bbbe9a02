"""position_history."""

from __future__ import annotations

from copilot.tools.fields import Count, Window
from copilot.tools.finding import Finding
from copilot.tools.sources import from_desk
from copilot.tools.tool import Args, diagnose
from engine.desk import DeskReader


class Closed(Args, frozen=True):
    """How many, since when."""

    window: Window = "all"
    limit: Count = 50


@diagnose(Closed, example={"window": "30d", "limit": 20})
async def position_history(desk: DeskReader, args: Closed) -> Finding:
    """Round trips from flat to flat, newest first, with entry, exit, profit and time held; their statistics (win
    rate, profit factor, expectancy, streaks); and trips that are still open.

    Money is in VCR; rates are shares (0.6 = 60 %).
    """
    return from_desk(f"round trips {args.window}", await desk.round_trips(args.limit, args.window))
