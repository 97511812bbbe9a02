"""propose_cancel."""

from __future__ import annotations

from copilot.tools.fields import Rationale
from copilot.tools.finding import Finding
from copilot.tools.proposal import OrderId, proposed
from copilot.tools.tool import Args, execute
from engine.desk import DeskReader, Proposer


class Working(Args, frozen=True):
    """An open order."""

    order_id: OrderId
    rationale: Rationale = ""


@execute(Working, example={"order_id": "working-1"})
async def propose_cancel(desk: DeskReader, proposer: Proposer, args: Working) -> Finding:
    """Lay before the person that an open order be taken back. Orders that are over are refused."""
    return await proposed(proposer, "order.cancel", args.rationale, order_id=args.order_id)
