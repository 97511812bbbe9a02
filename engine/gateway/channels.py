"""What a channel says: at each step of the market, and to a reader who has just come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.gateway.books import BookState
from engine.gateway.message import Message

if TYPE_CHECKING:
    from engine.gateway.hub import Hub
    from engine.gateway.seat import Seat


class Channel:
    """Base: a named line that counts what it says."""

    def __init__(self, hub: Hub, name: str, number: int) -> None:
        self.hub, self.name, self.number = hub, name, number
        self.seats: set[Seat] = set()
        self.seq = 0

    def greet(self, seat: Seat) -> None:
        """What a reader needs to begin (again)."""

    def step(self) -> None:
        """The market has moved."""

    def say(self, document: dict[str, Any], *, market: bool = False) -> None:
        """Number a document and give it to every reader."""
        self.seq += 1
        head = {"type": document.pop("type"), "channel": self.name, "seq": self.seq}
        message = Message({**head, **document}, market=market)
        for seat in self.seats:
            seat.put(message)


class Ticker(Channel):
    """ticker:SYM: the quote, whenever anything but its time has changed."""

    def __init__(self, hub: Hub, name: str, number: int, symbol: str) -> None:
        super().__init__(hub, name, number)
        self.symbol = symbol
        self._last: dict[str, Any] = {}

    def greet(self, seat: Seat) -> None:
        quote = self._quote()
        seat.put(Message({"type": "ticker", "channel": self.name, "seq": self.seq, **quote}, market=True))

    def step(self) -> None:
        quote = self._quote()
        at = quote.pop("at", None)
        if quote != self._last:
            self._last = quote
            self.say({"type": "ticker", **quote, "at": at}, market=True)

    def _quote(self) -> dict[str, Any]:
        quote = dict(self.hub.view.quote(self.symbol))
        quote.pop("seq", None)
        return quote


class Tape(Channel):
    """trades:SYM: every print after the reader came."""

    def __init__(self, hub: Hub, name: str, number: int, symbol: str) -> None:
        super().__init__(hub, name, number)
        self.symbol = symbol

    def step(self) -> None:
        for trade in self.hub.view.prints(self.symbol):
            self.say({"type": "trade", **trade}, market=True)


class Book(Channel):
    """orderbook:SYM: a snapshot, then deltas; and the reader's own orders in it, when they change."""

    def __init__(self, hub: Hub, name: str, number: int, state: BookState) -> None:
        super().__init__(hub, name, number)
        self.state = state
        self._own: dict[str, list[dict[str, Any]]] = {}

    def greet(self, seat: Seat) -> None:
        state, instrument = self.state, self.state.instrument
        own = self.hub.view.own(seat.account, instrument.symbol)
        self._own[seat.account] = own
        document = {
            "type": "snapshot",
            "channel": self.name,
            "seq": state.seq,
            "epoch": self.hub.epoch,
            "bids": state.text(state.bids),
            "asks": state.text(state.asks),
            "checksum": state.checksum,
            "own": own,
        }
        grids = {"tick": (instrument.tick.units, instrument.tick.decimals), "lot": _lot(state)}
        seat.put(Message(document, compact={**document, "id": self.number, **grids}, market=True))

    def delta(self) -> None:
        """Tell the readers what the newest version changed."""
        state = self.state
        document = {
            "type": "delta",
            "channel": self.name,
            "seq": state.seq,
            "prev": state.seq - 1,
            "epoch": self.hub.epoch,
            "bids": state.text(state.changed_bids),
            "asks": state.text(state.changed_asks),
            "checksum": state.checksum,
        }
        head = (self.number, state.seq, state.seq - 1, state.checksum)
        message = Message(document, compact=(*head, state.changed_bids, state.changed_asks), market=True)
        for seat in self.seats:
            seat.put(message)

    def step(self) -> None:
        """Only the readers' own orders: the levels are published by the hub, once a book."""
        for account in {seat.account for seat in self.seats}:
            own = self.hub.view.own(account, self.state.instrument.symbol)
            if own == self._own.get(account):
                continue
            self._own[account] = own
            message = Message({"type": "own", "channel": self.name, "own": own}, market=True)
            for seat in self.seats:
                if seat.account == account:
                    seat.put(message)


def _lot(state: BookState) -> tuple[int, int]:
    return state.instrument.lot.units, state.instrument.lot.decimals


class Orders(Channel):
    """orders: what becomes of one account's orders, and its fills, of which nothing is ever left out; and where its
    open orders stand by now, at most twice a second."""

    EVERY_STEPS = 5

    def __init__(self, hub: Hub, name: str, number: int, account: str) -> None:
        super().__init__(hub, name, number)
        self.account = account
        self._last: dict[str, dict[str, Any]] = {}
        self._steps = 0

    def greet(self, seat: Seat) -> None:
        rows = self.hub.view.queue(self.account)
        if not self.seats:
            self._last = {str(row["order_id"]): row for row in rows}
        if rows:
            seat.put(self._queue(rows))

    def step(self) -> None:
        self._steps += 1
        if self._steps % self.EVERY_STEPS:
            return
        now = {str(row["order_id"]): row for row in self.hub.view.queue(self.account)}
        moved = [row for name, row in now.items() if self._last.get(name) != row]
        self._last = now
        if moved:
            message = self._queue(moved)
            for seat in self.seats:
                seat.put(message)

    def say(self, document: dict[str, Any], *, market: bool = False) -> None:
        """What an event says of an order is older than its place in the queue, which is then told again."""
        self._last.pop(str(document.get("order", {}).get("order_id", "")), None)
        super().say(document, market=market)

    def _queue(self, rows: list[dict[str, Any]]) -> Message:
        return Message({"type": "queue", "channel": self.name, "orders": rows}, market=True)


class Alerts(Channel):
    """alerts: one account's alerts as they are, then each that is set, fires or is dropped; none is ever left out."""

    def __init__(self, hub: Hub, name: str, number: int, account: str) -> None:
        super().__init__(hub, name, number)
        self.account = account

    def greet(self, seat: Seat) -> None:
        alerts = self.hub.view.alerts(self.account)
        seat.put(Message({"type": "alerts", "channel": self.name, "seq": self.seq, **alerts}))


class Proposals(Channel):
    """proposals: one account's that can still be signed, then each as it comes, moves and ends; none is left out."""

    def __init__(self, hub: Hub, name: str, number: int, account: str) -> None:
        super().__init__(hub, name, number)
        self.account = account

    def greet(self, seat: Seat) -> None:
        found = self.hub.view.proposals(self.account, open_only=True)
        seat.put(Message({"type": "proposals", "channel": self.name, "seq": self.seq, **found}))


class Portfolio(Channel):
    """portfolio: one account's money, at most twice a second."""

    EVERY_STEPS = 5

    def __init__(self, hub: Hub, name: str, number: int, account: str) -> None:
        super().__init__(hub, name, number)
        self.account = account
        self._last: dict[str, Any] = {}
        self._steps = 0

    def greet(self, seat: Seat) -> None:
        document = self.hub.view.portfolio(self.account)
        seat.put(Message({"type": "portfolio", "channel": self.name, "seq": self.seq, **document}, market=True))

    def step(self) -> None:
        self._steps += 1
        if self._steps % self.EVERY_STEPS:
            return
        document = dict(self.hub.view.portfolio(self.account))
        at = document.pop("at", None)
        if document != self._last:
            self._last = document
            self.say({"type": "portfolio", **document, "at": at}, market=True)


class System(Channel):
    """system: the desk, its venues and its clock."""

    def __init__(self, hub: Hub, name: str, number: int) -> None:
        super().__init__(hub, name, number)
        self._running = self._mode()

    def greet(self, seat: Seat) -> None:
        document = {"type": "system", "channel": self.name, "seq": self.seq, **self.status("desk", "ok", "")}
        seat.put(Message(document))

    def step(self) -> None:
        running = self._mode()
        if running != self._running:
            self._running = running
            self.say({"type": "system", **self.status("clock", "ok", "")})

    def status(self, scope: str, status: str, text: str) -> dict[str, Any]:
        """The fields of a system frame."""
        clock = self.hub.view.clock()
        return {"status": status, "scope": scope, "text": text, "at": clock.get("now"), "clock": clock}

    def _mode(self) -> tuple[object, object]:
        clock = self.hub.view.clock()
        return clock.get("speed"), clock.get("paused")
