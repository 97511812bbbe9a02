"""What an indicator needs of a bar: five numbers in any one unit, so bars in ticks and lots do as well."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Bar(Protocol):
    """Anything with these five numbers."""

    @property
    def open(self) -> float:
        """First price."""

    @property
    def high(self) -> float:
        """Highest price."""

    @property
    def low(self) -> float:
        """Lowest price."""

    @property
    def close(self) -> float:
        """Last price."""

    @property
    def volume(self) -> float:
        """What was traded."""


class PriceBar(NamedTuple):
    """A bar as plain numbers."""

    open: float
    high: float
    low: float
    close: float
    volume: float
