"""propose_basket."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from copilot.tools.fields import Rationale
from copilot.tools.finding import Finding
from copilot.tools.proposal import Leg, proposed
from copilot.tools.tool import Args, execute
from engine.desk import DeskReader, Proposer


class Basket(Args, frozen=True):
    """Several orders, one decision."""

    legs: Annotated[
        list[Leg],
        Meta(description="Orders, sent one after the other: sales first.", min_length=1, max_length=8),
    ]
    rationale: Rationale = ""


@execute(
    Basket,
    example={"legs": [{"symbol": "AAPL", "side": "buy", "quantity": "10"},
                      {"symbol": "MSFT", "side": "buy", "quantity": "5"}]},
)  # fmt: skip
async def propose_basket(desk: DeskReader, proposer: Proposer, args: Basket) -> Finding:
    """Lay up to eight orders before the person as one: all are shown on one card and decided at once.

    Each leg has to pass the desk's limits as the account stands now.
    """
    legs = [leg.payload() for leg in args.legs]
    return await proposed(proposer, "basket.place", args.rationale, legs=legs)
