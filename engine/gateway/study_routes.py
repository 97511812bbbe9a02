"""REST of one instrument seen whole, of what an account has done, and of what the desk would warn of."""

from __future__ import annotations

import asyncio

from engine.desk import Document
from engine.gateway.call import Call
from engine.research.readings import BARS, EVERY, price_bars, readings
from engine.views.jobs import aside


async def read_study(call: Call) -> Document:
    """GET /v1/studies/{symbol}."""
    call.only("benchmark", "every")
    symbol, every = call.path("symbol"), call.choice("every", EVERY, "1d")
    document = await aside(call.view.study(call.account, symbol, call.text("benchmark")))
    decimals = len(str(document["tick_size"]).partition(".")[2])
    bars = call.view.bars(document["symbol"], every, BARS)["bars"]
    return {**document, "every": every, "readings": await asyncio.to_thread(readings, price_bars(bars), decimals)}


async def read_progress(call: Call) -> Document:
    """GET /v1/progress."""
    call.only()
    return await aside(call.view.progress(call.account))


async def read_checks(call: Call) -> Document:
    """GET /v1/checks."""
    call.only()
    return call.view.checks(call.account)
