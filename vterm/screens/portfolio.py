"""Screen 2, Portfolio: figures, equity curve, allocation, positions, risk, attribution, calendar."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container

import themes
from vterm.panes.allocation import AllocationPane
from vterm.panes.attribution import AttributionPane
from vterm.panes.calendar_heat import CalendarPane
from vterm.panes.cards import CARDS, CardPane, FiguresPane
from vterm.panes.equity import EquityPane
from vterm.panes.exposure import ExposurePane
from vterm.panes.holdings import HoldingsPane
from vterm.panes.pane import Pane
from vterm.panes.portfolio_pane import PortfolioPane
from vterm.panes.strip import TabStrip
from vterm.panes.treemap import TreemapPane
from vterm.portfolio_choice import PortfolioChoice
from vterm.state import DeskState

TABS: dict[str, str] = {"Positions": "holdings", "Equity": "equity", "Allocation": "allocation", "Risk": "exposure",
                        "Profit": "attribution", "Calendar": "calendar"}  # fmt: skip
UPPER = ("equity", "allocation")
LOWER = ("exposure", "attribution", "calendar")


class PortfolioView(Container):
    """Holds the panes, and what they ask of each other."""

    DEFAULT_CSS = (themes.STYLES / "portfolio.tcss").read_text(encoding="utf-8")
    SCOPED_CSS = False
    TOPICS: ClassVar[frozenset[str]] = frozenset(
        {"portfolio", "quotes", "orders", "figures", "clock", "symbol", "instruments", "link", "flash-positions",
         "theme"}
    )  # fmt: skip

    def __init__(self, state: DeskState) -> None:
        super().__init__(classes="view")
        self.state = state
        if state.portfolio_choice is None:
            state.portfolio_choice = PortfolioChoice()
        self.choice: PortfolioChoice = state.portfolio_choice
        self.holdings = HoldingsPane(state)
        self.panes: tuple[PortfolioPane, ...] = (
            EquityPane(state), AllocationPane(state), self.holdings, ExposurePane(state), AttributionPane(state),
            CalendarPane(state),
        )  # fmt: skip
        self.map = TreemapPane(state)
        self.cards = tuple(CardPane(state, name) for name in CARDS)
        self.figures, self.tabs = FiguresPane(state), TabStrip(state, "portfolio-tabs")
        self.zoomed = ""

    def compose(self) -> ComposeResult:
        """Tabs and figures of small windows, cards of larger ones, the panes."""
        yield self.tabs
        yield self.figures
        with Container(id="portfolio-cards"):
            yield from self.cards
        with Container(id="portfolio-grid"):
            equity, allocation, holdings, exposure, attribution, calendar = self.panes
            yield from (equity, allocation, exposure, holdings, self.map, attribution, calendar)

    def on_mount(self) -> None:
        """The positions have the focus; the figures are asked for."""
        self.obey()
        if self.screen.focused is None or self.screen.focused not in self.panes:
            (self.holdings if self.holdings.display else self._seen()[0]).focus()

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
    def compact(self) -> bool:
        """Tabs instead of everything at once."""
        return self.mode in ("narrow", "single")

    def _names(self) -> tuple[str, ...]:
        if self.zoomed:
            return (self.zoomed,)
        if self.compact:
            return (TABS[self.choice.tab],)
        if self.mode == "wide":
            return (*UPPER, "holdings", *LOWER)
        return (*UPPER, *(("holdings",) if self.choice.lower == "holdings" else LOWER))

    def _seen(self) -> list[PortfolioPane]:
        return [pane for pane in self.panes if pane.id in self._names()]

    def obey(self) -> None:
        """Show what the size, the tab, the choice and the zoom let be seen."""
        names, grid = self._names(), self.query_one("#portfolio-grid")
        for pane in self.panes:
            pane.display = pane.id in names
        self.map.display = self.mode == "wide" and not self.zoomed
        self.query_one("#portfolio-cards").display = not self.compact
        grid.set_class(len(names) == 1, "-one")
        grid.set_class(self.choice.lower != "holdings", "-lower")
        focused = self.screen.focused
        if isinstance(focused, PortfolioPane) and focused in self.panes and not focused.display:
            self._seen()[0].focus()
        self.repaint()
        self.call_after_refresh(self.repaint)

    @property
    def every(self) -> tuple[Pane, ...]:
        """All that is painted but the tabs."""
        return (self.figures, *self.cards, *self.panes, self.map)

    def repaint(self) -> None:
        """Everything in sight."""
        self.tabs.offer([(name, name, "") for name in TABS], self.choice.tab)
        for pane in self.every:
            pane.repaint()

    def repaint_for(self, topics: set[str]) -> None:
        """What shows one of the topics."""
        if "theme" in topics:
            self.repaint()
            return
        for pane in self.every:
            if pane.TOPICS & topics:
                pane.repaint()

    def changed(self) -> None:
        """Another period or division was chosen: ask for what is not known of it."""
        screen: Any = self.screen
        screen.bridge.follow_portfolio(True)
        self.repaint()

    # -- moving ---------------------------------------------------------------------------------------------

    def cycle_panes(self, by: int) -> None:
        """Tab goes through all panes, also those that stand behind others."""
        focused = self.screen.focused
        at = self.panes.index(focused) if isinstance(focused, PortfolioPane) and focused in self.panes else -by
        self.show_pane(self.panes[(at + by) % len(self.panes)])

    def show_pane(self, pane: PortfolioPane) -> None:
        """This pane in sight, with the focus."""
        name = str(pane.id)
        if self.zoomed:
            self.zoomed = name
        self.choice.tab = next(tab for tab, member in TABS.items() if member == name)
        if name not in UPPER:
            self.choice.lower = "holdings" if name == "holdings" else "risk"
        self.obey()
        pane.focus()

    def turn_lower(self) -> None:
        """Risk in the place of the positions, and back."""
        at = next(pane for pane in self.panes if pane.id == "exposure")
        behind = self.choice.lower == "holdings" if not self.compact else self.choice.tab != "Risk"
        self.show_pane(at if behind else self.holdings)

    def zoom(self, pane: PortfolioPane) -> None:
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
        elif not self.holdings.display:
            self.show_pane(self.holdings)
        else:
            return False
        return True

    @on(TabStrip.Picked)
    def _picked(self, event: TabStrip.Picked) -> None:
        event.stop()
        self.show_pane(next(pane for pane in self.panes if pane.id == TABS[event.key]))
