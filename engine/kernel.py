"""The core: commands and time in, events out. The order of things is decided here and nowhere else.

market -> gate -> match -> post -> mark. No wall clock, no unseeded chance, no I/O: the same seed and the
same commands give the same bytes in any process. Time moves on the grid of the present step; where nothing
waits in an open market it may jump, since reading a market does not change it.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import msgspec

from engine.alerts.watch import AlertWatch
from engine.market.catalogue import Catalogue
from engine.market.shown import ShownMarket
from engine.market.statuses import changes
from engine.matching.algos import Algos
from engine.matching.displayed import Displayed
from engine.matching.halted import HaltWatch
from engine.matching.indication import Indications
from engine.matching.preview import Preview
from engine.matching.state import State
from engine.matching.trading import Trading
from engine.model.account import Account
from engine.model.alert import Alert
from engine.model.algo import Algo
from engine.model.command import (
    Accept,
    Amend,
    AnyCommand,
    Cancel,
    CancelAll,
    ControlAlgo,
    Decline,
    DropAlert,
    EndKey,
    EnrolKey,
    Flatten,
    ForkAccount,
    ImportTrades,
    NoteRefused,
    OpenAccount,
    Present,
    Propose,
    Reach,
    ResetAccount,
    SetAlert,
    SetClock,
    SetLimits,
    Shelve,
    StartAlgo,
    Submit,
    UndoImport,
)
from engine.model.event import Event, SystemStatus
from engine.model.ids import DAY_NS, SECOND_NS, TimeNs
from engine.model.order import Order
from engine.model.proposal import Proposal
from engine.model.refusal import Code, Refusal
from engine.past import MemoryPast, Past
from engine.portfolio.accounts import Accounts
from engine.portfolio.equity import EquityWatch
from engine.portfolio.held import Held
from engine.portfolio.imports.booking import Imports
from engine.portfolio.overnight import Overnight
from engine.ports import JournalEntry, encode
from engine.proposals.acts import KernelActs
from engine.proposals.desk import ProposalDesk
from engine.proposals.execution import Execution
from engine.proposals.terms import Terms
from engine.risk.margin import MarginWatch
from engine.signing.key_list import Key

LOOK_AHEAD_NS = 7 * DAY_NS


class Flattened(NamedTuple):
    """What the kill switch did: ids of the orders it cancelled, and the orders that close positions."""

    cancelled: list[str]
    closing: list[Order]


Answer = Order | Algo | Alert | Proposal | Key | list[str] | Flattened | Refusal | None
_SIGNING = Propose | Present | Shelve | Decline | Accept | NoteRefused | EnrolKey | EndKey


class Kernel:
    """One desk's state and the rules that change it."""

    def __init__(
        self,
        shown: ShownMarket,
        catalogue: Catalogue,
        start: TimeNs,
        step_ns: int = SECOND_NS // 10,
        past: Past | None = None,
    ) -> None:
        self.shown = shown
        self.catalogue = catalogue
        self.start = start
        self.past: Past = past or MemoryPast()
        self.state = State(now=start, step_ns=step_ns)
        self._trading = Trading(shown, catalogue, self.state, self.past)
        self.valuer, self.gate = self._trading.valuer, self._trading.gate
        self.displayed = Displayed(shown, self._trading.executions)
        self.indications = Indications(shown, self._trading.auctions)
        self.preview = Preview(self._trading, self.indications)
        self._held = Held(self.state, self._trading.chronicle.booked)
        self._halts = HaltWatch(shown, catalogue, self._trading.executions, self._held)
        self._algos = Algos(shown, catalogue, self.gate, self.state, self._trading)
        self._watch = MarginWatch(self.state, self.valuer, self._trading, self._trading.chronicle.booked)
        self._overnight = Overnight(
            self.state, self.valuer, catalogue, shown, self._trading, self._trading.executions.take_traded
        )
        self.equity = EquityWatch(self.state, self.valuer, self._trading.chronicle, self._held)
        self._accounts = Accounts(self.state, self.valuer, self._trading, self.equity, self._algos.cancel_all)
        trading, chronicle = self._trading, self._trading.chronicle
        self._imports = Imports(self.state, self.valuer, trading, chronicle, self.equity, self._algos.cancel_all)
        self._alerts = AlertWatch(shown, catalogue, self.state, self._trading.happened, self.gate.contract_end)
        acts = KernelActs(self.state, trading, self._algos, self._alerts)
        self.proposals = ProposalDesk(self.state, trading.happened, Execution(acts))
        self._acts = acts
        self.terms = Terms(self.preview)
        shown.displaced = self.state.displaced
        self._next_change = TimeNs(0)
        self._show(start)

    # --- time ---------------------------------------------------------------------------------

    def advance(self, to: TimeNs, *, pausing: bool = False) -> list[JournalEntry]:
        """Let time pass up to `to`; returns an entry for each step that changed money or an order.

        With `pausing` it stops at the first moment at which something happened, so that it can be told as it was.
        """
        entries: list[JournalEntry] = []
        state, trading = self.state, self._trading
        while state.now < to:
            night = self._overnight.next_after(state.now)
            at = min(to, self._next(state.now))
            at = min(at, max(night, TimeNs(state.now + 1))) if night else at
            self._reach(at)
            if at == night:
                self._overnight.book(at)
            if at % state.step_ns == 0:
                self._work(at)
            self.equity.look(at)
            self.proposals.look(at)
            if trading.chronicle.changed:
                self._after_trades(at)
                entries.append(self._close("tick", str(at).encode()))
            if pausing and trading.chronicle.events:
                break
        return entries

    def _work(self, at: TimeNs) -> None:
        """A step of the market: what is halted, what waits, what is sliced, alerted, watched, in that order."""
        self._halts.look(at)
        if self._trading.open:
            self._trading.work(at)
        if self._algos:
            self._algos.work(at)
        if self._alerts:
            self._alerts.look(at)
        due = self.state.check_at
        if due and due <= at:
            self._watch.check(at)
            self.state.check_at = self._watch.next_check(at)

    def _after_trades(self, at: TimeNs) -> None:
        """Whoever's money changed has his margin looked at soon."""
        for account in self._trading.chronicle.accounts():
            self._watch.touched(account, at)
            self.equity.touched(account)
        self._held.settle()
        self._halts.touched()
        self.state.check_at = self._watch.next_check(at)

    def _next(self, now: TimeNs) -> TimeNs:
        """The next moment at which anything can happen."""
        moments = [(now // DAY_NS + 1) * DAY_NS]
        if self._trading.open:
            wake = max(now + 1, self._trading.asleep_until(now))
            moments.append(self._on_grid(wake))
        moments += [due for due in (self.equity.next_at(now), self.proposals.next_at()) if due]
        dues = self._algos.next_at(), self.state.check_at, self._halts.next_look(now), self._alerts.next_at(now)
        moments += [self._on_grid(max(now + 1, due)) for due in dues if due]
        return TimeNs(min(moments))

    def _on_grid(self, at: int) -> int:
        """The first step of the market at or after a time."""
        return -(-at // self.state.step_ns) * self.state.step_ns

    def _reach(self, at: TimeNs) -> None:
        before, self.state.now = self.state.now, at
        if at >= self._next_change:
            self._tell_changes(before, at)
        self._show(at)
        if before // DAY_NS != at // DAY_NS:
            for account in self.state.accounts.values():
                account.day = at // DAY_NS
                account.day_nav = self.valuer.worth(account).nav

    def _tell_changes(self, before: TimeNs, at: TimeNs) -> None:
        """Say which venues changed their state in (before, at], and look up when the next one will."""
        calendars = self.shown.calendars
        for when, venue, session in changes(calendars, before, at):
            self._trading.happened(SystemStatus(when, venue, session.word, f"{venue} is {session.word}"))
        following = next(changes(calendars, at, at + LOOK_AHEAD_NS), None)
        self._next_change = following[0] if following else TimeNs(at + LOOK_AHEAD_NS)

    def _show(self, at: TimeNs) -> None:
        grid = TimeNs(at // self.state.step_ns * self.state.step_ns)
        if grid != self.shown.now or self.shown.step_ns != self.state.step_ns:
            self.shown.advance(grid, self.state.step_ns)

    def _close(self, kind: str, body: bytes) -> JournalEntry:
        """Close the books on what was just done; what is over leaves the state."""
        entry = self._trading.chronicle.entry(self.state, kind, self.state.now, body)
        for order in entry.orders:
            if not order.open:
                self._algos.retired(order)
                self._trading.retire(order)
        self.past.note(entry)
        return entry

    # --- commands -----------------------------------------------------------------------------

    def apply(self, command: AnyCommand) -> tuple[list[JournalEntry], Answer]:
        """Do what a command wants at its time: the entries to make durable, and the answer."""
        entries = self.advance(command.at) if command.at > self.state.now else []
        if isinstance(command, Submit):
            known = self._trading.seen(command)
            if known is not None:
                return entries, known
        answer = self._do(command)
        if isinstance(answer, Refusal):
            return entries, answer
        if self._trading.chronicle.traded:
            self._after_trades(self.state.now)
        kind = str(type(command).__struct_config__.tag)
        entries.append(self._close(kind, encode(command)))
        return entries, answer

    def _do(self, command: AnyCommand) -> Answer:
        trading = self._trading
        closed = self._closed(command)
        if closed is not None:
            return closed
        if isinstance(command, Submit | Amend):
            account = self.state.accounts.get(command.account)
            if account is not None:
                self._watch.before_order(account, self.state.now)
        if isinstance(command, Submit):
            return trading.submit(command)
        if isinstance(command, Cancel):
            return trading.cancel(command)
        if isinstance(command, Amend):
            return trading.amend(command)
        if isinstance(command, CancelAll):
            return trading.cancel_all(command)
        if isinstance(command, OpenAccount):
            self._accounts.open(command)
        elif isinstance(command, ResetAccount | ForkAccount | ImportTrades | UndoImport):
            return self._hand_over(command)
        elif isinstance(command, SetClock):
            self.state.speed, self.state.paused = command.speed, command.paused
            self.state.step_ns = command.step_ns
            self._show(self.state.now)
        elif isinstance(command, _SIGNING):
            return self._sign(command)
        elif not isinstance(command, Reach):
            return self._do_for_account(command)
        return None

    def _sign(self, command: _SIGNING) -> Answer:
        account = self.state.accounts.get(command.account)
        if account is None:
            return Refusal(Code.FORBIDDEN, f"there is no account {command.account}", fix="open it first")
        if isinstance(command, Accept):
            self._watch.before_order(account, self.state.now)
        return self.proposals.do(command)

    def _do_for_account(self, command: Flatten | StartAlgo | ControlAlgo | SetLimits | SetAlert | DropAlert) -> Answer:
        """Commands that need an account to exist."""
        account = self.state.accounts.get(command.account)
        if account is None:
            return Refusal(Code.FORBIDDEN, f"there is no account {command.account}", fix="open it first")
        if isinstance(command, Flatten):
            self._algos.cancel_all(command.account, "stopped by its owner")
            return Flattened(*self._trading.flatten(command.account))
        if isinstance(command, StartAlgo):
            return self._algos.start(account, command)
        if isinstance(command, ControlAlgo):
            return self._algos.control(command)
        if isinstance(command, SetAlert):
            return self._alerts.set(command)
        if isinstance(command, DropAlert):
            return self._alerts.drop(command)
        self._set_limits(account, command)
        return None

    def _set_limits(self, account: Account, command: SetLimits) -> None:
        account.limits = command.limits
        if command.unlock:
            account.locked = ""
        self._watch.touched(account.account_id, self.state.now)
        self.state.check_at = self._watch.next_check(self.state.now)

    def _closed(self, command: AnyCommand) -> Refusal | None:
        """The refusal of a command for an account that was given back."""
        if isinstance(command, SetClock | Reach | OpenAccount):
            return None
        account = self.state.accounts.get(command.account)
        if account is None or not account.closed_at:
            return None
        return Refusal(
            Code.FORBIDDEN, f"the account {command.account} is closed", fix="vterm accounts lists the others"
        )

    def _hand_over(self, command: ResetAccount | ForkAccount | ImportTrades | UndoImport) -> Refusal | None:
        if isinstance(command, ResetAccount):
            refusal = self._accounts.reset(command)
        elif isinstance(command, ForkAccount):
            refusal = self._accounts.fork(command)
        elif isinstance(command, ImportTrades):
            refusal = self._imports.book(command)
        else:
            refusal = self._imports.undo(command)
        if refusal is None:
            self._overnight.become(self.state)  # positions came or went without a fill
        return refusal

    # --- whole state --------------------------------------------------------------------------

    def take_events(self) -> list[Event]:
        """What has happened since the last call, in order."""
        return self._trading.chronicle.take_events()

    def working_lots(self, account: str) -> dict[tuple[str, int], int]:
        """Lots that the account's open orders may still add, by (symbol, side)."""
        return dict(self._trading.open.working(account))

    def find_order(self, account: str, name: str) -> Order | None:
        """An order of the account, open or over, by its own id or its client's."""
        return self._trading.find(account, name)

    def order_id(self, account: str, name: str) -> str:
        """The own id of the order that `name` is the id or the client's id of; `name` itself where there is none."""
        found = self.find_order(account, name)
        return name if found is None else found.order_id

    def open_orders(self, account: str) -> list[Order]:
        """The account's open orders, oldest first."""
        return self._trading.open_orders(account)

    @property
    def working(self) -> bool:
        """Whether any order is open, any algorithm at work or any alert active."""
        return bool(self._trading.open) or bool(self._algos) or bool(self._alerts)

    def freeze(self) -> bytes:
        """The whole state as bytes; equal states give equal bytes."""
        return msgspec.msgpack.encode(self.state)

    def thaw(self, frozen: bytes) -> None:
        """Become the state of `freeze`. Raises msgspec.DecodeError where the bytes are not one."""
        self.state = msgspec.msgpack.decode(frozen, type=State)
        over = [order for order in self.state.orders.values() if not order.open]
        self.shown.displaced = self.state.displaced
        self._trading.become(self.state)
        self._algos.become(self.state)
        self._alerts.become(self.state)
        self._acts.become(self.state)
        self.proposals.become(self.state)
        for order in over:  # an older version kept them here
            self._algos.retired(order)
            self._trading.retire(order)
        self._held.become(self.state)
        self._watch.become(self.state)
        self._overnight.become(self.state)
        self.equity.become(self.state)
        self._accounts.become(self.state)
        self._imports.become(self.state)
        self._next_change = TimeNs(0)
        self.shown.now = TimeNs(-1)
        self._show(self.state.now)
        self._halts.remember()

    def state_hash(self) -> str:
        """SHA-256 of the whole state and of the past."""
        return hashlib.sha256(self.freeze() + self.past.digest()).hexdigest()
