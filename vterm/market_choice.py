"""Which instruments the Markets screen lists, and in which order. Pure; outlives the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from engine.desk import Document
from engine.model.instrument import ASSET_CLASSES
from engine.model.refusal import Refused
from engine.research.screen import Screen, read_screen
from engine.research.tally import ordered
from vterm.dialogs.search import score

KINDS = ("", *ASSET_CLASSES)
SORTS = ("class", "symbol", "change", "turnover", "spread", "last", "move", "volume", "sector", "session")
STANDS = ("class", "symbol", "name", "sector")
"""Orders that prices do not change."""
HOLD_SECONDS = 5.0
"""How long an order by moving figures stands still, so that rows can be read."""
GOOD = 300
"""Score from which a row answers to what is searched for."""


@dataclass
class MarketChoice:
    """Class, sector, search and screen narrow the list; `sort` orders it (`-` turns it round)."""

    kind: str = ""
    sector: str = ""
    search: str = ""
    where: str = ""
    sort: str = "class"
    error: Document = field(default_factory=dict)
    """Why the screen being typed is not understood; the last good one stays in force."""
    _screen: Screen = field(default_factory=lambda: read_screen(""))
    _order: list[str] = field(default_factory=list)
    _made: tuple[object, ...] = ()
    _at: float = 0.0

    @property
    def column(self) -> str:
        """The column that orders the list."""
        return self.sort.removeprefix("-")

    @property
    def narrowed(self) -> bool:
        """Whether anything but the class narrows the list."""
        return bool(self.search or self.where or self.sector)

    def turn(self, column: str = "") -> None:
        """Sort by a column, or turn the order round where it is that already (or none is named)."""
        if column in ("", self.column):
            self.sort = self.column if self.sort.startswith("-") else f"-{self.sort}"
        else:
            self.sort = column

    def next_sort(self, by: int) -> None:
        """The next or the previous column to sort by."""
        at = SORTS.index(self.column) if self.column in SORTS else 0
        self.sort = SORTS[(at + by) % len(SORTS)]

    def next_kind(self, by: int) -> None:
        """The next or the previous class."""
        self.choose_kind(KINDS[(KINDS.index(self.kind) + by) % len(KINDS)])

    def choose_kind(self, kind: str) -> None:
        """Only this class; another class has other sectors."""
        self.kind, self.sector = kind, ""

    def screen(self, text: str) -> None:
        """Take a screen; what is not understood is kept as `error` and the last good one stays."""
        self.where = text
        try:
            self._screen = read_screen(text)
            self.error = {}
        except Refused as no:
            found = no.refusal.document()["error"]
            self.error = found if isinstance(found, dict) else {}

    def clear(self) -> bool:
        """Take off what was put on last: screen, search, sector, class. Whether there was anything."""
        if self.where:
            self.screen("")
        elif self.search:
            self.search = ""
        elif self.sector:
            self.sector = ""
        elif self.kind:
            self.choose_kind("")
        else:
            return False
        return True

    def rows(self, market: dict[str, Document], instruments: dict[str, Document], now: float) -> list[Document]:
        """The rows listed now. `now` is a clock in seconds: the order of moving figures is renewed every 5 of them."""
        kept = [row for row in market.values() if self._keeps(row, instruments)]
        key = (self.sort, self.kind, self.sector, self.search, self._screen.text, len(kept))
        stale = self.column not in STANDS and now - self._at >= HOLD_SECONDS
        if key != self._made or stale:
            self._made, self._at = key, now
            self._order = [str(row["symbol"]) for row in self._sorted(kept)]
        places = {symbol: place for place, symbol in enumerate(self._order)}
        return sorted(kept, key=lambda row: places.get(str(row["symbol"]), len(places)))

    def _sorted(self, rows: Iterable[Document]) -> list[Document]:
        if self.sort == "class":
            kinds = {kind: place for place, kind in enumerate(ASSET_CLASSES)}
            return sorted(rows, key=lambda row: kinds.get(str(row["asset_class"]), len(kinds)))
        return ordered(rows, self.sort)

    def _keeps(self, row: Document, instruments: dict[str, Document]) -> bool:
        if self.kind and row["asset_class"] != self.kind:
            return False
        if self.sector and row.get("sector") != self.sector:
            return False
        if self.search and score(instruments.get(str(row["symbol"]), row), self.search.strip().lower()) < GOOD:
            return False
        return self._screen.keeps(row)

    def best(self, rows: Iterable[Document], instruments: dict[str, Document]) -> str:
        """The row that answers best to what is searched for."""
        wanted = self.search.strip().lower()
        answer: Callable[[Document], int] = lambda row: score(instruments.get(str(row["symbol"]), row), wanted)  # noqa: E731
        return str(max(rows, key=answer, default={"symbol": ""})["symbol"])
