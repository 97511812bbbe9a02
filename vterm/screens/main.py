"""The one screen of the terminal: what its actions do, and what its panes ask for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on

from engine.desk import Document
from vterm import actions, theme
from vterm.commands import Wish
from vterm.dialogs.search import resolve
from vterm.panes.chart import ChartPane
from vterm.panes.orders import OrdersPane
from vterm.panes.pane import QuotesWanted
from vterm.panes.watch import WatchPane
from vterm.screens.arranging import ArrangingScreen
from vterm.settings import BY_NAME

if TYPE_CHECKING:
    from vterm.notices import Notice
    from vterm.panes.algos_rows import AlgoWanted
    from vterm.panes.market_list import MarketsPane


class MainScreen(ArrangingScreen):
    """Does what no pane does alone. Methods are named by the table of actions."""

    # -- actions of the desk --------------------------------------------------------------------------------

    def _cycle(self, by: int) -> None:
        if self.number != 1:
            return
        ticket = self.desk.ticket
        if self.focused is ticket and ticket.tabbed(by):
            return
        names = self.arrangement.cycle()
        at = names.index(self.context) if self.context in names else -by
        self.go_to(names[(at + by) % len(names)])

    def do_next_pane(self) -> None:
        """Tab."""
        self._cycle(1)

    def do_previous_pane(self) -> None:
        """Shift and tab."""
        self._cycle(-1)

    def do_back(self) -> None:
        """Esc: lets go of an order in hand; out of the review, the zoom, the other screen, in this order."""
        if self.desk.ladder.release() or self.desk.ticket.back():
            return
        if self.focused is self.desk.chart and self.desk.chart.release():
            return
        if self.arrangement.zoom:
            self._arrange(replace(self.arrangement, zoom=""))
        elif self.number != 1:
            self.open_screen(1)
        elif self.focused is self.desk.ticket:
            self.go_to("ladder")

    def do_zoom(self) -> None:
        """The focused pane alone, and back."""
        if self.number == 1 and self.context in self.desk.panes:
            self._arrange(replace(self.arrangement, zoom="" if self.arrangement.zoom else self.context))

    def do_review(self) -> None:
        """F2 from anywhere."""
        self.go_to("ticket")
        self.desk.ticket.go()

    def do_buy(self) -> None:
        """Ticket to buy."""
        self._fill("buy")

    def do_sell(self) -> None:
        """Ticket to sell."""
        self._fill("sell")

    def _fill(self, side: str) -> None:
        price = self.desk.ladder.price_text() if self.focused is self.desk.ladder else ""
        row = getattr(self.focused, "current", None)
        lists = ("watch", "positions", "holdings", "markets", "movers")
        symbol = row if self.context in lists and row in self.state.instruments else ""
        if symbol and symbol != self.state.symbol:
            self.choose(symbol)
        self.go_to("ticket")
        self.desk.ticket.fill(side, price)

    def do_flatten(self) -> None:
        """Close a position, after asking."""
        row = getattr(self.focused, "current", None) if self.context in ("positions", "holdings") else ""
        self.flatten(row or self.state.symbol)

    def flatten(self, symbol: str) -> None:
        """Ask, then close the position in this symbol."""
        position = self.state.position(symbol)
        if not position:
            self.say(f"Nothing held in {symbol}", "warning")
            return
        from engine.model.number import trim
        from vterm.dialogs.ask import AskDialog
        from vterm.paint import grouped

        size = grouped(trim(str(position["quantity"])).lstrip("-"))
        verb = "Sell" if position.get("side") != "short" else "Buy back"
        question = f"{verb} {size} {symbol} at market and close the position?"

        def answered(yes: bool | None) -> None:
            if yes:
                self.errands.run(self.errands.flatten(position))

        self.app.push_screen(AskDialog("Flatten", question, verb), answered)

    def do_cancel_all(self) -> None:
        """Cancel every working order, after asking."""
        count = len(self.state.working())
        if not count:
            self.say("No orders work", "information")
            return
        from vterm.dialogs.ask import AskDialog

        def answered(yes: bool | None) -> None:
            if yes:
                self.errands.run(self.errands.cancel_all())

        text = f"Take back all {count} working orders, stops included?" if count > 1 else "Take back the working order?"
        self.app.push_screen(AskDialog("Cancel all", text, "Cancel them"), answered)

    def do_find(self) -> None:
        """Find an instrument and go to it."""
        from vterm.dialogs.find import FindDialog

        self.app.push_screen(FindDialog(self.state), lambda symbol: self.choose(symbol) if symbol else None)

    def do_watch_add(self) -> None:
        """Find one and put it on the watchlist."""
        from vterm.dialogs.find import FindDialog

        def found(symbol: str | None) -> None:
            if symbol and symbol not in self.state.watch:
                self.errands.run(self.errands.watch([*self.state.watch, symbol]))

        self.app.push_screen(FindDialog(self.state, "Add to the watchlist"), found)

    def on_markets_pane_watched(self, event: MarketsPane.Watched) -> None:
        """An instrument of the Markets screen on the watchlist, or off it. Named so that nothing is read for it."""
        symbol, watch = self.state.front(event.symbol), self.state.watch
        gone = {event.symbol, symbol}
        rest = [name for name in watch if name not in gone]
        self.errands.run(self.errands.watch(rest if len(rest) < len(watch) else [*watch, symbol]))

    def do_watch_remove(self) -> None:
        """Take the cursor's row off the watchlist."""
        symbol = self.desk.watchlist.current
        if symbol in self.state.watch:
            self.errands.run(self.errands.watch([s for s in self.state.watch if s != symbol]))

    def do_watch_down(self) -> None:
        """Move the cursor's row down."""
        self._reorder(1)

    def do_watch_up(self) -> None:
        """Move the cursor's row up."""
        self._reorder(-1)

    def _reorder(self, by: int) -> None:
        watch, symbol = list(self.state.watch), self.desk.watchlist.current
        if symbol not in watch:
            return
        kind = self.state.instrument(symbol).get("asset_class")
        peers = [s for s in watch if self.state.instrument(s).get("asset_class") == kind]
        at = peers.index(symbol) + by
        if 0 <= at < len(peers):
            a, b = watch.index(symbol), watch.index(peers[at])
            watch[a], watch[b] = watch[b], watch[a]
            self.errands.run(self.errands.watch(watch))

    def do_command(self) -> None:
        """The command line."""
        from vterm.dialogs.command_bar import CommandBar

        bar = CommandBar(lambda text: resolve(self.state.instruments, text), self.past)
        self.app.push_screen(bar, lambda wish: self.fulfil(wish) if wish else None)

    def do_palette(self) -> None:
        """Every command by name."""
        self.app.action_command_palette()

    def do_help(self) -> None:
        """Keys of the focused pane."""
        from vterm.dialogs.help import HelpDialog

        self.app.push_screen(HelpDialog(self.keymap, self.context))

    def do_jump(self) -> None:
        """Letters on the panes."""
        if self.number != 1:
            return
        from vterm.dialogs.jump import JumpOverlay

        places = {name: self.desk.panes[name].region for name in self.arrangement.panes}
        self.app.push_screen(JumpOverlay(places), lambda name: self.go_to(name) if name else None)

    def do_show_orders(self) -> None:
        """The orders pane."""
        self.go_to("orders")

    def do_show_positions(self) -> None:
        """The positions pane."""
        self.go_to("positions")

    def do_alerts(self) -> None:
        """The list of alerts."""
        from vterm.dialogs.alerts import AlertsDialog

        def closed(wanted: str | None) -> None:
            if wanted:
                self.do_command()

        drop = lambda name: self.errands.run(self.errands.drop_alert(name))  # noqa: E731
        self.app.push_screen(AlertsDialog(self.state, drop), closed)

    def do_notices(self) -> None:
        """The notifications centre."""
        from vterm.dialogs.notices import NoticesDialog

        def closed(notice: Notice | None) -> None:
            self.footer.repaint()
            if notice is not None:
                self.show_notice(notice)

        self.app.push_screen(NoticesDialog(self.state), closed)

    def on_algo_wanted(self, event: AlgoWanted) -> None:
        """An algorithm is to pause, go on or end. Named so that nothing is read for it."""
        self.errands.run(self.errands.algo(event.algo_id, event.action))

    def show_notice(self, notice: Notice) -> None:
        """What a notice tells of: its order or algorithm on the Activity screen, else its instrument on the desk."""
        if notice.kind in ("fill", "order", "algo", "risk") and notice.target and not notice.folded:
            from vterm.panes.activity_choice import choice_of

            choice_of(self.state).point("algos" if notice.kind == "algo" else "blotter", notice.target)
            if self.number == 7:
                self.page.show_pointed()  # type: ignore[union-attr]
            self.open_screen(7)
        elif notice.symbol in self.state.instruments:
            self.choose(notice.symbol)
            self.go_to("ladder")

    def do_pause(self) -> None:
        """Pause the market's clock, or let it run."""
        self.errands.run(self.errands.toggle_pause())

    def do_faster(self) -> None:
        """Faster."""
        self.errands.run(self.errands.speed(1))

    def do_slower(self) -> None:
        """Slower."""
        self.errands.run(self.errands.speed(-1))

    def do_next_open(self) -> None:
        """Jump to the next open."""
        self.errands.run(self.errands.clock("jump", "open"))

    def do_theme(self) -> None:
        """The next theme."""
        names, now = theme.names(), self.app.settings.theme  # type: ignore[attr-defined]
        self.set_theme(names[(names.index(now) + 1) % len(names) if now in names else 0])

    def set_theme(self, name: str) -> None:
        """This theme, from now on."""
        self.app.wear(name)  # type: ignore[attr-defined]
        self.call_after_refresh(self.repaint_all)

    def do_quit(self) -> None:
        """Leave."""
        self.app.leave()  # type: ignore[attr-defined]

    # -- what panes ask for ---------------------------------------------------------------------------------

    def choose(self, symbol: str) -> None:
        """This instrument for the whole desk; a futures root is traded as its front contract."""
        symbol = self.state.front(symbol)
        if symbol == self.state.symbol:
            return
        self.desk.ladder.reset()
        self.desk.ticket.back()
        self.state.select(symbol)
        self.errands.run(self.bridge.look_at(symbol))
        self.paint({"symbol", "book", "trades", "bars"})

    @on(WatchPane.Selected)
    def _selected(self, event: WatchPane.Selected) -> None:
        self.choose(event.symbol)
        if event.go:
            self.go_to("ladder")

    @on(OrdersPane.Opened)
    def _opened(self, event: OrdersPane.Opened) -> None:
        self.choose(event.symbol)

    @on(OrdersPane.CancelWanted)
    def _cancel(self, event: OrdersPane.CancelWanted) -> None:
        self.errands.run(self.errands.cancel(event.order_id))

    @on(OrdersPane.AmendWanted)
    def _amend(self, event: OrdersPane.AmendWanted) -> None:
        from vterm.dialogs.amend import AmendDialog

        order_id = str(event.order["order_id"])

        def answered(changes: Document | None) -> None:
            if changes:
                self.errands.run(self.errands.amend(order_id, changes))

        self.app.push_screen(AmendDialog(event.order), answered)

    @on(QuotesWanted)
    def _quotes(self, event: QuotesWanted) -> None:
        self.errands.run(self.bridge.quotes(event.symbols))

    @on(ChartPane.PeriodWanted)
    def _period(self, event: ChartPane.PeriodWanted) -> None:
        self.errands.run(self.bridge.period(event.every))

    @on(ChartPane.BarsWanted)
    def _bars(self, event: ChartPane.BarsWanted) -> None:
        self.errands.run(self.bridge.charts.more(event.count))

    # -- the command line -----------------------------------------------------------------------------------

    def fulfil(self, wish: Wish) -> None:
        """What a line asked for. Orders go to the ticket's review: nothing is sent from here."""
        args = wish.args
        if wish.kind == "select":
            self.choose(args[0])
        elif wish.kind == "ticket" and wish.trade is not None:
            self.choose(wish.trade.symbol)
            self.go_to("ticket")
            self.desk.ticket.fill_line(wish.trade)
            if "quantity" in wish.trade.text:
                self.desk.ticket.go()
        elif wish.kind == "cancel":
            self.errands.run(self.errands.cancel(args[0]))
        elif wish.kind == "clock":
            self.errands.run(self.errands.clock(*args))
        elif wish.kind == "clock_shown":
            self.do_clock()
        elif wish.kind == "layout":
            self.lay_out(*args)
        elif wish.kind in ("sign_one", "ask_copilot"):
            getattr(self, wish.kind)(*args)
        elif wish.kind == "flatten":
            self.flatten(args[0])
        elif wish.kind == "alert":
            self.errands.run(self.errands.alert(list(args)))
        elif wish.kind == "drop_alert":
            self.errands.run(self.errands.drop_alert(args[0]))
        elif wish.kind in ("watch", "unwatch"):
            rest = [s for s in self.state.watch if s != args[0]]
            self.errands.run(self.errands.watch([*rest, args[0]] if wish.kind == "watch" else rest))
        elif wish.kind == "theme":
            self.set_theme(args[0])
        elif wish.kind == "set":
            self.app.choose(BY_NAME[args[0]], args[1])  # type: ignore[attr-defined]
            self.call_after_refresh(self.repaint_all)
        elif wish.kind == "screen":
            self.open_screen([name.lower() for name in actions.SCREENS].index(args[0]) + 1)
        else:
            self.perform(wish.kind)
