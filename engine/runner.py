"""The one writer: inbox, clock, kernel, commit, publish. Everyone else is its client.

Commands are done in the order in which they come, at the market time at which they come. What they caused
is committed in groups by the writer thread; an answer is given, and an event published, after its commit. A
commit that fails stops trading: the state in memory is then ahead of the disk, and a restart replays.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from engine.bus import Bus
from engine.clock import Clock
from engine.documents import Document, event_document
from engine.drift import DriftWatch
from engine.kernel import Kernel
from engine.ledger.reconcile import Books, Drift
from engine.ledger.writer import GroupWriter
from engine.model.command import (
    AnyCommand,
    Reach,
)
from engine.model.event import RiskEvent
from engine.model.format import time_text
from engine.model.ids import AccountId
from engine.model.refusal import Code, Refusal, Refused, refuse
from engine.ports import IntegrityError, JournalEntry, LedgerStore, StoreError
from engine.recovery import snapshot_of
from engine.requests.accounts import AccountRequests, Lists
from engine.requests.clock import ClockRequests
from engine.requests.identity import Identity
from engine.requests.orders import OrderRequests
from engine.requests.signers import SignerRequests
from engine.requests.signing import SigningRequests
from engine.risk.schema import request_document
from engine.turns import TurnCommits
from engine.views import View
from engine.views.journal import Journal

FRAME_S = 0.1
SNAPSHOT_S = 60.0
SNAPSHOT_ENTRIES = 100
"""A snapshot after this many entries (or as many as there are accounts) keeps a restart's replay short."""
SNAPSHOT_STEPS = 3_000
"""A snapshot after this many steps of a market in which something works: a restart has to take them all again."""
REACH_S = 5.0
_AFTER_FAILURE = "free the disk or fix the rights of the home, then send it again"


class Runner(OrderRequests, AccountRequests, ClockRequests, SigningRequests, SignerRequests):
    """One desk at work, inside one asyncio loop."""

    def __init__(
        self,
        kernel: Kernel,
        store: LedgerStore,
        clock: Clock,
        lists: Lists,
        journal: Journal | None = None,
        books: Books | None = None,
        identity: Identity | None = None,
    ) -> None:
        self.kernel = kernel
        self.clock = clock
        self.bus = Bus()
        self.view = View(kernel, self._clock_document)
        self.lists = lists
        self.failure: StoreError | None = None
        self.identity = identity
        self._presented, self._opened, self._enrolments = {}, {}, {}
        self._store, self.journal_reader = store, journal
        self._writer = GroupWriter(store)
        self._commits = TurnCommits(self._writer)
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
        self._commits.snapshot(snapshot_of(kernel))

    async def stop(self) -> None:
        """Stop the clock, keep the state, let go of the store."""
        self._stopping.set()
        if self.failure is None:
            self._remember_time()
            self.snapshot()
        await self.let_go()

    async def let_go(self) -> None:
        """Write what waits and close the store, as it is: no time is remembered and no snapshot taken."""
        self._commits.send()
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        with contextlib.suppress(StoreError, IntegrityError):
            self._writer.close()
        if self.drift is not None:
            self.drift.close()
        self.kernel.past.close()
        self._store.close()

    # --- inside -------------------------------------------------------------------------------

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
        self._pending += 1
        last = entries[-1].seq if entries else 0
        self._commits.submit(entries, lambda error: self._settled(error, documents, done, last))
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
