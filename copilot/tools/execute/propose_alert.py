"""propose_alert."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from copilot.tools.fields import Rationale, Symbol
from copilot.tools.finding import Document, Finding
from copilot.tools.proposal import proposed
from copilot.tools.tool import Args, execute
from engine.desk import DeskReader, Proposer


class Watch(Args, frozen=True, kw_only=True):
    """What of a market is watched."""

    symbol: Symbol
    kind: Annotated[
        Literal["price", "change", "trail", "volume", "spread", "imbalance"], Meta(description="What is measured.")
    ] = "price"
    value: Annotated[
        str, Meta(description="A price 250, a share 5% or 25bp, a multiple 3x, an imbalance 0.6.", max_length=20)
    ]
    direction: Annotated[Literal["above", "below", "either"], Meta(description="Side from which it fires.")] = "above"
    note: Annotated[str, Meta(description="A note shown when it fires.", max_length=52)] = ""
    rationale: Rationale = ""


@execute(Watch, example={"symbol": "AAPL", "kind": "price", "value": "300", "direction": "above"})
async def propose_alert(desk: DeskReader, proposer: Proposer, args: Watch) -> Finding:
    """Lay an alert before the person, who accepts it with a key: told once when a market does something."""
    alert: Document = {
        "symbol": args.symbol, "kind": args.kind, "value": args.value, "direction": args.direction,
    }  # fmt: skip
    if args.note:
        alert["note"] = args.note
    return await proposed(proposer, "alert.create", args.rationale, alert=alert)
