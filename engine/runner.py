"""The one writer: inbox, clock, kernel, commit, publish. Everyone else is its client.

Commands are done in the order in which they come, at the market time at which they come. What they caused
is committed in groups by the writer thread; an answer is given, and an event published, after its commit. A
commit that fails stops trading: the state in memory is then ahead of the disk, and a restart replays.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, Protocol

from engine.alerts.schema import parse_alert
from engine.bus import Bus
from engine.clock import MAX_SPEED, Clock, OwnClock, step_for
from engine.documents import Document, event_document
from engine.drift import DriftWatch
from engine.kernel import Flattened, Kernel
from engine.ledger.reconcile import Books, Drift
from engine.ledger.writer import GroupWriter
from engine.matching.algos.desk import ACTIONS
from engine.model.account import START_CASH
from engine.model.command import (
    Amend,
    AnyCommand,
    Cancel,
    CancelAll,
    ControlAlgo,
    DropAlert,
    Flatten,
    ForkAccount,
    ImportTrades,
    OpenAccount,
    Reach,
    ResetAccount,
    SetAlert,
    SetClock,
    SetLimits,
    StartAlgo,
    Submit,
    UndoImport,
)
from engine.model.event import RiskEvent
from engine.model.format import parse_time, time_text
from engine.model.ids import SECOND_NS, AccountId, TimeNs
from engine.model.order import Order
from engine.model.refusal import Code, Refusal, Refused, refuse
from engine.model.session import MarketSession
from engine.portfolio.holdings import check_current, held_at, held_now
from engine.portfolio.imports.plan import ImportBody, plan_document, plan_import
from engine.ports import IntegrityError, JournalEntry, LedgerStore, StoreError
from engine.recovery import snapshot_of
from engine.risk.account_schema import account_id, parse_fork, parse_opening, parse_reset
from engine.risk.algo_schema import parse_algo
from engine.risk.amend import parse_changes
from engine.risk.limits_document import parse_limits, wants_unlock
from engine.risk.schema import parse_order, request_document
from engine.views import View
from engine.views.holders import account_row
from engine.views.journal import Journal, page_document

FRAME_S = 0.1
SNAPSHOT_S = 60.0
SNAPSHOT_ENTRIES = 100
"""A snapshot after this many entries (or as many as there are accounts) keeps a restart's replay short."""
SNAPSHOT_STEPS = 3_000
"""A snapshot after this many steps of a market in which something works: a restart has to take them all again."""
REACH_S = 5.0
JUMP_STEP_NS = 60 * SECOND_NS
_AFTER_FAILURE = "free the disk or fix the rights of the home, then send it again"


class Lists(Protocol):
    """Where watchlists are kept."""

    def get(self, account: str) -> list[str]:
        """The account's symbols, in its order."""

    def put(self, account: str, symbols: list[str]) -> None:
        """Replace them. Raises StoreError where they cannot be kept."""


class Runner:
    """One desk at work, inside one asyncio loop."""

    def __init__(
        self,
        kernel: Kernel,
        store: LedgerStore,
        clock: Clock,
        lists: Lists,
        journal: Journal | None = None,
        books: Books | None = None,
    ) -> None:
        self.kernel = kernel
        self.clock = clock
        self.bus = Bus()
        self.view = View(kernel, self._clock_document)
        self.lists = lists
        self.failure: StoreError | None = None
        self._store, self._journal = store, journal
        self._writer = GroupWriter(store)
        self._stopping = asyncio.Event()
        self._pending = 0
        self._journalled = int(kernel.state.now)
        self._since_snapshot = 0
        self._snapshot_at = int(kernel.state.now)
        self.drift = DriftWatch(kernel, books) if books is not None else None
        if self.drift is not None:
            self.drift.begin()

    # --- running ------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether something works on that somebody may have asked to go on."""
        return self.kernel.working

    @property
    def drifted(self) -> bool:
        """Whether the desk and its books disagree: nothing trades until it is opened again."""
        return self.drift is not None and bool(self.drift.found)

    def books(self) -> Document:
        """How the desk and its books agree, for /healthz."""
        return {"state": "not kept"} if self.drift is None else self.drift.document()

    async def run(self) -> None:
        """Step the market in real time until stopped."""
        loop = asyncio.get_running_loop()
        next_frame = loop.time()
        next_snapshot = next_frame + SNAPSHOT_S
        next_reach = next_frame + REACH_S
        while not self._stopping.is_set():
            self.step()
            now = loop.time()
            self._reconcile(now)
            if now >= next_reach:
                next_reach = now + REACH_S
                self._remember_time()
            if now >= next_snapshot:
                next_snapshot = now + SNAPSHOT_S
                self.snapshot()
            next_frame = max(next_frame + FRAME_S, now)
            try:
                await asyncio.wait_for(self._stopping.wait(), max(0.0, next_frame - now))
            except TimeoutError:
                continue

    def step(self) -> None:
        """Bring the market to the clock's time and publish it."""
        if self.failure is None and not self.drifted:
            self._commit(self.kernel.advance(self.clock.now()), None)
        self.bus.step()

    def _reconcile(self, now: float) -> None:
        """Hold the desk against its books a little further, and say so once where they disagree."""
        if self.drift is None or self.failure is not None:
            return
        self.drift.look(now)
        if self.drift.news():
            self._tell_drift(self.drift)

    def _tell_drift(self, drift: DriftWatch) -> None:
        at, accounts = self.view.now, self.kernel.state.accounts
        words = {"scope": "desk", "status": "drift", "text": drift.cause}
        documents: list[Document] = [{"type": "system.status", "at": time_text(at), **words}]
        for found in drift.found:
            if isinstance(found, Drift) and found.account in accounts:
                holder = accounts[AccountId(found.account)]
                worth = self.kernel.valuer.worth(holder)
                text = f"{found.text()}; trading has stopped"
                event = RiskEvent(
                    "risk.drift", self.kernel.state.now, holder.account_id, 0, worth.nav, worth.gross, text
                )
                documents.append(self._event(event))
        self.bus.publish(documents)

    def _remember_time(self) -> None:
        """Journal how far the market has been shown, so that a restart does not go back."""
        if self.failure is None and int(self.kernel.state.now) > self._journalled:
            self._do(Reach(at=self.kernel.state.now))

    def snapshot(self) -> None:
        """Keep the whole state, behind everything committed so far. One that its books contradict is not kept."""
        if self.drifted:
            return
        kernel = self.kernel
        self._since_snapshot, self._snapshot_at = 0, int(kernel.state.now)
        self._writer.snapshot(snapshot_of(kernel))

    async def stop(self) -> None:
        """Stop the clock, keep the state, let go of the store."""
        self._stopping.set()
        if self.failure is None:
            self._remember_time()
            self.snapshot()
        await asyncio.to_thread(self._let_go)

    def _let_go(self) -> None:
        with contextlib.suppress(StoreError, IntegrityError):
            self._writer.close()
        if self.drift is not None:
            self.drift.close()
        self.kernel.past.close()
        self._store.close()

    # --- commands -----------------------------------------------------------------------------

    async def submit(
        self, account: str, payload: bytes | str | Document, *, strict: bool = False, origin: str = "person"
    ) -> Document:
        """Send an order; answers when it is durable. `origin` is one of ORIGINS. Raises Refused."""
        request = parse_order(payload, self.kernel.catalogue, self.view.today(), strict=strict)
        await self.ensure_account(account)
        order = await self._command(Submit(self._at(), AccountId(account), request, origin))
        assert isinstance(order, Order)
        if order.refusal is not None:
            raise Refused(order.refusal)
        return self.view.order_document(order)

    async def cancel(self, account: str, order_id: str) -> Document:
        """Take an order back by its own id or the client's."""
        known = self.kernel.order_id(account, order_id)
        order = await self._command(Cancel(at=self._at(), account=AccountId(account), order_id=known))
        assert isinstance(order, Order)
        return self.view.order_document(order)

    async def cancel_all(self, account: str) -> Document:
        """Take back every open order."""
        self.view.account(account)
        return {"cancelled": await self._command(CancelAll(at=self._at(), account=AccountId(account)))}

    async def amend(self, account: str, order_id: str, document: bytes | str | Document) -> Document:
        """Change an open order's quantity or prices."""
        order = self.view.find_order(account, order_id)
        changes = parse_changes(document, order.request, self.kernel.catalogue[order.request.symbol])
        order = await self._command(
            Amend(
                at=self._at(),
                account=AccountId(account),
                order_id=order.order_id,
                quantity=changes.quantity,
                limit_price=changes.limit_price,
                stop_price=changes.stop_price,
            )
        )
        assert isinstance(order, Order)
        return self.view.order_document(order)

    async def flatten(self, account: str) -> Document:
        """The kill switch: stop algorithms, take back every order, close every position at market."""
        self.view.account(account)
        done = await self._command(Flatten(at=self._at(), account=AccountId(account)))
        assert isinstance(done, Flattened)
        return {"cancelled": done.cancelled, "closing": [self.view.order_document(o) for o in done.closing]}

    async def start_algo(self, account: str, document: Any) -> Document:
        """Start an execution algorithm."""
        request = parse_algo(document, self.kernel.catalogue, self.view.today())
        await self.ensure_account(account)
        algo = await self._command(StartAlgo(at=self._at(), account=AccountId(account), algo=request))
        return self.view.algo_document(algo)

    async def control_algo(self, account: str, algo_id: str, action: str) -> Document:
        """pause, resume or cancel an algorithm."""
        if action not in ACTIONS:
            raise refuse(Code.ENUM_ERROR, f"an algorithm cannot {action[:20]}", fix=f"use {', '.join(ACTIONS)}")
        known = self.view.find_algo(account, algo_id).algo_id
        algo = await self._command(ControlAlgo(at=self._at(), account=AccountId(account), algo_id=known, action=action))
        return self.view.algo_document(algo)

    async def set_alert(self, account: str, document: Any) -> Document:
        """Watch a market and tell once."""
        request = parse_alert(document, self.kernel.catalogue, self.view.today())
        await self.ensure_account(account)
        alert = await self._command(SetAlert(at=self._at(), account=AccountId(account), alert=request))
        return self.view.alert_document(alert)

    async def drop_alert(self, account: str, alert_id: str = "") -> Document:
        """Stop watching: one alert, or all of them; the ids dropped."""
        await self.ensure_account(account)
        return {"dropped": await self._command(DropAlert(self._at(), AccountId(account), alert_id))}

    async def set_limits(self, account: str, document: Any) -> Document:
        """Change the account's own limits, and lift a lock where it asks for that."""
        await self.ensure_account(account)
        limits = parse_limits(document, self.view.account(account).limits)
        unlock = wants_unlock(document)
        await self._command(SetLimits(at=self._at(), account=AccountId(account), limits=limits, unlock=unlock))
        return self.view.risk(account)

    async def ensure_account(self, account: str) -> None:
        """Open the account with start money if it is new."""
        if account in self.kernel.state.accounts:
            return
        await self._command(OpenAccount(at=self._at(), account=account_id(account), cash=START_CASH))

    async def open_account(self, document: Any) -> Document:
        """Open an account with start money of one's choice."""
        name, cash = parse_opening(document)
        if name in self.kernel.state.accounts:
            fix = "vterm accounts lists them; `accounts reset` begins one anew"
            raise refuse(Code.INCONSISTENT_FIELDS, f"there is an account {name} already", fix=fix, field="name")
        await self._command(OpenAccount(at=self._at(), account=name, cash=cash))
        return account_row(self.view, self.view.account(name))

    async def reset_account(self, name: str, document: Any) -> Document:
        """Begin an account anew; its past stays."""
        cash = parse_reset(document)
        holder = self.view.account(name)
        await self._command(ResetAccount(at=self._at(), account=holder.account_id, cash=cash))
        return account_row(self.view, holder)

    async def fork_account(self, name: str, document: Any) -> Document:
        """Open an account with what another holds, or held at a past moment."""
        to, asked = parse_fork(document)
        kernel, now, holder = self.kernel, self.kernel.state.now, self.view.account(name)
        at = now if asked is None else asked
        if at > now:
            raise refuse(Code.OUT_OF_RANGE, f"{time_text(at)} has not come yet", fix="use a past time", field="at")
        if asked is None:
            held = held_now(holder, kernel.catalogue)
        else:
            held = held_at(holder, at, kernel.past, kernel.catalogue)
            check_current(held, at, now, kernel.shown, kernel.catalogue)
        await self._command(ForkAccount(now, holder.account_id, to, held.cash, held.holdings, at))
        return account_row(self.view, self.view.account(to))

    async def set_clock(self, action: str, value: str = "") -> Document:
        """pause, resume, speed N, jump open."""
        clock = self.clock
        if not isinstance(clock, OwnClock):
            raise refuse(
                Code.FORBIDDEN, "this desk runs on the world's time", fix="only a local home's clock can be set"
            )
        if action == "pause":
            clock.set(paused=True)
        elif action == "resume":
            clock.set(paused=False)
        elif action == "speed":
            clock.set(speed=_speed(value))
        elif action == "jump":
            await self._jump(clock, value)
        else:
            raise refuse(
                Code.ENUM_ERROR, f"there is no clock {action[:20]}", fix="use pause, resume, speed N or jump open"
            )
        await self._command(
            SetClock(at=self._at(), speed=clock.speed, paused=clock.paused, step_ns=step_for(clock.speed))
        )
        self.bus.publish(
            [
                {
                    "type": "system.status",
                    "at": time_text(self.view.now),
                    "scope": "clock",
                    "status": "paused" if clock.paused else "running",
                    "text": f"speed {clock.speed}",
                }
            ]
        )
        return self._clock_document()

    async def _jump(self, clock: OwnClock, value: str) -> None:
        """Go to the next regular open of a venue that is closed (or to a time), in steps of a minute."""
        now = self._at()
        to = self._next_open(now) if value in ("", "open") else _time(value)
        if to <= now:
            raise refuse(Code.OUT_OF_RANGE, f"{time_text(to)} has passed", fix="a clock only goes forward")
        await self._command(SetClock(at=now, speed=clock.speed, paused=clock.paused, step_ns=JUMP_STEP_NS))
        await self._command(Reach(at=to))
        clock.set(at=to)

    def _next_open(self, now: TimeNs) -> TimeNs:
        shown = self.kernel.shown
        opens = []
        for session in sorted({i.session for i in self.kernel.catalogue.columns}):
            calendar = shown.calendars[session]
            for day in calendar.days[calendar.day_index(now) : calendar.day_index(now) + 12]:
                regular = [s.start for s in day.segments if s.state is MarketSession.REGULAR and s.start > now]
                if regular:
                    opens.append((session != "US_EQ", min(regular)))
                    break
        if not opens:
            raise refuse(Code.NOT_TRADABLE, "no market has an open to jump to", fix="vterm sessions shows the hours")
        return TimeNs(min(opens)[1])

    def preview(self, account: str, payload: bytes | str | Document, *, strict: bool = False) -> Document:
        """What an order would do now; changes nothing."""
        request = parse_order(payload, self.kernel.catalogue, self.view.today(), strict=strict)
        holder = self.view.account(account)
        document = self.kernel.preview.document(holder, request, self.kernel.working_lots(account), self._at())
        return {**document, "at": time_text(self.view.now), "seq": self.view.seq}

    async def journal(self, account: str, limit: int = 0, before: int = 0) -> Document:
        """Stored entries of an account, newest first, read beside the writer."""
        if self._journal is None:
            raise refuse(Code.FORBIDDEN, "this desk keeps no journal", fix="use the desk of a home")
        self.view.account(account)
        page = await asyncio.to_thread(self._journal.page, account, limit, before)
        return page_document(page, account, self.kernel.catalogue)

    async def import_trades(self, wanted: ImportBody) -> Document:
        """Book trades made elsewhere in an account of their own, or say what that would do."""
        kernel = self.kernel
        plan = plan_import(wanted, kernel.catalogue, kernel.valuer, kernel.state.now, kernel.state.accounts)
        document = {"preview": wanted.preview, **plan_document(plan, kernel.catalogue, kernel.valuer)}
        if not wanted.preview:
            await self._command(ImportTrades(kernel.state.now, plan.name, plan.cash, tuple(plan.trades)))
        return document

    async def undo_import(self, name: str) -> Document:
        """Give back all that an imported account holds, and close it."""
        holder = self.view.account(name)
        await self._command(UndoImport(at=self._at(), account=holder.account_id))
        return {"account": name, "closed_at": time_text(holder.closed_at)}

    def watchlist(self, account: str) -> Document:
        """The account's symbols."""
        return {"symbols": self.lists.get(account)}

    async def set_watchlist(self, account: str, symbols: list[str]) -> Document:
        """Replace the account's symbols; each must exist, doubles are dropped."""
        known = dict.fromkeys(str(self.view.resolve(s).symbol) for s in symbols)
        self.lists.put(account, list(known))
        return self.watchlist(account)

    # --- inside -------------------------------------------------------------------------------

    def _at(self) -> TimeNs:
        if self.drifted:
            return self.kernel.state.now
        return TimeNs(max(self.clock.now(), self.kernel.state.now))

    async def _command(self, command: AnyCommand) -> Any:
        """Do a command; its answer, once durable."""
        if self.failure is not None:
            raise refuse(
                Code.LEDGER_FAILED,
                "trading has stopped: the ledger could not be written",
                cause=str(self.failure),
                fix=_AFTER_FAILURE,
            )
        if self.drift is not None:
            self.drift.check(command)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        answer = self._do(command, done)
        await done
        if isinstance(answer, Refusal):
            raise Refused(answer)
        return answer

    def _do(self, command: AnyCommand, done: asyncio.Future[None] | None = None) -> Any:
        entries, answer = self.kernel.apply(command)
        self._commit(entries, done)
        return answer

    def _commit(self, entries: list[JournalEntry], done: asyncio.Future[None] | None) -> None:
        """Make entries durable, then publish what happened and answer `done`."""
        events = self.kernel.take_events()
        if entries:
            self._journalled = int(entries[-1].at)
            if self.drift is not None:
                self.drift.note(entries)
        documents = [self._event(e) for e in events]
        if not entries and self._pending == 0:
            self._publish(documents, done)
            return
        loop = asyncio.get_running_loop()
        self._pending += 1

        last = entries[-1].seq if entries else 0

        def settled(error: BaseException | None) -> None:
            loop.call_soon_threadsafe(self._settled, error, documents, done, last)

        self._writer.submit(entries, settled)
        self._since_snapshot += len(entries)
        if self._since_snapshot >= max(SNAPSHOT_ENTRIES, len(self.kernel.state.accounts)) or self._stepped_far():
            self.snapshot()

    def _stepped_far(self) -> bool:
        """Whether playing back from the last snapshot would take too many steps."""
        state = self.kernel.state
        return self.kernel.working and (state.now - self._snapshot_at) // state.step_ns >= SNAPSHOT_STEPS

    def _settled(
        self, error: BaseException | None, documents: list[Document], done: asyncio.Future[None] | None, last: int
    ) -> None:
        self._pending -= 1
        if error is not None:
            self._halt(error)
            if done is not None and not done.done():
                refusal = Refusal(Code.LEDGER_FAILED, "this was not kept", str(error), _AFTER_FAILURE)
                done.set_exception(Refused(refusal))
            self.bus.publish(
                [
                    {
                        "type": "system.status",
                        "at": time_text(self.view.now),
                        "scope": "desk",
                        "status": "halted",
                        "text": str(error),
                    }
                ]
            )
            return
        if last:
            self.kernel.past.settled(last)
            if self.drift is not None:
                self.drift.settled(last)
        self._publish(documents, done)

    def _halt(self, error: BaseException) -> None:
        """Stop at once. Memory is ahead of the disk, and only a new start can tell what reached it."""
        if self.failure is None:
            self.failure = error if isinstance(error, StoreError) else StoreError(str(error))
        self._stopping.set()

    def _publish(self, documents: list[Document], done: asyncio.Future[None] | None) -> None:
        if documents:
            self.bus.publish(documents)
        if done is not None and not done.done():
            done.set_result(None)

    def _event(self, event: Any) -> Document:
        catalogue = self.kernel.catalogue
        return event_document(
            event,
            catalogue.get,
            lambda order: request_document(order.request, catalogue[order.request.symbol], catalogue.get),
        )

    def _clock_document(self) -> Document:
        return {
            "now": time_text(self.view.now),
            "speed": self.clock.speed,
            "paused": self.clock.paused,
            "step_ms": self.kernel.state.step_ns // 1_000_000,
        }


def _speed(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 1 <= int(value[:6]) <= MAX_SPEED:
        raise refuse(Code.OUT_OF_RANGE, f"a speed is a whole number from 1 to {MAX_SPEED}", fix="vterm clock speed 10")
    return int(value)


def _time(value: str) -> TimeNs:
    try:
        return parse_time(value)
    except ValueError as error:
        raise refuse(Code.NUMBER_FORMAT, str(error), fix="use open, or a time like 2026-11-23T14:31:00Z") from error
