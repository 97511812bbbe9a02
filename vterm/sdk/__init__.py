"""What strategies are written with: `from vterm.sdk import Strategy`, and the values that its callbacks are given.

Nothing is imported before it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.strategy.base import Strategy
    from engine.strategy.values import Bar, Book, Fill, Instrument, Level, Order, Quote, Refusal, Trade

__all__ = ["Bar", "Book", "Fill", "Instrument", "Level", "Order", "Quote", "Refusal", "Strategy", "Trade"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"vterm.sdk has no {name}")
    if name == "Strategy":
        from engine.strategy.base import Strategy

        return Strategy
    from engine.strategy import values

    return getattr(values, name)
