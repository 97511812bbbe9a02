"""propose_watchlist."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from copilot.tools.fields import Rationale, Symbol
from copilot.tools.finding import Finding
from copilot.tools.proposal import proposed
from copilot.tools.tool import Args, execute
from engine.desk import DeskReader, Proposer


class Change(Args, frozen=True):
    """What comes and what goes."""

    add: Annotated[list[Symbol], Meta(description="Instruments to add.", max_length=20)] = []
    remove: Annotated[list[Symbol], Meta(description="Instruments to take off.", max_length=20)] = []
    rationale: Rationale = ""


@execute(Change, example={"add": ["KO"], "remove": ["TSLA"]})
async def propose_watchlist(desk: DeskReader, proposer: Proposer, args: Change) -> Finding:
    """Lay a change of the watchlist before the person, who accepts it with a key; it moves no money."""
    return await proposed(proposer, "watchlist.change", args.rationale, add=args.add, remove=args.remove)
