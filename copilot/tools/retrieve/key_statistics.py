"""key_statistics."""

from __future__ import annotations

from copilot.tools.fields import Symbol
from copilot.tools.finding import Finding
from copilot.tools.sources import from_desk
from copilot.tools.tool import Args, retrieve
from engine.desk import DeskReader


class Of(Args, frozen=True):
    """Of which instrument."""

    symbol: Symbol


@retrieve(Of, example={"symbol": "AAPL"})
async def key_statistics(desk: DeskReader, args: Of) -> Finding:
    """One instrument whole: class, sector, tick, lot, margin, fees, spread, returns over 1D 1W 1M 3M 1Y, the
    year's range, usual volume, volatility and beta, its price law, and what trades of 1,000 to 1,000,000 VCR cost now.

    Costs are in basis points of the mid; volatility is annual and a share (0.25 = 25 %).
    """
    study = await desk.study(args.symbol)
    study.pop("readings", None)
    return from_desk(f"study {args.symbol}", study)
