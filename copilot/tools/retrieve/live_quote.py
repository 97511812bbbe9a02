"""live_quote."""

from __future__ import annotations

import asyncio

from copilot.tools.fields import Symbols
from copilot.tools.finding import Finding
from copilot.tools.sources import of_desk
from copilot.tools.tool import Args, retrieve
from engine.desk import DeskReader


class Quotes(Args, frozen=True):
    """Which instruments."""

    symbols: Symbols


@retrieve(Quotes, example={"symbols": ["AAPL", "BTC-USD"]})
async def live_quote(desk: DeskReader, args: Quotes) -> Finding:
    """Best bid and ask, last price and the day's change of up to 20 instruments, now.

    Prices are in each instrument's currency, sizes in its units, change_pct in percent since the previous close.
    An unknown instrument is refused with UNKNOWN_SYMBOL.
    """
    quotes = await asyncio.gather(*(desk.quote(symbol) for symbol in args.symbols))
    return Finding({"quotes": quotes}, tuple(of_desk(f"quote {q['symbol']}", q) for q in quotes))
