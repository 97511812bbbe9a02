"""equity_curve."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from copilot.tools.fields import Window
from copilot.tools.finding import Finding
from copilot.tools.sources import from_desk
from copilot.tools.tool import Args, diagnose
from engine.desk import DeskReader

MOST_POINTS = 120


class Curve(Args, frozen=True):
    """Over which time, beside what."""

    window: Window = "30d"
    benchmark: Annotated[
        str, Meta(description="An instrument to compare with, such as SPX; empty for none.", max_length=20)
    ] = ""


@diagnose(Curve, example={"window": "30d", "benchmark": "SPX"})
async def equity_curve(desk: DeskReader, args: Curve) -> Finding:
    """What the account was worth over time, its drawdown, and a benchmark beside it; at most 120 points.

    NAV in VCR, drawdown as a share below the highest point before.
    """
    document = await desk.equity(args.window, args.benchmark)
    points = document["points"]
    step = -(-len(points) // MOST_POINTS) or 1
    kept = [*points[:-1:step], *points[-1:]]
    data = {**document, "points": kept, "points_in_all": len(points)}
    return from_desk(f"equity {args.window}", document, data, truncated=len(kept) < len(points))
