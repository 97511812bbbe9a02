"""Where profit came from: by what it cost, by class, sector, symbol, direction, phase. Bars grow from a middle line."""

from __future__ import annotations

from typing import ClassVar

from engine.desk import Document
from engine.model.text import safe
from vterm.paint import Line, Span, bar, bar_left, clip, fit, signed
from vterm.panes.portfolio_pane import PortfolioListPane, money
from vterm.portfolio_choice import HEADS
from vterm.state import DeskState, units

COLUMNS = (("pnl", "profit"), ("realised", "realised"), ("unrealised", "unrealised"), ("market", "market"),
           ("spread", "spread"), ("impact", "impact"), ("timing", "timing"), ("fee", "fees"),
           ("carry", "carry"))  # fmt: skip
NAMED, WIDE = 15, 13


def split(value: int, most: int, cells: int) -> Line:
    """A bar to the right of the middle for a gain, to the left for a loss."""
    half = max(1, (cells - 1) // 2)
    if value < 0:
        return (*bar_left(-value, most, half, "down"), ("│", "rule"), (" " * (cells - 1 - half), "muted"))
    return ((" " * half, "muted"), ("│", "rule"), (bar(value, most, cells - 1 - half), "up"))


def columns(rows: list[Document], width: int) -> list[tuple[str, str]]:
    """The columns that are known and for which there is room, profit first; some room stays for the bar."""
    known = [column for column in COLUMNS if all(column[0] in row for row in rows)]
    return known[: max(1, (width - NAMED - 14) // WIDE)]


class AttributionPane(PortfolioListPane):
    """A row a head, their exact sum last."""

    CONTEXT: ClassVar[str] = "attribution"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"figures", "clock"})
    NAME: ClassVar[str] = "Where profit came from"
    DOCUMENT: ClassVar[str] = "attribution"

    def __init__(self, state: DeskState) -> None:
        super().__init__(state, "attribution")

    def paint(self, width: int, height: int) -> None:
        """Heads, a rule, the sum."""
        doc, heads = self.document, self.choice.heads
        self.entitle(self.NAME, self.aged(f"by {heads}", self.choice.window.upper()))
        if not doc:
            self.waiting(height, width)
            return
        rows: list[Document] = [*doc["heads"]]
        for extra in ("open", "unallocated"):
            if isinstance(doc.get(extra), dict):
                rows.append({**doc[extra], "name": extra})
            elif doc.get(extra):
                rows.append({"name": extra, "pnl": doc[extra]})
        self.keep([str(row["name"]) for row in rows])
        if not rows:
            self.empty("no profit and no loss yet · b on the desk makes some", height, width)
            return
        chosen = columns(rows, width)
        most = max((abs(units(str(row["pnl"]), 2)) for row in rows), default=1)
        head: list[Span] = [(f" {doc.get('by', heads):<{NAMED - 1}}", "muted")]
        head += [(f"{word:>{WIDE}}", "muted") for _, word in chosen]
        lines = [self.mark(i, self._row(row, chosen, most, width)) for i, row in enumerate(rows)]
        total = self._row({**doc["total"], "name": "total"}, chosen, 0, width)
        rule: Line = ((" " + "─" * (width - 2), "rule"),)
        self.show(lines, head=(fit(head, width),), foot=(rule, total))

    def _row(self, row: Document, chosen: list[tuple[str, str]], most: int, width: int) -> Line:
        name = "muted" if row["name"] in ("total", "open", "unallocated") else "foreground"
        line: list[Span] = [(f" {clip(safe(str(row['name'])), NAMED - 2)} ", name)]
        for key, _ in chosen:
            line += signed(money(row.get(key)), WIDE, 2)
        room = width - NAMED - WIDE * len(chosen) - 2
        if most and room >= 7:
            line += [(" ", "muted"), *split(units(str(row["pnl"]), 2), most, min(room, 61))]
        return fit(line, width)

    def do_heads_next(self) -> None:
        """By the next head."""
        self._choose("heads", HEADS, 1)

    def do_heads_back(self) -> None:
        """By the head before."""
        self._choose("heads", HEADS, -1)
