"""rebalance_plan."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from copilot.tools.fields import Symbol
from copilot.tools.finding import Document, Finding
from copilot.tools.sources import from_desk
from copilot.tools.tool import Args, diagnose
from engine.desk import DeskReader

Weight = Annotated[
    str,
    Meta(description="Share of NAV: 0.2 is a fifth; - is short.", pattern=r"^-?[0-9](\.[0-9]{1,6})?$"),
]


class Plan(Args, frozen=True):
    """Which weights."""

    strategy: Annotated[
        Literal["equal", "risk-parity", "inverse-vol", "targets"], Meta(description="How weights are found.")
    ]
    targets: Annotated[
        dict[Symbol, Weight], Meta(description="With targets: weight by instrument.", max_length=40)
    ] = {}
    symbols: Annotated[list[Symbol], Meta(description="What to weigh; empty for what is held.", max_length=40)] = []
    keep_others: Annotated[bool, Meta(description="Leave what has no target as it is.")] = False


@diagnose(Plan, example={"strategy": "targets", "targets": {"AAPL": "0.2", "MSFT": "0.1"}, "keep_others": True})
async def rebalance_plan(desk: DeskReader, args: Plan) -> Finding:
    """Trades that bring the account to target weights, whole lots within its limits, those that make room first;
    weights before and after. Nothing is sent: `propose_basket` lays such trades before the person.
    """
    wanted: Document = {"strategy": args.strategy, "keep_others": args.keep_others}
    if args.targets:
        wanted["targets"] = dict(args.targets)
    if args.symbols:
        wanted["symbols"] = list(args.symbols)
    return from_desk(f"rebalance {args.strategy}", await desk.rebalance(wanted))
