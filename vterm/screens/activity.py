"""Screen 7, Activity: orders, fills and what they cost, algorithms, alerts, the journal; the desk's history below."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical

import themes
from engine.desk import Document
from vterm.paint import Line
from vterm.panes.activity_alerts import AlertsPane
from vterm.panes.activity_choice import STATES, choice_of
from vterm.panes.activity_cost import CostPane
from vterm.panes.activity_fills import FillsPane
from vterm.panes.activity_journal import JournalPane
from vterm.panes.activity_orders import BlotterPane
from vterm.panes.activity_pane import ActivityListPane, ActivityPane, Narrowed
from vterm.panes.activity_past import journal, older
from vterm.panes.activity_seek import SeekPane
from vterm.panes.algos import AlgosPane
from vterm.panes.pane import Pane
from vterm.panes.strip import TabStrip
from vterm.state import OPEN_STATES, DeskState

TABS: dict[str, str] = {"Orders": "blotter", "Fills": "activity-fills", "Algos": "activity-algos",
                        "Alerts": "activity-alerts", "Journal": "journal"}  # fmt: skip
LEAST_ROWS = 33
RIGHT = ("cost", "activity-algos", "activity-alerts", "journal")


class ActivityView(Container):
    """Holds the panes, and what they ask of each other and of the desk's past."""

    DEFAULT_CSS = (themes.STYLES / "activity.tcss").read_text(encoding="utf-8")
    SCOPED_CSS = False
    TOPICS: ClassVar[frozenset[str]] = frozenset(
        {"orders", "fills", "algos", "alerts", "journal", "activity", "clock", "instruments", "link", "flash-orders",
         "theme"}
    )  # fmt: skip

    def __init__(self, state: DeskState) -> None:
        super().__init__(classes="view")
        self.state, self.choice = state, choice_of(state)
        self.blotter, self.fills, self.cost = BlotterPane(state), FillsPane(state), CostPane(state)
        self.journal = JournalPane(state)
        self.panes: tuple[ActivityListPane, ...] = (
            self.blotter, self.fills, AlgosPane(state), AlertsPane(state), self.journal,
        )  # fmt: skip
        self.seek = SeekPane(state)
        self.tabs, self.states = TabStrip(state, "activity-tabs"), TabStrip(state, "activity-states")
        self.zoomed = ""
        self.last: ActivityListPane = self.blotter

    def compose(self) -> ComposeResult:
        """Tabs of small windows, states and search, the panes."""
        yield self.tabs
        with Horizontal(id="activity-bar"):
            yield self.states
            yield self.seek
        with Horizontal(id="activity-main"):
            with Vertical(id="activity-left"):
                yield self.blotter
                yield self.fills
            with Vertical(id="activity-right"):
                yield self.cost
                yield from self.panes[2:]

    def on_mount(self) -> None:
        """The orders have the focus, or what somebody came for."""
        self.obey()
        if not self.show_pointed() and self.screen.focused not in self.panes:
            self.list_pane().focus()

    def show_pointed(self) -> bool:
        """The row that somebody came for; whether there is one."""
        pane, row = self.choice.pointed
        self.choice.pointed = ("", "")
        if row:
            self.call_after_refresh(self.show_row, pane, row)
        return bool(row)

    def on_resize(self, event: events.Resize) -> None:
        """Another size may be another layout."""
        self.obey()

    # -- what is in sight -----------------------------------------------------------------------------------

    @property
    def compact(self) -> bool:
        """Tabs instead of everything at once."""
        screen: Any = self.screen
        return bool(screen.arrangement.compact)

    @property
    def low(self) -> bool:
        """So few rows that one pane at a time stands below the cost."""
        return self.size.height < LEAST_ROWS and not self.compact

    def _names(self) -> tuple[str, ...]:
        if self.zoomed:
            return (self.zoomed,)
        here = TABS[self.choice.tab]
        if self.compact:
            return (here,)
        if self.low:
            return ("blotter", "activity-fills", "cost", here if here in RIGHT else "activity-algos")
        return (*TABS.values(), "cost")

    def obey(self) -> None:
        """Show what the size, the tab and the zoom let be seen."""
        names = self._names()
        for pane in (*self.panes, self.cost):
            pane.display = pane.id in names
        self._bar()
        self.query_one("#activity-left").display = "blotter" in names or "activity-fills" in names
        self.query_one("#activity-right").display = any(name in RIGHT for name in names)
        self.set_class(len(names) == 1, "-one")
        self.set_class(self.low, "-low")
        focused = self.screen.focused
        if isinstance(focused, ActivityListPane) and focused in self.panes and not focused.display:
            self.list_pane().focus()
        self.repaint()
        self.call_after_refresh(self.repaint)

    def _bar(self) -> None:
        """States where orders are in sight; on small windows the search instead of them while it is used."""
        typing = self.seek.has_focus or bool(self.choice.search or self.choice.symbol or self.choice.side)
        orders = self.blotter.display
        self.seek.display = not self.compact or typing or not orders
        self.states.display = orders and not (self.compact and typing)

    def list_pane(self) -> ActivityListPane:
        """The pane that was used last, or the first in sight."""
        return self.last if self.last.display else next(pane for pane in self.panes if pane.display)

    @property
    def every(self) -> tuple[Pane, ...]:
        """All that is painted but the strips."""
        return (self.seek, *self.panes, self.cost)

    def repaint(self) -> None:
        """Everything in sight."""
        self._bar()
        self._strips()
        for pane in self.every:
            pane.repaint()

    def repaint_for(self, topics: set[str]) -> None:
        """What shows one of the topics."""
        if "theme" in topics:
            self.repaint()
            return
        if topics & {"orders", "fills", "algos", "alerts", "activity"}:
            self._strips()
        for pane in self.every:
            if pane.TOPICS & topics:
                pane.repaint()

    def _strips(self) -> None:
        state = self.state
        working, active = len(state.working()), sum(a.get("state") == "active" for a in state.alerts.values())
        notes = {"Orders": working, "Fills": len(state.fills), "Algos": len(state.running()), "Alerts": active}
        self.tabs.offer([(name, name, str(notes.get(name) or "")) for name in TABS], self.choice.tab)
        known = {**self.choice.orders, **state.orders}.values()
        counts = {name: sum(order.get("status") == name for order in known) for name in STATES[2:]}
        counts |= {"": len(known), "open": sum(order.get("status") in OPEN_STATES for order in known)}
        items = [(name, name or "all", str(counts[name])) for name in STATES]
        self.states.offer(items, self.choice.state, self._tail())

    def _tail(self) -> Line:
        return ((f"{self.choice.side} only ", "accent"),) if self.choice.side else ()

    # -- the fill whose cost is shown -----------------------------------------------------------------------

    def fill(self) -> Document:
        """The fill under the cursor; while the orders have the focus, the newest of the order there."""
        if self.last is self.blotter and self.blotter.order():
            name = self.blotter.order()["order_id"]
            own = [fill for fill in self.fills.listed.values() if fill.get("order_id") == name]
            return own[0] if own else {}
        return self.fills.fill()

    def pointed_at(self, pane: ActivityListPane) -> None:
        """The cursor of a pane moved."""
        if pane in (self.blotter, self.fills):
            self.cost.repaint()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """What is used decides whose cost is shown."""
        if isinstance(event.widget, ActivityListPane):
            self.last = event.widget
            self.cost.repaint()
        self._bar()

    # -- the past -------------------------------------------------------------------------------------------

    def more(self, what: str) -> None:
        """The page of the desk's history before what is known."""
        pages = self.choice.journal_pages if what == "journal" else self.choice.pages(what)
        if not pages.end and not pages.asked:
            screen: Any = self.screen
            screen.errands.run(self._more(screen.bridge, what))

    async def _more(self, bridge: Any, what: str) -> None:
        desk = bridge.need()
        if what == "journal":
            await journal(desk, self.choice, more=True)
        else:
            await older(desk, self.state, self.choice, what)
        bridge.touch({"activity"})

    # -- moving ---------------------------------------------------------------------------------------------

    def cycle_panes(self, by: int) -> None:
        """Tab goes through the panes; on small windows through the tabs."""
        focused = self.screen.focused
        at = self.panes.index(focused) if isinstance(focused, ActivityListPane) and focused in self.panes else -by
        self.show_pane(self.panes[(at + by) % len(self.panes)])

    def show_pane(self, pane: ActivityPane) -> None:
        """This pane in sight, with the focus."""
        if self.zoomed:
            self.zoomed = str(pane.id)
        self.choice.tab = next(tab for tab, name in TABS.items() if name == pane.id)
        self.obey()
        pane.focus()

    def show_row(self, pane: str, row: str) -> None:
        """A row of `blotter` or `algos`, whatever was in the way of it."""
        self.choice.clear_all()
        found = self.blotter if pane == "blotter" else self.panes[2]
        self.show_pane(found)
        self.repaint()
        self.call_after_refresh(found.point_at, row)

    def zoom(self, pane: ActivityPane) -> None:
        """One pane alone, and back."""
        if pane in self.panes:
            self.zoomed = "" if self.zoomed else str(pane.id)
            self.obey()
            pane.focus()

    def jump(self) -> None:
        """Letters on the panes in sight."""
        from vterm.dialogs.jump import JumpOverlay

        places = {str(pane.id): pane.region for pane in self.panes if pane.display}
        named = {str(pane.id): pane for pane in self.panes}
        self.app.push_screen(JumpOverlay(places), lambda name: self.show_pane(named[name]) if name else None)

    def back(self) -> bool:
        """One step back inside this screen; whether there was one."""
        if self.zoomed:
            self.zoomed = ""
            self.obey()
        elif self.choice.clear():
            self.repaint()
        elif self.compact and self.choice.tab != "Orders":
            self.show_pane(self.blotter)
        else:
            return False
        return True

    @on(TabStrip.Picked)
    def _picked(self, event: TabStrip.Picked) -> None:
        event.stop()
        if event.strip is self.tabs:
            self.show_pane(next(pane for pane in self.panes if pane.id == TABS[event.key]))
        else:
            self.choice.state = event.key
            self.repaint()

    @on(Narrowed)
    def _narrowed(self, event: Narrowed) -> None:
        event.stop()
        if event.to_list:
            self.list_pane().focus()
        self.repaint()
