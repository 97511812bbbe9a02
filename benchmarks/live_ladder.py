"""CPU of a live 30-row ladder at 10 Hz: our painted lines beside Textual's DataTable showing the same numbers.

Both run in this process, one after the other and again, headless; what counts is process CPU time per second.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from typing import Any

from textual.app import App, ComposeResult
from textual.widgets import DataTable

from tests.fake_desk import FakeDesk
from vterm.panes.ladder import LadderPane
from vterm.state import DeskState
from vterm.terminal import VtermApp
from vterm.theme import textual_theme

ROWS, HZ, SECONDS, ROUNDS, BAR = 30, 10, 4, 3, 0.15
SYMBOL = "BTC-USD"


class Base(App[None]):
    """Ten frames a second of the same moving book."""

    def __init__(self, books: list[dict[str, Any]], instrument: dict[str, Any]) -> None:
        super().__init__()
        self.books, self.instrument = books, instrument
        self.at = 0

    def next_book(self) -> dict[str, Any]:
        """The next of the prepared books."""
        self.at = (self.at + 1) % len(self.books)
        return self.books[self.at]


class Painted(Base):
    """The ladder pane alone, with the desk's own palette."""

    get_theme_variable_defaults = VtermApp.get_theme_variable_defaults

    def __init__(self, books: list[dict[str, Any]], instrument: dict[str, Any]) -> None:
        from vterm.theme import load

        self.palette = load("dark")
        super().__init__(books, instrument)
        self.register_theme(textual_theme(self.palette))
        self.theme = "dark"
        self.state = DeskState()
        self.state.load_instruments([instrument])
        self.state.symbol = SYMBOL

    def compose(self) -> ComposeResult:
        """One pane."""
        self.pane = LadderPane(self.state)
        yield self.pane

    def tick(self) -> None:
        """One frame."""
        self.state.apply(self.next_book())
        self.pane.repaint()


class Table(Base):
    """The same rows and columns in a DataTable, cell by cell."""

    def compose(self) -> ComposeResult:
        """One table."""
        self.table: DataTable[str] = DataTable()
        yield self.table

    def on_mount(self) -> None:
        """Empty rows."""
        self.columns = self.table.add_columns("mine", "bid", "price", "ask", "mine")
        self.rows = [self.table.add_row("", "", "", "", "") for _ in range(ROWS)]

    def tick(self) -> None:
        """One frame: the cells that a ladder of this book has."""
        book = self.next_book()
        asks, bids = book["asks"][:10][::-1], book["bids"][:10]
        shown = [("", "", p, s, "") for p, s in asks] + [("", s, p, "", "") for p, s in bids]
        for row, values in zip(self.rows, shown, strict=False):
            for column, value in zip(self.columns, values, strict=True):
                if self.table.get_cell(row, column) != value:
                    self.table.update_cell(row, column, value)


async def cpu_share(app: Painted | Table) -> float:
    """CPU seconds per second while the app ticks."""
    async with app.run_test(size=(48, ROWS + 4)) as pilot:
        await pilot.pause(0.3)
        app.tick()
        await asyncio.sleep(0.3)
        wall, cpu = time.perf_counter(), time.process_time()
        for number in range(SECONDS * HZ):
            app.tick()
            await asyncio.sleep(max(0.0, wall + (number + 1) / HZ - time.perf_counter()))
        return (time.process_time() - cpu) / (time.perf_counter() - wall)


async def main() -> int:
    """Measure in turns; one JSON line."""
    desk = FakeDesk()
    thing, books = desk.things[SYMBOL], []
    for _ in range(97):
        thing.last += thing.rng.choice((-12, 0, 12))
        thing.remake()
        books.append(desk._book_frame(thing))
    instrument = next(row for row in (await desk.instruments())["instruments"] if row["symbol"] == SYMBOL)
    taken: dict[str, list[float]] = {"painted": [], "table": []}
    for _ in range(ROUNDS):
        taken["painted"].append(await cpu_share(Painted(books, instrument)))
        taken["table"].append(await cpu_share(Table(books, instrument)))
    painted, table = (statistics.median(taken[name]) for name in ("painted", "table"))
    print(json.dumps({
        "benchmark": "live_ladder", "rows": ROWS, "hz": HZ, "painted_cpu": round(painted, 4),
        "table_cpu": round(table, 4), "ratio": round(painted / table, 3), "bar": BAR,
    }))  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
