"""Prices that jump: the house's scenarios, or the fall that was asked about."""

from __future__ import annotations

from decimal import Decimal

from copilot.offline.figures import change, figure, money
from copilot.offline.work import Work


async def stress(work: Work) -> None:
    """What the account would lose: of named instruments, classes or sectors by a percent, or of five scenarios."""
    moves = await _moves(work)
    if moves is None:
        return
    found = await work.call("stress_test", **({"moves": moves} if moves else {}))
    if not found.ok:
        work.refused(found, "No stress test")
        return
    for one in found.data["scenarios"]:
        name = "If that happened" if one["name"] == "own" else one["name"].capitalize()
        over = ", over the margin limit: positions would be liquidated" if one["over_margin"] else ""
        work.say(f"{name}: {money(one['pnl'])} ({change(one['pnl_pct'])} of NAV), leverage after "
                 f"{figure(one['leverage_after'])}{over}.", found)  # fmt: skip
        if one["name"] == "own":
            work.rows((f"{row['symbol']} {change(row['move_pct'])}: {money(row['pnl'])}" for row in one["positions"]),
                      found)  # fmt: skip
            if not one["positions"]:
                work.say("Nothing that you hold would move.", found)
    work.say("A jump of prices only: no fees, no liquidation on the way.")


async def _moves(work: Work) -> dict[str, str] | None:
    """Percent by instrument or class; empty for the house's scenarios, None where it would move nothing."""
    request = work.request
    if not request.percents:
        return {}
    size = request.percents[0]
    if request.move == "down" or (request.move != "up" and size > 0):
        size = -abs(size)
    move = format(size, "f")
    moves = {one.symbol: move for one in request.listings} | dict.fromkeys(request.classes, move)
    if request.sectors:
        held = await work.call("portfolio_context")
        rows = held.data.get("positions", ())
        moves |= {row["symbol"]: move for row in rows if row.get("sector") in request.sectors}
        if not moves:
            work.say(f"You hold nothing of {', '.join(request.sectors)}.", held)
            return None
    if not moves and request.has("market", "markets", "everything", "all"):
        moves = dict.fromkeys(("equities", "etfs", "crypto", "commodities", "indices"), move)
    return {symbol: each for symbol, each in moves.items() if Decimal(each)}
