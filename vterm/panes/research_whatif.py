"""A trade that is only supposed: the account's figures before and after it, as the engine works them out."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from engine.desk import Document
from engine.model.number import trim
from engine.model.text import safe
from vterm.paint import UNKNOWN, Line, fit, grouped, number, percent, places
from vterm.panes.research_pane import ResearchListPane
from vterm.panes.several_pane import fact
from vterm.panes.study_facts import short

Shown = Callable[[str], str]
Path = tuple[str, ...]


def _per_cent(decimals: int) -> Shown:
    return lambda text: f"{percent(text, decimals)} %"


def _money(text: str) -> str:
    return places(text, 2)


FIGURES: tuple[tuple[str, Path, Shown], ...] = (
    ("NAV", ("nav",), _money),
    ("cash", ("cash",), _money),
    ("gross", ("exposure", "gross"), _money),
    ("leverage", ("exposure", "leverage"), lambda text: f"{places(text, 2)} ×"),
    ("margin use", ("exposure", "margin_use"), _per_cent(1)),
    ("buying power", ("exposure", "buying_power"), _money),
    ("largest", ("concentration", "largest_weight"), _per_cent(1)),
    ("volatility", ("volatility",), _per_cent(2)),
    ("beta", ("beta",), lambda text: places(text, 3)),
    ("VaR 95 % 1d", ("tails", "var_amount"), _money),
)


def found(doc: Document, path: Path) -> str | None:
    """The figure at a path; of the tails that of 95 %."""
    value: object = doc
    for name in path:
        if isinstance(value, list):
            value = next((row for row in value if row["confidence"] == 95), None)
        value = value.get(name) if isinstance(value, dict) else None
    return None if value is None else str(value)


def fitting(text: str, cells: int) -> str:
    """The text; a number that is too long loses its decimals."""
    return text if len(grouped(text)) <= cells else text.partition(".")[0]


def figure(name: str, path: Path, shown: Shown, doc: Document, width: int) -> Line:
    """A name, what it is, what it would be; a figure that changes stands out by its arrow."""
    cells = max(10, (width - 18) // 2)
    texts = [found(doc[when], path) for when in ("before", "after")]
    before, after = (UNKNOWN if text is None else fitting(shown(text), cells) for text in texts)
    changes = before != after
    return fit(((f" {name:<13}", "muted"), *number(before, cells), (" → " if changes else "   ", "accent"),
                *number(after, cells, "bold foreground" if changes else "muted")), width)  # fmt: skip


class SupposedPane(ResearchListPane):
    """Before and after."""

    CONTEXT: ClassVar[str] = "supposed"
    NAME: ClassVar[str] = "What if"
    DOCUMENT: ClassVar[str] = "what_if"

    def paint(self, width: int, height: int) -> None:
        """What it costs, every figure twice, and with what it moves."""
        choice, doc = self.choice, self.document
        verb = {"buy": "bought", "sell": "sold"}[choice.side]
        size = grouped(trim(str(doc["quantity"]))) if doc else f"{short(choice.size)} VCR of"
        self.entitle(f"If you {verb} {size} {self.about}", self.aged("nothing is sent"))
        if not doc:
            self._lacking(height, width)
            return
        self.list_lines(
            [*self._head(doc, width), *(figure(*row, doc, width) for row in FIGURES), self._tail(doc, width)]
        )

    def _lacking(self, height: int, width: int) -> None:
        self.keep([])
        study = self.choice.documents.get("study", {})
        if study and not self.choice.waits("study") and not self.choice.quantity:
            key = self.keymap.hint("suppose_size", "supposed")
            self.empty(f"{short(self.choice.size)} VCR is less than one lot · {key} takes more", height, width)
        else:
            self.waiting(height, width)

    @staticmethod
    def _head(doc: Document, width: int) -> list[Line]:
        refusal = doc["preview"].get("refusal")
        costs = f"{places(str(doc['cost']), 2)} VCR"
        lines = [fact("costs now", costs, width, f"worth {grouped(places(str(doc['value']), 2))}")]
        if refusal:
            lines.insert(0, fit(((f" × would be refused: {safe(str(refusal['message']))}", "error"),), width))
        elif doc["preview"].get("queued"):
            lines.insert(0, fit(((" ◇ would wait for the open", "warning"),), width))
        return lines

    @staticmethod
    def _tail(doc: Document, width: int) -> Line:
        value = doc.get("correlation_with_book")
        text = UNKNOWN if value is None else places(str(value), 2)
        return fact("moves with what is held", text, width, "correlation")
