"""The core: commands and time in, events out. The order of things is decided here and nowhere else.

market -> gate -> match -> post -> mark. No wall clock, no unseeded chance, no I/O: the same seed and the
same commands give the same bytes in any process. Time moves on the grid of the present step; where nothing
waits in the book it may jump, since reading a market does not change it.
"""

from __future__ import annotations

import hashlib

import msgspec

from engine.ledger.postings import opening
from engine.market.catalogue import Catalogue
from engine.market.overlay import Displaced
from engine.market.shown import DayCalendar, ShownMarket
from engine.matching.exchange import PARTICIPATION, Sweep, beyond_cap, plan, take
from engine.matching.lifecycle import announce, expiry, move
from engine.matching.resting import crossed, queue_ahead, reached
from engine.model.account import Account, Transfer
from engine.model.command import AnyCommand, Cancel, CancelAll, OpenAccount, Reach, SetClock, Submit
from engine.model.event import AccountTouched, Event, FillEvent, LedgerEntry
from engine.model.fill import Fill
from engine.model.ids import DAY_NS, SECOND_NS, AccountId, FillId, OrderId, TimeNs
from engine.model.instrument import Instrument
from engine.model.order import Order, OrderType, Status, TimeInForce
from engine.model.refusal import Code, Refusal
from engine.model.session import MarketSession
from engine.portfolio.booking import Execution, book, explain
from engine.portfolio.valuation import Valuer
from engine.ports import JournalEntry, encode
from engine.risk.gate import Gate


class State(msgspec.Struct):
    """Everything that the past leaves to the future. Snapshots are this and nothing else."""

    now: TimeNs
    step_ns: int = SECOND_NS // 10
    speed: int = 1
    paused: bool = False
    entries: int = 0
    orders_made: int = 0
    fills_made: int = 0
    transfers_made: int = 0
    accounts: dict[str, Account] = msgspec.field(default_factory=dict)
    orders: dict[str, Order] = msgspec.field(default_factory=dict)
    fills: list[Fill] = msgspec.field(default_factory=list)
    client_ids: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    displaced: dict[str, Displaced] = msgspec.field(default_factory=dict)


class Kernel:
    """One desk's state and the rules that change it."""

    def __init__(self, shown: ShownMarket, catalogue: Catalogue, start: TimeNs, step_ns: int = SECOND_NS // 10) -> None:
        self.shown = shown
        self.catalogue = catalogue
        self.valuer = Valuer(shown, catalogue)
        self.gate = Gate(shown, self.valuer)
        self.start = start
        self.state = State(now=start, step_ns=step_ns)
        shown.displaced = self.state.displaced
        self.events: list[Event] = []
        self._open: dict[str, list[Order]] = {}
        self._touched: dict[str, Order] = {}
        self._fills: list[Fill] = []
        self._transfers: list[Transfer] = []
        self._show(start)

    # --- time ---------------------------------------------------------------------------------

    def advance(self, to: TimeNs) -> list[JournalEntry]:
        """Let time pass up to `to`; returns an entry for each step that changed money or an order."""
        entries: list[JournalEntry] = []
        state = self.state
        while state.now < to:
            if self._open:
                at = min(to, TimeNs((state.now // state.step_ns + 1) * state.step_ns))
            else:
                at = min(to, TimeNs((state.now // DAY_NS + 1) * DAY_NS))
            self._reach(at)
            if self._open and at % state.step_ns == 0:
                self._work(at)
                if self._touched or self._transfers:
                    entries.append(self._entry("tick", at, str(at).encode()))
        return entries

    def _reach(self, at: TimeNs) -> None:
        before, self.state.now = self.state.now, at
        self._show(at)
        if before // DAY_NS != at // DAY_NS:
            for account in self.state.accounts.values():
                account.day = at // DAY_NS
                account.day_nav = self.valuer.worth(account).nav

    def _show(self, at: TimeNs) -> None:
        grid = TimeNs(at // self.state.step_ns * self.state.step_ns)
        if grid != self.shown.now or self.shown.step_ns != self.state.step_ns:
            self.shown.advance(grid, self.state.step_ns)

    def _work(self, at: TimeNs) -> None:
        """Everything that waits meets the market at `at`: opens, prints, sweeps, expiries."""
        for symbol in sorted(self._open):
            instrument = self.catalogue[symbol]
            session = self.shown.state(instrument)
            waiting = self._open.get(symbol, [])
            for order in [o for o in waiting if o.expires_at and at >= o.expires_at]:
                self._finish(order, Status.EXPIRED, at, "its time was up")
            for order in [o for o in waiting if o.status is Status.QUEUED and self._trades(o, session)]:
                self._open_queued(order, instrument, at)
            trading = [o for o in waiting if o.status is not Status.QUEUED and self._trades(o, session)]
            for order, lots in reached(self.shown, instrument, trading):
                limit = int(order.request.limit_price or 0)
                self._execute(order, instrument, at, [(limit, lots, limit)], maker=True)
                self.shown.settle(instrument).traded(order.request.side * lots)
                self.shown.changed(instrument)
                self._after(order, at)
            for order in [o for o in trading if o.open and o.sweeping]:
                self._sweep_on(order, instrument, at)

    @staticmethod
    def _trades(order: Order, session: MarketSession) -> bool:
        if session is MarketSession.REGULAR:
            return True
        return order.request.extended and session in (MarketSession.PRE, MarketSession.POST)

    # --- commands -----------------------------------------------------------------------------

    def apply(self, command: AnyCommand) -> tuple[list[JournalEntry], Order | list[str] | Refusal | None]:
        """Do what a command wants at its time: the entries to make durable, and the answer."""
        entries = self.advance(command.at) if command.at > self.state.now else []
        answer: Order | list[str] | Refusal | None = None
        known = self._seen(command) if isinstance(command, Submit) else None
        if known is not None:
            return entries, known
        if isinstance(command, Submit):
            answer = self._submit(command)
        elif isinstance(command, Cancel):
            answer = self._cancel(command)
        elif isinstance(command, CancelAll):
            answer = self._cancel_all(command)
        elif isinstance(command, OpenAccount):
            self._open_account(command)
        elif isinstance(command, SetClock):
            self.state.speed, self.state.paused = command.speed, command.paused
            self.state.step_ns = command.step_ns
            self._show(self.state.now)
        else:
            assert isinstance(command, Reach)
        if isinstance(answer, Refusal):
            return entries, answer
        entries.append(self._entry(str(type(command).__struct_config__.tag), self.state.now, encode(command)))
        return entries, answer

    def _seen(self, command: Submit) -> Order | Refusal | None:
        """The answer already given to this client order id, if there was one."""
        known = self.state.client_ids.get(command.account, {}).get(command.order.client_order_id)
        if known is None:
            return None
        order = self.state.orders[known]
        if order.request == command.order:
            return order
        return Refusal(
            Code.IDEMPOTENCY_CONFLICT,
            f"client order id {command.order.client_order_id} was already used for another order",
            cause=f"it belongs to {known}",
            fix="use a new client_order_id, or send the same order again",
            field="client_order_id",
        )

    def _submit(self, command: Submit) -> Order | Refusal:
        account = self.state.accounts.get(command.account)
        if account is None:
            return Refusal(Code.FORBIDDEN, f"there is no account {command.account}", fix="open it first")
        request, at = command.order, self.state.now
        instrument = self.catalogue[request.symbol]
        self.state.orders_made += 1
        order = Order(
            order_id=OrderId(f"o{self.state.orders_made:06d}"),
            account=command.account,
            request=request,
            status=Status.ACCEPTED,
            submitted_at=at,
            updated_at=at,
        )
        self.state.orders[order.order_id] = order
        if request.client_order_id:
            self.state.client_ids.setdefault(command.account, {})[request.client_order_id] = order.order_id
        verdict = self.gate.check(account, request, self._open_orders(command.account))
        if isinstance(verdict, Refusal):
            order.refusal = verdict
            self._moved(order, Status.REJECTED, at, verdict.message)
            return order
        order.expires_at = expiry(request.time_in_force, at, self._day_end(instrument, at))
        self._note(order, announce(order, at))
        self._open.setdefault(request.symbol, []).append(order)
        if verdict.queued:
            self._moved(order, Status.QUEUED, at)
        else:
            self._arrive(order, instrument, at)
        return order

    def _open_queued(self, order: Order, instrument: Instrument, at: TimeNs) -> None:
        others = [o for o in self._open_orders(order.account) if o is not order]
        verdict = self.gate.check(self.state.accounts[order.account], order.request, others, opening=True)
        if isinstance(verdict, Refusal):
            order.refusal = verdict
            self._finish(order, Status.REJECTED, at, verdict.message)
        else:
            self._moved(order, Status.WORKING, at)
            self._arrive(order, instrument, at)

    def _arrive(self, order: Order, instrument: Instrument, at: TimeNs) -> None:
        """An approved order meets the book for the first time."""
        request = order.request
        order.arrival_mid2 = self.shown.mid2(instrument)
        order.arrival_shift2 = order.arrival_mid2 - self.shown.world_mid2(instrument)
        sweep = self._plan(order, instrument, order.remaining, beyond_cap(self.shown, instrument))
        if request.time_in_force is TimeInForce.FOK and sweep.lots < request.quantity:
            there = instrument.quantity_text(sweep.lots)
            self._finish(order, Status.CANCELLED, at, f"fill or kill: only {there} could be had at once")
            return
        self._take(order, instrument, at, sweep)
        self._after(order, at)
        if not order.open:
            return
        if request.time_in_force is TimeInForce.IOC:
            self._finish(order, Status.CANCELLED, at, "immediate or cancel: the rest was not there")
            return
        order.sweeping = request.type is OrderType.MARKET or crossed(self.shown, instrument, order)
        if not order.sweeping and request.limit_price is not None:
            order.ahead = queue_ahead(self.shown, instrument, request.side, request.limit_price)
        if order.status is Status.ACCEPTED:
            self._moved(order, Status.WORKING, at)

    def _sweep_on(self, order: Order, instrument: Instrument, at: TimeNs) -> None:
        """The rest of an oversized order takes its share of the volume, an average trade at a time."""
        if not crossed(self.shown, instrument, order):
            order.sweeping = False
            order.ahead = queue_ahead(self.shown, instrument, order.request.side, int(order.request.limit_price or 0))
            return
        steps = self.shown.step_ns / 100_000_000
        order.allowance += PARTICIPATION * self.shown.source.volume_rate(instrument.column) * steps
        lots = min(order.remaining, int(order.allowance))
        clip = max(1, int(instrument.avg_trade * instrument.lot_per_unit()))
        if lots < min(order.remaining, clip):
            return
        sweep = self._plan(order, instrument, lots, lots)
        order.allowance -= sweep.lots
        if sweep.lots:
            self._take(order, instrument, at, sweep)
            self._after(order, at)

    def _plan(self, order: Order, instrument: Instrument, lots: int, beyond: int) -> Sweep:
        limit = order.request.limit_price
        return plan(self.shown, instrument, order.request.side, lots, None if limit is None else int(limit), beyond)

    def _take(self, order: Order, instrument: Instrument, at: TimeNs, sweep: Sweep) -> None:
        slices = [(s.price, s.lots, s.displayed) for s in sweep.slices]
        self._execute(order, instrument, at, slices, maker=False)
        take(self.shown, instrument, order.request.side, sweep)

    def _execute(
        self, order: Order, instrument: Instrument, at: TimeNs, slices: list[tuple[int, int, int]], *, maker: bool
    ) -> None:
        """Post executions: fills, transfers, position, cash, in that order."""
        account = self.state.accounts[order.account]
        mid2 = self.shown.mid2(instrument)
        shift2 = mid2 - self.shown.world_mid2(instrument)
        bid, ask = self.shown.touch(instrument)
        touch = ask if order.request.side > 0 else bid
        for price, lots, displayed in slices:
            execution = Execution(at, price, lots, maker=maker, touch=touch, displayed=displayed)
            parts = explain(order, execution, mid2, shift2)
            self.state.fills_made += 1
            fill_id = FillId(f"f{self.state.fills_made:06d}")
            fill, transfers = book(
                account, order, instrument, execution, parts, self.valuer, fill_id, self.state.transfers_made + 1
            )
            self.state.transfers_made += len(transfers)
            self.state.fills.append(fill)
            self._fills.append(fill)
            self._transfers.extend(transfers)
            status = Status.PARTIALLY_FILLED if order.remaining else Status.FILLED
            self._moved(order, status, at)
            self.events.append(FillEvent(at, fill))
            self.events.extend(LedgerEntry(at, transfer) for transfer in transfers)
        if slices:
            self.events.append(AccountTouched(at, order.account))

    def _after(self, order: Order, at: TimeNs) -> None:
        if not order.open:
            self._drop(order)

    def _cancel(self, command: Cancel) -> Order | Refusal:
        known = command.order_id or self.state.client_ids.get(command.account, {}).get(command.client_order_id, "")
        order = self.state.orders.get(known)
        if order is None or order.account != command.account:
            name = command.order_id or command.client_order_id
            return Refusal(Code.UNKNOWN_ORDER, f"there is no order {name}", fix="vterm orders lists them")
        if not order.open:
            return Refusal(
                Code.NOT_CANCELLABLE,
                f"{order.order_id} is {order.status.value.replace('_', ' ')}",
                fix="only open orders can be cancelled: vterm orders --open",
            )
        self._finish(order, Status.CANCELLED, self.state.now, "cancelled by its owner")
        return order

    def _cancel_all(self, command: CancelAll) -> list[str]:
        mine = self._open_orders(command.account)
        for order in mine:
            self._finish(order, Status.CANCELLED, self.state.now, "cancelled by its owner")
        return [order.order_id for order in mine]

    def _open_account(self, command: OpenAccount) -> None:
        if command.account in self.state.accounts:
            return
        at = self.state.now
        account = Account(command.account, at, command.cash, {}, day=at // DAY_NS, day_nav=command.cash)
        self.state.accounts[command.account] = account
        transfers = opening(command.account, command.cash, at, self.state.transfers_made + 1)
        self.state.transfers_made += len(transfers)
        self._transfers.extend(transfers)
        self.events.extend(LedgerEntry(at, transfer) for transfer in transfers)

    # --- bookkeeping --------------------------------------------------------------------------

    def _moved(self, order: Order, status: Status, at: TimeNs, reason: str = "") -> None:
        self._note(order, move(order, status, at, reason))

    def _note(self, order: Order, event: Event) -> None:
        self._touched[order.order_id] = order
        self.events.append(event)

    def _finish(self, order: Order, status: Status, at: TimeNs, reason: str) -> None:
        self._moved(order, status, at, reason)
        self._drop(order)

    def _drop(self, order: Order) -> None:
        waiting = self._open.get(order.request.symbol, [])
        if order in waiting:
            waiting.remove(order)
        if not waiting:
            self._open.pop(order.request.symbol, None)

    def _open_orders(self, account: AccountId | str) -> list[Order]:
        return [o for waiting in self._open.values() for o in waiting if o.account == account]

    def _day_end(self, instrument: Instrument, at: TimeNs) -> TimeNs:
        calendar = self.shown.calendars[instrument.session]
        return day_end(calendar, at)

    def _entry(self, kind: str, at: TimeNs, body: bytes) -> JournalEntry:
        self.state.entries += 1
        copies = tuple(msgspec.structs.replace(o, fills=list(o.fills)) for o in self._touched.values())
        entry = JournalEntry(self.state.entries, at, kind, body, copies, tuple(self._fills), tuple(self._transfers))
        self._touched.clear()
        self._fills.clear()
        self._transfers.clear()
        return entry

    # --- whole state --------------------------------------------------------------------------

    @property
    def working(self) -> bool:
        """Whether any order is open."""
        return bool(self._open)

    def freeze(self) -> bytes:
        """The whole state as bytes; equal states give equal bytes."""
        return msgspec.msgpack.encode(self.state)

    def thaw(self, frozen: bytes) -> None:
        """Become the state of `freeze`. Raises msgspec.DecodeError where the bytes are not one."""
        self.state = msgspec.msgpack.decode(frozen, type=State)
        self.shown.displaced = self.state.displaced
        self._open = {}
        for order in self.state.orders.values():
            if order.open:
                self._open.setdefault(order.request.symbol, []).append(order)
        self.shown.now = TimeNs(-1)
        self._show(self.state.now)

    def state_hash(self) -> str:
        """SHA-256 of the whole state."""
        return hashlib.sha256(self.freeze()).hexdigest()


def day_end(calendar: DayCalendar, at: TimeNs) -> TimeNs:
    """End of the last regular segment of the day at `at`, or of the next day that still has one to come."""
    days = calendar.days
    for number in range(calendar.day_index(at), len(days)):
        ends = [s.end for s in days[number].segments if s.state is MarketSession.REGULAR]
        if ends and ends[-1] > at:
            return ends[-1]
    return at
