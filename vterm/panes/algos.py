"""The algorithms of the Activity screen: paused, resumed, ended by key."""

from __future__ import annotations

from typing import ClassVar

from textual import events

from engine.desk import Document
from vterm.panes.activity_pane import ActivityListPane
from vterm.panes.algos_rows import AT_WORK, algo_lines, wanted
from vterm.state import DeskState

NOTHING = "no algorithms · the ticket's types (t) have TWAP, VWAP and POV"


class AlgosPane(ActivityListPane):
    """All algorithms: those at work first, then what is over."""

    CONTEXT: ClassVar[str] = "algos"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"algos", "instruments", "clock", "activity"})
    NAME: ClassVar[str] = "Algorithms"

    def __init__(self, state: DeskState) -> None:
        super().__init__(state, "activity-algos")

    def paint(self, width: int, height: int) -> None:
        """A row each."""
        state, wanted_symbol = self.state, self.choice.symbol
        rows = [algo for algo in state.algos.values() if wanted_symbol in ("", algo["symbol"])]
        rows.sort(key=lambda algo: algo.get("status") not in AT_WORK)
        running = len(state.running())
        self.entitle(f"Algorithms {running}" if running else "Algorithms", f"{running} of {len(rows)} at work"
                     if rows else "")  # fmt: skip
        # Two lines each; the cursor goes from first to first.
        self.keep([key for algo in rows for key in (str(algo["algo_id"]), None)])
        if not rows:
            self.empty(NOTHING, height, width)
            return
        made = [line for algo in rows for line in algo_lines(state, algo, width)]
        self.show([self.mark(i - i % 2, line) if i - i % 2 == self.cursor else line for i, line in enumerate(made)])

    def on_click(self, event: events.Click) -> None:
        """Both lines of a row are the row."""
        offset = event.get_content_offset(self)
        index = self.body_index(offset.y) if offset is not None else None
        if index is not None and index % 2 and index < len(self.keys):
            again = self.cursor == index - 1 and event.chain > 1
            self.cursor = index - 1
            self.moved()
            if again:
                self.opened()
            return
        super().on_click(event)

    def algo(self) -> Document:
        """The one at the cursor; empty where there is none."""
        return self.state.algos.get(self.current or "", {})

    def here(self) -> str:
        """Its instrument."""
        return str(self.algo().get("symbol") or "")

    def _ask(self, action: str) -> None:
        message = wanted(self.algo(), action)
        if message is not None:
            self.post_message(message)

    def do_algo_pause(self) -> None:
        """Pause it, or let it go on."""
        self._ask("pause")

    def do_algo_cancel(self) -> None:
        """End it; what it holds stays."""
        self._ask("cancel")

    def do_algo_open(self) -> None:
        """The desk, at its instrument."""
        self.go()
