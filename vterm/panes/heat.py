"""Sectors as cells of one size: name, arrow, signed mean change, how many rose and fell. The tint only repeats it."""

from __future__ import annotations

from typing import ClassVar

from textual import events

from engine.desk import Document
from engine.model.text import safe
from engine.research.tally import breadth, sectors
from vterm.paint import DOWN, UP, Line, Span, arrow, clip, fit, on
from vterm.panes.market_pane import Chosen, MarketPane
from vterm.state import DeskState, units

CELL, TALL = 13, 2
"""Least width of a cell, and its lines."""
STRONG, SOME = 75, 10
"""Hundredths of a per cent from which a cell is tinted strongly, and at all."""
EQUITIES, WHOLE = "equities", {"etfs": "ETFs"}
BRIEF = {"Information Technology": "Info tech", "Communication Services": "Comms", "Consumer Discretionary":
         "Discretion.", "Consumer Staples": "Staples", "Industrial Metals": "Ind. metals", "Investment Grade":
         "Inv. grade", "Developed ex-US": "Dev. ex-US", "Emerging Markets": "Emerging", "Digital Assets":
         "Digital"}  # fmt: skip
"""Names that a narrow cell cannot hold."""


def tint(text: str) -> str:
    """The background that a mean change gets."""
    moved = units(text, 2)
    if abs(moved) < SOME:
        return "cursor"
    if abs(moved) >= STRONG:
        return "flash-up" if moved > 0 else "flash-down"
    return "book-bid" if moved > 0 else "book-ask"


def cells_of(rows: list[Document], kind: str) -> list[Document]:
    """What is shown: the sectors of a class; of all classes, those of shares and the other classes whole."""
    if kind:
        return sectors([row for row in rows if row["asset_class"] == kind])
    shares = sectors([row for row in rows if row["asset_class"] == EQUITIES])
    whole = [row for row in breadth(rows) if row["asset_class"] not in (EQUITIES, "all")]
    return [*shares, *whole]


def grid(count: int, width: int, height: int) -> tuple[int, int]:
    """(columns, lines a cell) for so many cells."""
    columns = max(1, min(count, width // CELL))
    rows = -(-count // columns)
    while rows * TALL > height and width // (columns + 1) >= CELL - 3 and columns < count:
        columns += 1
        rows = -(-count // columns)
    return columns, max(TALL, min(4, height // max(1, rows)))


def cell(row: Document, width: int, tall: int, here: bool, dull: bool) -> list[Line]:
    """One cell of exactly `width` by `tall`; a blank column parts it from the next, and a line where there is room."""
    text, inner = str(row.get("change_pct") or "0.00"), width - 1
    kind = str(row["asset_class"])
    name: str = safe(str(row.get("sector") or WHOLE.get(kind, kind.capitalize())))
    back = "cursor" if dull else tint(text)
    style = "muted" if dull else "foreground"
    if len(name) > inner - 1:
        name = BRIEF.get(name, name)
    counted, figure = f"{row['advancers']}{UP} {row['decliners']}{DOWN}", f" {arrow(text)} {text}"
    moved: list[Span] = [(figure, f"bold {style}")]
    if inner - len(figure) - 2 >= len(counted):
        moved.append((counted.rjust(inner - len(figure) - 1) + " ", style))
    mark = "▸" if here else " "
    lines: list[Line] = [
        ((mark, "bold accent"), (clip(name, inner - 1), f"bold {style}" if here else style)),
        tuple(moved),
    ]
    while len(lines) < tall - 1:
        lines.append(())
    painted: list[Line] = [(*on(fit(line, inner), back), (" ", "foreground")) for line in lines]
    return [*painted, ((" " * width, "foreground"),)] if len(painted) < tall else painted


class HeatPane(MarketPane):
    """A cursor walks over the cells; enter lists the sector."""

    CONTEXT: ClassVar[str] = "sectors"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"markets", "link", "choice"})
    NAME: ClassVar[str] = "Sectors"

    def __init__(self, state: DeskState) -> None:
        super().__init__(state, "sectors")
        self.cells: list[Document] = []
        self.cursor = 0
        self._columns, self._tall, self._wide = 1, TALL, CELL

    def paint(self, width: int, height: int) -> None:
        """The cells in rows."""
        kind = self.choice.kind
        self.cells = cells_of(list(self.state.market.values()), kind)
        if not self.cells:
            self.entitle("Sectors")
            self.empty("opening the market", height, width)
            return
        columns, tall = self._columns, self._tall = grid(len(self.cells), width, height)
        wide = self._wide = width // columns
        shown = max(1, height // tall) * columns
        left_out = max(0, len(self.cells) - shown)
        words = kind or "shares by sector, other classes whole"
        self.entitle("Sectors", f"{words} · {left_out} below" if left_out else words)
        self.cursor = max(0, min(self.cursor, len(self.cells) - 1))
        lines: list[Line] = []
        for first in range(0, len(self.cells), columns):
            parts = [
                cell(row, wide, tall, self.has_focus and first + place == self.cursor, self.dull)
                for place, row in enumerate(self.cells[first : first + columns])
            ]
            lines += [tuple(span for part in parts for span in part[y]) for y in range(tall)]
        self.show(lines)

    def _step(self, by: int) -> None:
        if 0 <= self.cursor + by < len(self.cells):
            self.cursor += by
            self.repaint()
            self.reveal(self.cursor // self._columns * self._tall)
            self.reveal(self.cursor // self._columns * self._tall + self._tall - 1)

    def do_row_down(self) -> None:
        """A cell down."""
        self._step(self._columns)

    def do_row_up(self) -> None:
        """A cell up."""
        self._step(-self._columns)

    def do_row_page_down(self) -> None:
        """The last cell of the column."""
        self._step((len(self.cells) - 1 - self.cursor) // self._columns * self._columns)

    def do_row_page_up(self) -> None:
        """The first cell of the column."""
        self._step(-(self.cursor // self._columns * self._columns))

    def do_cell_left(self) -> None:
        """A cell to the left."""
        self._step(-1)

    def do_cell_right(self) -> None:
        """A cell to the right."""
        self._step(1)

    def do_sector_open(self) -> None:
        """List what the cell stands for."""
        if not self.cells:
            return
        row, choice = self.cells[self.cursor], self.choice
        choice.choose_kind(str(row["asset_class"]))
        choice.sector = str(row.get("sector") or "")
        self.post_message(Chosen(to_list=True))

    def on_click(self, event: events.Click) -> None:
        """A click on a cell lists it."""
        offset = event.get_content_offset(self)
        index = self.body_index(offset.y) if offset else None
        if offset is None or index is None:
            return
        at = index // self._tall * self._columns + min(offset.x // self._wide, self._columns - 1)
        if at < len(self.cells):
            self.cursor = at
            self.do_sector_open()
