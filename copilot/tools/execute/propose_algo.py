"""propose_algo."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from copilot.tools.fields import Price, Quantity, Rationale, Symbol
from copilot.tools.finding import Document, Finding
from copilot.tools.proposal import Side, proposed
from copilot.tools.tool import Args, execute
from engine.desk import DeskReader, Proposer

Rate = Annotated[str, Meta(description="Share of the volume for pov: 0.1 is a tenth.", pattern=r"^0?\.[0-9]{1,6}$")]


class Slices(Args, frozen=True):
    """A large order over time."""

    algo: Annotated[
        Literal["twap", "vwap", "pov"],
        Meta(description="Equal slices; slices like the day's volume; a share of what trades."),
    ]
    symbol: Symbol
    side: Side
    quantity: Quantity
    over: Annotated[str, Meta(description="How long: 90s, 10m, 2h.", pattern=r"^[1-9][0-9]{0,3}[smh]$")]
    slices: Annotated[int, Meta(description="Slices of twap and vwap.", ge=1, le=1000)] = 10
    rate: Rate | None = None
    limit_price: Price | None = None
    rationale: Rationale = ""


@execute(
    Slices,
    example={"algo": "twap", "symbol": "AAPL", "side": "buy", "quantity": "100", "over": "10m", "slices": 5},
)
async def propose_algo(desk: DeskReader, proposer: Proposer, args: Slices) -> Finding:
    """Lay an execution algorithm before the person: a large order in small ones, so that it pays less impact.

    It is bound to the worst price that the person accepts.
    """
    algo: Document = {
        "algo": args.algo, "symbol": args.symbol, "side": args.side, "quantity": args.quantity, "over": args.over,
    }  # fmt: skip
    if args.algo == "pov":
        algo |= {"rate": args.rate} if args.rate is not None else {}
    else:
        algo["slices"] = args.slices
    if args.limit_price is not None:
        algo["limit_price"] = args.limit_price
    return await proposed(proposer, "algo.start", args.rationale, algo=algo)
