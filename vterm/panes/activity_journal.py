"""The journal: what was asked of the desk and what came of it, newest first, its chain verified by the desk."""

from __future__ import annotations

from typing import ClassVar

from engine.desk import Document
from engine.model.text import safe
from vterm.paint import Line, clip, fit
from vterm.panes.activity_pane import ActivityListPane
from vterm.panes.activity_table import clock
from vterm.state import DeskState

NOTHING = "nothing was asked of the desk yet · 1 goes there, b buys"
FULL = 70


class JournalPane(ActivityListPane):
    """A row an entry."""

    CONTEXT: ClassVar[str] = "journal"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"journal", "activity"})
    NAME: ClassVar[str] = "Journal"
    MORE: ClassVar[str] = "journal"

    def __init__(self, state: DeskState) -> None:
        super().__init__(state, "journal")
        self.listed: dict[str, Document] = {}

    def paint(self, width: int, height: int) -> None:
        """Entries that the search lets through."""
        choice = self.choice
        words = choice.search.lower().split()
        rows = [row for _, row in sorted(choice.journal.items(), reverse=True)
                if all(word in f"{row['asked']} {row['caused']}".lower() for word in words)]  # fmt: skip
        self.listed = {str(row["seq"]): row for row in rows}
        sound = f"{len(choice.broken)} not as written" if choice.broken else "chain verified"
        self.entitle("Journal", f"{len(rows)} · {sound}" if rows else "")
        if not rows:
            self.keep([])
            self.empty(safe(choice.journal_pages.note) or NOTHING, height, width)
            return
        self.keep([*self.listed, None])
        lines = [self.mark(i, self._row_of(row, width)) if self.in_sight(i, height) else ()
                 for i, row in enumerate(rows)]  # fmt: skip
        self.show([*lines, self.tail_line()])

    def _row_of(self, row: Document, width: int) -> Line:
        broken = int(row["seq"]) in self.choice.broken or row.get("sound") is False
        caused = f" → {row['caused']}" if row.get("caused") else ""
        head = f" {row['seq']:>6} " if width >= FULL else " "
        mark = "× " if broken else ""
        text = safe(f"{mark}{row['asked']}", 200)
        return fit(((head, "faint"), (f"{clock(row.get('at'), self.state.at[:10])} ", "muted"),
                    (text, "error" if broken else "foreground"), (clip(safe(caused, 400), max(0, width)), "muted")),
                   width)  # fmt: skip

    def do_journal_open(self) -> None:
        """The order that the entry is about, in the blotter."""
        row = self.listed.get(self.current or "", {})
        orders = row.get("orders") or ()
        if orders:
            self.view.show_row("blotter", str(orders[0]))

    def opened(self) -> None:
        """A double click."""
        self.do_journal_open()
