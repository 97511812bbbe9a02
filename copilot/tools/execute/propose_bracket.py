"""propose_bracket."""

from __future__ import annotations

from copilot.tools.fields import Price, Rationale
from copilot.tools.finding import Finding
from copilot.tools.proposal import Leg, proposed
from copilot.tools.tool import execute
from engine.desk import DeskReader, Proposer


class Bracket(Leg, frozen=True, kw_only=True):
    """An entry with its exits."""

    take_profit: Price
    stop_loss: Price
    rationale: Rationale = ""


@execute(
    Bracket,
    example={"symbol": "AAPL", "side": "buy", "quantity": "10", "limit_price": "200.00", "take_profit": "300.00",
             "stop_loss": "150.00"},
)  # fmt: skip
async def propose_bracket(desk: DeskReader, proposer: Proposer, args: Bracket) -> Finding:
    """Lay an entry with a take-profit and a stop-loss before the person: what fills is protected at once by an order
    of which one side cancels the other.

    For a buy the take-profit lies above and the stop-loss below the entry; for a sale the other way round.
    """
    order = {**args.payload(), "take_profit": args.take_profit, "stop_loss": args.stop_loss}
    return await proposed(proposer, "order.place", args.rationale, order=order)
