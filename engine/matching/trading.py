"""Orders through their lives: submitted, queued, filled, waiting, swept, expired, taken back.

What happens is noted as events, fills and transfers until `Kernel` closes the entry that caused them.
"""

from __future__ import annotations

import msgspec

from engine.market.catalogue import Catalogue
from engine.market.shown import DayCalendar, ShownMarket
from engine.matching.exchange import PARTICIPATION, Sweep, beyond_cap, plan, take
from engine.matching.lifecycle import announce, expiry, move
from engine.matching.resting import crossed, queue_ahead, reached
from engine.matching.state import State
from engine.model.account import Transfer
from engine.model.command import Cancel, CancelAll, Submit
from engine.model.event import AccountTouched, Event, FillEvent, LedgerEntry
from engine.model.fill import Fill
from engine.model.ids import AccountId, OrderId, TimeNs, fill_id
from engine.model.instrument import Instrument
from engine.model.order import Order, OrderType, Status, TimeInForce
from engine.model.refusal import Code, Refusal
from engine.model.session import MarketSession
from engine.portfolio.booking import Execution, book, explain
from engine.portfolio.valuation import Valuer
from engine.ports import JournalEntry
from engine.risk.gate import Gate


class Trading:
    """The orders of one desk, on the market as shown. Only the kernel calls it."""

    def __init__(self, shown: ShownMarket, catalogue: Catalogue, state: State) -> None:
        self.shown = shown
        self.catalogue = catalogue
        self.valuer = Valuer(shown, catalogue)
        self.gate = Gate(shown, self.valuer)
        self.events: list[Event] = []
        self._touched: dict[str, Order] = {}
        self._fills: list[Fill] = []
        self._transfers: list[Transfer] = []
        self.become(state)

    def become(self, state: State) -> None:
        """Go on from another state."""
        self.state = state
        self.open: dict[str, list[Order]] = {}
        for order in state.orders.values():
            if order.open:
                self.open.setdefault(order.request.symbol, []).append(order)

    @property
    def changed(self) -> bool:
        """Whether anything happened since the last entry."""
        return bool(self._touched or self._transfers)

    def book_transfers(self, transfers: tuple[Transfer, ...], at: TimeNs) -> None:
        """Note transfers that no fill caused."""
        self.state.transfers_made += len(transfers)
        self._transfers.extend(transfers)
        self.events.extend(LedgerEntry(at, transfer) for transfer in transfers)

    # --- time ---------------------------------------------------------------------------------

    def asleep_until(self, now: TimeNs) -> int:
        """When the first open order can trade or expires, by its venue's hours; `now` where one can already."""
        wakes = []
        for symbol, waiting in self.open.items():
            calendar = self.shown.calendars[self.catalogue[symbol].session]
            extended = any(order.request.extended for order in waiting)
            wakes.append(next_hours(calendar, now, extended=extended))
            wakes += [order.expires_at for order in waiting if order.expires_at]
        return min(wakes, default=now)

    def work(self, at: TimeNs) -> None:
        """Everything that waits meets the market at `at`: opens, prints, sweeps, expiries."""
        for symbol in sorted(self.open):
            instrument = self.catalogue[symbol]
            session = self.shown.state(instrument)
            waiting = self.open.get(symbol, [])
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

    def seen(self, command: Submit) -> Order | Refusal | None:
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

    def submit(self, command: Submit) -> Order | Refusal:
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
        self.open.setdefault(request.symbol, []).append(order)
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
        if lots < min(order.remaining, instrument.usual_lots()):
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
            name = fill_id(self.state.fills_made)
            self.state.fills_made += 1
            fill, transfers = book(
                account, order, instrument, execution, parts, self.valuer, name, self.state.transfers_made + 1
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

    def cancel(self, command: Cancel) -> Order | Refusal:
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

    def cancel_all(self, command: CancelAll) -> list[str]:
        mine = self._open_orders(command.account)
        for order in mine:
            self._finish(order, Status.CANCELLED, self.state.now, "cancelled by its owner")
        return [order.order_id for order in mine]

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
        waiting = self.open.get(order.request.symbol, [])
        if order in waiting:
            waiting.remove(order)
        if not waiting:
            self.open.pop(order.request.symbol, None)

    def _open_orders(self, account: AccountId | str) -> list[Order]:
        return [o for waiting in self.open.values() for o in waiting if o.account == account]

    def _day_end(self, instrument: Instrument, at: TimeNs) -> TimeNs:
        calendar = self.shown.calendars[instrument.session]
        return day_end(calendar, at)

    def entry(self, kind: str, at: TimeNs, body: bytes) -> JournalEntry:
        self.state.entries += 1
        copies = tuple(msgspec.structs.replace(o, fills=list(o.fills)) for o in self._touched.values())
        entry = JournalEntry(self.state.entries, at, kind, body, copies, tuple(self._fills), tuple(self._transfers))
        self._touched.clear()
        self._fills.clear()
        self._transfers.clear()
        return entry


def day_end(calendar: DayCalendar, at: TimeNs) -> TimeNs:
    """End of the last regular segment of the day at `at`, or of the next day that still has one to come."""
    days = calendar.days
    for number in range(calendar.day_index(at), len(days)):
        ends = [s.end for s in days[number].segments if s.state is MarketSession.REGULAR]
        if ends and ends[-1] > at:
            return ends[-1]
    return at


def next_hours(calendar: DayCalendar, now: int, *, extended: bool) -> int:
    """`now` inside the venue's hours, else when they begin next (`now` where the calendar ends)."""
    states = (MarketSession.REGULAR, MarketSession.PRE, MarketSession.POST) if extended else (MarketSession.REGULAR,)
    days = calendar.days
    for number in range(calendar.day_index(now), len(days)):
        for segment in days[number].segments:
            if segment.state in states and segment.end > now:
                return max(now, segment.start)
    return now
