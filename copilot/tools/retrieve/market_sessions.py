"""market_sessions."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from copilot.tools.finding import Finding, Source
from copilot.tools.sources import of_desk
from copilot.tools.tool import Args, retrieve
from engine.desk import DeskReader


class Venues(Args, frozen=True):
    """Which venues."""

    open_only: Annotated[bool, Meta(description="Only venues that trade now.")] = False


@retrieve(Venues, example={"open_only": False})
async def market_sessions(desk: DeskReader, args: Venues) -> Finding:
    """Which venues are open, what comes next and when, holidays ahead, auctions, and the desk's clock.

    Times are UTC; the desk's clock may be paused or run faster than real time.
    """
    document, clock = await desk.sessions(), await desk.clock()
    rows = [r for r in document["sessions"] if not args.open_only or r["state"] not in ("closed", "halted")]
    sources: tuple[Source, ...] = (of_desk("sessions", at=str(clock["now"])), of_desk("clock", at=str(clock["now"])))
    return Finding({"sessions": rows, "clock": clock}, sources)
