"""propose_oco."""

from __future__ import annotations

from copilot.tools.fields import Price, Quantity, Rationale, Symbol
from copilot.tools.finding import Finding
from copilot.tools.proposal import Side, proposed
from copilot.tools.tool import Args, execute
from engine.desk import DeskReader, Proposer


class Either(Args, frozen=True):
    """Two prices for one position."""

    symbol: Symbol
    side: Side
    quantity: Quantity
    limit_price: Price
    stop_price: Price
    rationale: Rationale = ""


@execute(
    Either,
    example={"symbol": "AAPL", "side": "sell", "quantity": "10", "limit_price": "300.00", "stop_price": "150.00"},
)
async def propose_oco(desk: DeskReader, proposer: Proposer, args: Either) -> Finding:
    """Lay an order with two prices before the person, of which one cancels the other: a limit at which it takes its
    profit, and a stop at which it gives up. For a held position: the other side and its quantity.
    """
    order = {
        "symbol": args.symbol, "side": args.side, "quantity": args.quantity, "type": "oco",
        "limit_price": args.limit_price, "stop_price": args.stop_price,
    }  # fmt: skip
    return await proposed(proposer, "order.place", args.rationale, order=order)
