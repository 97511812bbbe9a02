"""The frame of the terminal: header, the current of eight views, footer; painting, focus and keys."""

from __future__ import annotations

from time import monotonic
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen
from textual.widgets import Static

from engine.model.text import safe
from vterm import actions
from vterm.bridge import Bridge
from vterm.keymap import DEFAULT, Keymap
from vterm.panes.footer import FooterLine, TabLine
from vterm.panes.header import HeaderLine
from vterm.panes.pane import Pane
from vterm.screens.desk import DeskView
from vterm.screens.kept import Kept, in_sight
from vterm.screens.layout import Layout
from vterm.screens.trading import Errands
from vterm.stale import old
from vterm.state import DeskState
from vterm.widgets.compositor import SpanCompositor

HURRY_SECONDS = 0.06
"""How long after a key what changes is painted at once."""
SMALL = "vterm needs 60 columns and 20 rows; make this window a little larger"


class FrameScreen(Screen[None]):
    """Holds the panes, hands keys and clicks to who does them."""

    BINDINGS = []
    AUTO_FOCUS = "#ladder"

    def __init__(self, state: DeskState, bridge: Bridge, size: tuple[int, int], layout: Layout | None = None) -> None:
        super().__init__()
        self._compositor = SpanCompositor()
        self.state, self.bridge = state, bridge
        self.errands = Errands(state, bridge, self.say)
        self.arrangement = (layout or Layout()).resized(*size)
        self.desk = DeskView(state, self.arrangement)
        self.header, self.footer, self.tabs = HeaderLine(state), FooterLine(state), TabLine(state)
        self.page: Pane | None = None
        self.kept = Kept(state)
        self.number = 1
        self.past: list[str] = []
        self._old = False
        self._hurry_until = 0.0
        self._obey()

    def compose(self) -> ComposeResult:
        """Header, tabs (small screens), the view, footer."""
        yield self.header
        yield self.tabs
        with Container(id="body"):
            yield self.desk
        yield self.footer
        yield Static(SMALL, id="small", markup=False)

    # -- painting -------------------------------------------------------------------------------------------

    def paint(self, topics: set[str]) -> None:
        """These topics changed: repaint whoever shows them."""
        if "link" in topics and old(self.state) != self._old:
            self._old = not self._old
            self._age()
        for line in (self.header, self.tabs, self.footer):
            if line.TOPICS & topics:
                line.repaint()
        if self.number == 1:
            self.desk.repaint(topics)
            if topics & {"book", "clock", "portfolio", "link"}:
                self.desk.ticket.renew()
        elif self.page is not None and (self.page.TOPICS & topics or "theme" in topics):
            hear = getattr(self.page, "hear", None)
            self._repaint_page(self.page, topics) if hear is None else hear(topics)
        if self.state.notices.fresh:
            self._tell()

    @staticmethod
    def _repaint_page(page: Any, topics: set[str]) -> None:
        """A screen of several panes repaints those that show one of the topics."""
        if hasattr(page, "repaint_for"):
            page.repaint_for(topics)
        else:
            page.repaint()

    def _age(self) -> None:
        """Values became old, or new again: the same cells in another look."""
        for pane in self.query(Pane):
            pane.repaint()
            pane.refresh()

    def _tell(self) -> None:
        """What was told since the last beat, as toasts; the list has all of it."""
        fresh, self.state.notices.fresh = self.state.notices.fresh, []
        for notice in fresh:
            if notice.rings:
                self.app.bell()
            self._toast(notice.brief, notice.severity)
        self.footer.repaint()

    def repaint_all(self) -> None:
        """Everything in sight."""
        for pane in self.query(Pane):
            if in_sight(pane):
                pane.repaint()

    def say(self, text: str, severity: Any = "information") -> None:
        """Answer what the user did: one line at the lower right, kept in the list of notices."""
        self.state.notices.say(text, severity, self.state.at)
        self._tell()

    def _toast(self, text: str, severity: Any) -> None:
        """Never markup. Who wants only what is important is spared what went well."""
        if severity == "information" and self.app.settings.notices == "important":  # type: ignore[attr-defined]
            return
        self.app.notify(safe(text), severity=severity, markup=False, timeout=4 if severity == "information" else 7)

    # -- layout and focus -----------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        """Another size may be another layout."""
        self._arrange(self.arrangement.resized(event.size.width, event.size.height))

    def _arrange(self, layout: Layout) -> None:
        if layout != self.arrangement:
            self.arrangement = layout
            self._obey()
            self.desk.obey(layout)
            focused = self.focused
            if isinstance(focused, Pane) and not focused.display:
                self.set_focus(self.desk.panes[layout.panes[0]])
            self.call_after_refresh(self.repaint_all)

    def _obey(self) -> None:
        layout = self.arrangement
        for name in ("tiny", "desk", "medium", "wide"):
            self.set_class(layout.mode == name, f"-{name}")
        self.set_class(layout.compact, "-compact")
        self.set_class(layout.mode in ("desk", "medium"), "-lower")
        self.tabs.tabs, self.tabs.tab = list(layout.tabs), layout.tab
        self._place_clock()

    def _place_clock(self) -> None:
        """Where the line of tabs is in sight it has the clock, else the header."""
        self.header.clock_apart = self.number == 1 and self.arrangement.compact
        self.header.repaint()

    def go_to(self, pane: str) -> None:
        """Show a pane and focus it."""
        if self.number != 1:
            self.open_screen(1)
        self._arrange(self.arrangement.showing(pane))
        self.set_focus(self.desk.panes[pane])

    @property
    def context(self) -> str:
        """Whose keys hold now."""
        return self.focused.CONTEXT if isinstance(self.focused, Pane) else "desk"

    def on_descendant_focus(self) -> None:
        """The footer teaches the keys of the focused pane."""
        self.footer.context = self.context
        self.footer.repaint()

    def open_screen(self, number: int) -> None:
        """One of the eight."""
        if number == self.number:
            return
        if self.page is not None:
            self.page.display = False
            self.page = None
        self.number = number
        self.bridge.follow_market(number in (3, 4))
        self.bridge.follow_portfolio(number == 2)
        self.bridge.follow_asked(None)
        self.bridge.follow_activity(number == 7)
        self.desk.display = number == 1
        self.tabs.display = number == 1 and self.arrangement.compact
        self._place_clock()
        if number == 1:
            self.set_focus(self.desk.panes[self.arrangement.panes[0] if "ladder" not in self.arrangement.panes
                                           else "ladder"])  # fmt: skip
            self.call_after_refresh(self.repaint_all)
            return
        self.page = self.kept.bring(number, self.query_one("#body"))
        self.set_focus(self.page)

    @property
    def keymap(self) -> Keymap:
        """Keys of the running application."""
        return getattr(self.app, "keymap", DEFAULT)

    # -- keys -----------------------------------------------------------------------------------------------

    async def _on_idle(self, event: events.Idle) -> None:
        """What a key has changed is painted now. The framework would wait for its next sixtieth of a second, several
        times over where one change brings another."""
        event.prevent_default()
        waits = self._layout_required or self._scroll_required or self._repaint_required or self._dirty_widgets
        if waits and monotonic() < self._hurry_until and self.is_current and not self.app._batch_count:
            self._on_timer_update()
            return
        await super()._on_idle(event)

    def on_key(self, event: events.Key) -> None:
        """The table decides."""
        self._hurry_until = monotonic() + HURRY_SECONDS
        action = self.keymap.find(event.key, self.context)
        if action is not None:
            event.stop()
            event.prevent_default()
            self.perform(action.name)
        elif self.number != 1 and event.key == "enter":
            chosen = getattr(self.page, "do_choose", None)
            if chosen is not None:
                chosen()

    def perform(self, name: str) -> None:
        """Do an action: the focused pane if it can, else this screen, else the pane it belongs to."""
        method = f"do_{name}"
        if name.startswith("screen_"):
            self.open_screen(int(name.removeprefix("screen_")))
            return
        owner = self.desk.panes.get(actions.BY_NAME[name].context) if name in actions.BY_NAME else None
        for who in (self.focused, self, owner):
            do = getattr(who, method, None)
            if do is not None:
                do()
                return

    @on(FooterLine.Pressed)
    def _pressed(self, event: FooterLine.Pressed) -> None:
        self.perform(event.name)

    @on(TabLine.Picked)
    def _tab(self, event: TabLine.Picked) -> None:
        self.go_to(self.arrangement.tabs[event.tab][0])
