"""The card on the screen: its own colours in every theme, a fixed size, nothing that scrolls or is cut.

Ink on paper, 7:1 at least for each cell. No palette, no style sheet and no theme reaches it.
"""

from __future__ import annotations

import tomllib
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import RenderResult
from textual.strip import Strip
from textual.widget import Widget

from themes import CARD

WIDTH, HEIGHT = 56, 16
INKS: dict[str, dict[str, list[str]]] = tomllib.loads(CARD.read_text("utf-8"))
_BOLD = frozenset({"buy", "sell", "code", "title"})
Cells = tuple[tuple[str, str], ...]
"""Text and the name of its ink, in order."""


def styles(*, sixteen: bool = False) -> dict[str, Style]:
    """The inks of the card."""
    pairs = INKS["sixteen" if sixteen else "full"]
    made = {name: Style(color=front, bgcolor=back, bold=name in _BOLD) for name, (front, back) in pairs.items()}
    # Without colours the code is still the one thing that stands reversed; of two colours that would undo it.
    return made | {"title": made["ink"] + Style(bold=True)}


def inked(row: str, number: int, code: str) -> Cells:
    """One row of the card in its inks; the text is never changed."""
    if number in (0, HEIGHT - 1):
        return _edge(row)
    inner = row[1:-1]
    spans: list[tuple[str, str]] = [(row[:1], "edge")]
    word = inner.strip().partition(" ")[0]
    at = inner.find(f"  {code}  ") if code and number == HEIGHT - 2 else -1
    if at >= 0:
        spans += [(inner[: at + 1], "ink"), (f" {code} ", "code"), (inner[at + len(code) + 3 :], "ink")]
    elif word in ("BUY", "SELL") and inner.startswith(f" {word} "):
        spans += [(inner[: len(word) + 2], word.lower()), (inner[len(word) + 2 :], "title")]
    else:
        spans.append((inner, "ink"))
    return (*spans, (row[-1:], "edge"))


def _edge(row: str) -> Cells:
    """A rule with words in it: the words are ink."""
    left, _, right = row.partition(" ")
    if not right:
        return ((row, "edge"),)
    words = right.split(" -")[0]
    rest = right[len(words) :]
    return ((f"{left} ", "edge"), (words, "title"), (rest, "edge"))


class CardView(Widget, can_focus=False):
    """Sixteen rows. Empty until there is a card."""

    DEFAULT_CSS: ClassVar[str] = "CardView { width: 56; height: 16; border: none; padding: 0; margin: 0; }"

    def __init__(self) -> None:
        super().__init__(id="card")
        self.rows: tuple[str, ...] = ()
        self.code = ""
        self.sixteen = False

    def show(self, rows: tuple[str, ...], code: str, *, sixteen: bool) -> None:
        """Draw this card."""
        self.rows, self.code, self.sixteen = rows, code, sixteen
        self.refresh()

    def render(self) -> RenderResult:
        """Rows are painted by render_line."""
        return ""

    def render_line(self, y: int) -> Strip:
        """One row, as it is on the card."""
        inks = styles(sixteen=self.sixteen)
        row = self.rows[y] if y < len(self.rows) else " " * WIDTH
        cells = inked(row, y, self.code) if y < len(self.rows) else ((row, "ink"),)
        return Strip([Segment(text, inks[ink]) for text, ink in cells if text], WIDTH)
