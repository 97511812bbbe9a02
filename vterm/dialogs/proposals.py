"""The account's proposals: those that wait first, then what became of the others; enter opens one that waits."""

from __future__ import annotations

import asyncio
from textwrap import wrap
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from engine.desk import Document
from engine.model.refusal import Refused
from engine.model.text import safe
from themes import DIALOGS
from vterm.paint import Line, clip, fit, left_right
from vterm.paint import on as laid_on
from vterm.proposals_choice import WAITS, origin_words
from vterm.widgets.line_view import LineView

if TYPE_CHECKING:
    from vterm.bridge import Bridge
    from vterm.state import DeskState

NOTHING = "nothing was proposed yet · ask the copilot for a trade, or let a tool propose one"
REFRESH_SECONDS = 0.25
WORDS = {"EXECUTED": ("signed", "up"), "DECLINED": ("declined", "muted"), "EXPIRED": ("expired", "muted"),
         "REPRICED": ("repriced", "muted"), "REJECTED": ("rejected", "warning")}  # fmt: skip


def row_line(row: Document, cells: int) -> Line:
    """p000001  to sign   BUY 10 AAPL LMT 150.00   the copilot  15:52:07"""
    waits = row["status"] in WAITS
    word, role = ("to sign", "bold agent") if waits else WORDS.get(str(row["status"]), ("ended", "muted"))
    stamp = safe(str(row.get("created_at" if waits else "updated_at", "")))[11:19]
    tail: Line = ((clip(origin_words(str(row.get("origin", ""))), 16 if cells >= 70 else 0), "muted"),
                  (f" {stamp} ", "muted"))  # fmt: skip
    name = clip(safe(str(row["proposal_id"])), 9)
    text = safe(str(row.get("summary", "")), 200)
    head: Line = ((f" {name} ", "muted"), (f"{word:<9}", role), (text, "foreground" if waits else "muted"))
    return left_right(head, tail, cells)


def detail_lines(row: Document, cells: int) -> list[Line]:
    """What the one under the cursor gave as its reason, or why it ended, and what it made."""
    rule: Line = (("─" * cells, "rule"),)
    if not row:
        return [rule, (), (), (), ()]
    made = ", ".join(safe(str(name), 20) for name in row.get("results", ()))
    reason, why = safe(str(row.get("reason", "")), 280), safe(str(row.get("rationale", "")), 280)
    ended = f"made {made}" if made else reason
    if row.get("replaced_by"):
        ended = f"{ended} · {safe(str(row['replaced_by']), 20)} takes its place".removeprefix(" · ")
    rows = [*wrap(why or "no reason was given", max(20, cells - 2)), "", "", ""][:3]
    lines = [fit(((f" {text}", "agent" if why else "muted"),), cells) for text in rows]
    return [rule, *lines, fit(((f" {ended}", "foreground"),), cells)]


class ProposalsDialog(ModalScreen[str]):
    """Answers with the id of the proposal that is to be opened, else with nothing."""

    CSS_PATH = DIALOGS

    def __init__(self, state: DeskState, bridge: Bridge) -> None:
        super().__init__(classes="dialog")
        self.state, self.bridge = state, bridge
        self.past: list[Document] = []
        self.rows: list[Document] = []
        self.cursor = 0
        self._asking: asyncio.Task[None] | None = None

    def compose(self) -> ComposeResult:
        """One list."""
        with Vertical(classes="box") as box:
            box.border_title = "Proposals"
            box.border_subtitle = "enter open · esc closes"
            view = LineView(id="proposals")
            view.can_focus = False
            yield view

    def on_mount(self) -> None:
        """Ask for those that are over; draw."""
        self._asking = asyncio.create_task(self._ask())
        self.set_interval(REFRESH_SECONDS, self.paint)
        self.call_after_refresh(self.paint)

    async def _ask(self) -> None:
        proposals = getattr(self.bridge.desk, "proposals", None)
        if proposals is not None:
            try:
                self.past = list((await proposals())["proposals"])
            except (Refused, OSError):
                self.past = []

    def listed(self) -> list[Document]:
        """Those that wait, the oldest first; then the others, the newest first."""
        known = {str(row["proposal_id"]): row for row in self.past} | self.state.proposals.rows
        waiting = {str(row["proposal_id"]): row for row in self.state.proposals.waiting()}
        over = [row for name, row in known.items() if name not in waiting and row["status"] not in WAITS]
        return [*waiting.values(), *sorted(over, key=lambda row: str(row.get("updated_at", "")), reverse=True)]

    def paint(self) -> None:
        """Draw the list."""
        view = self.query_one("#proposals", LineView)
        self.rows = self.listed()
        self.cursor = max(0, min(len(self.rows) - 1, self.cursor))
        cells = view.size.width or 66
        lines = [laid_on(fit(row_line(row, cells), cells), "select") if n == self.cursor else row_line(row, cells)
                 for n, row in enumerate(self.rows)]  # fmt: skip
        here = self.rows[self.cursor] if self.rows else {}
        view.show(lines or [((NOTHING, "muted"),)], foot=detail_lines(here, cells) if self.rows else ())
        view.reveal(self.cursor)

    def on_key(self, event: events.Key) -> None:
        """Move, open, close."""
        event.stop()
        if event.key in ("escape", "q"):
            self.dismiss("")
        elif event.key in ("down", "j", "up", "k"):
            self.cursor += 1 if event.key in ("down", "j") else -1
            self.paint()
        elif event.key in ("enter", "f9") and self.rows and self.rows[self.cursor]["status"] in WAITS:
            self.dismiss(str(self.rows[self.cursor]["proposal_id"]))

    def on_click(self, event: events.Click) -> None:
        """A click on a row moves there, one outside closes."""
        view = self.query_one("#proposals", LineView)
        if not self.query_one(".box").region.contains(event.screen_x, event.screen_y):
            self.dismiss("")
        elif view.region.contains(event.screen_x, event.screen_y):
            index = view.body_index(event.screen_y - view.region.y)
            self.cursor = index if index is not None else self.cursor
            self.paint()
