"""what_if."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from copilot.tools.fields import Price, Quantity, Symbol
from copilot.tools.finding import Document, Finding
from copilot.tools.sources import of_desk
from copilot.tools.tool import Args, diagnose
from engine.desk import DeskReader


class Supposed(Args, frozen=True):
    """A trade that is not sent."""

    symbol: Symbol
    side: Annotated[Literal["buy", "sell"], Meta(description="Direction.")]
    quantity: Quantity
    limit_price: Price | None = None


@diagnose(Supposed, example={"symbol": "AAPL", "side": "buy", "quantity": "100"})
async def what_if(desk: DeskReader, args: Supposed) -> Finding:
    """Every figure before and after a trade that is not sent: what it would fill, cost, weigh and risk, or why the
    desk would refuse it and the largest quantity that passes.

    Costs are taken from the book and the price law as they are now.
    """
    order: Document = {"symbol": args.symbol, "side": args.side, "quantity": args.quantity, "type": "market"}
    if args.limit_price is not None:
        order |= {"type": "limit", "limit_price": args.limit_price}
    document = await desk.what_if(order)
    return Finding({"order": order, **document}, (of_desk("what-if", document),))
