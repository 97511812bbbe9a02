"""The desk's watch over itself: at start and every minute all accounts are held against what was committed.

One pass reads the stored balances and then looks at a few accounts each frame, so that no order waits for it. Finding
a drift is final until the desk is opened again: nothing here puts anything right.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue

from engine.kernel import Kernel
from engine.ledger.invariants import Balances
from engine.ledger.reconcile import Books, Drift, Reconciliation
from engine.ledger.replay import Rebuilt
from engine.model.account import Account
from engine.model.command import (
    AnyCommand,
    Cancel,
    CancelAll,
    ControlAlgo,
    DropAlert,
    SetAlert,
    SetClock,
    SetLimits,
)
from engine.model.refusal import Code, refuse
from engine.ports import IntegrityError, JournalEntry, StoreError

EVERY_S = 60.0
FRAMES = 300
"""A pass takes at most this many frames of 100 ms, so that a drift is found within its minute."""
LEAST = 16
MOST = 20
"""Drifts that are told one by one: more say no more."""
STILL_DONE = (Cancel, CancelAll, ControlAlgo, SetLimits, SetAlert, DropAlert, SetClock)
"""Commands that are done while the books disagree: none of them moves money. The market stands still meanwhile."""

_Read = Callable[[], None]


class DriftWatch:
    """Reconciles one desk. `look` once a frame; `found` fills where something is wrong."""

    def __init__(self, kernel: Kernel, books: Books) -> None:
        self._kernel, self._books = kernel, books
        self._own = Reconciliation()
        self.found: list[Drift | str] = []
        self.passes = 0
        self._told = False
        self._next: float | None = None
        self._marks: dict[str, tuple[int, int]] = {}
        self._marked = -1
        self._pass: Iterator[None] | None = None
        self._answers: SimpleQueue[_Read] = SimpleQueue()
        self._thread: threading.Thread | None = None

    @property
    def cause(self) -> str:
        """What is wrong, in one line; empty while nothing is."""
        if not self.found:
            return ""
        first = self.found[0] if isinstance(self.found[0], str) else self.found[0].text()
        return first if len(self.found) == 1 else f"{first} (and {len(self.found) - 1} more)"

    def document(self) -> dict[str, object]:
        """What /healthz says of it."""
        state = "drift" if self.found else "agreed" if self.passes else "checking"
        told = {"cause": self.cause} if self.found else {}
        return {"state": state, "passes": self.passes, **told}

    def news(self) -> bool:
        """Whether something is wrong that was not told yet."""
        fresh, self._told = bool(self.found) and not self._told, self._told or bool(self.found)
        return fresh

    def check(self, command: AnyCommand) -> None:
        """Raises Refused for a command that would trade while something is wrong."""
        if self.found and not isinstance(command, STILL_DONE):
            raise refuse(
                Code.LEDGER_FAILED,
                "trading has stopped: the desk and its books disagree",
                cause=self.cause,
                fix="orders can be cancelled; `vterm audit` checks what is stored, a restart reads it again",
            )

    # --- entries ------------------------------------------------------------------------------

    def note(self, entries: Sequence[JournalEntry]) -> None:
        """Entries were made; the kernel's state is as after the last of them."""
        self._own.note(entries)

    def settled(self, seq: int) -> None:
        """Entries up to `seq` are durable."""
        self._own.settled(seq)

    # --- time ---------------------------------------------------------------------------------

    def begin(self) -> None:
        """Before the desk is open: stored balances against its state at once, and a recount of everything begun."""
        self._own.reading()
        self._compared(*self._books.balances())
        for account in self._kernel.state.accounts.values():
            self._look_at(account)
        self._close_pass()
        self._thread = threading.Thread(target=self._recount, name="recount", daemon=True)
        self._thread.start()

    def look(self, now: float) -> None:
        """Go on a little; `now` in seconds of any steady clock."""
        while True:
            try:
                self._answers.get_nowait()()
            except Empty:
                break
        if not self._own.begun or self.found:
            return
        if self._pass is not None:
            if next(self._pass, self) is self:
                self._pass = None
        elif self._next is None or now >= self._next:
            self._next = now + EVERY_S
            self._read_balances()

    def all_at_once(self) -> list[Drift | str]:
        """A whole pass now, stored balances included: what is wrong. Needs the recount of the start."""
        self.wait()
        self._own.reading()
        self._compared(*self._books.balances())
        for _ in self._accounts():
            continue
        return self.found

    def wait(self) -> None:
        """Until the recount of the start is in, and what it found is known."""
        if self._thread is not None:
            self._thread.join()
        while not self._answers.empty():
            self._answers.get_nowait()()

    def close(self) -> None:
        """End what reads the ledger."""
        self._books.stop()
        if self._thread is not None:
            self._thread.join()

    # --- reading ------------------------------------------------------------------------------

    def _recount(self) -> None:
        """On its own thread: the whole ledger, once."""
        try:
            counted = self._books.recount()
        except (StoreError, IntegrityError) as error:
            text = str(error)
            self._answers.put(lambda: self.found.append(text))
            return
        if counted is not None:
            self._answers.put(lambda: self._begun(*counted))

    def _begun(self, seq: int, traders: dict[str, Rebuilt]) -> None:
        self._own.begin(seq, traders)

    def _read_balances(self) -> None:
        self._own.reading()
        if self._thread is not None:
            self._thread.join()
        self._thread = threading.Thread(target=self._balances, name="balances", daemon=True)
        self._thread.start()

    def _balances(self) -> None:
        """On its own thread: the stored balances of one moment."""
        try:
            seq, balances = self._books.balances()
        except (StoreError, IntegrityError) as error:
            text = str(error)
            self._answers.put(lambda: self.found.append(text))
            return
        self._answers.put(lambda: self._start_pass(seq, balances))

    def _start_pass(self, seq: int, balances: Balances) -> None:
        self._compared(seq, balances)
        self._pass = self._accounts()

    # --- comparing ----------------------------------------------------------------------------

    def _compared(self, seq: int, balances: Balances) -> None:
        self.found += self._own.compare_with(seq, balances)

    def _accounts(self) -> Iterator[None]:
        """Every account in turn, as many a frame as end in time."""
        names = list(self._kernel.state.accounts)
        size = max(LEAST, -(-len(names) // FRAMES))
        for start in range(0, len(names), size):
            for name in names[start : start + size]:
                self._look_at(self._kernel.state.accounts[name])
            yield
        self._close_pass()
        self.passes += 1

    def _look_at(self, account: Account) -> None:
        if len(self.found) >= MOST:
            return
        drifts = self._own.drifts(account)
        self.found += drifts
        if not drifts:
            self._value(account)

    def _value(self, account: Account) -> None:
        """Net asset value by the books at the marks of the desk."""
        if not self._own.begun:
            return
        kernel = self._kernel
        if self._marked != kernel.shown.version:
            self._marked, self._marks = kernel.shown.version, {}
        for symbol in account.positions:
            if symbol not in self._marks:
                self._marks[symbol] = kernel.valuer.mark_ratio(kernel.catalogue[symbol])
        books, desk = self._own.nav(account.account_id, self._marks), kernel.valuer.worth(account).nav
        if books != desk:
            self.found.append(Drift(account.account_id, "net asset value", desk, books, "its fills"))

    def _close_pass(self) -> None:
        """What is left to say once every account was seen."""
        self.found += self._own.strangers(self._kernel.state.accounts)
        self.found += self._own.faults()
        self._own.forget_balances()
