"""Ladder and ticket on the screen: what they ask of the desk and of each other."""

from __future__ import annotations

from textual import on

from engine.desk import Document
from vterm.panes.ladder import LadderPane
from vterm.panes.ticket import TicketPane
from vterm.screens.frame import FrameScreen
from vterm.screens.trading import move_question


class BookScreen(FrameScreen):
    """Carries prices to the ticket, its preview to the ladder, and orders to the desk."""

    placing = False
    """Whether the ticket's order came from the ladder's cursor, where the focus then goes back to."""

    def do_ladder_cancel(self) -> None:
        """Cancel own orders at the ladder's cursor."""
        ids = self.desk.ladder.own_orders()
        for order_id in ids:
            self.errands.run(self.errands.cancel(order_id))
        if not ids:
            self.say("No order of yours at this price", "information")

    def do_ladder_move(self) -> None:
        """Pick up the order at the ladder's cursor."""
        ladder = self.desk.ladder
        if not ladder.moving and not ladder.own_orders():
            self.say("No order of yours at this price", "information")
        else:
            ladder.grab()

    @on(LadderPane.Picked)
    def _picked(self, event: LadderPane.Picked) -> None:
        self.placing = False
        self.desk.ticket.fill(event.side, event.price)
        if event.side or self.focused is not self.desk.ladder or not event.price:
            self.go_to("ticket")

    @on(LadderPane.PlaceWanted)
    def _place(self, event: LadderPane.PlaceWanted) -> None:
        self.go_to("ticket")
        self.desk.ticket.place(event.side, event.price)
        self.placing = True

    @on(TicketPane.Sent)
    def _sent(self) -> None:
        if self.placing and self.focused is self.desk.ticket:
            self.go_to("ladder")
        self.placing = False

    @on(LadderPane.CancelWanted)
    def _cancel_here(self) -> None:
        self.do_ladder_cancel()

    @on(LadderPane.MoveWanted)
    def _move(self, event: LadderPane.MoveWanted) -> None:
        order = self.state.orders.get(event.order_id)
        if order is None:
            return
        from vterm.dialogs.ask import AskDialog

        def answered(yes: bool | None) -> None:
            if yes:
                self.errands.run(self.errands.amend(event.order_id, {"limit_price": event.price}))

        question = move_question(order, event.price, self.state.book)
        self.app.push_screen(AskDialog("Move order", question, "Move", "Keep"), answered)

    @on(TicketPane.Drafted)
    def _drafted(self) -> None:
        self.desk.ladder.repaint()

    @on(TicketPane.PreviewWanted)
    def _preview(self, event: TicketPane.PreviewWanted) -> None:
        ticket, order = self.desk.ticket, event.order

        def refused(error: Document) -> None:
            ticket.unseen(order, error)

        self.errands.run(self.errands.preview(ticket, order), refused)

    @on(TicketPane.ProbeWanted)
    def _probe(self, event: TicketPane.ProbeWanted) -> None:
        ticket = self.desk.ticket
        self.errands.run(self.errands.probe(ticket, event.order, event.aim), ticket.refused)

    @on(TicketPane.SendWanted)
    def _send(self, event: TicketPane.SendWanted) -> None:
        ticket = self.desk.ticket
        self.errands.run(self.errands.send(ticket, event.order), ticket.refused)
