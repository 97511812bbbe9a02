"""What the journal tells, as deeds: entry after entry, the same in whatever cuts it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from engine.ledger.chart import VCR, trader_of
from engine.ledger.postings import FINAL_SETTLEMENT, SPLIT
from engine.model.account import EquityPoint, Transfer
from engine.model.fill import Fill
from engine.model.ids import DAY_NS, MINUTE_NS, SECOND_NS
from engine.model.instrument import Instrument
from engine.model.number import div_half_even, to_text
from engine.model.order import Order
from engine.ports import JournalEntry
from engine.progression import closing
from engine.progression.deed import Deed, word
from engine.progression.memory import Book, Memory, Work
from engine.progression.rules import Guards
from engine.progression.spoken import SAID
from engine.progression.trading import described, kept, sized, take_fill

Phase = Callable[[Instrument, int], str]
"""The word of the session that an instrument was in at a time."""
Said = tuple[str, str, int, dict[str, str]]
"""(account, kind, time, data)."""


class Deeds:
    """Reads the journal of one desk. `state` is what `snapshot` gave; an entry that was read is not read again."""

    def __init__(self, instruments: Mapping[str, Instrument], state: bytes = b"", *, guards: Guards | None = None,
                 phase: Phase | None = None) -> None:  # fmt: skip
        self.memory = msgspec.msgpack.decode(state, type=Memory) if state else Memory()
        self._instruments, self._phase = instruments, phase
        self._wash_ns = (guards or Guards()).wash_s * SECOND_NS

    def snapshot(self) -> bytes:
        """All that is remembered, equal for equal journals."""
        return msgspec.msgpack.encode(self.memory, order="deterministic")

    def take(self, entry: JournalEntry) -> list[Deed]:
        """The deeds of one entry, in order."""
        memory = self.memory
        if entry.seq <= memory.seq:
            return []
        memory.seq = entry.seq
        body: dict[str, Any] = {}
        if entry.kind != "tick" and entry.body:
            read = msgspec.json.decode(entry.body)
            body = read if isinstance(read, dict) else {}
        self._pass(entry)
        said: list[Said] = []
        self._points([one for one in entry.points if one.at < entry.at], said)
        self._command(entry, body, said)
        self._kept(entry.at, said)
        self._trades(entry, said)
        for transfer in entry.transfers:
            self._transfer(transfer)
        self._points([one for one in entry.points if one.at >= entry.at], said)
        self._clock(entry.kind, body)
        lived = memory.lived_ns // SECOND_NS
        return [Deed(entry.seq, n, at, who, kind, data, lived) for n, (who, kind, at, data) in enumerate(said)]

    def _pass(self, entry: JournalEntry) -> None:
        memory = self.memory
        if memory.at and entry.at > memory.at and not memory.jumping:
            memory.lived_ns += (entry.at - memory.at) // max(1, memory.speed)
        memory.at = max(memory.at, entry.at)

    def _clock(self, kind: str, body: Mapping[str, Any]) -> None:
        """A step of a minute or more is how the clock jumps."""
        if kind == "set_clock":
            self.memory.speed = int(body.get("speed", 1))
            self.memory.jumping = int(body.get("step_ns", 0)) >= MINUTE_NS

    def _command(self, entry: JournalEntry, body: Mapping[str, Any], said: list[Said]) -> None:
        account = str(body.get("account", ""))
        if entry.kind in ("open_account", "reset_account", "fork_account", "import_trades"):
            self._begin(entry.kind, account, body, entry.at, said)
        book = self.memory.books.get(account)
        if book is None:
            return
        if entry.kind == "start_algo" and isinstance(body.get("algo"), dict):
            wish = body["algo"]
            work = Work(str(wish["symbol"]), int(wish["side"]), int(wish["quantity"]), str(wish["kind"]))
            book.waiting = [*book.waiting, work]
        found = SAID[entry.kind](body, book) if entry.kind in SAID else None
        if found is not None:
            kind, data = found
            symbol = data.get("symbol", "")
            instrument = self._instruments.get(symbol)
            if instrument is not None and kind == "alert_set":
                data["class"] = instrument.asset_class
            said.append((account, kind, entry.at, {name: text for name, text in data.items() if text}))

    def _begin(self, kind: str, account: str, body: Mapping[str, Any], at: int, said: list[Said]) -> None:
        """An account starts, or starts anew: what it held and planned is forgotten, what it earned is not kept here."""
        cash = int(body.get("cash", 0))
        who = str(body.get("to", account)) if kind == "fork_account" else account
        before = self.memory.books.get(who)
        book = self.memory.books[who] = Book(cash, cash, day=at // DAY_NS, day_nav=cash, day_funded=cash)
        if kind == "fork_account":
            book.lots = {str(one["symbol"]): int(one["lots"]) for one in body.get("holdings", ())}
        if kind == "reset_account" and before is not None:
            said.append((who, "reset", at, {}))

    def _kept(self, at: int, said: list[Said]) -> None:
        for who, book in sorted(self.memory.books.items()):
            if book.pending:
                said += [(who, kind, at, data) for kind, data in kept(book, at, self._wash_ns)]

    # --- orders and fills -----------------------------------------------------------------------

    def _trades(self, entry: JournalEntry, said: list[Said]) -> None:
        orders = {order.order_id: order for order in entry.orders}
        if entry.kind == "import_trades":
            self._imported(entry.fills)
            return
        for order in entry.orders:
            book = self.memory.books.get(order.account)
            if book is not None and order.order_id not in book.orders:
                self._placed(book, order, said)
        for fill in entry.fills:
            book = self.memory.books.get(fill.account)
            if book is not None:
                self._filled(book, fill, orders.get(fill.order_id), said)
        for order in entry.orders:
            book = self.memory.books.get(order.account)
            if book is not None and not order.open:
                book.orders.pop(order.order_id, None)
                book.stops.pop(order.order_id, None)

    def _imported(self, fills: tuple[Fill, ...]) -> None:
        """What was traded elsewhere is held here and earns nothing."""
        for fill in fills:
            book = self.memory.books.get(fill.account)
            if book is not None:
                left = book.lots.get(fill.symbol, 0) + fill.side * fill.quantity
                book.lots[fill.symbol] = left
                if not left:
                    del book.lots[fill.symbol]

    def _placed(self, book: Book, order: Order, said: list[Said]) -> None:
        request = order.request
        if order.refusal is not None:
            return
        work = book.orders[order.order_id] = Work(request.symbol, request.side)
        instrument = self._instruments.get(request.symbol)
        if order.origin == "algo":
            work.parent = order.parent
            self._adopt(book, order)
        protects = request.triggered_by_price and book.lots.get(request.symbol, 0) * request.side < 0
        if order.origin not in ("algo", "bracket", "liquidation", "flatten"):
            data = {**described(instrument, request.symbol, request.side, request.quantity)}
            data |= {"order": order.order_id, "order_type": request.type.value, "protective": word(protects),
                     "bracket": word(request.stop_loss is not None), "time_in_force": request.time_in_force.value,
                     "iceberg": word(request.display is not None), "conditional": word(bool(request.when)),
                     "post_only": word(request.post_only), "reduce_only": word(request.reduce_only),
                     "origin": order.origin.partition(":")[0]}  # fmt: skip
            said.append((order.account, "order_placed", order.submitted_at, data))
        if protects and order.open:
            book.stops[order.order_id] = request.symbol
            trip = book.trips.get(request.symbol)
            if trip is not None:
                trip.protected = True
            data = described(instrument, request.symbol, request.side, request.quantity)
            how = "bracket" if order.origin == "bracket" else request.type.value
            names = ("symbol", "class", "sector", "lots")
            kept_data = {name: data[name] for name in names if name in data} | {"how": how}
            said.append((order.account, "order_protected", order.submitted_at, kept_data))

    def _adopt(self, book: Book, order: Order) -> None:
        """An algorithm's first order tells its name."""
        if order.parent in book.algos:
            return
        for place, work in enumerate(book.waiting):
            if (work.symbol, work.side) == (order.request.symbol, order.request.side):
                book.algos[order.parent] = work
                book.waiting = book.waiting[:place] + book.waiting[place + 1 :]
                return

    def _filled(self, book: Book, fill: Fill, order: Order | None, said: list[Said]) -> None:
        instrument = self._instruments.get(fill.symbol)
        work = book.orders.get(fill.order_id, Work())
        algo = book.algos.get(work.parent)
        for kind, data in take_fill(self.memory, book, fill, order, instrument, self._wash_ns):
            if instrument is not None and self._phase is not None and "phase" not in data:
                data["phase"] = self._phase(instrument, fill.at)
            if algo is not None and kind != "trade_closed":
                data["algo"] = algo.kind
            said.append((fill.account, kind, fill.at, data))
            if kind == "fill" and algo is not None:
                self._of_algo(book, work.parent, algo, fill, data, said)

    def _of_algo(
        self, book: Book, name: str, algo: Work, fill: Fill, data: Mapping[str, str], said: list[Said]
    ) -> None:
        value = abs(fill.value)
        algo.lots += fill.quantity
        algo.value += value
        digits, _, rest = data["cost_bp"].partition(".")
        algo.cost += value * int(digits + rest)
        if algo.lots < algo.wanted:
            return
        del book.algos[name]
        told = {**described(self._instruments.get(fill.symbol), fill.symbol, fill.side, algo.lots)}
        told |= sized(algo.value, book.nav) | {"algo": algo.kind}
        told["cost_bp"] = to_text(div_half_even(algo.cost, algo.value), 2) if algo.value else "0"
        said.append((fill.account, "algo_done", fill.at, told))

    # --- money and days -------------------------------------------------------------------------

    def _transfer(self, transfer: Transfer) -> None:
        """A split changes lots, a contract's end takes them."""
        if transfer.code not in (SPLIT, FINAL_SETTLEMENT) or transfer.asset == VCR:
            return
        for ledger, sign in ((transfer.debit, -1), (transfer.credit, 1)):
            who = trader_of(ledger, transfer.asset)
            book = self.memory.books.get(who) if who else None
            if book is not None and transfer.asset in book.lots:
                book.lots[transfer.asset] += sign * transfer.amount
                if not book.lots[transfer.asset]:
                    del book.lots[transfer.asset]
                    book.trips.pop(transfer.asset, None)

    def _points(self, points: list[EquityPoint], said: list[Said]) -> None:
        for point in points:
            book = self.memory.books.get(point.account)
            if book is None:
                continue
            # What is noted at midnight is what the day that ends was worth.
            day = (point.at - 1) // DAY_NS
            if day > book.day:
                self._close(point.account, book, said)
                book.day = day
            book.nav, book.funded, book.gross = point.nav, point.funded, point.gross
            closing.leverage(book)
            if point.at % DAY_NS == 0 and day == book.day:
                self._close(point.account, book, said)
                book.day = day + 1

    def _close(self, account: str, book: Book, said: list[Said]) -> None:
        at = (book.day + 1) * DAY_NS
        said.append((account, "day_closed", at, closing.close(book, self._instruments)))
