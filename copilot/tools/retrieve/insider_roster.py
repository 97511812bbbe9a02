"""insider_roster."""

from __future__ import annotations

from copilot.tools.fields import Symbol
from copilot.tools.finding import Finding
from copilot.tools.sources import from_practice
from copilot.tools.tool import Args, Risk, retrieve
from engine.desk import DeskReader


class Of(Args, frozen=True):
    """Of which company."""

    symbol: Symbol


FOREIGN = {"name": "person_name"}
"""Fields that hold somebody else's words, and their channels."""


@retrieve(Of, example={"symbol": "AAPL"}, risk=Risk.FOREIGN)
async def insider_roster(desk: DeskReader, args: Of) -> Finding:
    """Who a company's insiders are: role, year of joining, shares held and what part of the company that is, and the
    date of their last trade.
    """
    return from_practice(await desk.research("insiders", args.symbol), FOREIGN)
