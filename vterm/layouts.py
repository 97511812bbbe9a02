"""A layout: what is on the screen, as plain data that can be kept and brought back. Pure.

The schema is closed: a table that has another key, another type, a longer text or a word that there is not is refused
as a whole. Symbols are held to their form only, since a file may be older than the market that it is read for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from vterm.screens.layout import ORDER, SINGLE_TABS, TABS, Layout

SCREENS = 8
MOST_GROUPS = 100
MOST_GROUP = 10_000_000
_SYMBOL = r"[A-Z0-9][A-Z0-9.\-]{0,23}\Z"
_WORD = r"[A-Za-z0-9][A-Za-z0-9 _.:+\-]{0,31}\Z"
"""Compiled when a file is read, not at every start."""

Plain = dict[str, Any]
Check = Callable[[Any], bool]


class LayoutError(ValueError):
    """Why a layout is not taken, kept or found: one line."""


def _word(value: Any) -> bool:
    return isinstance(value, str) and (not value or bool(re.match(_WORD, value)))


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 200 and value.isprintable() and value.isascii()


def _symbol(value: Any) -> bool:
    return isinstance(value, str) and (not value or bool(re.match(_SYMBOL, value)))


def _names(table: Any, most: int) -> bool:
    """Whether it is a table of few fair names."""
    return isinstance(table, dict) and len(table) <= most and all(name and _word(name) for name in table)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_GROUP


def _words(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= 16 and all(each and _word(each) for each in value)


def _one_of(*words: str) -> Check:
    return lambda value: isinstance(value, str) and value in words


def _groups(value: Any) -> bool:
    return (isinstance(value, dict) and len(value) <= MOST_GROUPS and all(name and _symbol(name) for name in value)
            and all(_number(each) and each > 0 for each in value.values()))  # fmt: skip


def _texts(value: Any) -> bool:
    return _names(value, 32) and all(map(_text, value.values()))


def _flags(value: Any) -> bool:
    return _names(value, 32) and all(map(_flag, value.values()))


_SCHEMA: dict[str, Check | dict[str, Check]] = {
    "screen": lambda value: _number(value) and 1 <= value <= SCREENS,
    "tab": _one_of(*TABS, *SINGLE_TABS),
    "lower": _one_of("positions", "orders"),
    "zoom": _one_of("", *ORDER),
    "pane": _one_of("", *ORDER),
    "symbol": _symbol,
    "every": _one_of("1m", "5m", "1h", "1d"),
    "ladder": {"cumulative": _flag, "groups": _groups},
    "chart": {"kind": _word, "shown": _words, "compared": _words, "zoom": _number},
    "markets": {"kind": _word, "sector": _text, "search": _text, "where": _text, "sort": _text, "tab": _word},
    "portfolio": {"window": _word, "slices": _word, "heads": _word, "lower": _word, "tab": _word},
    "activity": {"state": _word, "side": _word, "symbol": _symbol, "search": _text, "order_sort": _text,
                 "fill_sort": _text, "tab": _text},
    "ticket": {"symbol": _symbol, "at": _word, "choices": _texts, "flags": _flags, "texts": _texts},
}  # fmt: skip


@dataclass(frozen=True)
class SavedLayout:
    """Screen 1 to 8; tab, lower tab, zoom and focus of the desk; the instrument and the chart's period; the choices of
    the screens as tables; the half-typed ticket, which only the desk as it was left has."""

    screen: int = 1
    tab: str = "Book"
    lower: str = "positions"
    zoom: str = ""
    pane: str = "ladder"
    symbol: str = ""
    every: str = "1m"
    ladder: Plain = field(default_factory=dict)
    chart: Plain = field(default_factory=dict)
    markets: Plain = field(default_factory=dict)
    portfolio: Plain = field(default_factory=dict)
    activity: Plain = field(default_factory=dict)
    ticket: Plain = field(default_factory=dict)

    @classmethod
    def of(cls, raw: Any) -> SavedLayout:
        """A layout of plain data, all keys optional. Raises LayoutError where it is not exactly the schema."""
        if not isinstance(raw, Mapping):
            raise LayoutError("is no table")
        for key, value in raw.items():
            _hold(key, value)
        return cls(**raw)

    @classmethod
    def fitting(cls, raw: Plain) -> SavedLayout:
        """A layout of what is on a screen now: what the schema does not take is left out, so that it can be read."""
        kept: Plain = {}
        for key, value in raw.items():
            wanted = _SCHEMA[key]
            if isinstance(wanted, dict):
                kept[key] = {name: each for name, each in value.items() if wanted[name](each)}
            elif wanted(value):
                kept[key] = value
        return cls(**kept)

    def plain(self) -> Plain:
        """Plain data of what is there; tables without anything are left out."""
        made = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in made.items() if value != {}}

    def arranged(self, layout: Layout) -> Layout:
        """Panes of the same size with the tab, lower tab and zoom of this; a tab that it lacks becomes the book."""
        changed = replace(layout, tab=self.tab, lower=self.lower, zoom=self.zoom)
        return changed if changed.tab in changed.tabs else replace(changed, tab="Book")

    def words(self) -> str:
        """What it shows, in a few words."""
        from vterm.actions import SCREENS as TITLES

        parts = [TITLES[self.screen - 1]]
        if self.screen == 1:
            parts.append(f"{self.zoom} alone" if self.zoom else self.tab)
        return " · ".join([*parts, *([self.symbol] if self.symbol else []), f"chart {self.every}"])


def _hold(key: str, value: Any) -> None:
    """Hold one key against the schema. Raises LayoutError."""
    wanted = _SCHEMA.get(key)
    if wanted is None:
        raise LayoutError(f"has {ascii(key)[:24]}, which no layout has")
    if not isinstance(wanted, dict):
        if not wanted(value):
            raise LayoutError(f"{key} = {ascii(value)[:24]} makes no sense")
        return
    if not isinstance(value, dict):
        raise LayoutError(f"{key} is no table")
    for name, each in value.items():
        check = wanted.get(name)
        if check is None or not check(each):
            raise LayoutError(f"{key}.{ascii(name).strip(chr(39))[:24]} makes no sense")
