"""list_proposals: what became of a client's own proposals. Outcomes are asked for; nobody is called back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Protocol, cast

from msgspec import Meta

from copilot.tools.finding import Document, Finding
from copilot.tools.sources import of_desk
from copilot.tools.tool import Args, Retrieve, retrieve
from engine.desk import DeskReader

TOLD = (
    "proposal_id", "purpose", "status", "summary", "created_at", "updated_at", "expires_at", "taint", "reason",
    "results", "replaced_by",
)  # fmt: skip
"""Of a proposal, to whoever made it. Cards and codes are for the person only."""


class Wanted(Args, frozen=True):
    """Which of them."""

    proposal_id: Annotated[
        str, Meta(description="Only this one; empty for all of yours.", pattern=r"^(p[0-9]{1,12})?$")
    ] = ""
    open_only: Annotated[bool, Meta(description="Only those that still wait for a person.")] = False
    limit: Annotated[int, Meta(description="Most rows, newest first.", ge=1, le=100)] = 20


class Outcomes(Protocol):
    """Knows what became of proposals."""

    async def proposals(self, open_only: bool = False) -> Document:
        """{"proposals": [...]}, newest first."""


def outcomes_tool(origin: Callable[[], str]) -> Retrieve[Wanted]:
    """The tool, for one client. Other clients' proposals, a person's and the copilot's are not there for it."""

    @retrieve(Wanted, example={"open_only": True})
    async def list_proposals(desk: DeskReader, args: Wanted) -> Finding:
        """What became of your own proposals, newest first: READY or PRESENTED while a person has not decided, then
        EXECUTED with its results, DECLINED with the person's reason, EXPIRED, or REPRICED into another.

        Ask again to follow one; nothing calls you back. One that nobody opens ends at expires_at. Times are UTC.
        """
        mine = origin()
        found = (await cast(Outcomes, desk).proposals(args.open_only))["proposals"]
        rows = [
            {name: one[name] for name in TOLD if name in one}
            for one in found
            if one["origin"] == mine and args.proposal_id in ("", one["proposal_id"])
        ]
        shown = rows[: args.limit]
        return Finding({"proposals": shown}, (of_desk("proposals"),), len(rows) > len(shown))

    return list_proposals
