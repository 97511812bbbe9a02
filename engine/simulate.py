"""A deterministic run: a market, a file of commands, and every event as a line of JSON.

The same arguments give the same bytes. Nothing is kept: the journal is the command file itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

import msgspec

from engine.documents import Document, event_document, exact_money, ladder_document
from engine.kernel import Kernel
from engine.ledger.replay import Rebuilt, replay
from engine.market.catalogue import Catalogue
from engine.market.shown import DayCalendar, ShownMarket
from engine.model.account import START_CASH, Transfer
from engine.model.command import OpenAccount
from engine.model.event import AccountTouched, Event, LedgerEntry
from engine.model.format import time_text
from engine.model.ids import AccountId, TimeNs
from engine.model.instrument import Instrument
from engine.model.market import BookLevel, Ladder
from engine.model.refusal import Code, Refusal, Refused, refuse
from engine.past import MemoryPast
from engine.ports import MarketSource
from engine.risk.schema import request_document
from engine.script import Reader, Wanted
from engine.views import View

MARKET_EVENTS = frozenset({"quote", "book", "trade"})
DEFAULT_EVENTS = ("order", "fill", "ledger", "portfolio", "risk", "mission", "algo", "alert", "system")
KNOWN_EVENTS = (*DEFAULT_EVENTS, *sorted(MARKET_EVENTS))
STEPS = {"100ms": 100_000_000, "1s": 1_000_000_000, "60s": 60_000_000_000}


class Options(msgspec.Struct, frozen=True):
    """What to run. Times are market times in ns; `symbols` are those whose market events are wanted, or, with
    `everything`, all of them."""

    start: TimeNs
    end: TimeNs
    events: tuple[str, ...] = DEFAULT_EVENTS
    symbols: tuple[str, ...] = ()
    step_ns: int = 100_000_000
    everything: bool = False


class Player(Protocol):
    """Somebody who acts inside a run, by commands of its kernel: told what happened, called when the market moved."""

    def start(self) -> None:
        """The run begins."""

    def next_at(self) -> TimeNs | None:
        """When it must be called next at the latest (the run's next step comes first); None is never."""

    def hear(self, events: Iterable[Event]) -> None:
        """What has happened since it was last told."""

    def step(self) -> None:
        """The market has moved."""

    def stop(self) -> None:
        """The run ends."""


class Run:
    """One run over a market."""

    def __init__(
        self, source: MarketSource, catalogue: Catalogue, calendars: Mapping[str, DayCalendar], options: Options
    ) -> None:
        for name in options.events:
            if name not in KNOWN_EVENTS:
                raise refuse(Code.ENUM_ERROR, f"there are no {name[:20]} events", fix="use " + ", ".join(KNOWN_EVENTS))
        self.options = options
        self.past = MemoryPast()
        self.kernel = Kernel(ShownMarket(source, calendars), catalogue, options.start, options.step_ns, self.past)
        self.view = View(self.kernel, dict)
        self._reader = Reader(self.view)
        named = [str(i.symbol) for i in catalogue.columns] if options.everything else options.symbols
        self.watched = [self.view.resolve(symbol) for symbol in named]
        self.stepping = bool(MARKET_EVENTS & set(options.events)) and bool(self.watched)
        self.transfers: list[Transfer] = []
        self.count = 0
        self._player: Player | None = None
        self._said: list[bytes] = []

    def join(self, player: Player) -> None:
        """Let somebody act in the run; before `lines`."""
        self._player = player

    def damage(self) -> Exception | None:
        """Why a recording ended before its end; to be asked after the run."""
        source, step = self.kernel.shown.source, self.options.step_ns
        source.advance(TimeNs((self.options.end // step + 1) * step), step)
        found = getattr(source, "damage", None)
        return found if isinstance(found, Exception) else None

    def lines(self, commands: Iterable[Wanted]) -> Iterator[bytes]:
        """The run's events, then its end line; each ends in a newline."""
        if self._player is not None:
            yield from self._play(self._player.start)
        for wanted in commands:
            if wanted.at >= self.options.end:
                break
            yield from self._until(wanted.at)
            yield from self._do(wanted)
        yield from self._until(self.options.end)
        if self._player is not None:
            yield from self._play(self._player.stop)
        yield _line(self._end())

    def _until(self, to: TimeNs) -> Iterator[bytes]:
        while (following := self._next_step()) is not None and following <= to:
            yield from self._pass(following)
            if self.stepping:
                yield from self._market()
            if self._player is not None:
                yield from self._play(self._player.step)
        yield from self._pass(to)

    def _pass(self, to: TimeNs) -> Iterator[bytes]:
        """Let time pass, and tell what happens at the moment it does: a portfolio is the one of its event."""
        while self.kernel.state.now < to:
            self.kernel.advance(to, pausing=True)
            yield from self._drain()

    def _next_step(self) -> TimeNs | None:
        """The next step at which there is something to print or somebody to call; None where there is none."""
        now, step = self.kernel.state.now, self.options.step_ns
        if self.stepping:
            return TimeNs((now // step + 1) * step)
        due = self._player.next_at() if self._player is not None else None
        return None if due is None else TimeNs(-(-max(due, now + 1) // step) * step)

    def _play(self, act: Callable[[], None]) -> Iterator[bytes]:
        """Let the player act; what it caused is printed even where it fails."""
        try:
            act()
        finally:
            yield from self._drain()

    def _do(self, wanted: Wanted) -> Iterator[bytes]:
        at = TimeNs(max(wanted.at, self.kernel.state.now))
        account = AccountId(wanted.account)
        if account not in self.kernel.state.accounts:
            self.kernel.apply(OpenAccount(at=at, account=account, cash=START_CASH))
        try:
            refusal = self._apply(wanted, at)
        except Refused as refused:
            refusal = refused.refusal
        yield from self._drain()
        if refusal is not None:
            kind = "order.rejected" if wanted.cmd == "submit" else "command.refused"
            yield from self._emit(
                {
                    "type": kind,
                    "at": time_text(at),
                    "account": account,
                    "line": wanted.line,
                    "client_order_id": wanted.client_order_id,
                    "refusal": refusal.document()["error"],
                }
            )

    def _apply(self, wanted: Wanted, at: TimeNs) -> Refusal | None:
        """Do one command; a refusal that left no order behind is returned."""
        _, answer = self.kernel.apply(self._reader.command(wanted, at))
        return answer if isinstance(answer, Refusal) else None

    # --- lines --------------------------------------------------------------------------------

    def settle(self) -> list[Event]:
        """What has happened since the last call; its lines are printed in their turn."""
        events = self.kernel.take_events()
        self._said.extend(self._tell(events))
        return events

    def told_refusal(self, account: str, client_order_id: str, error: Document) -> None:
        """A player's order was refused before there was one."""
        head = {"type": "order.rejected", "at": time_text(self.kernel.state.now), "account": account}
        if "order" in self.options.events:
            self._said.extend(self._emit({**head, "client_order_id": client_order_id, "refusal": error}))

    def _drain(self) -> Iterator[bytes]:
        events = self.settle()
        if self._player is not None:
            self._player.hear(events)
        said, self._said = self._said, []
        yield from said

    def _tell(self, events: list[Event]) -> Iterator[bytes]:
        wanted = self.options.events
        for event in events:
            if isinstance(event, LedgerEntry):
                self.transfers.append(event.transfer)
            if isinstance(event, AccountTouched):
                if "portfolio" in wanted:
                    document = self.view.portfolio(event.account)
                    yield from self._emit({"type": "portfolio", **document, "at": time_text(event.at)})
            elif event.type.partition(".")[0] in wanted:
                yield from self._emit(event_document(event, self.kernel.catalogue.__getitem__, self._request))

    def _request(self, order: Any) -> Document:
        catalogue = self.kernel.catalogue
        return request_document(order.request, catalogue[order.request.symbol], catalogue.get)

    def _market(self) -> Iterator[bytes]:
        wanted, at = self.options.events, time_text(self.kernel.shown.now)
        for instrument in self.watched:
            if "quote" in wanted:
                yield from self._emit({"type": "quote", **self.view.quote(instrument.symbol)})
            if "book" in wanted:
                yield from self._emit({"type": "book", "at": at, "symbol": instrument.symbol, **self._book(instrument)})
            if "trade" in wanted:
                for trade in self.view.prints(instrument.symbol):
                    yield from self._emit({"type": "trade", "symbol": instrument.symbol, **trade})

    def _book(self, instrument: Instrument) -> Document:
        bids, asks = self.kernel.displayed.ladder(instrument)
        ladder = Ladder(tuple(BookLevel(*level) for level in bids), tuple(BookLevel(*level) for level in asks))  # type: ignore[arg-type]
        return ladder_document(ladder, instrument)

    def _emit(self, document: Document) -> Iterator[bytes]:
        self.count += 1
        yield _line({"type": document.pop("type"), "at": document.pop("at"), "seq": self.count, **document})

    def _end(self) -> Document:
        return {
            "type": "end",
            "events": self.count,
            "state_hash": self.kernel.state_hash(),
            "audit": self._audit(),
            "accounts": self.view.accounts(),
        }

    def _audit(self) -> Document:
        """Cash and positions rebuilt from the fills and from what time booked between them."""
        state = self.kernel.state
        again = replay(self.past.all_fills, dict.fromkeys(state.accounts, START_CASH), self.transfers)
        imbalance = 0
        for name, account in state.accounts.items():
            told: Rebuilt = again[name]
            imbalance += abs(told.cash - account.cash)
            for symbol in {*told.positions, *account.positions}:
                held, kept = account.positions.get(symbol), told.positions.get(symbol)
                imbalance += abs((held.cost if held else 0) - (kept.cost if kept else 0))
                imbalance += abs((held.lots if held else 0) - (kept.lots if kept else 0))
        return {"ok": imbalance == 0, "imbalance": "0" if imbalance == 0 else exact_money(imbalance)}


def _line(document: Document) -> bytes:
    return msgspec.json.encode(document) + b"\n"
