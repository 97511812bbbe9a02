"""What companies do to their shares, as the overnight bookings read it from a market that has such things."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from engine.market.actions import Action
from engine.model.ids import TimeNs
from engine.ports import MarketSource


@runtime_checkable
class HasActions(Protocol):
    """A market whose companies pay dividends or split their shares."""

    def next_action(self, symbol: str, after: int) -> TimeNs:
        """When the next one of a symbol takes effect; 0 where none is known."""

    def actions_at(self, symbol: str, at: int) -> tuple[Action, ...]:
        """Those of a symbol that take effect at exactly this time."""

    def next_split(self, after: int) -> tuple[TimeNs, tuple[Action, ...]]:
        """The next splits of any symbol later than a time, and when; (0, ()) where none is known."""


class _None:
    def next_action(self, symbol: str, after: int) -> TimeNs:
        return TimeNs(0)

    def actions_at(self, symbol: str, at: int) -> tuple[Action, ...]:
        return ()

    def next_split(self, after: int) -> tuple[TimeNs, tuple[Action, ...]]:
        return TimeNs(0), ()


def actions_of(source: MarketSource) -> HasActions:
    """The corporate actions of a market; of one that has none, an empty calendar."""
    return source if isinstance(source, HasActions) else _None()
