"""correlation."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from copilot.tools.fields import Symbol
from copilot.tools.finding import Finding
from copilot.tools.sources import from_desk
from copilot.tools.tool import Args, diagnose
from engine.desk import DeskReader


class Together(Args, frozen=True):
    """Of which instruments."""

    symbols: Annotated[list[Symbol], Meta(description="Instruments; empty for what is held.", max_length=20)] = []


@diagnose(Together, example={"symbols": ["AAPL", "MSFT", "BTC-USD"]})
async def correlation(desk: DeskReader, args: Together) -> Finding:
    """How instruments move together: correlation of daily returns over the days they have in common, -1 to 1.

    With too little history in common it says so instead of guessing.
    """
    document = await desk.correlation(args.symbols, 20)
    return from_desk("correlation", document)
