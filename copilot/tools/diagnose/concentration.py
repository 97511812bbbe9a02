"""concentration."""

from __future__ import annotations

from decimal import Decimal

from copilot.tools.fields import Nothing
from copilot.tools.finding import Finding
from copilot.tools.sources import from_desk
from copilot.tools.tool import diagnose
from engine.desk import DeskReader


@diagnose(Nothing, example={})
async def concentration(desk: DeskReader, args: Nothing) -> Finding:
    """How the account is spread: weights by class, sector and currency, the largest names, Herfindahl index and the
    effective number of positions, and the limit of a quarter of NAV for one name.

    Weights are shares of NAV (0.412 = 41.2 %); the index runs from 0 (spread) to 1 (one name).
    """
    document, book = await desk.analytics(), await desk.portfolio()
    weights = [{"symbol": p["symbol"], "side": p.get("side"), "weight": p["weight"]} for p in book["positions"]]
    data = {
        "account": document["account"],
        "at": document["at"],
        "nav": document["nav"],
        "allocation": document["allocation"],
        "concentration": document["concentration"],
        "positions": sorted(weights, key=lambda row: -abs(Decimal(row["weight"]))),
        "single_name_limit": "0.25",
    }
    return from_desk("analytics", document, data)
