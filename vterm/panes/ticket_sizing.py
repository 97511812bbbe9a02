"""The ticket's sizes: presets, and a worth or a share turned into units by the desk's own prices."""

from __future__ import annotations

from textual.message import Message

from engine.desk import Document
from vterm.panes.ladder import best_price
from vterm.panes.pane import Pane
from vterm.panes.ticket_form import TicketForm
from vterm.panes.ticket_size import Size, positive, share_of, times, usual_lot, worth_of
from vterm.state import DeskState


class SizingPane(Pane):
    """A pane with a ticket form that finds sizes. `changed`, `ask` and `offer` are the ticket's."""

    class ProbeWanted(Message):
        """What is this small order worth, and how much of it would pass?"""

        def __init__(self, order: Document, aim: Size | int) -> None:
            super().__init__()
            self.order, self.aim = order, aim

    def __init__(self, state: DeskState) -> None:
        super().__init__(state)
        self.form = TicketForm()
        self.refusal: Document = {}
        self.phase = "edit"
        self.eager = False
        """Whether the review waits for the size to be found."""
        self.sent_sizes: dict[str, str] = {}
        """What was sent last in each instrument."""

    def changed(self) -> None:
        """The form is another one."""
        raise NotImplementedError

    def ask(self) -> None:
        """Ask for the preview of the form as it stands."""
        raise NotImplementedError

    def go(self) -> None:
        """Review; reviewed and armed, send."""
        raise NotImplementedError

    # -- usual lots -----------------------------------------------------------------------------------------

    def touch(self) -> str:
        """The price that sizes are measured at: the touch, or the last trade."""
        return best_price(self.state, self.form.choice["side"]) or str(self.state.quote(self.form.symbol).get("last"))

    def usual(self) -> str:
        """The usual lot of the instrument."""
        return usual_lot(self.state.instrument(self.form.symbol), self.touch())

    def take_size(self, text: str) -> None:
        """This quantity, from a preset or a refusal."""
        if self.phase == "edit":
            self.form.text["quantity"].set(text)
            self.form.at = "quantity"
            self.changed()

    def do_size_lots_1(self) -> None:
        """The usual lot."""
        self.take_size(times(self.usual(), 1))

    def do_size_lots_5(self) -> None:
        """Five of them."""
        self.take_size(times(self.usual(), 5))

    def do_size_lots_10(self) -> None:
        """Ten of them."""
        self.take_size(times(self.usual(), 10))

    # -- shares of what passes ------------------------------------------------------------------------------

    def do_size_share_25(self) -> None:
        """A quarter of what passes."""
        self._probe(25)

    def do_size_share_50(self) -> None:
        """Half of it."""
        self._probe(50)

    def do_size_share_100(self) -> None:
        """All of it."""
        self._probe(100)

    def _probe(self, aim: Size | int) -> None:
        """Ask about the usual lot; what else is missing of the order is asked for first."""
        lacking = self.form.missing()
        if self.phase != "edit" or lacking not in ("", "quantity"):
            self.form.at = lacking or self.form.at
            self.repaint()
            return
        self.post_message(self.ProbeWanted(self.form.probe(self.usual()), aim))

    def probed(self, order: Document, aim: Size | int, answer: Document) -> None:
        """The answer: the size that was wanted, or why there is none. An answer to an older form is dropped."""
        if order != self.form.probe(self.usual()) and order != self.form.probe(str(order["quantity"])):
            return
        row = self.state.instrument(self.form.symbol)
        if isinstance(aim, Size):
            if self.form.converting == aim:
                self._converted(worth_of(aim, str(self.state.portfolio.get("nav") or "0"), answer, row))
            return
        most = share_of(str(answer.get("max_quantity") or "0"), str(aim), row)
        if positive(most):
            self.take_size(most)
        else:
            refusal = answer.get("refusal") or {}
            self.refuse_size(str(refusal.get("message") or "no size passes now"), str(refusal.get("fix") or ""))

    def refuse_size(self, message: str, fix: str = "") -> None:
        """Say at the quantity why there is none."""
        self.refusal = {"message": message, "fix": fix, "field": "quantity"}
        self.repaint()

    # -- worth and shares, typed ----------------------------------------------------------------------------

    def convert(self) -> None:
        """Turn what is typed into units: a share of the position here, a worth by a probe."""
        size = self.form.converting
        if size is None:
            return
        if size.kind != "position":
            self._probe(size)
            return
        held = str(self.state.position(self.form.symbol).get("quantity") or "0")
        if not positive(held.lstrip("-")):
            self.refuse_size(f"nothing is held in {self.form.symbol}", "type a quantity, a worth or a share of NAV")
            return
        self._converted(share_of(held, size.number, self.state.instrument(self.form.symbol)))

    def _converted(self, found: str) -> None:
        self.form.sized = (self.form.text["quantity"].text, found)
        if positive(found):
            self.ask()
            self.repaint()
            if self.eager:
                self.go()
        else:
            lot = self.state.instrument(self.form.symbol).get("lot_size") or "1"
            self.refuse_size(f"that is less than one lot of {lot}")
