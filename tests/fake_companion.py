"""A copilot that says what a test lets it say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable

from copilot.wire import Answered, Ask, Called, FromWorker, Outcome, Ready, Text
from engine.model.refusal import Refused

Script = Callable[[Ask], Iterable[FromWorker]]


class FakeCompanion:
    """`script` gives the events of a question; `refused` is raised at the start; `floods` says the same for ever."""

    def __init__(
        self, script: Script | None = None, label: str = "offline planner", refused: Refused | None = None,
        *, floods: bool = False,
    ) -> None:  # fmt: skip
        self.script, self.label, self.refused, self.floods = script or answered, label, refused, floods
        self.asked: list[Ask] = []
        self.stopped: list[str] = []
        self.outcomes: list[Outcome] = []
        self.started = self.closed = 0
        self.said = 0
        self._queue: asyncio.Queue[FromWorker | None] = asyncio.Queue()

    async def start(self) -> Ready:
        """Begin."""
        self.started += 1
        if self.refused is not None:
            raise self.refused
        return Ready(self.label)

    async def ask(self, ask: Ask) -> None:
        """Say what the script says."""
        self.asked.append(ask)
        for event in self.script(ask):
            self._queue.put_nowait(event)

    async def stop(self, turn: str) -> None:
        """Remember it."""
        self.stopped.append(turn)

    async def outcome(self, outcome: Outcome) -> None:
        """Remember it."""
        self.outcomes.append(outcome)

    async def events(self) -> AsyncIterator[FromWorker]:
        """What was said; a flood never waits."""
        while self.floods and not self.closed:
            if not self.asked:
                await asyncio.sleep(0.01)
                continue
            self.said += 1
            yield Text(self.asked[-1].turn, f"word {self.said} of a flood that does not end\n\n")
        while not self.closed:
            event = await self._queue.get()
            if event is None:
                return
            yield event

    def say(self, *events: FromWorker | None) -> None:
        """Say more; None ends the worker."""
        for event in events:
            self._queue.put_nowait(event)

    async def close(self) -> None:
        """End."""
        self.closed = 1
        self._queue.put_nowait(None)


PROPOSAL = {"proposal_id": "p000007", "purpose": "order.place", "summary": "SELL 120 NVDA limit 178.90 day",
            "status": "PROPOSED", "expires_at": "2026-11-23T14:40:00Z", "taint": 1}  # fmt: skip
MARKDOWN = """## Tech is over its share

**Yes.** Technology is *41.2 %* of what you own [1]; the next sector is 4.7 % [1]. Selling would bring it to 99.9 %.

| symbol | weight | value |
| --- | ---: | ---: |
| NVDA | 32.1 % | 329,212.80 |
| AAPL | 9.0 % | 92,576.00 |

- sell `120` NVDA, see [the rule](https://x.example)
- or wait
"""


def answered(ask: Ask) -> list[FromWorker]:
    """Two calls, an answer with every kind of block, chips, a flagged figure."""
    turn = ask.turn
    citation = {"n": 1, "tool": "concentration", "what": "weights of what is held", "at": "2026-11-23T14:32:07Z",
                "origin": "desk"}  # fmt: skip
    return [
        Called(turn, 1, "concentration", {"by": "sector"}),
        Called(turn, 1, "concentration", {"by": "sector"}, True, 18.2),
        Called(turn, 2, "news_feed", {"symbol": "NVDA"}, False, 4.0, error={"code": "NOT_FOUND", "message": "no news"}),
        Text(turn, MARKDOWN),
        Answered(turn, {"text": MARKDOWN, "offline": True, "citations": [citation], "proposals": []},
                 ("stress test my book", "what is my risk"), ("99.9",), {"input": 900, "output": 100}),
    ]  # fmt: skip
