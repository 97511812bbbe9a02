"""The one place where the engine's news becomes frames: one cadence, one encoding, for all readers."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import Any

from engine.gateway.books import DEPTH, BookState
from engine.gateway.channels import Alerts, Book, Channel, Orders, Portfolio, Proposals, System, Tape, Ticker
from engine.gateway.message import Message
from engine.gateway.seat import Seat
from engine.gateway.served import ServedRunner
from engine.model.refusal import Code, Refused, refuse

MAX_NAME = 80
_OWN = ("orders", "portfolio", "alerts", "proposals", "missions")
"""Channels of an account."""
log = logging.getLogger("engine.gateway")


class Hub:
    """Channels by name (and account, where they are an account's), fed by the runner's bus."""

    def __init__(self, runner: ServedRunner) -> None:
        self.view, self._bus = runner.view, runner.bus
        self.epoch = os.urandom(6).hex()
        self._channels: dict[tuple[str, str], Channel] = {}
        self._books: dict[str, BookState] = {}
        self._leave: list[Callable[[], None]] = []

    def open(self) -> None:
        """Begin to listen to the bus."""
        self._leave = [self._bus.subscribe(self._events), self._bus.on_step(self._step)]

    def close(self) -> None:
        """Stop listening."""
        for leave in self._leave:
            leave()
        self._leave = []

    def subscribe(self, seat: Seat, name: str) -> None:
        """Seat a reader at a channel and greet it. Raises Refused; asking again greets again."""
        channel = self._channel(seat.account, name)
        if isinstance(channel, Book) and not self._read(channel.state):
            channel.state.publish(self.view)
        channel.greet(seat)
        channel.seats.add(seat)
        seat.channels[name] = channel

    def unsubscribe(self, seat: Seat, name: str) -> None:
        """Take a reader from a channel; one it never had is no error."""
        channel = seat.channels.pop(name, None)
        if channel is not None:
            channel.seats.discard(seat)

    def leave(self, seat: Seat) -> None:
        """Take a reader from all channels."""
        for name in list(seat.channels):
            self.unsubscribe(seat, name)

    def book(self, account: str, symbol: str, levels: int) -> dict[str, Any]:
        """The book document: the same version that the stream's readers have."""
        document = dict(self.view.book(symbol, levels))
        state = self._state(symbol)
        if not self._read(state):
            state.publish(self.view)
        document["seq"] = state.seq
        if levels <= DEPTH:
            document["bids"], document["asks"] = state.text(state.bids[:levels]), state.text(state.asks[:levels])
        document["own"] = self.view.own(account, state.instrument.symbol)
        return document

    def _state(self, symbol: str) -> BookState:
        instrument = self.view.resolve(symbol)
        if instrument.symbol not in self._books:
            self._books[instrument.symbol] = BookState(instrument)
        return self._books[instrument.symbol]

    def _read(self, state: BookState) -> bool:
        """Whether somebody reads this book on the stream, so that only a step may make a new version."""
        return any(isinstance(c, Book) and c.state is state and c.seats for c in self._channels.values())

    def _channel(self, account: str, name: str) -> Channel:
        kind, _, symbol = name.partition(":")
        private = kind in _OWN
        key = (name, account if private else "")
        channel = self._channels.get(key)
        if channel is None:
            channel = self._make(kind, symbol, name, account)
            self._channels[key] = channel
        return channel

    def _make(self, kind: str, symbol: str, name: str, account: str) -> Channel:
        number = len(self._channels) + 1
        if symbol and len(name) <= MAX_NAME:
            if kind == "orderbook":
                return Book(self, name, number, self._state(symbol))
            if kind in ("ticker", "trades"):
                found = self.view.resolve(symbol).symbol
                return Ticker(self, name, number, found) if kind == "ticker" else Tape(self, name, number, found)
        elif kind == "portfolio" and name == kind:
            return Portfolio(self, name, number, account)
        elif kind == "system" and name == kind:
            return System(self, name, number)
        elif kind == "orders" and name == kind:
            return Orders(self, name, number, account)
        elif kind == "alerts" and name == kind:
            return Alerts(self, name, number, account)
        elif kind == "proposals" and name == kind:
            return Proposals(self, name, number, account)
        elif kind == "missions" and name == kind:
            return Channel(self, name, number)
        fix = f"channels are ticker:SYM, orderbook:SYM, trades:SYM, {', '.join(_OWN)} and system"
        raise refuse(Code.ENUM_ERROR, "there is no such channel", fix=fix, field=name[:MAX_NAME])

    def _step(self) -> None:
        changed: dict[int, bool] = {}
        for channel in [channel for channel in self._channels.values() if channel.seats]:
            try:
                if isinstance(channel, Book):
                    state = channel.state
                    if id(state) not in changed:
                        changed[id(state)] = state.publish(self.view)
                    if changed[id(state)]:
                        channel.delta()
                channel.step()
            except Refused as refused:
                self._end(channel, refused)
            except Exception:  # the market must never stop because of one of its readers
                log.exception("the channel %s ended because of a bug", channel.name)
                self._end(
                    channel, refuse(Code.STALE_MARKET, "the channel ended because of a bug", fix="subscribe again")
                )

    def _end(self, channel: Channel, refused: Refused) -> None:
        """Tell the readers of a channel that it has ended (a contract that expired), and why."""
        message = Message({"type": "error", "channel": channel.name, **refused.refusal.document()})
        for seat in list(channel.seats):
            seat.put(message)
            self.unsubscribe(seat, channel.name)

    def _events(self, events: list[dict[str, Any]]) -> None:
        for event in events:
            kind = str(event["type"])
            if kind.startswith("order."):
                self._tell_orders(event["order"]["account"], {"type": "order", "event": kind, "order": event["order"]})
            elif kind.startswith("alert."):
                alert = event["alert"]
                self._tell(alert["account"], "alerts", {"type": "alert", "event": kind, "alert": alert})
            elif kind.startswith("proposal."):
                self._tell_proposal(kind, event["proposal"])
            elif kind == "fill":
                fill = event.get("fill") or event
                self._tell_orders(fill["account"], {**fill, "type": "fill"})
            elif kind == "system.status":
                system = self._channels.get(("system", ""))
                if isinstance(system, System):
                    scope, status = str(event.get("scope", "desk")), str(event.get("status", "ok"))
                    frame = system.status(scope, status, str(event.get("text", "")))
                    system.say({"type": "system", **frame})

    def _tell_proposal(self, kind: str, head: dict[str, Any]) -> None:
        """The event has the head of a proposal; who reads along is told the whole of it."""
        account, channel = head["account"], self._channels.get(("proposals", head["account"]))
        if channel is not None and channel.seats:
            whole = self.view.proposal(account, head["proposal_id"])
            channel.say({"type": "proposal", "event": kind, "proposal": whole})

    def _tell_orders(self, account: str, document: dict[str, Any]) -> None:
        self._tell(account, "orders", document)

    def _tell(self, account: str, name: str, document: dict[str, Any]) -> None:
        channel = self._channels.get((name, account))
        if channel is not None and channel.seats:
            channel.say(document)
