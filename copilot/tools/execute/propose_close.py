"""propose_close."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from copilot.tools.fields import Rationale, Symbol
from copilot.tools.finding import Finding
from copilot.tools.lots import share_of
from copilot.tools.proposal import proposed
from copilot.tools.tool import Args, execute
from engine.desk import DeskReader, Proposer
from engine.model.refusal import Code, refuse


class Held(Args, frozen=True):
    """A position and how much of it."""

    symbol: Symbol
    percent: Annotated[int, Meta(description="Share of the position in percent.", ge=1, le=100)] = 100
    rationale: Rationale = ""


@execute(Held, example={"symbol": "AAPL", "percent": 50})
async def propose_close(desk: DeskReader, proposer: Proposer, args: Held) -> Finding:
    """Lay before the person that a position be closed, whole or in part, at market: an order that only reduces.

    A share is rounded down to the lot. Without such a position it is refused.
    """
    symbol = (await desk.quote(args.symbol))["symbol"]
    held = next((row for row in (await desk.portfolio())["positions"] if row["symbol"] == symbol), None)
    if held is None:
        raise refuse(Code.WOULD_NOT_REDUCE, f"nothing is held in {symbol}", fix="portfolio_context has what is held")
    quantity = await share_of(desk, symbol, str(held["quantity"]).lstrip("-"), args.percent)
    order = {
        "symbol": symbol, "side": "buy" if held["side"] == "short" else "sell", "type": "market", "quantity": quantity,
        "reduce_only": True,
    }  # fmt: skip
    return await proposed(proposer, "order.place", args.rationale, order=order)
