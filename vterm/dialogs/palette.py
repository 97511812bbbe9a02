"""What the command palette finds: the actions of the table, and instruments by name."""

from __future__ import annotations

from functools import partial
from typing import Any

from textual.command import DiscoveryHit, Hit, Hits, Matcher, Provider
from textual.content import Content

from engine.desk import Document
from engine.model.instrument import ASSET_CLASSES
from engine.model.text import safe
from vterm.actions import Action
from vterm.dialogs.search import ranked
from vterm.key_names import shown


class ActionProvider(Provider):
    """Every action that may be called by name."""

    @property
    def _desk(self) -> Any:
        return self.screen

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for action in self._desk.keymap.rows:
            if action.palette:
                yield DiscoveryHit(_name(action), partial(self._desk.perform, action.name), help=_keys(action))

    async def search(self, query: str) -> Hits:
        """Those that match."""
        matcher = self.matcher(query)
        for action in self._desk.keymap.rows:
            points = matcher.match(_name(action)) if action.palette else 0
            if points > 0:
                yield Hit(points, matcher.highlight(_name(action)), partial(self._desk.perform, action.name),
                          help=_keys(action))  # fmt: skip


class InstrumentProvider(Provider):
    """Instruments, by symbol and name."""

    async def search(self, query: str) -> Hits:
        """The best ten."""
        desk: Any = self.screen
        matcher = self.matcher(query)
        for row in ranked(desk.state.instruments.values(), query)[:10]:
            text = safe(f"{row['symbol']} {desk.state.name(str(row['symbol']))}")
            yield Hit(max(0.2, matcher.match(text)), _lit(matcher, text), partial(desk.choose, str(row["symbol"])),
                      help=_class_of(row))  # fmt: skip


def _lit(matcher: Matcher, text: str) -> Content:
    """The text with what was typed lit up. The matcher's own way reads it as markup, and names may be anything."""
    content = Content(text)
    _, places = matcher.fuzzy_search.match(matcher.query, text)
    for place in places:
        if not text[place].isspace():
            content = content.stylize(matcher.match_style, place, place + 1)
    return content


def _class_of(row: Document) -> str:
    kind = str(row.get("asset_class", ""))
    return kind if kind in ASSET_CLASSES else ""


def _name(action: Action) -> str:
    return action.help


def _keys(action: Action) -> str:
    where = "" if action.context == "desk" else f"{action.context} · "
    return where + "  ".join(shown(key) for key in action.keys)
