"""What the desk itself warns of, with the limit and how near it is."""

from __future__ import annotations

from typing import ClassVar

from engine.desk import Document
from engine.model.text import safe
from vterm.paint import Line, Span, clip, fit, percent
from vterm.panes.copilot_pane import CopilotListPane
from vterm.panes.watch import WatchPane

MARKS = {"warning": ("!", "warning"), "note": ("·", "muted")}


def check(row: Document, width: int) -> Line:
    """A mark, the instrument, what is the matter, how near."""
    mark, role = MARKS.get(str(row["level"]), MARKS["note"])
    symbol = safe(str(row.get("symbol") or ""))
    near = ""
    if row.get("have") is not None:
        near = f"{percent(str(row['have']))} % of {percent(str(row['limit']), 0)} %"
    line: list[Span] = [(f" {mark} ", f"bold {role}"), (clip(symbol, 10) if symbol else "", "bold foreground")]
    room = width - 4 - (10 if symbol else 0) - len(near)
    line += [(clip(safe(str(row["text"])), max(1, room)), "foreground"), (near, role)]
    return fit(line, width)


class ChecksPane(CopilotListPane):
    """A row a warning; enter goes to the instrument."""

    CONTEXT: ClassVar[str] = "checks"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"asked"})
    NAME: ClassVar[str] = "The desk warns"
    DOCUMENT: ClassVar[str] = "checks"

    def paint(self, width: int, height: int) -> None:
        """Warnings first."""
        doc = self.document
        rows = doc.get("checks", [])
        self.entitle(f"The desk warns · {len(rows)}" if rows else self.NAME, self.aged())
        if not doc:
            self.waiting(height, width)
            return
        self.keep([f"{row['name']}:{row.get('symbol', '')}:{row.get('alert_id', '')}" for row in rows])
        if not rows:
            looked = "margin, daily loss, concentration, stops, halts, alerts"
            self.empty(f"nothing to warn of · looked at {looked}", height, width)
            return
        self.show([self.mark(i, check(row, width)) for i, row in enumerate(rows)])

    def do_check_open(self) -> None:
        """The ladder of the instrument that the warning is about."""
        key = self.current
        symbol = key.split(":")[1] if key else ""
        if symbol:
            self.post_message(WatchPane.Selected(symbol, go=True))

    def opened(self) -> None:
        """A double click."""
        self.do_check_open()
