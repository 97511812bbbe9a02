"""What the tools that propose have in common: the answer to a proposal, and the fields of an order."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from copilot.tools.fields import Price, Quantity, Rationale, Symbol
from copilot.tools.finding import Document, Finding
from copilot.tools.sources import of_desk
from copilot.tools.tool import Args
from engine.desk import Proposer

Side = Annotated[Literal["buy", "sell"], Meta(description="Direction.")]
Force = Annotated[
    Literal["DAY", "GTC", "IOC", "FOK"],
    Meta(description="How long it works: the day, until cancelled, at once or not at all (whole or in part)."),
]
OrderId = Annotated[
    str, Meta(description="An order's own id, such as o000012, or its client's.", pattern=r"^[A-Za-z0-9_.:-]{1,64}$")
]


class Leg(Args, frozen=True):
    """One order: at market without a limit price."""

    symbol: Symbol
    side: Side
    quantity: Quantity
    limit_price: Price | None = None
    time_in_force: Force = "GTC"

    def payload(self) -> Document:
        """The order as the desk takes it."""
        order: Document = {
            "symbol": self.symbol,
            "side": self.side,
            "quantity": self.quantity,
            "type": "market" if self.limit_price is None else "limit",
            "time_in_force": self.time_in_force,
        }
        return order if self.limit_price is None else {**order, "limit_price": self.limit_price}


async def proposed(proposer: Proposer, purpose: str, rationale: str, **parts: object) -> Finding:
    """Lay it on the desk, and say what a proposer may know: that a person decides, and under which id. The card, its
    code and the signed bytes are for the person only."""
    answer = await proposer.propose({"purpose": purpose, "rationale": rationale, **parts})
    told = ("status", "proposal_id", "purpose", "summary", "expires_at", "taint")
    return Finding(
        {name: answer[name] for name in told if name in answer},
        (of_desk(f"proposal {answer['proposal_id']}", at=str(answer.get("created_at", ""))),),
    )


__all__ = ["Force", "Leg", "OrderId", "Rationale", "Side", "proposed"]
