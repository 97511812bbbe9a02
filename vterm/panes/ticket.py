"""The ticket: type, see what would happen, review, send. Digits typed here go to the quantity or the price."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from textual import events
from textual.message import Message

from engine.desk import Document
from engine.model.number import trim
from vterm.panes.facts import holding
from vterm.panes.ticket_filling import FillingPane
from vterm.panes.ticket_form import CHOICES, DIGITS, EXTRA, FLAGS, TEXTS
from vterm.panes.ticket_paint import Painted, option_at, paint
from vterm.panes.ticket_size import positive, typable
from vterm.panes.ticket_view import TicketView
from vterm.stale import dimmed, old
from vterm.state import DeskState

ARM_SECONDS = 0.3
DEBOUNCE_SECONDS = 0.12
RENEW_SECONDS = 0.25
OLD_SECONDS = 3.0
"""A preview that no answer renewed for so long is of another market."""
_EDIT_KEYS = ("backspace", "delete", "home", "end", "ctrl+u", "ctrl+w", "ctrl+a", "ctrl+e")


class TicketPane(FillingPane):
    """A painted form. Asks for previews and sends by message; the answers come back through methods."""

    CONTEXT: ClassVar[str] = "ticket"
    AGES: ClassVar[bool] = False
    TOPICS: ClassVar[frozenset[str]] = frozenset({"symbol", "instruments", "link", "portfolio"})
    NAME: ClassVar[str] = "Ticket"

    class PreviewWanted(Message):
        """The form changed: what would this order do?"""

        def __init__(self, order: Document) -> None:
            super().__init__()
            self.order = order

    class Drafted(Message):
        """What the order would do is known, or not any more: `state.draft`."""

    class Sent(Message):
        """The desk has the order."""

    class SendWanted(Message):
        """A person reviewed this order and said send."""

        def __init__(self, order: Document) -> None:
            super().__init__()
            self.order = order

    def __init__(self, state: DeskState) -> None:
        super().__init__(state)
        self.preview: Document = {}
        self.pending = False
        self.armed = False
        self.sends = 0
        """Orders that the desk took from here."""
        self._names: list[str] = []
        self._chips: dict[int, list[tuple[int, int, str]]] = {}
        self._timer: object = None
        self._asked_at = self._answered_at = 0.0

    # -- painting -------------------------------------------------------------------------------------------

    def view(self) -> TicketView:
        """What the picture depends on."""
        symbol = self.form.symbol
        unit = symbol.partition("-")[0] if self.form.asset_class == "crypto" and "-" in symbol else ""
        return TicketView(self.form, self.state.instrument(symbol), self.preview, self.refusal, self.phase,
                          self.has_focus, self.pending, self.armed, unit, self.old,
                          str(self.state.portfolio.get("nav") or ""), self.touch())  # fmt: skip

    @property
    def old(self) -> bool:
        """Whether the preview is of a market that has gone on, or of a desk that does not answer."""
        return self.state.link == "down" or self.state.now() - self._answered_at > OLD_SECONDS

    def tell(self) -> None:
        """Let the ladder draw what the order would do; while that is not known, nothing."""
        known = bool(self.preview) and not (
            self.form.algo or self.pending or self.refusal or self.old or self.phase == "sending"
        )
        draft = {"order": self.form.asked(), "preview": self.preview} if known and self.form.complete() else {}
        if draft != self.state.draft:
            self.state.draft = draft
            self.post_message(self.Drafted())

    def paint(self, width: int, height: int) -> None:
        """Fields and preview, or the review."""
        if not self.state.symbol:
            self.entitle("Ticket")
            self.empty("opening the market", height, width)
            return
        self.follow()
        seq = self.preview.get("seq")
        foot = f"preview at seq {int(seq):,}" if seq is not None else ""
        self.entitle(f"Ticket · {self.form.symbol}", foot)
        self.tell()
        painted: Painted = paint(self.view(), width, height)
        self._names, self._chips = painted.names, painted.chips
        facts = holding(self.state, width)
        facts = list(map(dimmed, facts)) if old(self.state) else facts
        self.show(painted.lines, foot=facts if height >= len(painted.lines) + len(facts) + 1 else ())
        here = "send" if self.phase != "edit" else self.form.at
        if here in self._names:
            self.reveal(self._names.index(here))

    def follow(self) -> None:
        """The form belongs to the desk's instrument; another one starts with empty numbers."""
        state = self.state
        if self.form.symbol != state.symbol and self.phase == "edit":
            self.form.symbol = state.symbol
            self.form.clear()
            self.preview, self.refusal, self.pending = {}, {}, False
            self.tell()
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

    def changed(self) -> None:
        """The form is another one: the old preview no longer holds."""
        self.preview, self.refusal, self.phase, self.armed = {}, {}, "edit", False
        self.form.sized, self.eager = ("", ""), False
        self.follow()
        self.pending = self.form.complete()
        self.tell()
        self.repaint()
        if self._timer is not None:
            self._timer.stop()  # type: ignore[attr-defined]
        wanted = self.pending or self.form.converting
        self._timer = self.set_timer(DEBOUNCE_SECONDS, self.ask) if wanted else None

    def ask(self) -> None:
        """Ask for the preview of the form as it stands, or first for the units of its size."""
        if self.form.converting:
            self.convert()
        elif self.form.complete():
            self.pending = not self.preview
            self._asked_at = self.state.now()
            self.post_message(self.PreviewWanted(self.form.asked()))

    def renew(self) -> None:
        """The market moved on: a shown preview is asked for again, four times a second at most."""
        if not self.preview or self.phase == "sending":
            return
        if self.old and self.state.draft:
            self.tell()
            self.repaint()
        if self.state.now() - self._asked_at >= RENEW_SECONDS:
            self.ask()

    def previewed(self, order: Document, answer: Document) -> None:
        """The desk's answer to a preview; an answer to an older form is dropped."""
        if self.phase == "sending" or order != self.form.asked():
            return
        self.pending = False
        self.preview, self._answered_at = answer, self.state.now()
        self.refusal = dict(answer.get("refusal") or {})
        self.tell()
        self.repaint()

    def unseen(self, order: Document, error: Document) -> None:
        """The desk said no to a preview; a no to an older form is dropped."""
        if self.phase != "sending" and order == self.form.asked():
            self.refused(error)

    def refused(self, error: Document) -> None:
        """The desk said no to a preview or an order."""
        self.pending, self.phase, self.armed = False, "edit", False
        self.refusal = error
        self.tell()
        self.repaint()

    def sent(self) -> None:
        """The order is in the engine's hands: the ticket is free for the next one."""
        self.sends += 1
        self.sent_sizes[self.form.symbol] = self.form.quantity
        self.phase, self.armed, self.preview, self.refusal = "edit", False, {}, {}
        self.tell()
        for name in ("quantity", *EXTRA):
            self.form.text[name].set("")
        self.form.at = "quantity"
        self.repaint()
        self.post_message(self.Sent())

    # -- keys -----------------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """Typing in the text fields; everything else goes on to the table of actions."""
        if self.phase != "edit":
            return
        char = event.character or ""
        if char and self._types(char):
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

    def _types(self, char: str) -> bool:
        """Whether a key is text here: letters of a quantity only where they go on with it."""
        if self.form.at == "quantity":
            edit = self.form.text["quantity"]
            return typable(edit.text[: edit.cursor], char) if char not in DIGITS else True
        return char in (TEXTS.get(self.form.at) or DIGITS)

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
        if name == "preset" and index is not None:
            for start, end, action in self._chips.get(index, ()):
                if start <= offset.x < end:
                    getattr(self, f"do_{action}")()
        elif name == "back":
            self.back()
        elif name == "most":
            self.do_take_most()
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
            self.start_price()
        elif name in FLAGS:
            self.form.turn(name, 1)
        elif not again:
            self.repaint()
            return
        self.changed()

    def on_focus(self) -> None:
        """A limit order starts at the touch."""
        self.start_price()
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
            self.start_price()
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
            self.start_price()
            self.changed()

    def do_take_most(self) -> None:
        """The size that the refusal offers."""
        most = str(self.refusal.get("max_quantity") or "")
        if positive(most):
            self.take_size(trim(most))

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
                self.eager = self.form.converting is not None and not self.refusal
                self.repaint()
                return
            self.phase, self.armed = "review", False
            self.set_timer(ARM_SECONDS, self._arm)
            self.ask()
            self.repaint()
        elif self.phase == "review" and self.armed and not self.view().locked():
            self.phase = "sending"
            self.tell()
            self.repaint()
            self.post_message(self.SendWanted(self.form.order()))

    def _arm(self) -> None:
        if self.phase == "review":
            self.armed = True
            self.repaint()
