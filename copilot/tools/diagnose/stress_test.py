"""stress_test."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from copilot.tools.finding import Document, Finding
from copilot.tools.sources import from_desk
from copilot.tools.tool import Args, diagnose
from engine.desk import DeskReader

SCENARIOS: dict[str, dict[str, str]] = {
    "equity crash": {"equities": "-20", "etfs": "-20", "indices": "-20", "crypto": "-35", "commodities": "-10"},
    "rate shock": {"equities": "-7", "etfs": "-6", "indices": "-7", "forex": "3", "commodities": "-3"},
    "crypto winter": {"crypto": "-50", "equities": "-3"},
    "dollar surge": {"forex": "-5", "commodities": "-8", "equities": "-2"},
    "rally": {"equities": "10", "etfs": "10", "indices": "10", "crypto": "20", "commodities": "5"},
}
"""Moves in percent by class, round figures of the size of 2008, 2020 and 2022. What is not named stands still."""
LEVERAGE_LIMIT = 2

Move = Annotated[str, Meta(description="Percent: -20 is a fall by a fifth.", pattern=r"^-?[0-9]{1,3}(\.[0-9]{1,4})?$")]


class Shock(Args, frozen=True):
    """Own moves, or the five scenarios of the house."""

    moves: Annotated[
        dict[Annotated[str, Meta(max_length=20)], Move],
        Meta(description="Percent by class (equities, crypto, …) or instrument, which goes first.", max_length=40),
    ] = {}


@diagnose(Shock, example={"moves": {"equities": "-15", "BTC-USD": "-40"}})
async def stress_test(desk: DeskReader, args: Shock) -> Finding:
    """What the account would lose or gain if prices jumped at once: NAV, profit by position, leverage after, and
    whether the margin limit of 2 would be passed. Without moves, five scenarios of the house.

    A jump of prices only: no fees, no liquidation on the way, no change of spreads.
    """
    book = await desk.portfolio()
    classes = {row["symbol"]: row["asset_class"] for row in (await desk.instruments())["instruments"]}
    wanted = {"own": dict(args.moves)} if args.moves else SCENARIOS
    results = [_result(name, moves, book, classes) for name, moves in wanted.items()]
    return from_desk("portfolio", book, {"nav": book["nav"], "leverage": book["leverage"], "scenarios": results})


def _result(name: str, moves: dict[str, str], book: Document, classes: dict[str, str]) -> Document:
    rows: list[Document] = []
    gross, total = Decimal(0), Decimal(0)
    for position in book["positions"]:
        symbol, value = position["symbol"], Decimal(position["value"])
        move = Decimal(moves.get(symbol) or moves.get(classes.get(symbol, ""), "0"))
        change = value * move / 100
        total += change
        gross += abs(value + change)
        if change:
            rows.append({"symbol": symbol, "move_pct": str(move), "pnl": _money(change)})
    nav = Decimal(book["nav"])
    after = nav + total
    leverage = gross / after if after > 0 else None
    return {
        "name": name,
        "moves": moves,
        "pnl": _money(total),
        "pnl_pct": str(round(100 * total / nav, 2)) if nav else None,
        "nav_after": _money(after),
        "leverage_after": str(round(leverage, 3)) if leverage is not None else None,
        "over_margin": leverage is None or leverage > LEVERAGE_LIMIT,
        "positions": sorted(rows, key=lambda row: Decimal(row["pnl"])),
    }


def _money(amount: Decimal) -> str:
    return str(amount.quantize(Decimal("0.01")))
