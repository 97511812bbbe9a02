"""REST of how an account did and what it risks. What takes long is done beside the desk, which trades on."""

from __future__ import annotations

from engine.desk import Document
from engine.gateway.call import Call
from engine.views.jobs import aside

MOST = 100_000_000


async def read_equity(call: Call) -> Document:
    """GET /v1/portfolio/equity."""
    call.only("window", "benchmark", "every")
    window = call.text("window", "7d")
    return await aside(call.view.equity(call.account, window, call.text("benchmark"), call.text("every")))


async def read_analytics(call: Call) -> Document:
    """GET /v1/portfolio/analytics."""
    call.only("window", "benchmark")
    return await aside(call.view.analytics(call.account, call.text("window", "all"), call.text("benchmark")))


async def read_attribution(call: Call) -> Document:
    """GET /v1/portfolio/attribution."""
    call.only("by", "window")
    return await aside(call.view.attribution(call.account, call.text("by", "class"), call.text("window", "all")))


async def read_correlation(call: Call) -> Document:
    """GET /v1/portfolio/correlation."""
    call.only("symbols", "limit")
    symbols = [word for word in call.text("symbols").split(",") if word]
    return await aside(call.view.correlation(call.account, symbols, call.number("limit", 0, 0, MOST)))


async def read_calendar(call: Call) -> Document:
    """GET /v1/portfolio/calendar."""
    call.only("span", "window")
    return await aside(call.view.calendar(call.account, call.text("span", "day"), call.text("window", "all")))


async def read_cash_flow(call: Call) -> Document:
    """GET /v1/portfolio/cashflow."""
    call.only("window")
    return await aside(call.view.cash_flow(call.account, call.text("window", "all")))


async def read_round_trips(call: Call) -> Document:
    """GET /v1/portfolio/trades."""
    call.only("limit", "window")
    limit = call.number("limit", 0, 0, MOST)
    return await aside(call.view.round_trips(call.account, limit, call.text("window", "all")))


async def ask_what_if(call: Call) -> Document:
    """POST /v1/portfolio/what-if."""
    call.only("benchmark")
    payload = await call.body()
    return await aside(call.view.what_if(call.account, payload, call.text("benchmark"), strict=call.strict))


async def plan_rebalance(call: Call) -> Document:
    """POST /v1/portfolio/rebalance."""
    call.only()
    return await aside(call.view.rebalance(call.account, await call.body()))


async def read_risk(call: Call) -> Document:
    """GET /v1/risk."""
    call.only("benchmark")
    return await aside(call.view.risk_figures(call.account, call.text("benchmark")))
