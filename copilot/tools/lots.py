"""Quantities on an instrument's lot."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

from engine.desk import DeskReader
from engine.model.refusal import Code, refuse


async def share_of(desk: DeskReader, symbol: str, quantity: str, percent: int) -> str:
    """That share of a quantity, rounded down to whole lots. Raises Refused where not one lot is left."""
    lot = Decimal(next(row["lot_size"] for row in (await desk.instruments("", symbol))["instruments"]
                       if row["symbol"] == symbol))  # fmt: skip
    lots = (Decimal(quantity) * percent / 100 / lot).to_integral_value(ROUND_FLOOR)
    if lots <= 0:
        raise refuse(Code.OUT_OF_RANGE, f"{percent} % of it is less than a lot of {lot}", fix="take a larger share")
    return format(lots * lot, "f")
