"""Integer and text types that must not be mixed: units are in the name."""

from typing import NewType

Ticks = NewType("Ticks", int)
"""A price as a whole number of the instrument's tick."""

Lots = NewType("Lots", int)
"""A quantity as a whole number of the instrument's lot."""

Minor = NewType("Minor", int)
"""Money in millionths of a VCR (1 VCR = 1 USD)."""

TimeNs = NewType("TimeNs", int)
"""Nanoseconds since 1970-01-01T00:00:00Z."""

AccountId = NewType("AccountId", str)
OrderId = NewType("OrderId", str)
FillId = NewType("FillId", str)
Symbol = NewType("Symbol", str)

MINOR_PER_VCR = 1_000_000
SECOND_NS = 1_000_000_000
MINUTE_NS = 60 * SECOND_NS
HOUR_NS = 60 * MINUTE_NS
DAY_NS = 24 * HOUR_NS


def fill_id(number: int) -> FillId:
    """Name of a desk's fill, counted from 0."""
    return FillId(f"f{number + 1:06d}")


def fill_number(name: str) -> int:
    """The count that a fill's name stands for."""
    return int(name[1:]) - 1
