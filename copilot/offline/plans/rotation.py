"""Out of one holding and into something else: a sale and a purchase that pass the limits, as one basket."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

import msgspec

from copilot.evidence import Result
from copilot.offline.catalogue import Listing
from copilot.offline.figures import money, percent, plain
from copilot.offline.plans.trading import in_lots
from copilot.offline.work import Work
from copilot.tools.finding import Document

MICRO = {"GC": "MGC", "SI": "SIL", "NG": "QG"}
"""Futures with a smaller sister contract, taken where the whole one is more than is sold."""
_TRIES = 3


class Rotation(msgspec.Struct, frozen=True):
    """How much has to go: `share` percent of the holding where the person said so, else `excess` of NAV, else all."""

    excess: Decimal
    share: int | None
    group: str


class Trade(msgspec.Struct, frozen=True):
    """Sell so many of a holding (a row of the portfolio), buy so many of something."""

    held: Document
    sells: Decimal
    into: Listing
    buys: Decimal

    def legs(self) -> list[Document]:
        """Sales first."""
        side = "sell" if self.held["side"] == "long" else "buy"
        return [{"symbol": self.held["symbol"], "side": side, "quantity": format(self.sells, "f")},
                {"symbol": self.into.symbol, "side": "buy", "quantity": format(self.buys, "f")}]  # fmt: skip


async def rotate(work: Work, wanted: Rotation) -> None:
    """Propose the basket, sized by what it has to bring and by what the limits allow."""
    book = await work.call("portfolio_context")
    if not book.ok:
        work.refused(book, "The portfolio")
        return
    held = _source(work, book)
    if held is None:
        return
    into = next((one for one in work.request.listings if one.symbol != held["symbol"]), None)
    if into is None:
        await _only_sell(work, book, held, wanted)
        return
    work.say(f"What is sold: {held['symbol']}, {money(held['value'])}, {percent(held['weight'])} of NAV.", book)
    trade = await _sized(work, book, held, into, wanted)
    if trade is not None:
        await _propose(work, trade)


def _source(work: Work, book: Result) -> Document | None:
    """The holding that is sold: one that was named, or the largest of what was asked about."""
    request, rows = work.request, book.data["positions"]
    named = {one.symbol for one in request.listings}
    mine = [row for row in rows if row["symbol"] in named]
    if mine and not request.has("largest", "biggest"):
        return dict(mine[0])
    classes = request.classes or ("equities",)
    fitting = [row for row in rows if row["asset_class"] in classes and row["side"] == "long"]
    fitting = [row for row in fitting if row["symbol"] not in named] or fitting
    if not fitting:
        work.say(f"You hold no {' or '.join(classes)} that could be sold, so nothing is proposed.", book)
        return None
    return dict(max(fitting, key=lambda row: abs(Decimal(row["value"]))))


def _to_sell(work: Work, held: Document, nav: Decimal, wanted: Rotation) -> Decimal:
    """Units of the holding, in whole lots."""
    units, value = abs(Decimal(held["quantity"])), abs(Decimal(held["value"]))
    if wanted.share is not None:
        share = Decimal(wanted.share) / 100
    elif wanted.excess > 0 and value > 0:
        share = min(Decimal(1), wanted.excess * nav / value)
    else:
        share = Decimal(1)
    listing = work.catalogue.code(str(held["symbol"]))
    lot = listing.lot if listing is not None else Decimal(1)
    return min(units, (units * share / lot).to_integral_value(ROUND_CEILING) * lot)


async def _sized(work: Work, book: Result, held: Document, into: Listing, wanted: Rotation) -> Trade | None:
    nav = Decimal(book.data["nav"])
    sells = _to_sell(work, held, nav, wanted)
    per_unit = abs(Decimal(held["value"])) / abs(Decimal(held["quantity"]))
    into, price, quote = await _fitting(work, into, sells * per_unit)
    if price is None:
        work.refused(quote, f"No price of {into.symbol}")
        return None
    one = price * into.multiplier * into.lot
    if sells * per_unit < one <= abs(Decimal(held["value"])):
        sells = (one / per_unit).to_integral_value(ROUND_CEILING)
    brings = sells * per_unit
    buys = in_lots(into, brings / (price * into.multiplier))
    worked = work.worked_out(
        "size of the trade",
        {"sells": str(sells), "brings": str(brings), "one": str(one), "buys": str(buys)},
        book,
        quote,
    )
    if buys <= 0:
        work.say(f"One lot of {into.symbol} is worth {money(one)}, more than the {money(brings)} that the sale brings, "
                 "so nothing is proposed.", worked)  # fmt: skip
        return None
    why = f", which brings {wanted.group} back to the rule" if wanted.group and wanted.share is None else ""
    work.say(f"Sell {plain(sells)} {held['symbol']} for about {money(brings)}{why}; {into.symbol} ({into.name}) is at "
             f"{plain(price)}, a lot is worth {money(one)}: buy {plain(buys)}.", quote, worked)  # fmt: skip
    return Trade(held, sells, into, buys)


async def _fitting(work: Work, into: Listing, brings: Decimal) -> tuple[Listing, Decimal | None, Result]:
    """What is bought: the instrument, or its smaller contract where a whole one is more than the sale brings."""
    quote = await work.call("live_quote", symbols=[into.symbol])
    price = _ask(quote)
    smaller = work.catalogue.code(MICRO.get(into.root, ""))
    if price is None or smaller is None or price * into.multiplier * into.lot <= brings:
        return into, price, quote
    value = work.worked_out("worth of one contract", {"one": str(price * into.multiplier)}, quote)
    work.say(f"One contract of {into.symbol} is worth {money(price * into.multiplier)}, more than is sold: the smaller "
             f"{smaller.symbol} is taken.", quote, value)  # fmt: skip
    quote = await work.call("live_quote", symbols=[smaller.symbol])
    return smaller, _ask(quote), quote


def _ask(quote: Result) -> Decimal | None:
    if not quote.ok:
        return None
    row = quote.data["quotes"][0]
    return Decimal(row.get("ask") or row["last"])


async def _propose(work: Work, trade: Trade) -> None:
    for _ in range(_TRIES):
        why = f"out of {trade.held['symbol']} into {trade.into.name}"
        made = await work.call("propose_basket", legs=trade.legs(), rationale=why)
        most = Decimal(str(made.error.get("max_quantity") or 0))
        if made.ok or not 0 < most < trade.buys:
            work.proposed(made, "No basket")
            return
        work.refused(made, f"{plain(trade.buys)} {trade.into.symbol} is too much")
        trade = msgspec.structs.replace(trade, buys=in_lots(trade.into, most))
    work.say("The limits leave no room for it, so nothing is proposed.")


async def _only_sell(work: Work, book: Result, held: Document, wanted: Rotation) -> None:
    """A sale alone, where nothing was named to go into."""
    sells = _to_sell(work, held, Decimal(book.data["nav"]), wanted)
    args = {"symbol": held["symbol"], "side": "sell", "quantity": format(sells, "f"), "reduce_only": True,
            "rationale": "down to the rule"}  # fmt: skip
    made = await work.call("propose_order", **args)
    work.proposed(made, f"No sale of {held['symbol']}")
