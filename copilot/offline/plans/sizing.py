"""How much the desk's limits allow."""

from __future__ import annotations

from decimal import Decimal

from copilot.offline.catalogue import Listing
from copilot.offline.figures import money, percent, plain
from copilot.offline.plans.trading import quantity_of
from copilot.offline.work import Work


async def sizing(work: Work) -> None:
    """The largest order that passes, what it would cost and weigh; proposed only where it was asked to be."""
    request = work.request
    if not request.listings:
        work.say("Of which instrument? Such as `how much NVDA can I buy`.")
        return
    one, side = request.listings[0], request.side or "buy"
    if request.money and request.asks:
        await _for_money(work, one)
        return
    probe = await work.call("what_if", symbol=one.symbol, side=side, quantity=format(one.lot, "f"))
    if not probe.ok:
        work.refused(probe, f"The limits of {one.symbol} cannot be told")
        return
    preview = probe.data["preview"]
    most = str(preview.get("max_quantity") or "0")
    if Decimal(most) <= 0:
        refusal = preview.get("refusal") or {}
        why = refusal.get("message") or "the limits leave no room"
        work.say(f"You can {side} no {one.symbol} now: {why}. {refusal.get('fix') or ''}".rstrip(), probe)
        return
    whole = await work.call("what_if", symbol=one.symbol, side=side, quantity=most)
    work.say(f"The limits let you {side} up to {plain(most)} {one.symbol}.", probe)
    if whole.ok:
        data = whole.data
        work.say(
            f"That is worth {money(data['value'])}; spread, impact and fees would be {money(data['cost'])}.", whole
        )
        after = (data.get("after") or {}).get("concentration") or {}
        if after.get("largest"):
            work.say(f"Afterwards the largest position is {after['largest']} at {percent(after['largest_weight'])} "
                     "of NAV.", whole)  # fmt: skip
    if request.asks or request.negated:
        work.say("Nothing is proposed: you asked how much. Say `" + f"{side} as much {one.symbol} as the limits allow` "
                 "for a proposal.")  # fmt: skip
        return
    args = {"symbol": one.symbol, "side": side, "quantity": most, "rationale": "as much as the limits allow"}
    made, _ = await work.propose_sized("propose_order", args)
    work.proposed(made, f"No order for {one.symbol}")


async def _for_money(work: Work, one: Listing) -> None:
    """How many units an amount buys, and whether the limits let it."""
    units = await quantity_of(work, one)
    if units is None:
        return
    found = await work.call("what_if", symbol=one.symbol, side="buy", quantity=units)
    if not found.ok or not found.data["preview"]["ok"]:
        refusal = found.error or found.data["preview"]["refusal"]
        work.say(
            f"That would be {plain(units)} {one.symbol}, which the desk would refuse: {refusal['message']}.", found
        )
        return
    value, cost = money(found.data["value"]), money(found.data["cost"])
    text = f"{money(work.request.money[0])} buys {plain(units)} {one.symbol}, worth {value}"
    work.say(f"{text}; spread, impact and fees would be {cost}. Nothing is proposed.", found)
