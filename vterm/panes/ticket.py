"""The ticket: type, see what would happen, review, send. Digits typed here go to the quantity or the price."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from textual import events
from textual.message import Message

from engine.desk import Document
from vterm.panes.facts import holding
from vterm.panes.ladder import best_price
from vterm.panes.pane import Pane
from vterm.panes.ticket_form import CHOICES, DIGITS, EXTRA, FLAGS, TEXTS, TicketForm
from vterm.panes.ticket_paint import Painted, TicketView, option_at, paint
from vterm.state import DeskState
from vterm.trade_line import TradeLine

ARM_SECONDS = 0.3
DEBOUNCE_SECONDS = 0.12
RENEW_SECONDS = 1.0
_EDIT_KEYS = ("backspace", "delete", "home", "end", "ctrl+u", "ctrl+w", "ctrl+a", "ctrl+e")


class TicketPane(Pane):
    """A painted form. Asks for previews and sends by message; the answers come back through methods."""

    CONTEXT: ClassVar[str] = "ticket"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"symbol", "instruments", "link", "portfolio"})
    NAME: ClassVar[str] = "Ticket"

    class PreviewWanted(Message):
        """The form changed: what would this order do?"""

        def __init__(self, order: Document) -> None:
            super().__init__()
            self.order = order

    class SendWanted(Message):
        """A person reviewed this order and said send."""

        def __init__(self, order: Document) -> None:
            super().__init__()
            self.order = order

    def __init__(self, state: DeskState) -> None:
        super().__init__(state)
        self.form = TicketForm()
        self.preview: Document = {}
        self.refusal: Document = {}
        self.phase = "edit"
        self.pending = False
        self.armed = False
        self._names: list[str] = []
        self._timer: object = None
        self._asked_at = 0.0

    # -- painting -------------------------------------------------------------------------------------------

    def view(self) -> TicketView:
        """What the picture depends on."""
        symbol = self.form.symbol
        unit = symbol.partition("-")[0] if self.form.asset_class == "crypto" and "-" in symbol else ""
        return TicketView(self.form, self.state.instrument(symbol), self.preview, self.refusal, self.phase,
                          self.has_focus, self.pending, self.armed, unit)  # fmt: skip

    def paint(self, width: int, height: int) -> None:
        """Fields and preview, or the review."""
        if not self.state.symbol:
            self.entitle("Ticket")
            self.empty("opening the market", height, width)
            return
        self._follow()
        seq = self.preview.get("seq")
        foot = f"preview at seq {int(seq):,}" if seq is not None else ""
        self.entitle(f"Ticket · {self.form.symbol}", foot)
        painted: Painted = paint(self.view(), width, height)
        self._names = painted.names
        facts = holding(self.state, width)
        self.show(painted.lines, foot=facts if height >= len(painted.lines) + len(facts) + 1 else ())
        here = "send" if self.phase != "edit" else self.form.at
        if here in self._names:
            self.reveal(self._names.index(here))

    def _follow(self) -> None:
        """The form belongs to the desk's instrument; another one starts with empty numbers."""
        state = self.state
        if self.form.symbol != state.symbol and self.phase == "edit":
            self.form.symbol = state.symbol
            self.form.clear()
            self.preview, self.refusal = {}, {}
        self.form.asset_class = str(state.instrument(self.form.symbol).get("asset_class", ""))
        self.form.settle()
        until = self.form.text["until"]
        if self.form.choice["tif"] == "GTD" and not until.text and self.form.at != "until":
            until.set(self._in_a_week())

    def _in_a_week(self) -> str:
        """A date that a good-till-date order may start from: a week from the market's."""
        try:
            return (date.fromisoformat(str(self.state.clock.get("now", ""))[:10]) + timedelta(days=7)).isoformat()
        except ValueError:
            return ""

    # -- changing -------------------------------------------------------------------------------------------

    def fill(self, side: str = "", price: str = "") -> None:
        """Fill fields from elsewhere; what is not given stays."""
        self.phase = "edit"
        self._follow()
        if side:
            self.form.choice["side"] = side
        if price:
            self._take_price(price)
        elif side:
            self._start_price()
        self.form.at = "quantity"
        self.changed()

    def fill_line(self, line: TradeLine) -> None:
        """Fill fields from the command line. A line that names a type is the whole order: nothing else stays."""
        self.phase = "edit"
        self._follow()
        if line.kind:
            self.form.clear()
            self.form.reset()
            self.form.choose("type", line.kind)
        self.form.choice["side"] = line.side
        if line.force:
            self.form.choose("tif", line.force)
        for name, text in line.text.items():
            self.form.text[name].set(text)
        for name in line.flags:
            self.form.flag[name] = True
        self.form.flag["more"] = self.form.flag["more"] or any(name in line.text for name in EXTRA)
        self._start_price()
        self.form.at = "quantity"
        self.changed()

    def _take_price(self, price: str) -> None:
        """A price from elsewhere goes where the type has one; a market order becomes a limit order."""
        if self.form.kind in ("market", "trailing_stop"):
            self.form.choose("type", "limit")
        self.form.text["stop" if self.form.kind == "stop" else "price"].set(price)

    def _start_price(self) -> None:
        """A limit order starts at the touch."""
        price = self.form.text["price"]
        if self.form.kind == "limit" and not price.text:
            price.set(best_price(self.state, self.form.choice["side"]))

    def changed(self) -> None:
        """The form is another one: the old preview no longer holds."""
        self.preview, self.refusal, self.phase = {}, {}, "edit"
        self._follow()
        self.pending = self.form.complete()
        self.repaint()
        if self._timer is not None:
            self._timer.stop()  # type: ignore[attr-defined]
        self._timer = self.set_timer(DEBOUNCE_SECONDS, self.ask) if self.pending else None

    def ask(self) -> None:
        """Ask for the preview of the form as it stands."""
        if self.form.complete():
            self._asked_at = self.state.now()
            self.post_message(self.PreviewWanted(self.form.order()))

    def renew(self) -> None:
        """The book moved on: a shown preview is asked for again, once a second at most."""
        if self.preview and self.phase != "sending" and self.state.now() - self._asked_at >= RENEW_SECONDS:
            self.ask()

    def previewed(self, order: Document, answer: Document) -> None:
        """The desk's answer to a preview; an answer to an older form is dropped."""
        if order != self.form.order() or self.phase == "sending":
            return
        self.pending = False
        self.preview = answer
        self.refusal = dict(answer.get("refusal") or {})
        self.repaint()

    def refused(self, error: Document) -> None:
        """The desk said no to a preview or an order."""
        self.pending, self.phase, self.armed = False, "edit", False
        self.refusal = error
        self.repaint()

    def sent(self) -> None:
        """The order is in the engine's hands: the ticket is free for the next one."""
        self.phase, self.armed, self.preview, self.refusal = "edit", False, {}, {}
        for name in ("quantity", *EXTRA):
            self.form.text[name].set("")
        self.form.at = "quantity"
        self.repaint()

    # -- keys -----------------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """Typing in the text fields; everything else goes on to the table of actions."""
        if self.phase != "edit":
            return
        char = event.character or ""
        if char and char in (TEXTS.get(self.form.at) or DIGITS):
            if self.form.edit() is None:
                self.form.at = "quantity"
            edit = self.form.edit()
            if edit is not None and edit.insert(char):
                self.changed()
            event.stop()
        elif event.key in _EDIT_KEYS and (edit := self.form.edit()) is not None:
            if edit.key(event.key):
                self.changed()
            event.stop()
        elif event.key == "space" and (self.form.at in FLAGS or self.form.at in CHOICES):
            self.form.turn(self.form.at, 1)
            self.changed()
            event.stop()

    def on_paste(self, event: events.Paste) -> None:
        """A pasted number or rule."""
        edit = self.form.edit()
        text = " ".join(event.text[:500].split())
        if self.phase == "edit" and edit is not None and edit.insert(text.replace(",", "") if edit.number else text):
            self.changed()
        event.stop()

    def on_click(self, event: events.Click) -> None:
        """A click focuses a field, turns a choice, presses a button."""
        offset = event.get_content_offset(self)
        index = self.body_index(offset.y) if offset else None
        name = self._names[index] if index is not None and index < len(self._names) else ""
        if not name or offset is None:
            return
        if name == "back":
            self.back()
        elif name == "send":
            self.form.at = "send"
            self.go()
        elif self.phase == "edit":
            self._press(name, offset.x)

    def _press(self, name: str, x: int) -> None:
        again, self.form.at = self.form.at == name, name
        if name == "side":
            self.form.choice["side"] = "buy" if x < self.size.width // 2 else "sell"
        elif name in CHOICES:
            picked = option_at(self.form, name, x, self.size.width)
            if isinstance(picked, str):
                self.form.choose(name, picked)
            elif picked:
                self.form.turn(name, picked)
            self._start_price()
        elif name in FLAGS:
            self.form.turn(name, 1)
        elif not again:
            self.repaint()
            return
        self.changed()

    def on_focus(self) -> None:
        """A limit order starts at the touch."""
        self._start_price()
        super().on_focus()

    # -- actions --------------------------------------------------------------------------------------------

    def do_field_down(self) -> None:
        """Next field."""
        self.form.step(1)
        self.repaint()

    def do_field_up(self) -> None:
        """Previous field."""
        self.form.step(-1)
        self.repaint()

    def tabbed(self, by: int) -> bool:
        """Tab inside the form; False where it leaves it."""
        stays = self.phase == "edit" and self.form.step(by)
        self.repaint()
        return stays

    def _sideways(self, by: int) -> None:
        edit = self.form.edit()
        if edit is not None:
            edit.key("right" if by > 0 else "left")
            self.repaint()
        elif self.phase == "edit" and self.form.turn(self.form.at, by):
            self._start_price()
            self.changed()

    def do_field_left(self) -> None:
        """Choice before, or cursor left."""
        self._sideways(-1)

    def do_field_right(self) -> None:
        """Choice after, or cursor right."""
        self._sideways(1)

    def do_field_enter(self) -> None:
        """Next field; on the last one review; on the review send."""
        if self.phase == "edit" and not self.form.last:
            self.do_field_down()
        else:
            self.go()

    def do_swap_type(self) -> None:
        """The next order type."""
        if self.phase == "edit":
            self.form.turn("type", 1)
            self._start_price()
            self.changed()

    def do_take_most(self) -> None:
        """The size that the refusal offers."""
        most = str(self.refusal.get("max_quantity") or "")
        if any(c in "123456789" for c in most):
            self.form.text["quantity"].set(most.rstrip("0").rstrip(".") if "." in most else most)
            self.changed()

    def back(self) -> bool:
        """One step back: from the review to the form. Whether there was one."""
        if self.phase == "review":
            self.phase, self.armed = "edit", False
            self.repaint()
            return True
        return False

    def go(self) -> None:
        """Review; reviewed and armed, send."""
        if self.phase == "edit":
            if not self.form.complete() or self.refusal:
                self.repaint()
                return
            self.phase, self.armed = "review", False
            self.set_timer(ARM_SECONDS, self._arm)
            self.ask()
            self.repaint()
        elif self.phase == "review" and self.armed:
            self.phase = "sending"
            self.repaint()
            self.post_message(self.SendWanted(self.form.order()))

    def _arm(self) -> None:
        if self.phase == "review":
            self.armed = True
            self.repaint()
