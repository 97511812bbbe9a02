"""propose_order."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from copilot.tools.fields import Price, Rationale
from copilot.tools.finding import Finding
from copilot.tools.proposal import Leg, proposed
from copilot.tools.tool import execute
from engine.desk import DeskReader, Proposer

Percent = Annotated[
    str, Meta(description="Distance of a trailing stop in percent.", pattern=r"^[0-9]{1,2}(\.[0-9]{1,4})?$")
]


class Order(Leg, frozen=True):
    """One order of any simple kind."""

    type: Annotated[
        Literal["market", "limit", "stop", "stop_limit", "trailing_stop"],
        Meta(description="Kind: stop needs stop_price, stop_limit both prices, trailing_stop trail_percent."),
    ] = "market"
    stop_price: Price | None = None
    trail_percent: Percent | None = None
    reduce_only: Annotated[bool, Meta(description="It may only make a position smaller.")] = False
    post_only: Annotated[bool, Meta(description="It may only rest, never take.")] = False
    rationale: Rationale = ""


@execute(Order, example={"symbol": "AAPL", "side": "buy", "quantity": "10", "type": "limit", "limit_price": "150.00"})
async def propose_order(desk: DeskReader, proposer: Proposer, args: Order) -> Finding:
    """Lay one order before the person, who decides on it; nothing is sent until then.

    Refused at once where the desk would refuse the order now; `max_quantity` then says what would pass. A stop that
    protects a position is a stop with reduce_only on the other side.
    """
    kind = "limit" if args.type == "market" and args.limit_price is not None else args.type
    order = {**args.payload(), "type": kind}
    for name in ("stop_price", "trail_percent"):
        value = getattr(args, name)
        if value is not None:
            order[name] = value
    order |= {name: True for name in ("reduce_only", "post_only") if getattr(args, name)}
    return await proposed(proposer, "order.place", args.rationale, order=order)
