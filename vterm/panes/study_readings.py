"""What indicators read on bars of one length: the value, and what it is in words. No advice."""

from __future__ import annotations

from typing import ClassVar

from engine.desk import Document
from engine.model.text import safe
from vterm.paint import Line, clip, fit, number
from vterm.panes.research_pane import ResearchListPane
from vterm.research_choice import EVERY

WORDS = {"5m": "5-minute bars", "1h": "hourly bars", "1d": "daily bars"}
NAMED, VALUED = 18, 13
WIDE = 52
BRIEF = {"Bollinger high": "BB high", "Bollinger mid": "BB mid", "Bollinger low": "BB low"}


def reading(row: Document, width: int) -> Line:
    """Name with its bars, value, words."""
    wide = width >= WIDE
    named, valued = (NAMED, VALUED) if wide else (10, 10)
    name = str(row["name"]) if wide else BRIEF.get(str(row["name"]), str(row["name"]))
    name = f"{name} {row['period']}" if wide or len(f"{name} {row['period']}") <= named else name
    says = clip(safe(str(row["says"])), max(1, width - named - valued - 2))
    return fit(
        ((f" {clip(name, named)}", "foreground"), *number(row.get("value"), valued), (f" {says}", "muted")), width
    )


class ReadingsPane(ResearchListPane):
    """One row an indicator."""

    CONTEXT: ClassVar[str] = "readings"
    NAME: ClassVar[str] = "Indicators"
    DOCUMENT: ClassVar[str] = "study"

    def paint(self, width: int, height: int) -> None:
        """Averages, momentum, ranges."""
        doc, every = self.document, self.choice.every
        shown = " ".join(f"[{one}]" if one == every else one for one in reversed(EVERY))
        self.entitle(f"Indicators · {WORDS[every]}", self.aged(shown))
        if not doc:
            self.waiting(height, width)
            return
        self.list_lines([reading(row, width) for row in doc["readings"]])
