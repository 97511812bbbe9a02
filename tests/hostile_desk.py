"""A desk whose every word is an attack: names, notes, reasons, ids, symbols, accounts, whatever a document says.

Only what the grammar of documents fixes stays: numbers, times, kinds and states. So a field that is new is hostile
without anybody remembering it here.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

from engine.model.refusal import Refused, refuse
from tests.fake_desk import FakeDesk

GRAMMAR = frozenset({
    "type", "channel", "event", "side", "status", "state", "link", "session", "asset_class", "algo", "kind", "scope",
    "severity", "liquidity", "time_in_force", "tif", "every", "by", "span", "window", "action", "direction", "code",
    "field", "next_state", "zone", "currency", "price_currency", "role", "class", "key", "order_type", "group", "head",
    "rule", "unit", "level", "venue", "mode", "phase",
})  # fmt: skip
"""Keys whose values are words of the engine's own grammar."""
_PLAIN = re.compile(r"[-+]?[0-9][0-9.,:TZ%+-]*\Z|\Z")


def spoilt(value: Any, text: str, key: str = "") -> Any:
    """The document with `text` before each of its words."""
    if isinstance(value, dict):
        return {name: spoilt(inner, text, str(name)) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [spoilt(inner, text, key) for inner in value]
    if isinstance(value, str) and key not in GRAMMAR and not _PLAIN.match(value):
        return text + value
    return value


def healed(value: Any, text: str) -> Any:
    """What the terminal sends back, without the attack, as the desk inside knows it."""
    if isinstance(value, str):
        return value.replace(text, "")
    if isinstance(value, dict):
        return {healed(name, text): healed(inner, text) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [healed(inner, text) for inner in value]
    return value


class HostileDesk:
    """Stands before a fake desk and spoils what it says. `symbols` says whether also what things are called by."""

    def __init__(self, inside: FakeDesk, text: str, *, names_only: bool = False) -> None:
        self.inside, self.text, self.names_only = inside, text, names_only
        self.asked: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inside, name)
        if not inspect.iscoroutinefunction(found):
            return found

        async def spoiling(*args: Any, **more: Any) -> Any:
            self.asked.add(name)
            try:
                answer = await found(*healed(args, self.text), **healed(more, self.text))
            except Refused as no:
                told = no.refusal
                raise refuse(told.code, self.text + told.message, fix=self.text, field=told.field) from None
            return self._spoilt(answer)

        return spoiling

    async def stream(self, channels: Sequence[str]) -> AsyncIterator[Any]:
        """Frames come on the channels that were asked for."""
        asked = dict(zip(healed(channels, self.text), channels, strict=True))
        async for frame in self.inside.stream(list(asked)):
            yield {**self._spoilt(frame), "channel": asked.get(frame.get("channel", ""), frame.get("channel", ""))}

    def _spoilt(self, document: Any) -> Any:
        if not self.names_only:
            return spoilt(document, self.text)
        return _worded(document, self.text)


FREE = frozenset({
    "name", "note", "reason", "text", "message", "title", "fix", "about", "says", "why", "asked", "caused", "instead",
    "cause", "question",
})  # fmt: skip
"""Keys that hold what a person or a foreign desk wrote."""


def _worded(value: Any, text: str, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _worded(inner, text, str(name)) for name, inner in value.items()}
    if isinstance(value, list):
        return [_worded(inner, text, key) for inner in value]
    return text + value if isinstance(value, str) and key in FREE else value
