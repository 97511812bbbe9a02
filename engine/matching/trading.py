"""The orders of one desk: sent, changed, taken back, and what every step of time does to those that wait.

What happens is noted in the chronicle until `Kernel` closes the entry that caused it.
"""

from __future__ import annotations

from engine.market.catalogue import Catalogue
from engine.market.shown import ShownMarket
from engine.matching.amending import amended, keeps_place, left_of
from engine.matching.chronicle import Chronicle
from engine.matching.executions import Executions
from engine.matching.hours import closing_at, day_end, next_hours, trades
from engine.matching.lifecycle import expiry
from engine.matching.lives import Lives, continuous
from engine.matching.opening import Auctions
from engine.matching.resting import rests
from engine.matching.state import State
from engine.model.account import Account, Transfer
from engine.model.command import Amend, Cancel, CancelAll, Submit
from engine.model.event import Event
from engine.model.ids import AccountId, Lots, OrderId, TimeNs
from engine.model.instrument import Instrument
from engine.model.order import Order, OrderRequest, OrderType, Sent, Status, TimeInForce
from engine.model.refusal import Code, Refusal
from engine.past import Past
from engine.portfolio.valuation import Valuer
from engine.risk.gate import Gate
from engine.risk.limits import check_limits, keeps, look_back, recent_orders


class Trading:
    """The orders of one desk, on the market as shown. Only the kernel calls it."""

    def __init__(self, shown: ShownMarket, catalogue: Catalogue, state: State, past: Past) -> None:
        self.shown = shown
        self.catalogue = catalogue
        self.valuer = Valuer(shown, catalogue)
        self.gate = Gate(shown, self.valuer)
        self.past = past
        self.chronicle = Chronicle()
        self.executions = Executions(shown, catalogue, self.valuer, state, self.chronicle)
        self.lives = Lives(shown, catalogue, self.executions, self.place)
        self.auctions = Auctions(shown, self.executions, self.lives, self._admit)
        self.become(state)

    def become(self, state: State) -> None:
        """Go on from another state."""
        self.state = state
        self.executions.become(state)
        self.open = self.executions.open
        self._names: dict[tuple[str, str], Order] = {
            (order.account, order.request.client_order_id): order
            for order in state.orders.values()
            if order.request.client_order_id
        }

    def retire(self, order: Order) -> None:
        """A finished order is the past's from now on."""
        self.state.orders.pop(order.order_id, None)
        if order.request.client_order_id:
            self._names.pop((order.account, order.request.client_order_id), None)

    # --- time ---------------------------------------------------------------------------------

    def asleep_until(self, now: TimeNs) -> int:
        """When the first open order can trade or expires, by its venue's hours; `now` where one can already."""
        wakes = []
        for symbol, waiting in self.open.of_symbol.items():
            calendar = self.shown.calendars[self.catalogue[symbol].session]
            extended = any(order.request.extended for order in waiting)
            opens = next_hours(calendar, now, extended=extended)
            if opens <= now:
                return now
            wakes.append(opens)
            wakes += [order.expires_at for order in waiting if order.expires_at]
        return min(wakes, default=now)

    def work(self, at: TimeNs) -> None:
        """Everything that waits meets the market at `at`: closes, opens, triggers, prints, sweeps, expiries."""
        for symbol in sorted(self.open.of_symbol):
            instrument = self.catalogue[symbol]
            session = self.shown.state(instrument)
            self._end_of_time(symbol, instrument, at)
            waiting = list(self.open.of_symbol.get(symbol, ()))
            queued = [o for o in waiting if o.status is Status.QUEUED and trades(o, session)]
            if queued:
                self.auctions.open(queued, instrument, at)
            trading = [o for o in waiting if o.open and o.status is not Status.QUEUED and trades(o, session)]
            for order in trading:
                if (order.dormant or order.trigger) and order.open:
                    self.lives.release(order, instrument, at)
            if any(rests(order) for order in trading):
                self.lives.meet_prints([o for o in trading if o not in queued], instrument, at)
            for order in trading:
                if order.sweeping and order.open and continuous(order):
                    self.lives.sweep_on(order, instrument, at)

    def _end_of_time(self, symbol: str, instrument: Instrument, at: TimeNs) -> None:
        """Orders for the close cross when it comes; others whose time is up expire."""
        over = [o for o in self.open.of_symbol.get(symbol, ()) if o.expires_at and at >= o.expires_at]
        if not over:
            return
        closing = [o for o in over if o.request.time_in_force is TimeInForce.CLS and o.status is Status.WORKING]
        if closing:
            self.auctions.close(closing, instrument, at)
        for order in over:
            if order.open:
                self.lives.finish(order, Status.EXPIRED, at, "its time was up")

    # --- commands -----------------------------------------------------------------------------

    def seen(self, command: Submit) -> Order | Refusal | None:
        """The answer already given to this client order id, if there was one."""
        name = command.order.client_order_id
        order = self.named(command.account, name) if name else None
        if order is None:
            return None
        if (order.sent or order.request) == command.order:
            return order
        return Refusal(
            Code.IDEMPOTENCY_CONFLICT,
            f"client order id {command.order.client_order_id} was already used for another order",
            cause=f"it belongs to {order.order_id}",
            fix="use a new client_order_id, or send the same order again",
            field="client_order_id",
        )

    def named(self, account: str, client_order_id: str) -> Order | None:
        """An order of the account, open or over, by its client's id."""
        return self._names.get((account, client_order_id)) or self.past.sent(account, client_order_id)

    def find(self, account: str, name: str) -> Order | None:
        """An order of the account, open or over, by its own id or its client's."""
        named = self.named(account, name)
        order = named or self.state.orders.get(OrderId(name)) or self.past.order(name)
        return order if order is not None and order.account == account else None

    def submit(self, command: Submit) -> Order | Refusal:
        """Send an order of a person, a script or a strategy."""
        if command.account not in self.state.accounts:
            return Refusal(Code.FORBIDDEN, f"there is no account {command.account}", fix="open it first")
        return self.place(command.account, command.order, origin=command.origin)

    def place(self, account: str, request: OrderRequest, *, origin: str, parent: str = "") -> Order:
        """Send an order now, through the gate; it may come back rejected."""
        at, holder = self.state.now, self.state.accounts[account]
        instrument = self.catalogue[request.symbol]
        self.state.orders_made += 1
        order = Order(
            order_id=OrderId(f"o{self.state.orders_made:06d}"),
            account=AccountId(account),
            request=request,
            status=Status.ACCEPTED,
            submitted_at=at,
            updated_at=at,
            parent=parent,
            origin=origin,
        )
        self.state.orders[order.order_id] = order
        if request.client_order_id:
            self._names[account, request.client_order_id] = order
        recent = recent_orders(self.state.sent.get(account, ()), holder, at)
        verdict = check_limits(holder, request, at, recent, origin=origin) or self.gate.check(
            holder, request, self.open.working(account), at
        )
        if keeps(holder, origin):
            self._keep(order, holder, rejected=isinstance(verdict, Refusal))
        if isinstance(verdict, Refusal):
            order.refusal = verdict
            self.chronicle.moved(order, Status.REJECTED, at, verdict.message)
            return order
        order.expires_at = self._expiry(request, instrument, at)
        self.chronicle.said("order.accepted", order, at)
        self.open.add(order)
        if verdict.queued:
            self.executions.rank(order)
            self.chronicle.moved(order, Status.QUEUED, at)
        else:
            self.lives.begin(order, instrument, at)
        return order

    def _keep(self, order: Order, holder: Account, *, rejected: bool) -> None:
        """Keep an order for its account's limits, and forget those that they no longer look back at."""
        since = order.submitted_at - look_back(holder.limits)
        kept = [sent for sent in self.state.sent.get(order.account, ()) if sent.at > since]
        kept.append(Sent(order.submitted_at, order.order_id, order.request, rejected))
        self.state.sent[order.account] = kept

    def _expiry(self, request: OrderRequest, instrument: Instrument, at: TimeNs) -> TimeNs:
        calendar, until = self.shown.calendars[instrument.session], request.time_in_force
        if until is TimeInForce.CLS:
            ends = closing_at(calendar, instrument, at)
        elif until is TimeInForce.GTD:
            ends = TimeNs(int(request.expire_at or 0))
        else:
            ends = expiry(until, at, day_end(calendar, at) if until is TimeInForce.DAY else at)
        last = self.gate.contract_end(instrument)
        return min(ends, last) if ends and last else ends

    def _admit(self, order: Order, at: TimeNs) -> bool:
        """The gate's second look at a queued order, when its market opens."""
        rest = left_of(order.request, order)
        others = self.open.working(order.account, but=order)
        verdict = self.gate.check(self.state.accounts[order.account], rest, others, at, again=True)
        if not isinstance(verdict, Refusal):
            return True
        order.refusal = verdict
        self.lives.finish(order, Status.REJECTED, at, verdict.message)
        return False

    def cancel(self, command: Cancel) -> Order | Refusal:
        """Take an order back."""
        order = self._open_order(command.account, command.order_id or command.client_order_id)
        if isinstance(order, Order):
            self.withdraw(order, "cancelled by its owner")
        return order

    def _open_order(self, account: str, name: str) -> Order | Refusal:
        order = self.find(account, name)
        if order is None:
            return Refusal(Code.UNKNOWN_ORDER, f"there is no order {name}", fix="vterm orders lists them")
        if not order.open:
            return Refusal(
                Code.NOT_CANCELLABLE,
                f"{order.order_id} is {order.status.value.replace('_', ' ')}",
                fix="only open orders can be changed or cancelled: vterm orders --open",
            )
        return order

    def withdraw(self, order: Order, reason: str) -> None:
        """Cancel an open order."""
        self.lives.finish(order, Status.CANCELLED, self.state.now, reason)

    def cancel_all(self, command: CancelAll) -> list[str]:
        """Take back every open order of an account."""
        mine = self.open.of_account(command.account)
        for order in mine:
            self.withdraw(order, "cancelled by its owner")
        return [order.order_id for order in mine]

    def amend(self, command: Amend) -> Order | Refusal:
        """Change an open order; less quantity at the same prices keeps its place, anything else loses it."""
        order = self._open_order(command.account, command.order_id)
        if isinstance(order, Refusal):
            return order
        at, instrument = self.state.now, self.catalogue[order.request.symbol]
        request = amended(order, command, instrument)
        if isinstance(request, Refusal):
            return request
        others = self.open.working(order.account, but=order)
        verdict = self.gate.check(self.state.accounts[order.account], left_of(request, order), others, at)
        if isinstance(verdict, Refusal):
            return verdict
        kept = keeps_place(order, request)
        order.sent = order.sent or order.request
        self.open.count(order, int(request.quantity) - int(order.request.quantity))
        order.request, order.updated_at = request, at
        order.slice_left = min(order.slice_left, order.remaining)
        self.chronicle.said("order.amended", order, at)
        if not kept:
            self._meet_again(order, instrument, at)
        return order

    def _meet_again(self, order: Order, instrument: Instrument, at: TimeNs) -> None:
        order.sweeping, order.ahead = False, 0
        if order.request.stop_price is not None and not order.released:
            order.trigger = int(order.request.stop_price)
        self.executions.rank(order)
        if order.status is not Status.QUEUED and continuous(order) and trades(order, self.shown.state(instrument)):
            self.lives.arrive(order, instrument, at)

    def flatten(self, account: str) -> tuple[list[str], list[Order]]:
        """Take back every open order and close every position at market: (cancelled ids, closing orders)."""
        cancelled = self.cancel_all(CancelAll(at=self.state.now, account=AccountId(account)))
        closing = []
        for symbol, position in sorted(self.state.accounts[account].positions.items()):
            request = OrderRequest(
                symbol=position.symbol,
                side=-1 if position.lots > 0 else 1,
                type=OrderType.MARKET,
                quantity=Lots(abs(position.lots)),
                reduce_only=True,
            )
            if symbol in self.state.accounts[account].positions:
                closing.append(self.place(account, request, origin="flatten"))
        return cancelled, closing

    # --- for the desk's own agents --------------------------------------------------------------

    def working(self, account: str) -> dict[tuple[str, int], int]:
        """Lots that the account's open orders may still add, by (symbol, side)."""
        return self.open.working(account)

    def open_orders(self, account: str) -> list[Order]:
        """The account's open orders, oldest first."""
        return self.open.of_account(account)

    def happened(self, event: Event) -> None:
        """Tell the world of something."""
        self.chronicle.happened(event)

    def book_transfers(self, transfers: tuple[Transfer, ...], at: TimeNs) -> None:
        """Note transfers that no fill caused."""
        self.state.transfers_made += len(transfers)
        self.chronicle.transferred(transfers, at)
