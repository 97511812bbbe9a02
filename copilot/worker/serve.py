"""The worker's life: it is opened once, answers one question at a time, and ends when its keeper or its desk goes."""

from __future__ import annotations

import asyncio
import socket

from copilot.agent.port import Model
from copilot.answer import Answer
from copilot.tools.call import Hands
from copilot.turn import Turn
from copilot.wire import Answered, Ask, FromWorker, Open, Outcome, Ran, Ready, Stop
from copilot.worker.mail import Mail
from copilot.worker.narrow_desk import NarrowDesk
from copilot.worker.outside import Errand, Outside
from copilot.worker.thought import Thought, label_of, model_of
from engine.model.refusal import Code, Refusal, Refused

MOST_OUTCOMES = 50


async def serve(sock: socket.socket, reads: int, writes: int) -> None:
    """Answer until the wire or the desk ends."""
    mail, desk = await Mail.over(reads, writes), await NarrowDesk.over(sock)
    first = await mail.next()
    if not isinstance(first, Open):
        return
    await _Worker(mail, desk, first).live()


class _Worker:
    def __init__(self, mail: Mail, desk: NarrowDesk, opened: Open) -> None:
        self.mail, self.desk, self.opened = mail, desk, opened
        self.errand = Errand(opened.outside, mail.tell)
        self.outcomes: list[Outcome] = []
        self.foreign = 0
        self.model: Model | None = None
        self._turn = ""
        self._stop = asyncio.Event()
        self._working: asyncio.Task[None] | None = None

    async def live(self) -> None:
        try:
            self.model = model_of(self.opened.provider)
        except Refused as refused:
            await self.mail.tell(Answered("", Answer("", True, (), (), ()).document(), ended="failed",
                                          refusal=dict(refused.refusal.document()["error"])))  # type: ignore[call-overload]  # fmt: skip
            return
        await self.mail.tell(Ready(label_of(self.opened.provider, self.model)))
        listening = asyncio.create_task(self._listen())
        lost = asyncio.create_task(self.desk.lost.wait())
        await asyncio.wait({listening, lost}, return_when=asyncio.FIRST_COMPLETED)
        if self._working is not None:
            if not listening.done():  # the desk is gone: what is being answered says so itself
                await asyncio.wait({self._working, listening}, return_when=asyncio.FIRST_COMPLETED)
            self._working.cancel()
        for task in (listening, lost):
            task.cancel()
        if self.model is not None:
            await self.model.close()
        await self.desk.close()

    async def _listen(self) -> None:
        while (message := await self.mail.next()) is not None:
            if isinstance(message, Ask):
                await self._ask(message)
            elif isinstance(message, Stop):
                if message.turn == self._turn:
                    self._stop.set()
            elif isinstance(message, Outcome):
                self.outcomes = [*self.outcomes, message][-MOST_OUTCOMES:]
            elif isinstance(message, Ran):
                self.errand.ran(message)

    async def _ask(self, ask: Ask) -> None:
        if self._working is not None and not self._working.done():
            busy = Refusal(Code.RATE_LIMITED, "a question is being answered already", fix="stop it, or wait for it")
            await self.mail.tell(_failed(ask, busy))
            return
        self._turn, self._stop = ask.turn, asyncio.Event()
        self._working = asyncio.create_task(self._answer(ask))

    async def _answer(self, ask: Ask) -> None:
        outcomes, self.outcomes = tuple(self.outcomes), []
        turn = Turn(foreign=self.foreign + sum(1 for each in ask.context if str(each.get("text", "")).strip()))
        hands = Hands(self.desk, self.desk, turn)
        outside = Outside(self.errand, hands, self.desk)
        thought = Thought(hands, ask, self.opened, self._tell, outside, self._stop, outcomes)
        answered = await thought.answered(self.model)
        # What was read stays in the conversation, and so does what it may have done to whoever read it.
        self.foreign = turn.foreign if ask.history or self.model is not None else 0
        await self.mail.tell(answered)

    async def _tell(self, message: FromWorker) -> None:
        await self.mail.tell(message)


def _failed(ask: Ask, refusal: Refusal) -> Answered:
    error = refusal.document()["error"]
    assert isinstance(error, dict)
    return Answered(ask.turn, Answer("", True, (), (), ()).document(), ended="failed", refusal=error)
