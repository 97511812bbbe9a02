"""propose_price_rule."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from copilot.tools.fields import Rationale
from copilot.tools.finding import Finding
from copilot.tools.proposal import Leg, proposed
from copilot.tools.tool import execute
from engine.desk import DeskReader, Proposer


class Rule(Leg, frozen=True, kw_only=True):
    """An order that waits for a condition."""

    when: Annotated[
        str,
        Meta(
            description="[SYMBOL] price|spread|imbalance|time >=|<= VALUE, joined by and: price >= 9 and spread <= 1",
            max_length=120,
            examples=["price <= 180"],
        ),
    ]
    rationale: Rationale = ""


@execute(
    Rule,
    example={"symbol": "AAPL", "side": "buy", "quantity": "10", "limit_price": "150.00", "when": "price <= 180"},
)
async def propose_price_rule(desk: DeskReader, proposer: Proposer, args: Rule) -> Finding:
    """Lay an order before the person that waits until all its conditions hold, on its own instrument or another's."""
    return await proposed(proposer, "rule.create", args.rationale, order={**args.payload(), "when": args.when})
