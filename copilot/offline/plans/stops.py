"""Orders that protect what is held."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from copilot.evidence import Result
from copilot.offline.figures import percent, plain
from copilot.offline.work import Work
from copilot.tools.finding import Document
from engine.model.number import trim

USUAL = Decimal(5)
"""Percent below (of a short: above) the price where nothing else was said."""
MOST = 12
"""Positions that get a stop in one turn."""


async def stops(work: Work) -> None:
    """A stop that only reduces, for every position or the named ones; those that have one already are left alone."""
    book, report = await work.call("portfolio_context"), await work.call("risk_report")
    if not (book.ok and report.ok):
        work.refused(book if not book.ok else report, "No stops")
        return
    wanted, bare = _wanted(work, book), _without(report)
    if not wanted:
        work.say("You hold nothing of that, so there is nothing to protect.", book)
        return
    covered = [row["symbol"] for row in wanted if row["symbol"] not in bare]
    if covered:
        work.say(f"These have a stop already: {', '.join(covered)}.", report)
    open_ = [row for row in wanted if row["symbol"] in bare]
    if work.request.negated or work.request.has("which", "without"):
        listed = ", ".join(row["symbol"] for row in open_) or "none"
        work.say(f"Without a stop: {listed}. Say `protect all positions` for proposals.", report)
        return
    away = next((each for each in work.request.percents if 0 < each < 90), USUAL)
    for row in open_[:MOST]:
        await _protect(work, book, row, away)
    if len(open_) > MOST:
        work.say(f"{len(open_) - MOST} more positions are left for the next turn.",
                 work.worked_out("positions left", {"left": len(open_) - MOST}, book))  # fmt: skip


def _wanted(work: Work, book: Result) -> list[Document]:
    named = {one.symbol for one in work.request.listings}
    classes = set(work.request.classes) - ({"equities"} if work.request.phrase("stock positions") else set())
    rows = [row for row in book.data["positions"] if not named or row["symbol"] in named]
    return [row for row in rows if not classes or row["asset_class"] in classes]


def _without(report: Result) -> set[str]:
    return {str(row["symbol"]) for row in report.data["checks"] if row["name"] == "no_stop"}


async def _protect(work: Work, book: Result, row: Document, away: Decimal) -> None:
    one = work.catalogue.code(str(row["symbol"]))
    tick = one.tick if one is not None else Decimal("0.01")
    long = row["side"] == "long"
    price = Decimal(row["price"]) * (100 - away if long else 100 + away) / 100
    stop = (price / tick).to_integral_value(ROUND_HALF_EVEN) * tick
    args: Document = {
        "symbol": row["symbol"], "side": "sell" if long else "buy", "quantity": trim(str(row["quantity"]).lstrip("-")),
        "type": "stop", "stop_price": format(stop, "f"), "reduce_only": True, "rationale": f"protects {row['symbol']}",
    }  # fmt: skip
    made = await work.call("propose_order", **args)
    distance = work.worked_out("distance of the stop", {"away": str(away / 100)}, book)
    work.say(f"{row['symbol']} at {plain(row['price'])}: stop at {plain(stop)}, {percent(away / 100)} away.",
             book, made, distance)  # fmt: skip
    work.proposed(made, f"No stop for {row['symbol']}")
