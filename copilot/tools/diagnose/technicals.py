"""technicals."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from copilot.tools.fields import Symbol
from copilot.tools.finding import Finding
from copilot.tools.sources import from_desk
from copilot.tools.tool import Args, diagnose
from engine.desk import DeskReader


class Readings(Args, frozen=True):
    """Of which instrument, on which bars."""

    symbol: Symbol
    every: Annotated[Literal["5m", "1h", "1d"], Meta(description="Length of a bar.")] = "1d"


@diagnose(Readings, example={"symbol": "AAPL", "every": "1d"})
async def technicals(desk: DeskReader, args: Readings) -> Finding:
    """What indicators read now: averages (SMA, EMA), RSI, MACD, ATR, Bollinger bands, and the year's range.

    Readings describe the past; none of them is advice.
    """
    study = await desk.study(args.symbol, args.every)
    wanted = ("account", "at", "symbol", "last", "change_pct", "returns", "range", "readings")
    return from_desk(f"study {args.symbol} {args.every}", study, {k: study[k] for k in wanted if k in study})
