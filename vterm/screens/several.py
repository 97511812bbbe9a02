"""A screen of several panes: all of them on large windows, tabs on small ones; focus, zoom, jump and way back."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container

from vterm.asked import Asked
from vterm.paint import clip
from vterm.panes.pane import Pane
from vterm.panes.several_pane import SeveralPane
from vterm.panes.strip import TabStrip
from vterm.state import DeskState

Tabs = dict[str, tuple[str, ...]]

ROOMY = (112, 28)
"""Cells of the view from which everything is in sight at once."""


class Sentence(Pane):
    """What this screen does not do yet, in as many lines as it takes."""

    can_focus = False

    def __init__(self, state: DeskState, text: str) -> None:
        super().__init__(state, "sentence")
        self.remove_class("pane")
        self.add_class("sentence")
        self.text = text

    def paint(self, width: int, height: int) -> None:
        """Words, broken where the line ends."""
        lines = [""]
        for word in self.text.split():
            if len(lines[-1]) + len(word) + 1 >= width:
                lines.append("")
            lines[-1] = f"{lines[-1]} {word}"
        self.show([((clip(line, width), "muted"),) for line in lines[:height]])


class SeveralView(Container):
    """Holds the panes. `NARROW` are the tabs of views that are not ROOMY, `SINGLE` those below 80 columns."""

    NARROW: ClassVar[Tabs] = {}
    SINGLE: ClassVar[Tabs] = {}
    SENTENCE: ClassVar[str] = ""
    TOPICS: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, state: DeskState, choice: Asked, panes: tuple[SeveralPane, ...]) -> None:
        super().__init__(classes="view several")
        self.state, self.asked, self.panes = state, choice, panes
        self.tabs, self.sentence = TabStrip(state, "several-tabs"), Sentence(state, self.SENTENCE)
        self.zoomed = ""

    def compose(self) -> ComposeResult:
        """Tabs, panes, the sentence."""
        yield self.tabs
        with Container(id="several-grid"):
            yield from self.panes
        yield self.sentence

    def on_mount(self) -> None:
        """The pane of last time has the focus; documents are asked for."""
        self.changed()
        self.obey()
        if self.screen.focused not in self.panes:
            self._named(self.asked.pane).focus()

    def on_resize(self, event: events.Resize) -> None:
        """Another size may be another layout."""
        self.obey()

    # -- what is in sight -----------------------------------------------------------------------------------

    @property
    def mode(self) -> str:
        """The name of the size."""
        screen: Any = self.screen
        return str(screen.arrangement.mode)

    @property
    def tabbed(self) -> Tabs:
        """Tabs of this size; empty where everything is in sight."""
        if self.mode == "single":
            return self.SINGLE
        width, height = self.size if self.size.width else self.screen.size
        return {} if width >= ROOMY[0] and height >= ROOMY[1] else self.NARROW

    def _named(self, name: str) -> SeveralPane:
        return next((pane for pane in self.panes if pane.id == name), self.panes[0])

    def _seen(self) -> tuple[str, ...]:
        if self.zoomed:
            return (self.zoomed,)
        if not self.tabbed:
            return tuple(str(pane.id) for pane in self.panes)
        return self.tabbed[self._tab()]

    def _tab(self) -> str:
        return next((name for name, panes in self.tabbed.items() if self.asked.pane in panes), "")

    def obey(self) -> None:
        """Show what the size, the tab and the zoom let be seen."""
        grid, seen = self.query_one("#several-grid"), self._seen()
        for pane in self.panes:
            pane.display = pane.id in seen
        self.tabs.display = bool(self.tabbed)
        grid.set_class(len(seen) == 1, "-one")
        grid.set_class(bool(self.tabbed) and len(seen) == 2, "-pair")
        focused = self.screen.focused
        lost = focused is None and self.display and self.mode != "tiny"
        if lost or (isinstance(focused, SeveralPane) and focused in self.panes and not focused.display):
            self._named(self.asked.pane if self.asked.pane in seen else seen[0]).focus()
        self.repaint()
        self.call_after_refresh(self.repaint)

    def repaint(self) -> None:
        """Everything in sight."""
        if self.tabbed:
            self.tabs.offer([(name, name, "") for name in self.tabbed], self._tab())
        for pane in (*self.panes, self.sentence):
            pane.repaint()

    def hear(self, topics: set[str]) -> None:
        """These topics changed: repaint whoever shows them."""
        if "symbol" in topics:
            self.changed()
        for pane in self.panes:
            if pane.TOPICS & topics or "theme" in topics:
                pane.repaint()

    def changed(self) -> None:
        """Something else is wanted: ask for what is not known of it."""
        screen: Any = self.screen
        self.asked.look(self.state)
        screen.bridge.follow_asked(self.asked)

    def answer(self) -> None:
        """What was asked for is looked at now."""

    # -- moving ---------------------------------------------------------------------------------------------

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The pane that has the focus is the one to come back to."""
        if isinstance(event.widget, SeveralPane) and event.widget in self.panes:
            self.asked.pane = str(event.widget.id)

    def cycle_panes(self, by: int) -> None:
        """Tab goes through all panes, also those behind other tabs."""
        focused = self.screen.focused
        at = self.panes.index(focused) if isinstance(focused, SeveralPane) and focused in self.panes else -by
        self.show_pane(self.panes[(at + by) % len(self.panes)])

    def show_pane(self, pane: SeveralPane) -> None:
        """This pane in sight, with the focus."""
        self.asked.pane = str(pane.id)
        if self.zoomed:
            self.zoomed = self.asked.pane
        self.obey()
        pane.focus()

    def zoom(self, pane: SeveralPane) -> None:
        """One pane alone, and back."""
        self.zoomed = "" if self.zoomed else str(pane.id)
        self.obey()
        pane.focus()

    def jump(self) -> None:
        """Letters on the panes in sight."""
        from vterm.dialogs.jump import JumpOverlay

        places = {str(pane.id): pane.region for pane in self.panes if pane.display}
        self.app.push_screen(JumpOverlay(places), lambda name: self.show_pane(self._named(name)) if name else None)

    def back(self) -> bool:
        """One step back inside this screen; whether there was one."""
        if self.zoomed:
            self.zoomed = ""
            self.obey()
            return True
        if self.tabbed and not self.panes[0].display:
            self.show_pane(self.panes[0])
            return True
        return False

    @on(TabStrip.Picked)
    def _picked(self, event: TabStrip.Picked) -> None:
        event.stop()
        self.show_pane(self._named(self.tabbed[event.key][0]))
