"""How the account and the market stand."""

from __future__ import annotations

from copilot.evidence import Result
from copilot.offline.figures import change, money, percent, plain
from copilot.offline.plans.risk import warnings
from copilot.offline.work import Work

MOST = 5


async def briefing(work: Work) -> None:
    """Worth, the day's profit, what is held, the market's sectors and movers, and what the desk warns of."""
    book, market = await work.call("portfolio_context"), await work.call("sector_performance", by="class")
    report = await work.call("risk_report")
    if not book.ok:
        work.refused(book, "The portfolio")
        return
    _account(work, book)
    if market.ok:
        _market(work, market)
    if report.ok:
        warnings(work, report)


def _account(work: Work, book: Result) -> None:
    data = book.data
    work.say(f"Your account is worth {money(data['nav'])}: today {money(data['day_pnl'])} "
             f"({change(data['day_pnl_pct'])}), unrealised {money(data['unrealised_pnl'])}, cash "
             f"{money(data['cash'])}.", book)  # fmt: skip
    rows = data["positions"]
    if not rows:
        work.say("You hold nothing.", book)
        return
    work.say(f"You hold {len(rows)} position{'s' if len(rows) > 1 else ''}:", book)
    work.rows(
        (
            f"{row['symbol']} {row['side']} {plain(row['quantity'])}, {money(row['value'])}, "
            f"{percent(row['weight'])} of NAV, {money(row['unrealised_pnl'])} unrealised"
            for row in rows[:MOST]
        ),
        book,
    )
    if data["working_orders"]:
        work.say(f"Working orders: {data['working_orders']}.", book)


def _market(work: Work, market: Result) -> None:
    rows = [row for row in market.data["rows"] if row.get("change_pct") is not None]
    classes = ", ".join(f"{row['asset_class']} {change(row['change_pct'])}" for row in rows)
    if classes:
        work.say(f"The market today, on average: {classes}.", market)
    movers = market.data.get("movers") or {}
    for name in ("gainers", "losers"):
        if listed := ", ".join(str(symbol) for symbol in (movers.get(name) or ())[:3]):
            work.say(f"Largest {name}: {listed}.", market)
