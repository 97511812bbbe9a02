"""What the signing dialog does with the signer and the desk: one proposal from its opening to what became of it.

Knows no key and no cell. The dialog tells it what a person decided; it tells the dialog that something changed.
"""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

from engine.desk import DeskUnreachable, Document
from engine.model.refusal import Refused
from vterm.dialogs.signing_facts import Facts, terms_of

if TYPE_CHECKING:
    from vterm.signing import Opened, SignerState, Signing

LOST = (DeskUnreachable, OSError, EOFError)
LOOK_SECONDS = 0.25
ENDED = frozenset({"DECLINED", "EXPIRED", "REJECTED", "EXECUTED", "REPRICED"})


class ProposalDesk(Protocol):
    """What of the desk the dialog reads."""

    async def proposal(self, proposal_id: str) -> Document:
        """One proposal, as it is now."""

    async def book(self, symbol: str, levels: int = 10) -> Document:
        """The shown ladder."""

    async def preview(self, order: Document) -> Document:
        """What an order would do if it were sent now."""


def error_of(no: Refused) -> Document:
    """The body of a refusal."""
    error: Any = no.refusal.document()["error"]
    return dict(error)


class Phase(enum.Enum):
    """Where a proposal stands in the dialog."""

    OPENING = "opening"
    LOCKED = "locked"
    CARD = "card"
    SIGNING = "signing"
    DONE = "done"
    REFUSED = "refused"
    OVER = "over"


class Session:
    """One proposal. `told` is the last thing said by desk or signer: {"code", "message", "cause", "fix"}."""

    def __init__(
        self, signing: Signing, desk: ProposalDesk, proposal_id: str, now: Callable[[], float] = monotonic
    ) -> None:
        self.signing, self.desk, self.proposal_id = signing, desk, proposal_id
        self.now = now
        self.changed: Callable[[], None] = lambda: None
        self.phase = Phase.OPENING
        self.opened: Opened | None = None
        self.opened_at = 0.0
        self.signer: SignerState | None = None
        self.told: Document = {}
        self.outcome: Document = {}
        self.facts = Facts()
        self._tasks: set[asyncio.Future[None]] = set()
        self._watching: asyncio.Task[None] | None = None

    # -- what a person wants --------------------------------------------------------------------------------

    def open(self) -> None:
        """Ask the signer for the card, a fresh one each time."""
        self.phase, self.told, self.opened = Phase.OPENING, {}, None
        self._run(self._open())

    def unlock(self, passphrase: str) -> None:
        """Hand the passphrase on; nothing of it stays here."""
        self.phase = Phase.OPENING
        self._run(self._unlock(passphrase))

    def sign(self, typed: str) -> None:
        """The person signed. Called once for a presented card."""
        opened = self.opened
        if self.phase is Phase.CARD and opened is not None and self.left() > 0:
            self.phase = Phase.SIGNING
            self._run(self._sign(opened, typed))

    def decline(self, why: str) -> None:
        """The person does not want it."""
        self.phase = Phase.SIGNING
        self._run(self._decline(why))

    async def shelve(self) -> None:
        """Close it; it stays for later."""
        if self.opened is not None and self.phase in (Phase.CARD, Phase.REFUSED):
            opened, self.opened = self.opened, None
            try:
                await self.signing.shelve(opened)
            except (Refused, *LOST):
                return  # it expires by itself, and can be opened again all the same

    def stop(self) -> None:
        """Let go of everything that still waits for an answer, but for a signature that is on its way."""
        if self._watching is not None:
            self._watching.cancel()

    # -- time -----------------------------------------------------------------------------------------------

    def left(self) -> float:
        """Seconds for which the card can still be signed."""
        return max(0.0, self.opened_at + self.valid() - self.now()) if self.opened else 0.0

    def valid(self) -> float:
        """Seconds for which it could be signed when it was opened."""
        return self.opened.valid_ms / 1000 if self.opened else 0.0

    def tick(self) -> None:
        """The card's time may be over."""
        if self.phase is Phase.CARD and self.left() <= 0:
            message = "the card's time is over; nothing was signed"
            self._end({"code": "EXPIRED", "message": message, "fix": "F9 puts a fresh card before you"})

    def heard(self, row: Document) -> None:
        """The stream says where the proposal stands; it may have ended elsewhere."""
        if self.phase in (Phase.CARD, Phase.REFUSED) and row.get("status") in (
            "DECLINED",
            "EXPIRED",
            "REJECTED",
            "EXECUTED",
            "REPRICED",
        ):
            reason = str(row.get("reason") or "")
            after = f"; {row['replaced_by']} takes its place" if row.get("replaced_by") else ""
            message = f"it was {str(row['status']).lower()} meanwhile{after}"
            self._end({"code": str(row["status"]), "message": message, "cause": reason, "gone": "yes"})

    # -- work -----------------------------------------------------------------------------------------------

    async def _open(self) -> None:
        self.signer = await self.signing.state()
        if self.signer.locked:
            self.phase = Phase.LOCKED
            return
        self.facts.price(await self.desk.proposal(self.proposal_id))
        opened = await self.signing.open(self.proposal_id)
        self.opened, self.opened_at, self.phase = opened, self.now(), Phase.CARD
        self.facts.learn(opened)
        self._watch()

    async def _unlock(self, passphrase: str) -> None:
        try:
            self.signer = await self.signing.unlock(passphrase)
        except Refused as no:
            self.phase, self.told = Phase.LOCKED, error_of(no)
            return
        await self._open()

    async def _sign(self, opened: Opened, typed: str) -> None:
        self.outcome = await self.signing.sign(opened, typed)
        self.phase = Phase.DONE

    async def _decline(self, why: str) -> None:
        self.outcome = await self.signing.decline(self.proposal_id, why)
        self.phase = Phase.DONE

    def _watch(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
        self._watching = asyncio.create_task(self._look())

    async def _look(self) -> None:
        """Follow what the card is about, as long as it is open."""
        order = terms_of(self.opened) if self.opened else {}
        while True:
            try:
                self.facts.price(await self.desk.proposal(self.proposal_id))
                if self.facts.symbol:
                    self.facts.book = await self.desk.book(self.facts.symbol, 10)
                if order:
                    self.facts.preview = await self.desk.preview(order)
            except Refused as no:
                self.facts.preview = {"refusal": error_of(no)}
            except LOST:
                self.facts.lost = True
            self.changed()
            await asyncio.sleep(LOOK_SECONDS)

    def keep(self, task: asyncio.Future[None]) -> None:
        """Hold a task until it is done."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _run(self, work: Awaitable[None]) -> None:
        self.keep(asyncio.ensure_future(self._guarded(work)))

    async def _guarded(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Refused as no:
            self._refuse(error_of(no))
        except LOST as error:
            self._refuse({"code": "UNREACHABLE", "message": str(error) or "the desk does not answer"})
        self.changed()

    def _refuse(self, told: Document) -> None:
        self.phase, self.told = Phase.REFUSED, told

    def _end(self, told: Document) -> None:
        self.phase, self.told = Phase.OVER, told
        self.changed()
