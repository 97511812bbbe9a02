"""Help for the focused pane: its keys first, then those that work everywhere."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from themes import DIALOGS
from vterm.key_names import shown
from vterm.keymap import Keymap
from vterm.paint import Line
from vterm.panes.ticket_foresee import wrap
from vterm.widgets.line_view import LineView

ABOUT = {
    "watch": "Instruments you follow. The cursor row is the instrument of the whole desk.",
    "ladder": "The book in rows that stand still. Sizes of bids left, of asks right, your own outside.",
    "chart": "Newest right. ▸ is the last price, ◆ your average cost, ◂ an order, ▲ ▼ where you bought and sold. "
    "The wheel zooms, dragging pans, a click reads a bar out.",
    "tape": "Every print: ▲ a buyer took, ▼ a seller took.",
    "ticket": "Type a quantity; the preview says what would happen. Enter goes on, F2 reviews and sends.",
    "orders": "Working orders; ahead is the size that fills before yours.",
    "positions": "What you hold, marked at the market.",
    "settings": "What the terminal remembers. Enter changes the row; a click on the value does, too.",
    "desk": "Keys that work everywhere.",
}


def lines(keymap: Keymap, context: str) -> list[Line]:
    """The help page of a context."""
    out: list[Line] = [((text, "foreground"),) for text in wrap(ABOUT.get(context, ""), 64)]
    out.append(())
    heading = ""
    for action in keymap.help_rows(context):
        name = action.context.upper() if action.context != "desk" else "EVERYWHERE"
        if name != heading:
            out += [()] if heading else []
            out.append(((name, "muted"),))
            heading = name
        keys = " ".join(shown(key) for key in action.keys) or "no key"
        out.append(((f"  {keys:<12}", "bold accent"), (action.help, "foreground")))
    return out


class HelpDialog(ModalScreen[None]):
    """Scrolls; any of esc, ?, enter or q closes it."""

    CSS_PATH = DIALOGS

    def __init__(self, keymap: Keymap, context: str) -> None:
        super().__init__(classes="dialog")
        self.keymap, self.context = keymap, context

    def compose(self) -> ComposeResult:
        """One list."""
        with Vertical(classes="box") as box:
            box.border_title = f"Help · {self.context}"
            box.border_subtitle = "↑ ↓ scroll · esc closes"
            yield LineView(id="help")

    def on_mount(self) -> None:
        """Fill it."""
        view = self.query_one("#help", LineView)
        view.show(lines(self.keymap, self.context))
        view.focus()
        self.call_after_refresh(lambda: view.show(lines(self.keymap, self.context)))

    def on_key(self, event: events.Key) -> None:
        """Scroll or close."""
        view = self.query_one("#help", LineView)
        ways_out = (*self.keymap.keys("help"), *self.keymap.keys("back"))
        if event.key in ("escape", "enter", "q", *ways_out):
            self.dismiss(None)
        elif event.key in ("j", "down"):
            view.scroll_relative(y=1, animate=False)
        elif event.key in ("k", "up"):
            view.scroll_relative(y=-1, animate=False)
        elif event.key in ("pagedown", "space"):
            view.scroll_relative(y=10, animate=False)
        elif event.key == "pageup":
            view.scroll_relative(y=-10, animate=False)
        event.stop()

    def on_click(self, event: events.Click) -> None:
        """A click outside closes it."""
        if not self.query_one(".box").region.contains(event.screen_x, event.screen_y):
            self.dismiss(None)
