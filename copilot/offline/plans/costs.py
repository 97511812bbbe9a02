"""Why a fill cost what it did."""

from __future__ import annotations

from decimal import Decimal

from copilot.evidence import Result
from copilot.offline.figures import clock, figure, money, plain
from copilot.offline.work import Work
from copilot.tools.finding import Document

_HEADS = (
    ("half_spread", "crossing half the spread"),
    ("depth", "walking into the book beyond the best price"),
    ("impact", "its own impact on the price"),
    ("timing", "the market moving while it worked"),
)
MOST = 20


async def costs(work: Work) -> None:
    """The newest fill (of an instrument that was named) taken apart, and what all trading cost so far."""
    symbol = work.request.listings[0].symbol if work.request.listings else ""
    found = await work.call("execution_costs", symbol=symbol, limit=MOST)
    if not found.ok:
        work.refused(found, "No costs")
        return
    fills = [row for row in found.data["fills"] if row.get("explain")]
    if not fills:
        work.say(f"There is no fill{f' of {symbol}' if symbol else ''} yet, so there is nothing to take apart.", found)
        return
    _taken_apart(work, found, fills[0])
    total = found.data["split"]["total"]
    work.say(f"All your trading so far: spread {money(total['spread'])}, impact {money(total['impact'])}, timing "
             f"{money(total['timing'])}, fees {money(total['fee'])}; negative is what was paid.", found)  # fmt: skip


def _taken_apart(work: Work, found: Result, fill: Document) -> None:
    why, value = fill["explain"], Decimal(fill["value"])
    sign = 1 if fill["side"] == "buy" else -1
    units = Decimal(fill["quantity"])
    each = value / (units * Decimal(fill["price"])) if units else Decimal(1)
    paid = {name: sign * Decimal(why[name]) * units * each for name, _ in _HEADS}
    fee, slipped = Decimal(fill["fee"]), sum(paid.values(), Decimal(0))
    cost = slipped + fee
    in_bp = cost / value * 10_000 if value else Decimal(0)
    figures = {**{name: str(amount) for name, amount in paid.items()}, "cost": str(cost), "bp": str(in_bp)}
    worked = work.worked_out(f"cost of {fill['fill_id']}", figures, found)
    work.say(f"Your last fill, {fill['side']} {plain(fill['quantity'])} {fill['symbol']} at {plain(fill['price'])} on "
             f"{clock(fill['at'])}, cost {money(cost)} beside the mid of {plain(why['mid'])}: {figure(in_bp)} bp of "
             f"{money(value)}.", found, worked)  # fmt: skip
    heads = [(amount, text) for (name, text), amount in zip(_HEADS, paid.values(), strict=True) if amount]
    largest = max([*heads, (fee, "the fee")], key=lambda head: head[0])
    work.rows(
        (f"{text}: {money(amount)}" for amount, text in sorted([*heads, (fee, "the fee")], reverse=True)), worked, found
    )
    work.say(f"Most of it was {largest[1]}. {_ADVICE.get(largest[1], '')}".rstrip())


_ADVICE = {
    "crossing half the spread": "A limit order that rests pays no spread.",
    "walking into the book beyond the best price": "A smaller order, or a TWAP, takes less depth at once.",
    "its own impact on the price": "A TWAP spreads an order so that the book refills between slices.",
    "the market moving while it worked": "That is the market's doing; a limit price bounds it.",
    "the fee": "Fees have a least amount an order, so few larger orders pay less than many small ones.",
}
