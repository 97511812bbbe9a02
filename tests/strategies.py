"""Strategies for tests: one that writes down every callback, and files of strategies that go wrong."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from engine.strategy.base import Strategy
from engine.strategy.values import Bar, Book, Fill, Order, Quote, Trade


class Witness(Strategy):
    """Remembers what it was told, in order, as (callback, value)."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Any]] = []

    def of(self, callback: str) -> list[Any]:
        """The values of one callback."""
        return [value for name, value in self.told if name == callback]

    def on_start(self) -> None:
        self.told.append(("start", self.now))

    def on_bar(self, bar: Bar) -> None:
        self.told.append(("bar", bar))

    def on_quote(self, quote: Quote) -> None:
        self.told.append(("quote", quote))

    def on_book(self, book: Book) -> None:
        self.told.append(("book", book))

    def on_trade(self, trade: Trade) -> None:
        self.told.append(("trade", trade))

    def on_fill(self, fill: Fill) -> None:
        self.told.append(("fill", fill))

    def on_order(self, order: Order) -> None:
        self.told.append(("order", order))

    def on_timer(self, at: datetime) -> None:
        self.told.append(("timer", at))

    def on_stop(self) -> None:
        self.told.append(("stop", self.now))


HEAD = "from vterm.sdk import Strategy\nclass It(Strategy):\n"


def write(folder: Path, body: str, name: str = "it.py") -> str:
    """A file with one strategy `It`, whose methods are `body`, indented by four; its path."""
    path = folder / name
    path.write_text(HEAD + body, encoding="utf-8")
    return str(path)
