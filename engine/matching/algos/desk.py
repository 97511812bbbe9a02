"""The algorithms of one desk: started, paused, resumed, cancelled, and what each moment makes them send.

A slice wants the lots that its schedule has reached and that neither traded nor work: what one slice could not get,
the next one asks for. All of it is state, so an engine that comes back goes on where it stopped.
"""

from __future__ import annotations

import msgspec

from engine.market.catalogue import Catalogue
from engine.market.shown import ShownMarket
from engine.matching.algos.slices import sliced, spacing
from engine.matching.exchange import plan
from engine.matching.hours import EXTENDED, next_hours
from engine.matching.state import State
from engine.model.account import Account
from engine.model.algo import Algo, AlgoKind, AlgoRequest, AlgoStatus
from engine.model.command import ControlAlgo, StartAlgo
from engine.model.event import AlgoEvent
from engine.model.ids import SECOND_NS, Lots, TimeNs
from engine.model.instrument import Instrument
from engine.model.order import Order, OrderRequest, OrderType, TimeInForce
from engine.model.refusal import Code, Refusal
from engine.model.session import MarketSession
from engine.ports import OrderDesk
from engine.risk.gate import Gate

POV_EVERY_NS = SECOND_NS
"""How often a POV looks at what has traded."""
MILLION = 1_000_000
ACTIONS = ("pause", "resume", "cancel")


class Algos:
    """Only the kernel calls it."""

    def __init__(self, shown: ShownMarket, catalogue: Catalogue, gate: Gate, state: State, desk: OrderDesk) -> None:
        self.shown, self.catalogue, self.gate, self.desk = shown, catalogue, gate, desk
        self.become(state)

    def become(self, state: State) -> None:
        """Go on from another state."""
        self.state = state
        self._open = {name: algo for name, algo in state.algos.items() if algo.open}

    def __bool__(self) -> bool:
        return bool(self._open)

    def next_at(self) -> TimeNs:
        """When the first of them acts (0: none will by itself)."""
        return TimeNs(min((a.next_at for a in self._open.values() if a.next_at), default=0))

    # --- commands -----------------------------------------------------------------------------

    def start(self, account: Account, command: StartAlgo) -> Algo | Refusal:
        """Start an algorithm, or say why not; the same client id again answers with what it started."""
        request, at = command.algo, self.state.now
        known = self._known(account.account_id, request)
        if known is not None:
            return known
        instrument = self.catalogue[request.symbol]
        verdict = self.gate.check(account, whole_of(request), self.desk.working(account.account_id), at)
        if isinstance(verdict, Refusal):
            return verdict
        self.state.algos_made += 1
        first = self._open_from(instrument, request, at)
        algo = Algo(
            algo_id=f"a{self.state.algos_made:06d}",
            account=account.account_id,
            request=request,
            status=AlgoStatus.RUNNING,
            started_at=at,
            updated_at=at,
            next_at=first,
            ends_at=TimeNs(first + request.over_ns),
            plan=sliced(self.shown, instrument, request, first),
            arrival_mid2=self.shown.mid2(instrument),
            block_value=self._block(instrument, request),
            seen_volume=int(self.shown.source.volume_day[instrument.column]),
        )
        self.state.algos[algo.algo_id] = self._open[algo.algo_id] = algo
        self._say("started", algo, at)
        if first <= at:
            self._act(algo, instrument, at)
        return algo

    def _known(self, account: str, request: AlgoRequest) -> Algo | Refusal | None:
        if not request.client_order_id:
            return None
        for algo in self.state.algos.values():
            if algo.account == account and algo.request.client_order_id == request.client_order_id:
                if algo.request == request:
                    return algo
                return Refusal(
                    Code.IDEMPOTENCY_CONFLICT,
                    f"client order id {request.client_order_id} was already used for another algorithm",
                    cause=f"it belongs to {algo.algo_id}",
                    fix="use a new client_order_id, or send the same again",
                    field="client_order_id",
                )
        return None

    def _block(self, instrument: Instrument, request: AlgoRequest) -> int:
        """Ticks x lots that the whole quantity would have cost as one order now."""
        lots = int(request.quantity)
        sweep = plan(self.shown, instrument, request.side, lots, None, lots)
        paid = sum(s.price * s.lots for s in sweep.slices)
        last = sweep.slices[-1].price if sweep.slices else self.shown.mid2(instrument) // 2
        return paid + (lots - sweep.lots) * last

    def control(self, command: ControlAlgo) -> Algo | Refusal:
        """Pause, resume or cancel."""
        algo = self.state.algos.get(command.algo_id)
        if algo is None or algo.account != command.account:
            return Refusal(
                Code.UNKNOWN_ALGO, f"there is no algorithm {command.algo_id[:64]}", fix="vterm algos lists them"
            )
        wanted = AlgoStatus.PAUSED if command.action == "resume" else AlgoStatus.RUNNING
        if not algo.open or (command.action != "cancel" and algo.status is not wanted):
            return Refusal(
                Code.NOT_CANCELLABLE, f"{algo.algo_id} is {algo.status.value}", fix="vterm algos shows what can be done"
            )
        if command.action == "pause":
            self._pause(algo)
        elif command.action == "resume":
            self._resume(algo)
        else:
            self.end(algo, AlgoStatus.CANCELLED, "cancelled by its owner")
        return algo

    def _pause(self, algo: Algo) -> None:
        at = self.state.now
        algo.paused_at, algo.status = at, AlgoStatus.PAUSED
        algo.next_at, algo.ends_at = TimeNs(0), TimeNs(algo.ends_at - at)
        self._withdraw(algo, "its algorithm was paused")
        self._say("paused", algo, at)

    def _resume(self, algo: Algo) -> None:
        """Go on at once; what was left of the time is left again."""
        at = self.state.now
        algo.status, algo.paused_at = AlgoStatus.RUNNING, TimeNs(0)
        algo.ends_at = TimeNs(at + max(0, algo.ends_at))
        algo.next_at = TimeNs((at // SECOND_NS + 1) * SECOND_NS)
        algo.seen_volume = int(self.shown.source.volume_day[self.catalogue[algo.request.symbol].column])
        self._say("resumed", algo, at)

    def cancel_all(self, account: str, reason: str) -> None:
        """Stop every algorithm of an account."""
        for algo in [a for a in self._open.values() if a.account == account]:
            self.end(algo, AlgoStatus.CANCELLED, reason)

    # --- time ---------------------------------------------------------------------------------

    def work(self, at: TimeNs) -> None:
        """Let every algorithm act whose time has come."""
        for algo in [a for a in self._open.values() if a.next_at and a.next_at <= at]:
            self._act(algo, self.catalogue[algo.request.symbol], at)

    def _act(self, algo: Algo, instrument: Instrument, at: TimeNs) -> None:
        request = algo.request
        opens = self._open_from(instrument, request, at)
        if opens > at:
            algo.ends_at = TimeNs(algo.ends_at + opens - at)
            algo.next_at = opens
            return
        over = at >= algo.ends_at
        if request.kind is AlgoKind.POV:
            wanted = self._share(algo, instrument)
        else:
            algo.sent = min(algo.sent + 1, len(algo.plan))
            wanted = int(request.quantity) if over else sum(algo.plan[: algo.sent])
        if over and (request.limit_price is not None or request.kind is AlgoKind.POV or algo.sent >= len(algo.plan)):
            self._last(algo, instrument, wanted, at)
            return
        if not self._send(algo, instrument, wanted):
            return
        self._schedule(algo, at)

    def _schedule(self, algo: Algo, at: TimeNs) -> None:
        if self.filled(algo) >= algo.request.quantity:
            self.end(algo, AlgoStatus.DONE, "")
            return
        every = POV_EVERY_NS if algo.request.kind is AlgoKind.POV else spacing(algo.request)
        following = at + every
        if algo.plan and algo.sent >= len(algo.plan):
            following = max(at + SECOND_NS, int(algo.ends_at))
        algo.next_at = TimeNs(following if algo.plan else min(following, max(at + 1, int(algo.ends_at))))
        algo.updated_at = at

    def _last(self, algo: Algo, instrument: Instrument, wanted: int, at: TimeNs) -> None:
        """The time is up: market slices may still finish, anything else is taken back."""
        if algo.request.kind is not AlgoKind.POV and algo.request.limit_price is None:
            if not self._send(algo, instrument, wanted):
                return
            if any(order.open for order in self._orders(algo)):
                algo.next_at = TimeNs(at + SECOND_NS)
                return
        whole = self.filled(algo) >= algo.request.quantity
        self.end(algo, AlgoStatus.DONE, "" if whole else "its time was up before it had all")

    def _share(self, algo: Algo, instrument: Instrument) -> int:
        """Lots that a POV should have traded by now."""
        volume = int(self.shown.source.volume_day[instrument.column])
        fresh = volume - algo.seen_volume if volume >= algo.seen_volume else volume
        algo.seen_volume = volume
        algo.due += fresh * algo.request.rate_ppm
        return min(int(algo.request.quantity), algo.due // MILLION)

    def _send(self, algo: Algo, instrument: Instrument, wanted: int) -> bool:
        """Send what is wanted beyond what traded and works; False where that ended the algorithm."""
        request = algo.request
        working = sum(order.remaining for order in self._orders(algo) if order.open)
        lots = wanted - self.filled(algo) - working
        if lots <= 0:
            return True
        child = self.desk.place(algo.account, _child(request, lots), origin="algo", parent=algo.algo_id)
        algo.children.append(child.order_id)
        if child.refusal is not None:
            self.end(algo, AlgoStatus.CANCELLED, child.refusal.message)
            return False
        self._say("slice", algo, self.state.now)
        return True

    def end(self, algo: Algo, status: AlgoStatus, reason: str) -> None:
        """Stop for good and take back what still works."""
        self._withdraw(algo, "its algorithm ended")
        algo.status, algo.reason, algo.next_at = status, reason, TimeNs(0)
        self._open.pop(algo.algo_id, None)
        self._say("done" if status is AlgoStatus.DONE else "cancelled", algo, self.state.now)

    # --- reading ------------------------------------------------------------------------------

    def filled(self, algo: Algo) -> int:
        """Lots that its children have traded."""
        return algo.filled + sum(order.filled for order in self._orders(algo))

    def _orders(self, algo: Algo) -> list[Order]:
        """Its children that are not over."""
        known = self.state.orders
        return [known[name] for name in algo.children if name in known]

    def retired(self, order: Order) -> None:
        """An order is over: its algorithm, if it has one, keeps what it traded."""
        algo = self.state.algos.get(order.parent)
        if algo is not None:
            algo.filled += order.filled
            algo.filled_value += order.filled_value
            algo.fee += order.fee

    def _withdraw(self, algo: Algo, reason: str) -> None:
        for order in self._orders(algo):
            if order.open:
                self.desk.withdraw(order, reason)

    def _open_from(self, instrument: Instrument, request: AlgoRequest, at: TimeNs) -> TimeNs:
        """`at` while its market trades, else when it will: the next session, or the end of a halt."""
        state, halt = self.shown.state(instrument), self.shown.halt(instrument)
        if halt is not None:
            return max(at, halt.until)
        if state is MarketSession.REGULAR or (request.extended and state in EXTENDED):
            return at
        calendar = self.shown.calendars[instrument.session]
        return TimeNs(max(at + SECOND_NS, next_hours(calendar, at, extended=request.extended)))

    def _say(self, word: str, algo: Algo, at: TimeNs) -> None:
        algo.updated_at = at
        copy = msgspec.structs.replace(algo, children=list(algo.children), plan=list(algo.plan))
        self.desk.happened(AlgoEvent(f"algo.{word}", at, copy))


def whole_of(request: AlgoRequest) -> OrderRequest:
    """The block order that the gate judges the whole algorithm by."""
    return msgspec.structs.replace(_child(request, int(request.quantity)), time_in_force=TimeInForce.GTC)


def _child(request: AlgoRequest, lots: int) -> OrderRequest:
    return OrderRequest(
        symbol=request.symbol,
        side=request.side,
        type=OrderType.MARKET if request.limit_price is None else OrderType.LIMIT,
        quantity=Lots(lots),
        limit_price=request.limit_price,
        time_in_force=TimeInForce.GTC,
        extended=request.extended,
    )
