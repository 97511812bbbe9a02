"""What the panes of a screen of several have in common: what is asked for, and the way to the next pane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from engine.desk import Document
from engine.model.text import safe
from vterm.asked import Asked
from vterm.paint import Line, Span, fit, left_right
from vterm.paint import width as cells_of
from vterm.panes.pane import ListPane, Pane
from vterm.state import DeskState

if TYPE_CHECKING:
    from vterm.screens.several import SeveralView

FACT = 60
"""Cells that a name and its value stand apart at most."""


class SeveralPane(Pane):
    """A pane of a view; actions that move between panes are the view's."""

    DOCUMENT: ClassVar[str] = ""
    """The document that the pane shows."""

    def __init__(self, state: DeskState, choice: Asked) -> None:
        super().__init__(state)
        self.asked = choice

    @property
    def view(self) -> SeveralView:
        """The screen that it is a part of."""
        found: Any = self
        while not hasattr(found, "cycle_panes"):
            found = found.parent
        return cast("SeveralView", found)

    @property
    def document(self) -> Document:
        """The pane's own document; empty while it is not there, or of another question."""
        if self.asked.waits(self.DOCUMENT):
            return {}
        return self.asked.documents.get(self.DOCUMENT, {})

    def aged(self, *facts: str) -> str:
        """Facts for the foot, and how old they are."""
        age = self.asked.age(self.DOCUMENT, self.state.now())
        return " · ".join(part for part in (*facts, age) if part)

    def waiting(self, height: int, width: int) -> None:
        """Nothing to show yet: why."""
        why = "" if self.asked.waits(self.DOCUMENT) else safe(self.asked.notes.get(self.DOCUMENT, ""))
        self.empty(why or ("asking the desk" if self.state.portfolio else "opening the market"), height, width)

    def do_next_pane(self) -> None:
        """Tab."""
        self.view.cycle_panes(1)

    def do_previous_pane(self) -> None:
        """Shift and tab."""
        self.view.cycle_panes(-1)

    def do_zoom(self) -> None:
        """This pane alone, and back."""
        self.view.zoom(self)

    def do_jump(self) -> None:
        """Letters on the panes of this screen."""
        self.view.jump()

    def do_back(self) -> None:
        """Out of the zoom, back to the first pane, then to the desk."""
        screen: Any = self.screen
        if not self.view.back():
            screen.do_back()


class SeveralListPane(SeveralPane, ListPane):
    """A pane of rows."""

    def __init__(self, state: DeskState, choice: Asked) -> None:
        SeveralPane.__init__(self, state, choice)

    def list_lines(self, lines: list[Line], head: tuple[Line, ...] = (), foot: tuple[Line, ...] = ()) -> None:
        """Show rows that have no key of their own; an empty line and a heading are no rows."""
        self.keep([str(i) if line and line[0][1] != "bold muted" else None for i, line in enumerate(lines)])
        self.show([self.mark(i, line) for i, line in enumerate(lines)], head=head, foot=foot)


def fact(name: str, value: Line | str, width: int, note: str = "") -> Line:
    """A name at the left, its value at the right, with a muted note behind it where there is room."""
    spans: tuple[Span, ...] = ((value, "foreground"),) if isinstance(value, str) else tuple(value)
    cells = min(width, FACT)
    noted = (*spans, (f" {note}", "muted"), (" ", "muted"))
    fits = bool(note) and len(name) + 3 + cells_of(noted) <= cells
    return left_right(((f" {name}", "muted"),), noted if fits else (*spans, (" ", "muted")), cells)


def meter(part: int, whole: int, cells: int) -> Line:
    """How much of a whole a part is: a thick line in a thin one."""
    full = cells if whole <= 0 else max(0, min(cells, part * cells // whole))
    return (("━" * full, "muted"), ("─" * (cells - full), "rule"))


def heading(text: str, width: int, note: str = "") -> Line:
    """A line that names what stands below it; the cursor passes over it."""
    fits = bool(note) and len(text) + len(note) + 4 <= width
    return fit(((f" {text}", "bold muted"), (f"  {note}" if fits else "", "faint")), width)
