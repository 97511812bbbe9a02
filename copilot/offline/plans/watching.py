"""Being told of a price, and the watchlist."""

from __future__ import annotations

from copilot.offline.work import Work


async def alert(work: Work) -> None:
    """An alert on a price or on a change in percent."""
    request = work.request
    levels = request.quantities or request.money
    if not request.listings or not (levels or request.percents):
        work.say("Of what, and from where? Name an instrument and a price: `alert me when AAPL is above ...`.")
        return
    one = request.listings[0]
    down = request.move == "down" or request.has("under", "beneath")
    args = {"symbol": one.symbol, "direction": "below" if down else "above"}
    value = {"kind": "price", "value": format(levels[0], "f")} if levels else {
        "kind": "change", "value": f"{abs(request.percents[0]):f}%"}  # fmt: skip
    made = await work.call("propose_alert", **args, **value, rationale="as you asked")
    work.proposed(made, "No alert")


async def watchlist(work: Work) -> None:
    """Instruments on or off the watchlist."""
    symbols = [one.symbol for one in work.request.listings]
    if not symbols:
        work.say("Which instruments? Such as `add NVDA to my watchlist`.")
        return
    which = "remove" if work.request.has("remove", "off", "drop", "delete") else "add"
    made = await work.call("propose_watchlist", **{which: symbols}, rationale="as you asked")
    work.proposed(made, "No change of the watchlist")
