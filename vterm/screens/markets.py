"""Screen 3, Markets: the list, movers, breadth, sessions and sectors; on small windows one of them at a time."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container

import themes
from engine.model.instrument import ASSET_CLASSES
from vterm.market_choice import MarketChoice
from vterm.paint import Line
from vterm.panes.breadth import BreadthPane
from vterm.panes.heat import HeatPane
from vterm.panes.hours import HoursPane
from vterm.panes.market_list import MarketsPane
from vterm.panes.market_pane import Chosen, MarketPane
from vterm.panes.movers import MoversPane
from vterm.panes.screener import ScreenerPane
from vterm.panes.strip import TabStrip
from vterm.state import DeskState

TABS: dict[str, tuple[str, ...]] = {
    "List": ("market-list",),
    "Movers": ("movers", "breadth"),
    "Sectors": ("sectors",),
    "Sessions": ("hours",),
}
SHORT = {"commodities": "commod.", "equities": "equities", "indices": "indices"}


class MarketsView(Container):
    """Holds the panes, and what they ask of each other."""

    DEFAULT_CSS = (themes.STYLES / "markets.tcss").read_text(encoding="utf-8")
    SCOPED_CSS = False
    TOPICS: ClassVar[frozenset[str]] = frozenset(
        {"markets", "instruments", "watch", "symbol", "link", "clock", "flash-markets", "choice", "theme"}
    )

    def __init__(self, state: DeskState) -> None:
        super().__init__(classes="view")
        self.state = state
        if state.market_choice is None:
            state.market_choice = MarketChoice()
        self.choice: MarketChoice = state.market_choice
        self.list = MarketsPane(state)
        self.tabs, self.kinds = TabStrip(state, "market-tabs"), TabStrip(state, "market-kinds")
        self.screener = ScreenerPane(state)
        self.panes: tuple[MarketPane, ...] = (
            self.list, MoversPane(state), BreadthPane(state), HoursPane(state), HeatPane(state),
        )  # fmt: skip
        self.tab, self.zoomed = "List", ""
        self._focus_before: MarketPane | None = None

    def compose(self) -> ComposeResult:
        """Tabs, classes, the line to type in, the panes."""
        yield self.tabs
        yield self.kinds
        yield self.screener
        with Container(id="market-grid"):
            yield from self.panes

    def on_mount(self) -> None:
        """The list has the focus."""
        self.obey()
        if self.screen.focused is None or self.screen.focused not in self.panes:
            self.list.focus()

    def on_resize(self, event: events.Resize) -> None:
        """Another size may be another layout."""
        self.obey()

    # -- what is in sight -----------------------------------------------------------------------------------

    @property
    def compact(self) -> bool:
        """Tabs instead of everything at once."""
        screen: Any = self.screen
        return bool(screen.arrangement.compact)

    def obey(self) -> None:
        """Show what the size, the tab and the zoom let be seen."""
        grid = self.query_one("#market-grid")
        seen = TABS[self.tab] if self.compact else tuple(str(pane.id) for pane in self.panes)
        if self.zoomed:
            seen = (self.zoomed,)
        for pane in self.panes:
            pane.display = pane.id in seen
        grid.set_class(bool(self.zoomed) or (self.compact and len(seen) == 1), "-one")
        grid.set_class(self.compact and not self.zoomed and len(seen) > 1, "-two")
        focused = self.screen.focused
        if isinstance(focused, MarketPane) and focused in self.panes and not focused.display:
            next(pane for pane in self.panes if pane.id == seen[0]).focus()
        self.repaint()
        self.call_after_refresh(self.repaint)

    def repaint(self) -> None:
        """Everything in sight."""
        self._strips()
        self.screener.repaint()
        for pane in self.panes:
            pane.repaint()

    def hear(self, topics: set[str]) -> None:
        """These topics changed: repaint whoever shows them."""
        if topics & {"markets", "instruments"}:
            self._strips()
        for pane in (self.screener, *self.panes):
            if pane.TOPICS & topics or "theme" in topics:
                pane.repaint()

    def _strips(self) -> None:
        rows, small = self.state.market.values(), self.size.width < 80
        counts = {kind: sum(1 for row in rows if row["asset_class"] == kind) for kind in ASSET_CLASSES}
        items = [("", "all", str(len(rows)))]
        items += [(kind, SHORT.get(kind, kind) if small else kind, str(counts[kind])) for kind in ASSET_CLASSES]
        self.kinds.offer(items, self.choice.kind, self._tail())
        self.tabs.offer([(name, name, "") for name in TABS], self.tab)

    def _tail(self) -> Line:
        rows = self.state.market.values()
        still = sum(1 for row in rows if row.get("session") == "halted")
        return ((f"{still} halted ", "warning"),) if still else ()

    # -- moving ---------------------------------------------------------------------------------------------

    def cycle_panes(self, by: int) -> None:
        """Tab goes through the panes; on small windows through the tabs."""
        focused = self.screen.focused
        at = self.panes.index(focused) if focused in self.panes else -by
        pane = self.panes[(at + by) % len(self.panes)]
        self.show_pane(pane)

    def show_pane(self, pane: MarketPane) -> None:
        """This pane in sight, with the focus."""
        if self.zoomed:
            self.zoomed = str(pane.id)
        self.tab = next(name for name, members in TABS.items() if pane.id in members)
        self.obey()
        pane.focus()

    def zoom(self, pane: MarketPane) -> None:
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
        elif not self.choice.clear():
            if not self.compact or self.tab == "List":
                return False
            self.tab = "List"
            self.list.focus()
        self.obey()
        return True

    def type_in(self, mode: str) -> None:
        """The line to type in, beside the list."""
        if self.zoomed or self.tab != "List":
            self.zoomed, self.tab = "", "List"
            self.obey()
        self.screener.begin(mode)

    def move_in_list(self, by: int) -> None:
        """The cursor of the list, while something is typed."""
        (self.list.do_row_down if by > 0 else self.list.do_row_up)()

    @on(TabStrip.Picked)
    def _picked(self, event: TabStrip.Picked) -> None:
        event.stop()
        if event.strip is self.tabs:
            self.tab = event.key
            self.obey()
            next(pane for pane in self.panes if pane.id == TABS[event.key][0]).focus()
        else:
            self.choice.choose_kind(event.key)
            self.repaint()

    @on(Chosen)
    def _chosen(self, event: Chosen) -> None:
        event.stop()
        if event.to_list:
            self.show_pane(self.list)
        self.repaint()
        if self.choice.search and self.screen.focused is self.screener:
            rows = [self.state.market[key] for key in self.list.keys if key in self.state.market]
            self.list.point_at(self.choice.best(rows, self.state.instruments))
