"""What the screen does with the desk: preview, send, cancel, flatten, the clock, the watchlist. Answers are toasts."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from engine.desk import Document
from engine.model.number import trim
from engine.model.refusal import Refused
from engine.model.text import safe
from vterm.alert_line import read_alert
from vterm.bridge import LOST, Bridge
from vterm.notices_orders import described, outcome, some
from vterm.paint import grouped
from vterm.replay import fixed, next_speed, no_jump, speed_of
from vterm.state import DeskState, units
from vterm.wording import algo_terms

if TYPE_CHECKING:
    from vterm.panes.ticket import TicketPane
    from vterm.panes.ticket_size import Size

UNREACHABLE = "The engine does not answer; trying again"


class Errands:
    """Runs work that waits for the desk without ever holding up the screen."""

    def __init__(self, state: DeskState, bridge: Bridge, say: Callable[[str, str], None]) -> None:
        self.state, self.bridge, self.say = state, bridge, say
        self._running: set[asyncio.Task[None]] = set()

    def run(self, work: Awaitable[Any], refused: Callable[[Document], None] | None = None) -> None:
        """Start it; a refusal goes to `refused` or becomes a toast, a lost desk becomes a toast."""
        task = asyncio.ensure_future(self._guarded(work, refused))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _guarded(self, work: Awaitable[Any], refused: Callable[[Document], None] | None) -> None:
        try:
            await work
        except Refused as no:
            error: Any = no.refusal.document()["error"]
            if refused is not None:
                refused(error)
            else:
                self.say(one_line(error), "error")
        except LOST:
            if refused is not None:
                refused({})
            self.say(UNREACHABLE, "error")

    # -- orders ---------------------------------------------------------------------------------------------

    async def preview(self, ticket: TicketPane, order: Document) -> None:
        """Ask, and give the ticket the answer."""
        ticket.previewed(order, await self.bridge.need().preview(order))

    async def probe(self, ticket: TicketPane, order: Document, aim: Size | int) -> None:
        """Ask what a small order is worth and how much of it passes, for the ticket's size."""
        ticket.probed(order, aim, await self.bridge.need().preview(order))

    async def send(self, ticket: TicketPane, order: Document) -> None:
        """Send the ticket's order, or start its algorithm, and say what became of it."""
        named = {**order, "client_order_id": f"t-{uuid.uuid4().hex[:16]}"}
        if "algo" in order:
            algo = await self.bridge.need().start_algo(named)
            ticket.sent()
            self.bridge.touch(self.state.apply({"type": "algos", "algos": [algo], "some": True}))
            self.say(started(algo, order), "information")
            return
        answer = await self.bridge.need().submit(named)
        ticket.sent()
        self.told(answer)

    def told(self, order: Document) -> None:
        """What became of an order, unless the stream has told it already."""
        if order.get("status") == "cancelled" or some(order.get("filled_quantity")):
            self.state.tell_order(order)
            self.bridge.touch({"notices"})
        else:
            self.say(outcome(order), "information")

    async def cancel(self, order_id: str) -> None:
        """Take one order back."""
        order = await self.bridge.need().cancel(order_id)
        self.told(order)

    async def amend(self, order_id: str, changes: Document) -> None:
        """Change one order."""
        order = await self.bridge.need().amend(order_id, changes)
        self.say(f"Amended: {described(order)}", "information")

    async def algo(self, algo_id: str, action: str) -> None:
        """pause, resume or cancel an algorithm."""
        algo = await self.bridge.need().control_algo(algo_id, action)
        self.bridge.touch(self.state.apply({"type": "algos", "algos": [algo], "some": True}))
        word = {"pause": "Paused", "resume": "Resumed", "cancel": "Cancelled"}[action]
        self.say(f"{word} {algo_name(algo)}", "information")

    async def cancel_all(self) -> None:
        """Take every order back."""
        gone = (await self.bridge.need().cancel_all())["cancelled"]
        self.say(f"Cancelled {len(gone)} order{'s' if len(gone) != 1 else ''}", "information")

    async def flatten(self, position: Document) -> None:
        """Close a position at market."""
        symbol = str(position["symbol"])
        order = {
            "symbol": symbol,
            "side": "sell" if position.get("side") != "short" else "buy",
            "type": "market",
            "quantity": trim(str(position["quantity"]).lstrip("-+")),
            "reduce_only": True,
            "client_order_id": f"t-{uuid.uuid4().hex[:16]}",
        }
        self.told(await self.bridge.need().submit(order))

    # -- the desk itself ------------------------------------------------------------------------------------

    async def clock(self, action: str, value: str = "") -> None:
        """Change the market's clock; a desk on the world's time says why it cannot be."""
        if why := fixed(self.state) or (no_jump(self.state) if action == "jump" and value in ("", "open") else ""):
            self.say(why[0].upper() + why[1:], "warning")
            return
        self.state.clock = await self.bridge.need().set_clock(action, value)
        self.bridge.touch({"clock"})

    async def toggle_pause(self) -> None:
        """Pause, or let it run again."""
        await self.clock("resume" if self.state.clock.get("paused") else "pause")

    async def speed(self, by: int) -> None:
        """The next faster or slower speed."""
        now = speed_of(self.state.clock)
        await self.clock("speed", str(next_speed(now, by)))

    async def alert(self, line: list[str]) -> None:
        """Set an alert: symbol, word, value."""
        alert = await self.bridge.need().set_alert(read_alert(line))
        self.say(f"Alert set: {safe(str(alert['text']))}", "information")

    async def drop_alert(self, alert_id: str) -> None:
        """Drop one, or all."""
        gone = (await self.bridge.need().drop_alert(alert_id))["dropped"]
        self.say(f"Dropped {len(gone)} alert{'s' if len(gone) != 1 else ''}", "information")

    async def watch(self, symbols: list[str]) -> None:
        """Replace the watchlist."""
        answer = await self.bridge.need().set_watchlist(symbols)
        self.state.watch = list(answer["symbols"])
        self.bridge.listen_list()
        self.bridge.touch({"watch"})


def one_line(error: Document) -> str:
    """A refusal as one line: cause and what would pass."""
    message = safe(str(error.get("message") or error.get("code") or "refused"), 160)
    fix = safe(str(error.get("fix") or ""), 120)
    return f"Refused: {message}" + (f" · {fix}" if fix else "")


def algo_name(algo: Document) -> str:
    """TWAP a000001 and what it trades, as far as the answer says."""
    kind, symbol = str(algo.get("algo") or "").upper(), str(algo.get("symbol") or "")
    return safe(" ".join(word for word in (kind, str(algo["algo_id"]), symbol) if word))


def started(algo: Document, order: Document) -> str:
    """What an algorithm will do, and the name that pauses it."""
    size, symbol = grouped(trim(str(order["quantity"]))), safe(str(order["symbol"]))
    verb = "buys" if order["side"] == "buy" else "sells"
    return f"Started {safe(str(algo['algo_id']))}: {algo_terms(order, grouped)}, {verb} {size} {symbol}"


def move_question(order: Document, price: str, book: Document) -> str:
    """What moving an order to a price means: where from, its place in the queue, or that it trades at once."""
    buy = order["side"] == "buy"
    levels = book.get("asks" if buy else "bids") or []
    left = str(order.get("remaining_quantity") or order["quantity"])
    text = f"Move {order['side']} {grouped(trim(left))} {safe(str(order['symbol']))} from "
    text += f"{grouped(str(order.get('limit_price')))} to {grouped(price)}?"
    decimals = 12
    if levels:
        wanted, best = units(price, decimals), units(str(levels[0][0]), decimals)
        if (wanted >= best) if buy else (wanted <= best):
            return f"{text} It would trade at once: the {'ask' if buy else 'bid'} is {grouped(str(levels[0][0]))}."
    return f"{text} It joins the end of the queue there."
