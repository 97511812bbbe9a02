"""Who rose most, who fell most, where most was traded: of the chosen class."""

from __future__ import annotations

from typing import ClassVar

from engine.desk import Document
from engine.model.text import safe
from engine.research.tally import movers
from vterm.paint import DOWN, UP, Line, arrow, clip, direction, fit, number
from vterm.panes.market_list import MarketsPane
from vterm.panes.market_pane import MarketListPane
from vterm.panes.market_rows import millions
from vterm.panes.watch import WatchPane
from vterm.state import DeskState

GROUPS = (("gainers", f"GAINERS {UP}"), ("losers", f"LOSERS {DOWN}"), ("active", "MOST ACTIVE"))
LEAST = 2
NAMED = 56
"""Width from which names are shown."""


def line(row: Document, width: int, active: bool, dull: bool) -> Line:
    """Symbol, with room its name, last, change in per cent; of the most active, turnover and change."""
    text = str(row.get("change_pct") or "0.00")
    moved = (f" {arrow(text)} {text:>6} ", "muted" if dull else direction(text))
    figure = millions(row.get("turnover")) if active else row.get("last")
    named = max(0, width - 41) if width >= NAMED else 0
    room = width - 11 - 10 - named
    style = "muted" if dull else "foreground"
    name = (clip(safe(str(row.get("name") or "")), named), "muted")
    return fit(((" " + clip(str(row["symbol"]), 10), "foreground"), name, *number(figure, room, style), moved), width)


class MoversPane(MarketListPane):
    """Three short lists; enter opens the ladder of the row."""

    CONTEXT: ClassVar[str] = "movers"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"markets", "link", "choice"})
    NAME: ClassVar[str] = "Movers"

    def __init__(self, state: DeskState) -> None:
        super().__init__(state, "movers")
        self._at = -1e9
        self._key: tuple[object, ...] = ()
        self._found: dict[str, list[str]] = {}

    def paint(self, width: int, height: int) -> None:
        """As many rows of each as there is room for."""
        self.entitle("Movers", self.choice.kind or "all classes")
        if not self.state.market:
            self.empty("opening the market", height, width)
            return
        count = max(LEAST, (height - 3) // 3)
        keys, lines = list[str | None](), list[Line]()
        for name, title in GROUPS:
            keys.append(None)
            unit = ("turnover M  change % " if name == "active" else "last  change % ").rjust(width - len(title) - 1)
            lines.append(((f" {title}", "muted"), (unit, "faint")))
            for symbol in self._ranks(count)[name]:
                row = self.state.market.get(symbol)
                if row is not None:
                    keys.append(f"{name}:{symbol}")
                    lines.append(line(row, width, name == "active", self.dull))
        self.keep(keys)
        self.show([self.mark(i, text) for i, text in enumerate(lines)])

    def _ranks(self, count: int) -> dict[str, list[str]]:
        """Who stands where: looked at anew every second, so that rows can be read."""
        now, key = self.state.now(), (self.choice.kind, count, bool(self.state.market))
        if key != self._key or now - self._at >= 1.0:
            found = movers(self.listed(), count)
            self._found = {name: [str(row["symbol"]) for row in rows] for name, rows in found.items()}
            self._key, self._at = key, now
        return self._found

    @property
    def current(self) -> str | None:
        """The symbol of the cursor row."""
        key = super().current
        return key.partition(":")[2] if key else None

    def keep(self, keys: list[str | None]) -> None:
        """Rows are known by their list too: a symbol may stand in two."""
        wanted = self.keys[self.cursor] if 0 <= self.cursor < len(self.keys) else None
        super().keep(keys)
        if wanted is not None and wanted in keys:
            self.cursor = keys.index(wanted)

    def opened(self) -> None:
        """A double click."""
        self.do_mover_open()

    def do_mover_watch(self) -> None:
        """On the watchlist, or off it."""
        if self.current:
            self.post_message(MarketsPane.Watched(self.current))

    def do_mover_open(self) -> None:
        """Its ladder."""
        if self.current:
            self.post_message(WatchPane.Selected(self.current, go=True))
