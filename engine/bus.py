"""After the commit, in order, to whoever listens: events as documents, and one call a market step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Events = Callable[[list[dict[str, Any]]], None]
Step = Callable[[], None]


class Bus:
    """Synchronous fan-out inside the engine's loop. Listeners must not block and cannot call back into trading."""

    def __init__(self) -> None:
        self._events: list[Events] = []
        self._steps: list[Step] = []

    def subscribe(self, callback: Events) -> Callable[[], None]:
        """Call `callback` with each batch of committed events; returns the call that ends it."""
        return _add(self._events, callback)

    def on_step(self, callback: Step) -> Callable[[], None]:
        """Call `callback` after each published market step; returns the call that ends it."""
        return _add(self._steps, callback)

    def publish(self, events: list[dict[str, Any]]) -> None:
        """Hand out committed events."""
        for callback in tuple(self._events):
            callback(events)

    def step(self) -> None:
        """Say that the market has moved."""
        for callback in tuple(self._steps):
            callback()


def _add(listeners: list[Any], callback: Any) -> Callable[[], None]:
    listeners.append(callback)

    def remove() -> None:
        if callback in listeners:
            listeners.remove(callback)

    return remove
