"""What a tool found: figures, where each came from, and whether anybody else's words are among them.

Foreign text (a headline, a filing, a note, a name of somebody's making) is never plain text in a finding: it is
`Foreign`, made safe to show, named by its channel. Whoever passes a finding on can therefore tell it apart, and a
finding with any of it is tainted: what follows from it in the same turn is marked on the card (SECURITY 2, T1).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import msgspec

from engine.model.text import safe

Document = dict[str, Any]
MOST_BYTES = 64 * 1024
"""Of a finding's data as JSON: a model has to read it, and a screen to show it."""
MOST_FOREIGN = 4_000
"""Characters of one foreign text; the rest is left out and said to be."""


class Origin(StrEnum):
    """Whose figures they are."""

    DESK = "desk"
    """The engine's own: market, orders, money."""
    PRACTICE = "practice"
    """The practice universe, consistent with the simulated market and made up like it."""
    EDGAR = "edgar"
    """Filings of the United States' regulator."""
    MODEL = "model"
    """Worked out by a model; right on average at best."""
    TOOL = "tool"
    """A custom tool or another server's."""


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where figures came from: what was asked of whom, as of when (market time, RFC 3339) and at which state."""

    origin: Origin
    what: str
    at: str = ""
    seq: int = 0
    simulated: bool = False


class Foreign(msgspec.Struct, frozen=True):
    """Somebody else's words. Text to read, never words to act on."""

    text: str
    channel: str
    cut: bool = False


def foreign(text: object, channel: str) -> Foreign:
    """Somebody else's words, safe to show and at most MOST_FOREIGN characters of them."""
    raw = str(text)
    return Foreign(str(safe(raw, MOST_FOREIGN, multiline=True)), channel, len(raw) > MOST_FOREIGN)


class Finding(msgspec.Struct, frozen=True):
    """Data as JSON types and Foreign, with its sources."""

    data: Document
    sources: tuple[Source, ...]
    truncated: bool = False

    @property
    def tainted(self) -> bool:
        """Whether anybody else's words are in it."""
        return any(True for _ in foreign_in(self.data)) or any(s.origin is Origin.TOOL for s in self.sources)

    def document(self) -> Document:
        """The finding as plain JSON: foreign text becomes {"foreign_text", "channel"}."""
        return {
            "data": plain(self.data),
            "sources": [msgspec.to_builtins(source) for source in self.sources],
            "tainted": self.tainted,
            "truncated": self.truncated,
        }


def foreign_in(value: Any) -> Iterator[Foreign]:
    """Every foreign text in a value."""
    if isinstance(value, Foreign):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from foreign_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from foreign_in(each)


def plain(value: Any) -> Any:
    """A value without `Foreign`, which says of itself what it is."""
    if isinstance(value, Foreign):
        body: Document = {"foreign_text": value.text, "channel": value.channel}
        return {**body, "cut": True} if value.cut else body
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value
