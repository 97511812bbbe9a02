"""A deterministic run: a market, a file of commands, and every event as a line of JSON.

The same arguments give the same bytes. Nothing is kept: the journal is the command file itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from engine.documents import Document, event_document, exact_money, ladder_document
from engine.kernel import Kernel
from engine.ledger.replay import Rebuilt, replay
from engine.market.catalogue import Catalogue
from engine.market.shown import DayCalendar, ShownMarket
from engine.model.account import START_CASH, Transfer
from engine.model.command import Cancel, CancelAll, OpenAccount, Submit
from engine.model.event import AccountTouched, LedgerEntry
from engine.model.format import parse_time, time_text
from engine.model.ids import AccountId, TimeNs
from engine.model.instrument import Instrument
from engine.model.market import BookLevel, Ladder
from engine.model.refusal import Code, Refusal, Refused, refuse
from engine.ports import MarketSource
from engine.risk.schema import parse_order, request_document
from engine.views import View

MARKET_EVENTS = frozenset({"quote", "book", "trade"})
DEFAULT_EVENTS = ("order", "fill", "ledger", "portfolio", "risk", "mission", "algo", "system")
KNOWN_EVENTS = (*DEFAULT_EVENTS, *sorted(MARKET_EVENTS))
STEPS = {"100ms": 100_000_000, "1s": 1_000_000_000, "60s": 60_000_000_000}
LINE_LIMIT = 65_536


class Options(msgspec.Struct, frozen=True):
    """What to run. Times are market times in ns; `symbols` are those whose market events are wanted, or, with
    `everything`, all of them."""

    start: TimeNs
    end: TimeNs
    events: tuple[str, ...] = DEFAULT_EVENTS
    symbols: tuple[str, ...] = ()
    step_ns: int = 100_000_000
    everything: bool = False


class Wanted(msgspec.Struct, frozen=True):
    """One line of the command file, read."""

    at: TimeNs
    line: int
    cmd: str
    account: str
    fields: Document


def read_commands(lines: Iterable[str | bytes]) -> Iterator[Wanted]:
    """Commands of an NDJSON file in time order. Raises Refused naming the line that is wrong."""
    last = TimeNs(0)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        wanted = _read(line, number)
        if wanted.at < last:
            raise _bad(number, Code.OUT_OF_RANGE, "commands must be in time order")
        last = wanted.at
        yield wanted


def _bad(number: int, code: Code, message: str, field: str | None = None) -> Refused:
    return refuse(code, f"line {number} of the commands: {message}", fix="correct the line", field=field)


def _read(line: str | bytes, number: int) -> Wanted:
    if len(line) > LINE_LIMIT:
        raise _bad(number, Code.PAYLOAD_TOO_LARGE, f"a command is at most {LINE_LIMIT} bytes")
    try:
        fields = json.loads(line, parse_float=_Text, parse_int=_Text)
    except (ValueError, RecursionError) as error:
        raise _bad(number, Code.MALFORMED_JSON, "it is not a JSON document") from error
    if not isinstance(fields, dict):
        raise _bad(number, Code.TYPE_ERROR, "it is not a JSON object")
    for field in ("at", "cmd", "account"):
        if field not in fields:
            raise _bad(number, Code.MISSING_FIELD, f"{field} is missing", field)
        if not isinstance(fields[field], str) or isinstance(fields[field], _Text):
            raise _bad(number, Code.TYPE_ERROR, f"{field} must be text", field)
    try:
        at = parse_time(fields["at"])
    except ValueError as error:
        raise _bad(number, Code.NUMBER_FORMAT, str(error), "at") from error
    return Wanted(at, number, fields["cmd"], fields["account"], {**fields, "raw": line})


class _Text(str):
    """A JSON number kept as its text."""


class Run:
    """One run over a market."""

    def __init__(
        self, source: MarketSource, catalogue: Catalogue, calendars: Mapping[str, DayCalendar], options: Options
    ) -> None:
        for name in options.events:
            if name not in KNOWN_EVENTS:
                raise refuse(Code.ENUM_ERROR, f"there are no {name[:20]} events", fix="use " + ", ".join(KNOWN_EVENTS))
        self.options = options
        self.kernel = Kernel(ShownMarket(source, calendars), catalogue, options.start, options.step_ns)
        self.view = View(self.kernel, dict)
        named = [str(i.symbol) for i in catalogue.columns] if options.everything else options.symbols
        self.watched = [self.view.resolve(symbol) for symbol in named]
        self.stepping = bool(MARKET_EVENTS & set(options.events)) and bool(self.watched)
        self.transfers: list[Transfer] = []
        self.count = 0

    def damage(self) -> Exception | None:
        """Why a recording ended before its end; to be asked after the run."""
        source, step = self.kernel.shown.source, self.options.step_ns
        source.advance(TimeNs((self.options.end // step + 1) * step), step)
        found = getattr(source, "damage", None)
        return found if isinstance(found, Exception) else None

    def lines(self, commands: Iterable[Wanted]) -> Iterator[bytes]:
        """The run's events, then its end line; each ends in a newline."""
        for wanted in commands:
            if wanted.at >= self.options.end:
                break
            yield from self._until(wanted.at)
            yield from self._do(wanted)
        yield from self._until(self.options.end)
        yield _line(self._end())

    def _until(self, to: TimeNs) -> Iterator[bytes]:
        state, step = self.kernel.state, self.options.step_ns
        while self.stepping and (following := (state.now // step + 1) * step) <= to:
            self.kernel.advance(TimeNs(following))
            yield from self._drain()
            yield from self._market()
        if state.now < to:
            self.kernel.advance(to)
            yield from self._drain()

    def _do(self, wanted: Wanted) -> Iterator[bytes]:
        at = TimeNs(max(wanted.at, self.kernel.state.now))
        account = AccountId(wanted.account)
        if account not in self.kernel.state.accounts:
            self.kernel.apply(OpenAccount(at=at, account=account, cash=START_CASH))
        try:
            refusal = self._apply(wanted, at, account)
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
                    "client_order_id": _client_id(wanted),
                    "refusal": refusal.document()["error"],
                }
            )

    def _apply(self, wanted: Wanted, at: TimeNs, account: AccountId) -> Refusal | None:
        """Do one command; a refusal that left no order behind is returned."""
        if wanted.cmd == "submit":
            order = wanted.fields.get("order")
            if not isinstance(order, dict):
                raise refuse(Code.MISSING_FIELD, "a submit has an order", field="order", fix="add the order object")
            request = parse_order(order, self.kernel.catalogue, self.view.today())
            _, answer = self.kernel.apply(Submit(at=at, account=account, order=request))
        elif wanted.cmd == "cancel":
            name = str(wanted.fields.get("order_id") or wanted.fields.get("client_order_id") or "")
            known = self.kernel.state.client_ids.get(account, {}).get(name, name)
            _, answer = self.kernel.apply(Cancel(at=at, account=account, order_id=known))
        elif wanted.cmd == "cancel_all":
            _, answer = self.kernel.apply(CancelAll(at=at, account=account))
        else:
            raise refuse(
                Code.ENUM_ERROR, f"there is no command {wanted.cmd[:20]}", fix="use submit, cancel, cancel_all"
            )
        return answer if isinstance(answer, Refusal) else None

    # --- lines --------------------------------------------------------------------------------

    def _drain(self) -> Iterator[bytes]:
        events = self.kernel.take_events()
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
        bids, asks = self.kernel.shown.ladder(instrument)
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
        again = replay(state.fills, dict.fromkeys(state.accounts, START_CASH), self.transfers)
        imbalance = 0
        for name, account in state.accounts.items():
            told: Rebuilt = again[name]
            imbalance += abs(told.cash - account.cash)
            for symbol in {*told.positions, *account.positions}:
                held, kept = account.positions.get(symbol), told.positions.get(symbol)
                imbalance += abs((held.cost if held else 0) - (kept.cost if kept else 0))
                imbalance += abs((held.lots if held else 0) - (kept.lots if kept else 0))
        return {"ok": imbalance == 0, "imbalance": "0" if imbalance == 0 else exact_money(imbalance)}


def _client_id(wanted: Wanted) -> str | None:
    order = wanted.fields.get("order")
    found = order.get("client_order_id") if isinstance(order, dict) else wanted.fields.get("client_order_id")
    return str(found)[:64] if found is not None else None


def _line(document: Document) -> bytes:
    return msgspec.json.encode(document) + b"\n"
