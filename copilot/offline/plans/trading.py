"""Wishes to trade: buy, sell, close a share, spread over time. All of them end in a proposal or a plain no."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

from copilot.evidence import Result
from copilot.offline.catalogue import Listing
from copilot.offline.figures import money, percent, plain
from copilot.offline.work import Work
from copilot.tools.finding import Document
from engine.model.number import trim

_OVER = "30m"
_SLICES = 10
MOST_LEGS = 8
"""Orders on one card."""


async def trade(work: Work) -> None:
    """One order: so many units, money's worth, or a share of what is held."""
    request = work.request
    if not request.listings:
        if request.side == "sell" and request.has("everything", "all"):
            await close_all(work)
        else:
            work.say("I know no instrument in that line, so nothing is proposed. `vterm instruments` has them all.")
        return
    one, side = request.listings[0], request.side or "buy"
    if side == "sell" and request.share is not None and not request.quantities and not request.money:
        await close(work, one, request.share)
        return
    if side == "sell" and request.has("close", "exit", "offload", "dump") and not request.quantities:
        await close(work, one, 100)
        return
    wanted = await quantity_of(work, one)
    if wanted is None:
        return
    args: Document = {"symbol": one.symbol, "side": side, "quantity": wanted, "rationale": "as you asked"}
    made, _ = await work.propose_sized("propose_order", args)
    work.proposed(made, f"No order for {one.symbol}")


async def close(work: Work, one: Listing, share: int) -> None:
    """Sell a share of what is held, or buy back a share of what is short."""
    made = await work.call("propose_close", symbol=one.symbol, percent=share, rationale="as you asked")
    work.proposed(made, f"{share} % of {one.symbol} cannot be closed")


async def close_all(work: Work) -> None:
    """Every position as one basket, the largest first, as many as a card holds."""
    book = await work.call("portfolio_context")
    rows = sorted(book.data.get("positions", ()), key=lambda row: -abs(Decimal(row["value"])))
    if not rows:
        work.say("You hold nothing that could be closed.", book)
        return
    legs = [
        {
            "symbol": row["symbol"],
            "side": "sell" if row["side"] == "long" else "buy",
            "quantity": trim(str(row["quantity"]).lstrip("-")),
        }
        for row in rows[:MOST_LEGS]
    ]
    made = await work.call("propose_basket", legs=legs, rationale="closes what is held, as you asked")
    work.proposed(made, "Not everything can be closed at once")
    if len(rows) > MOST_LEGS:
        work.say("A card holds no more; ask again for the rest.")


async def quantity_of(work: Work, one: Listing) -> str | None:
    """Units that were asked for, or what their money buys now in whole lots; None where nothing was said."""
    request = work.request
    if request.quantities:
        return format(request.quantities[0], "f")
    if not request.money:
        work.say(f"How many? Say `{request.side or 'buy'} 100 {one.symbol}`, an amount such as $5,000, or "
                 f"`how much {one.symbol} can I buy`.", work.worked_out("examples", {"a": 100, "b": 5000}))  # fmt: skip
        return None
    quote = await work.call("live_quote", symbols=[one.symbol])
    if not quote.ok:
        work.refused(quote, f"No price of {one.symbol}")
        return None
    price = Decimal(quote.data["quotes"][0]["ask"] or quote.data["quotes"][0]["last"])
    units = in_lots(one, request.money[0] / (price * one.multiplier))
    if units <= 0:
        work.say(f"{money(request.money[0])} is less than a lot of {one.symbol}, which is at {plain(price)}.", quote)
        return None
    return format(units, "f")


def in_lots(one: Listing, units: Decimal) -> Decimal:
    """Rounded down to whole lots."""
    return (units / one.lot).to_integral_value(ROUND_FLOOR) * one.lot


async def slicing(work: Work) -> None:
    """A large order over time: equal slices, or like the volume; what it would cost at once beside it."""
    request = work.request
    if not request.listings:
        work.say(
            "Which instrument? Such as `twap 5000 AAPL over 2h`.", work.worked_out("an example", {"a": 5000, "b": 2})
        )
        return
    one, side = request.listings[0], request.side or "buy"
    wanted = await quantity_of(work, one)
    if wanted is None:
        return
    at_once = await work.call("what_if", symbol=one.symbol, side=side, quantity=wanted)
    if at_once.ok:
        _cost(work, at_once, f"{side} {plain(wanted)} {one.symbol}")
    algo = next((name for name in ("vwap", "pov") if request.has(name)), "twap")
    over = request.spans[0] if request.spans else _OVER
    args: Document = {"algo": algo, "symbol": one.symbol, "side": side, "quantity": wanted, "over": over,
                      "rationale": "in slices, so that it pays less impact"}  # fmt: skip
    args |= {"rate": _rate(work)} if algo == "pov" else {"slices": _SLICES}
    made, _ = await work.propose_sized("propose_algo", args)
    work.proposed(made, f"No {algo} for {one.symbol}")


def _rate(work: Work) -> str:
    share = next((each for each in work.request.percents if 0 < each < 100), Decimal(10))
    return format(share / 100, "f").rstrip("0")


def _cost(work: Work, found: Result, doing: str) -> None:
    data = found.data
    if not data["preview"]["ok"]:
        work.say(f"At once, {doing} would be refused: {data['preview']['refusal']['message']}.", found)
        return
    share = Decimal(data["cost"]) / Decimal(data["value"]) if Decimal(data["value"]) else None
    text = f"At once, {doing} would cost about {money(data['cost'])} in spread, impact and fees"
    if share is None:
        work.say(f"{text}.", found)
        return
    part = work.worked_out("cost as a share of value", {"share": str(share)}, found)
    work.say(f"{text}, {percent(share, 3)} of its value.", found, part)
