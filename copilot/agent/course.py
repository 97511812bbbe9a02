"""One turn as far as it has come: what was said, called, found, proposed and spent. Whoever ends it, and wherever, the
answer is made of this."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from copilot.agent.chips import chips_for
from copilot.agent.port import Trouble
from copilot.answer import Answer
from copilot.evidence import CITED, Result, unsupported
from copilot.tools.finding import Document
from copilot.wire import Answered, Ask, FromWorker, Text

MOST_TEXT = 60_000
"""Characters of one answer; what comes after is not waited for."""
_NAMED = re.compile(r"\b(?:S&P|Nasdaq|NASDAQ|FTSE|Russell|Nikkei|Stoxx|STOXX|CAC|DAX)[ -]\d{2,4}\b")
"""Numbers that are a name's part."""
_MARKER = re.compile(r"^\s*(?:[-*>#|]\s*)*\d{1,2}[.)]\s", re.ASCII)


class Over(Exception):
    """The turn ends here. `ended` as in Answered; `line` is said to the person where there is something to say."""

    def __init__(self, ended: str, line: str = "", trouble: Trouble | None = None) -> None:
        super().__init__(line or ended)
        self.ended, self.line, self.trouble = ended, line, trouble


class Course:
    """The turn's state."""

    def __init__(self, ask: Ask, tell: Callable[[FromWorker], Awaitable[None]]) -> None:
        self.ask, self.tell = ask, tell
        self.results: list[Result] = []
        self.checked: list[Result] = []
        """The same as a model got them, where that differs."""
        self.proposals: list[Document] = []
        self.input = self.output = 0
        self._said: list[str] = []
        self._own: list[str] = []
        self._size = 0
        self._break = False

    @property
    def calls(self) -> tuple[Document, ...]:
        """{tool, args, ok, took_ms} of every call that has ended, and its error where it was refused."""
        return tuple(_call(result) for result in self.results)

    @property
    def spent(self) -> int:
        """Tokens so far."""
        return self.input + self.output

    @property
    def text(self) -> str:
        """All that was said."""
        return "".join(self._said)

    def new_step(self) -> None:
        """What is said next is a paragraph of its own."""
        self._break = bool(self._said)

    async def say(self, text: str, *, model: bool = True) -> None:
        """Say a piece; raises Over where the answer becomes longer than any should be."""
        if not text:
            return
        if self._break:
            self._break = False
            text = "\n\n" + text.lstrip("\n")
        over = self._size + len(text) > MOST_TEXT and model
        text = text[: max(0, MOST_TEXT - self._size)] if over else text
        self._size += len(text)
        self._said.append(text)
        if model:
            self._own.append(text)
        await self.tell(Text(self.ask.turn, text))
        if over:
            raise Over("budget", "The answer grew too long and was ended here.")

    def answered(self, ended: str, trouble: Trouble | None = None) -> Answered:
        """The end of the turn."""
        return Answered(
            self.ask.turn,
            Answer(self.text, False, self.calls, self._citations(), tuple(self.proposals)).document(),
            chips_for(self.results, bool(self.proposals)) if ended == "done" else (),
            self._flagged(),
            {"input": self.input, "output": self.output},
            ended,
            trouble.document() if trouble is not None else None,
        )

    def _citations(self) -> tuple[Document, ...]:
        named = {int(number) for number in CITED.findall(self.text)}
        return tuple(result.citation() for result in self.results if result.n in named)

    def _flagged(self) -> tuple[str, ...]:
        """Figures of the model's own words that no cited result holds. The numbers of a list are no figures."""
        text = "\n".join(_MARKER.sub("", _NAMED.sub("", line)) for line in "".join(self._own).splitlines())
        known = {result.n: result for result in self.results}
        sent = {result.n: result for result in self.checked}
        missing = unsupported(text, known, self.ask.text)
        if sent and missing:
            rounded = set(unsupported(text, sent, self.ask.text))
            missing = tuple(figure for figure in missing if figure in rounded)
        return tuple(dict.fromkeys(missing))


def _call(result: Result) -> Document:
    took = float(result.document.get("took_ms", 0.0))
    made: Document = {"tool": result.tool, "args": result.args, "ok": result.ok, "took_ms": took}
    return made if result.ok else {**made, "error": result.error}
