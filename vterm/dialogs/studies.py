"""What a chart shows, as a list of switches: kind, averages, the study below, volume, own trades, comparisons."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from themes import DIALOGS
from vterm.paint import Line, clip, fit
from vterm.paint import on as laid_on
from vterm.panes.chart_choice import KINDS, ChartChoice
from vterm.panes.chart_studies import OVERLAYS, STRIPS
from vterm.widgets.line_view import LineView

OTHERS = (
    ("volume", "u", "Volume", "what was traded, below the prices"),
    ("own", "n", "Own trades", "fills, average cost, working orders"),
    ("hollow", "h", "Hollow candles", "rising bodies are frames"),
)


class Row(NamedTuple):
    """A heading (no key), or something to switch: where it belongs, its name, its letter, its words."""

    part: str
    name: str
    key: str
    title: str
    about: str = ""


def rows_of(choice: ChartChoice) -> list[Row]:
    """All rows, headings among them."""
    found = [Row("", "", "", "PRICES")]
    found += [Row("kind", kind, str(number), kind.capitalize()) for number, kind in enumerate(KINDS, 1)]
    found += [Row("study", *other) for other in OTHERS]
    found.append(Row("", "", "", "OVER THE PRICES"))
    found += [Row("study", study.name, study.key, study.title, study.about) for study in OVERLAYS]
    found.append(Row("", "", "", "BELOW THEM, ONE AT A TIME"))
    found += [Row("study", study.name, study.key, study.title, study.about) for study in STRIPS]
    if choice.compared:
        found.append(Row("", "", "", "COMPARED"))
        found += [Row("compared", name, str(4 + place), name, "enter takes it off")
                  for place, name in enumerate(choice.compared)]  # fmt: skip
    return found


class StudiesDialog(ModalScreen[None]):
    """Letters, enter or a click switch; the chart behind follows at once."""

    CSS_PATH = DIALOGS

    def __init__(self, choice: ChartChoice, changed: Callable[[], None]) -> None:
        super().__init__(classes="dialog")
        self.choice, self.changed = choice, changed
        self.rows = rows_of(choice)
        self.cursor = 1

    def compose(self) -> ComposeResult:
        """One list."""
        with Vertical(classes="box") as box:
            box.border_title = "On the chart"
            box.border_subtitle = "letter or enter switches · esc closes"
            view = LineView(id="studies")
            view.can_focus = False
            yield view

    def on_mount(self) -> None:
        """Fill it."""
        self.call_after_refresh(self.paint)

    def paint(self) -> None:
        """Draw the list."""
        view = self.query_one("#studies", LineView)
        self.rows = rows_of(self.choice)
        self.cursor = min(self.cursor, len(self.rows) - 1)
        width = view.size.width or 60
        view.show([self._line(row, place == self.cursor, width) for place, row in enumerate(self.rows)])
        view.reveal(self.cursor)

    def _line(self, row: Row, here: bool, width: int) -> Line:
        if not row.key:
            return fit(((row.title, "muted"),), width)
        shown = self._shown(row)
        title = (clip(row.title, 19), "foreground" if shown else "muted")
        mark = (" ✓ " if shown else "   ", "accent")
        line = fit((mark, (f"{row.key} ", "bold accent"), title, (row.about, "muted")), width)
        return laid_on(line, "select") if here else line

    def _shown(self, row: Row) -> bool:
        if row.part == "kind":
            return self.choice.kind == row.name
        return row.name in (self.choice.compared if row.part == "compared" else self.choice.shown)

    def _switch(self, row: Row) -> None:
        if row.part == "kind":
            self.choice.kind = row.name
        elif row.part == "compared":
            self.choice.compare(row.name)
        else:
            self.choice.switch(row.name)
        self.changed()
        self.paint()

    def _move(self, by: int) -> None:
        at = self.cursor + by
        while 0 <= at < len(self.rows) and not self.rows[at].key:
            at += by
        if 0 <= at < len(self.rows):
            self.cursor = at
        self.paint()

    def on_key(self, event: events.Key) -> None:
        """Move, switch, close."""
        event.stop()
        if event.key in ("escape", "q"):
            self.dismiss(None)
        elif event.key in ("down", "j", "up", "k"):
            self._move(1 if event.key in ("down", "j") else -1)
        elif event.key in ("enter", "space"):
            self._switch(self.rows[self.cursor])
        else:
            row = next((row for row in self.rows if row.key and row.key == event.key), None)
            if row is not None:
                self.cursor = self.rows.index(row)
                self._switch(row)

    def on_click(self, event: events.Click) -> None:
        """A click on a row switches it, one outside closes."""
        view = self.query_one("#studies", LineView)
        if not self.query_one(".box").region.contains(event.screen_x, event.screen_y):
            self.dismiss(None)
        elif view.region.contains(event.screen_x, event.screen_y):
            index = view.body_index(event.screen_y - view.region.y)
            if index is not None and index < len(self.rows) and self.rows[index].key:
                self.cursor = index
                self._switch(self.rows[index])
