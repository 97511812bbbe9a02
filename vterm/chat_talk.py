"""The talk with a copilot: asks, listens, keeps. Nothing here holds up the screen, whatever the worker does.

What comes is gathered into the turns and painted with the desk's next frame; a worker that floods is read in measured
gulps, one that hangs is let go by a second stop.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from engine.desk import DeskUnreachable, Document
from engine.model.refusal import Refused
from engine.model.text import safe
from vterm.chat import MOST_TURNS, Turn, turn_of
from vterm.chat_rows import WAITING

if TYPE_CHECKING:
    from copilot.wire import Companion
    from vterm.conversations import Conversations, Listed

MODES = ("auto", "research", "trading", "portfolio", "earnings", "scanner")
MOST_QUESTION = 4_000
DAY_TOKENS = 1_000_000
TURN_CALLS = 25
GULP, GULP_SECONDS = 64, 0.01
"""Events that are read in one go, and the pause after them in which keys are heard."""
HISTORY_TURNS = 20
LOST = (DeskUnreachable, OSError, EOFError)
Touch = Callable[[set[str]], Any]


class Talk:
    """One conversation at a time. `make` gives a copilot, `at` the market's time, `touch` has the topic painted."""

    def __init__(self, make: Callable[[], Companion], at: Callable[[], str], touch: Touch) -> None:
        self._make, self._at, self._touch = make, at, touch
        self.store: Conversations | None = None
        self.turns: list[Turn] = []
        self.id, self.title, self.mode, self.label = uuid.uuid4().hex[:12], "", "auto", ""
        self.refusal: dict[str, str] = {}
        self.asked: list[str] = []
        """Questions of this and earlier conversations, oldest first."""
        self.listed: list[Listed] = []
        self.trouble = ""
        """Why conversations are not kept; empty while they are."""
        self.tokens_today = 0
        self._companion: Companion | None = None
        self._starting: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._storing = asyncio.Lock()
        self._stops: set[str] = set()
        self._known: Document = {}

    # -- reading --------------------------------------------------------------------------------------------

    @property
    def running(self) -> Turn | None:
        """The turn that is being answered."""
        return self.turns[-1] if self.turns and self.turns[-1].running else None

    @property
    def offline(self) -> bool:
        """Whether no model is asked."""
        return "offline" in self.label.lower()

    @property
    def who(self) -> str:
        """Who thinks, in words."""
        return self.label or ("not there" if self.refusal else "asking who thinks")

    # -- the copilot ----------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Start the copilot and read what was kept, once."""
        if self._companion is None and self._starting is None:
            self.refusal = {}
            self._starting = self._run(self._start())

    async def _start(self) -> None:
        try:
            await self._read_kept()
            companion = self._make()
            ready = await companion.start()
            self.label, self._companion = safe(ready.label, 80), companion
            self._run(self._listen(companion))
        except Refused as no:
            error = no.refusal
            self.refusal = {"code": error.code.value, "message": str(error.message), "fix": str(error.fix)}
        except LOST as error:
            self.refusal = {"code": "COPILOT_DOWN", "message": safe(str(error) or "it does not answer", 160),
                            "fix": "ask again: it is started anew"}  # fmt: skip
        finally:
            self._starting = None
            self._touch({"chat"})

    async def _listen(self, companion: Companion) -> None:
        """Everything the copilot says, in gulps."""
        count = 0
        try:
            async for event in companion.events():
                self._take(event)
                count += 1
                if count % GULP == 0:
                    await asyncio.sleep(GULP_SECONDS)
        except (*LOST, Refused) as error:
            self.trouble = self.trouble or safe(str(error), 120)
        if self._companion is companion:
            self._companion = None
            if self.running is not None:
                self._end(self.running, "failed", {"code": "COPILOT_ENDED", "message": "the copilot has ended",
                                                   "fix": "ask again: it is started anew"})  # fmt: skip

    def _take(self, event: Any) -> None:
        """One event; what belongs to no running turn is dropped."""
        turn = self.running
        if turn is None or getattr(event, "turn", "") != turn.id:
            return
        kind = type(event).__name__
        if kind == "Text":
            turn.say(event.text)
        elif kind == "Called":
            turn.called(event)
        elif kind == "Proposed":
            turn.proposed(event.proposal)
            self.heed(self._known)
        elif kind == "Note":
            turn.note(event.text)
        elif kind == "Answered":
            turn.answered(event)
            self._stops.discard(turn.id)
            self._keep(turn, turn.tokens)
            self.heed(self._known)
        self._touch({"chat"})

    # -- what a person does ---------------------------------------------------------------------------------

    def ask(self, text: str, context: tuple[Document, ...] = ()) -> bool:
        """Ask; False while another answer comes, or where nothing is asked."""
        question = safe(text, MOST_QUESTION).strip()
        if not question or self.running is not None:
            return False
        turn = Turn(uuid.uuid4().hex[:12], question, self.mode, self._at())
        self.title = self.title or safe(question, 80)
        self.turns = [*self.turns, turn][-MOST_TURNS:]
        self.asked = [*(one for one in self.asked if one != question), question][-100:]
        self._run(self._ask(turn, context))
        self._touch({"chat"})
        return True

    async def _ask(self, turn: Turn, context: tuple[Document, ...]) -> None:
        self.begin()
        if self._starting is not None:
            await asyncio.wait({self._starting})
        if self._companion is None:
            self._end(turn, "failed", self.refusal or {"code": "COPILOT_DOWN", "message": "the copilot is not there"})
            return
        from copilot.wire import Ask, Said

        said: list[Said] = []
        for before in self.turns[-HISTORY_TURNS - 1 : -1]:
            said += [Said("user", before.question), Said("assistant", before.text)]
        left = max(0, DAY_TOKENS - self.tokens_today)
        await self._tell(self._companion.ask(Ask(turn.id, turn.question, turn.mode, context, tuple(said), left)), turn)

    def stop(self) -> bool:
        """Stop what is being answered; asked twice, it is let go here whatever the copilot does. Whether there was."""
        turn = self.running
        if turn is None:
            return False
        if turn.id in self._stops or self._companion is None:
            self._stops.discard(turn.id)
            self._end(turn, "stopped")
            return True
        self._stops.add(turn.id)
        turn.note("stopping; once more lets go of it")
        self._run(self._tell(self._companion.stop(turn.id), turn))
        self._touch({"chat"})
        return True

    def turn_mode(self, by: int = 1) -> None:
        """The next mode."""
        self.mode = MODES[(MODES.index(self.mode) + by) % len(MODES)]
        self._touch({"chat"})

    def heed(self, proposals: Document) -> None:
        """What became of proposals, by id: cards live from it, and the copilot is told of an end."""
        self._known = proposals
        for turn in self.turns:
            for card in turn.cards:
                row = proposals.get(card.proposal_id)
                if row is None:
                    continue
                status, reason = safe(str(row.get("status") or ""), 20), safe(str(row.get("reason") or ""), 160)
                if (status, reason) != (card.status, card.reason):
                    card.status, card.reason = status, reason
                    turn.made += 1
                    if not turn.running:
                        self._keep(turn)
                    self._touch({"chat"})
                if status not in WAITING and not card.told and self._companion is not None:
                    card.told = True
                    self._run(self._outcome(card.proposal_id, status, reason))

    async def _outcome(self, proposal_id: str, status: str, reason: str) -> None:
        from copilot.wire import Outcome

        if self._companion is not None:
            await self._tell(self._companion.outcome(Outcome(proposal_id, status.lower(), reason)))

    async def _tell(self, work: Coroutine[Any, Any, None], turn: Turn | None = None) -> None:
        """Say something to the copilot; a refusal ends the turn that it was for."""
        try:
            await work
        except Refused as no:
            error = no.refusal
            if turn is not None and turn.running:
                self._end(turn, "failed", {"code": error.code.value, "message": str(error.message),
                                           "fix": str(error.fix)})  # fmt: skip
        except LOST as error:
            if turn is not None and turn.running:
                self._end(turn, "failed", {"code": "COPILOT_DOWN", "message": str(error)})

    def _end(self, turn: Turn, how: str, refusal: dict[str, str] | None = None) -> None:
        turn.end(how, refusal)
        self._keep(turn)
        self._touch({"chat"})

    # -- conversations --------------------------------------------------------------------------------------

    def fresh(self) -> None:
        """A new conversation; the one before stays in the list."""
        self.stop()
        self.stop()
        self.turns, self.title, self.id = [], "", uuid.uuid4().hex[:12]
        self._touch({"chat"})

    def resume(self, talk: str) -> None:
        """Bring one back."""
        self.fresh()
        self._run(self._resume(talk))

    async def _resume(self, talk: str) -> None:
        bodies = await self._stored(lambda store: store.turns(talk)) or []
        found = []
        for body in bodies:
            try:
                found.append(turn_of(body))
            except ValueError:
                self.trouble = "a turn that was kept could not be read"
        if found:
            self.turns, self.id, self.title = found[-MOST_TURNS:], talk, safe(found[0].question, 80)
            self.heed(self._known)
        self._touch({"chat"})

    def search(self, words: str) -> None:
        """List conversations in which these words stand."""
        self._run(self._list(words))

    def drop(self, talk: str, words: str = "") -> None:
        """Forget one."""
        self._run(self._drop(talk, words))
        if talk == self.id:
            self.fresh()

    async def _drop(self, talk: str, words: str) -> None:
        await self._stored(lambda store: store.drop(talk))
        await self._list(words)

    async def _list(self, words: str) -> None:
        self.listed = await self._stored(lambda store: store.listed(words)) or []
        self._touch({"chat"})

    async def _read_kept(self) -> None:
        await self._list("")
        self.tokens_today = await self._stored(lambda store: store.spend(_day(), 0)) or 0

    def _keep(self, turn: Turn, tokens: int = 0) -> None:
        self.tokens_today += tokens
        place = self.turns.index(turn) if turn in self.turns else len(self.turns)
        self._run(self._kept(self.id, self.title, (turn.id, place, turn.document()), f"{turn.question}\n{turn.text}",
                             tokens))  # fmt: skip

    async def _kept(self, talk: str, title: str, turn: tuple[str, int, str], words: str, tokens: int) -> None:
        at, day = self._at(), _day()
        await self._stored(lambda store: store.keep(talk, title, at, turn, words))
        if tokens:
            self.tokens_today = await self._stored(lambda store: store.spend(day, tokens)) or self.tokens_today
        await self._list("")

    async def _stored(self, work: Callable[[Conversations], Any]) -> Any:
        """Work on the file in a thread, one after the other; None where there is no home or the file refuses."""
        store = self.store
        if store is None:
            return None
        async with self._storing:
            try:
                return await asyncio.to_thread(work, store)
            except Refused as no:
                self.trouble = safe(str(no.refusal.message), 160)
                return None

    # -- life -----------------------------------------------------------------------------------------------

    def _run(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """End the copilot; what is being kept is kept."""
        companion, self._companion = self._companion, None
        if self.running is not None:
            self._end(self.running, "stopped")
        async with self._storing:
            for task in tuple(self._tasks):
                task.cancel()
        if companion is not None:
            await companion.close()


def _day() -> str:
    return time.strftime("%Y-%m-%d", time.gmtime())
