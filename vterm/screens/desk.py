"""The desk: its panes in one grid, shown and hidden as the layout says."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container

from vterm.panes.chart import ChartPane
from vterm.panes.ladder import LadderPane
from vterm.panes.orders import OrdersPane
from vterm.panes.pane import Pane
from vterm.panes.positions import PositionsPane
from vterm.panes.tape import TapePane
from vterm.panes.ticket import TicketPane
from vterm.panes.watch import WatchPane
from vterm.screens.layout import Layout
from vterm.state import DeskState


class DeskView(Container):
    """Watch, ladder, chart, ticket, tape, positions, orders: in the order the grid wants."""

    def __init__(self, state: DeskState, layout: Layout) -> None:
        super().__init__(id="desk", classes="view")
        self.watchlist = WatchPane(state)
        self.ladder = LadderPane(state)
        self.chart = ChartPane(state)
        self.ticket = TicketPane(state)
        self.tape = TapePane(state)
        self.positions = PositionsPane(state)
        self.orders = OrdersPane(state)
        self.panes: dict[str, Pane] = {
            pane.CONTEXT: pane
            for pane in (self.watchlist, self.ladder, self.chart, self.ticket, self.tape, self.positions, self.orders)
        }
        self.obey(layout)

    def compose(self) -> ComposeResult:
        """All of them; those out of sight are not displayed."""
        yield from self.panes.values()

    def obey(self, layout: Layout) -> None:
        """Obey the layout."""
        seen = layout.panes
        for name, pane in self.panes.items():
            pane.display = name in seen
        for name, wanted in layout.classes.items():
            self.set_class(wanted, name)

    def repaint(self, topics: set[str]) -> None:
        """Paint the panes that show one of the topics."""
        for pane in self.panes.values():
            if pane.concerns(topics):
                pane.repaint()
