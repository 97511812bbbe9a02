"""option_greeks."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from copilot.tools.fields import Expiry, Strike, Symbol
from copilot.tools.finding import Finding
from copilot.tools.sources import from_practice
from copilot.tools.tool import Args, retrieve
from engine.desk import DeskReader


class Of(Args, frozen=True):
    """Of which contract."""

    symbol: Symbol
    expiry: Expiry = ""
    strike: Strike = ""
    right: Annotated[Literal["call", "put"], Meta(description="Call or put.")] = "call"


@retrieve(Of, example={"symbol": "AAPL", "right": "put"})
async def option_greeks(desk: DeskReader, args: Of) -> Finding:
    """One option: bid, ask, theory, implied volatility, intrinsic and time value, delta, gamma, vega, theta, rho.

    Delta and gamma are by one unit of the underlying, vega and rho by one percentage point, theta by a calendar day.
    Refused with OUT_OF_RANGE for a strike or expiry that is not listed, naming those near it.
    """
    given = {"expiry": args.expiry, "strike": args.strike, "right": args.right}
    return from_practice(await desk.research("option-greeks", args.symbol, **given))
