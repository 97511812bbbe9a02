"""What a trade would change, without sending it."""

from __future__ import annotations

from decimal import Decimal

from copilot.evidence import Result
from copilot.offline.catalogue import Listing
from copilot.offline.figures import figure, money, percent, plain
from copilot.offline.plans.trading import in_lots, quantity_of
from copilot.offline.work import Work
from copilot.tools.finding import Document


async def whatif(work: Work) -> None:
    """Weight, leverage, margin and value at risk before and after."""
    request = work.request
    if not request.listings:
        work.say("Which trade? Such as `what if I sell half my BTC`.")
        return
    one, side = request.listings[0], request.side or "buy"
    wanted = await _quantity(work, one, side)
    if wanted is None:
        return
    found = await work.call("what_if", symbol=one.symbol, side=side, quantity=wanted)
    if not found.ok:
        work.refused(found, "No what-if")
        return
    data = found.data
    if not data["preview"]["ok"]:
        refusal = data["preview"]["refusal"]
        work.say(f"The desk would refuse to {side} {plain(wanted)} {one.symbol}: {refusal['message']}; "
                 f"{refusal.get('fix') or 'nothing would pass now'}.", found)  # fmt: skip
        return
    work.say(f"To {side} {plain(wanted)} {one.symbol} is worth {money(data['value'])} and would cost "
             f"{money(data['cost'])} in spread, impact and fees.", found)  # fmt: skip
    if Decimal(data.get("realised_pnl") or "0"):
        work.say(f"It would realise {money(data['realised_pnl'])}.", found)
    _changes(work, found)
    work.say("Nothing was sent and nothing is proposed.")


async def _quantity(work: Work, one: Listing, side: str) -> str | None:
    share = work.request.share
    if work.request.quantities or work.request.money or share is None or side != "sell":
        return await quantity_of(work, one)
    book = await work.call("portfolio_context")
    held = next((row for row in book.data.get("positions", ()) if row["symbol"] == one.symbol), None)
    if held is None:
        work.say(f"You hold no {one.symbol}.", book)
        return None
    units = in_lots(one, abs(Decimal(held["quantity"])) * share / 100)
    worked = work.worked_out("share of the holding", {"share": share, "units": str(units)}, book)
    work.say(f"{share} % of your {plain(held['quantity'])} {one.symbol} is {plain(units)}.", book, worked)
    return format(units, "f")


def _changes(work: Work, found: Result) -> None:
    before, after = found.data["before"], found.data.get("after") or {}
    if not after:
        return
    lines = [
        f"cash {money(before['cash'])} to {money(after['cash'])}",
        f"leverage {figure(before['exposure']['leverage'])} to {figure(after['exposure']['leverage'])}",
        f"margin used {percent(before['exposure']['margin_use'])} to {percent(after['exposure']['margin_use'])}",
        f"largest name {_largest(before)} to {_largest(after)}",
        f"yearly volatility {percent(before['volatility'])} to {percent(after['volatility'])}",
    ]
    tails = [
        next((row["var_amount"] for row in side["tails"] if row["confidence"] == 95), None) for side in (before, after)
    ]
    if None not in tails:
        lines.append(f"value at risk (95 %, a day) {money(tails[0])} to {money(tails[1])}")
    work.rows(lines, found)


def _largest(side: Document) -> str:
    spread = side["concentration"]
    return f"{spread['largest'] or 'none'} {percent(spread['largest_weight'])}"
