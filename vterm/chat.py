"""A conversation with the copilot as the screen keeps it: turns, their calls, cards and outcomes. Pure.

Every text of a worker is foreign: it is made safe here, once, before anything keeps or paints it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from engine.desk import Document
from engine.model.text import safe

MOST_TEXT = 60_000
"""Characters of one answer that are kept; what is beyond is dropped, and said."""
MOST_CALLS = 100
MOST_NOTES = 20
MOST_CARDS = 30
MOST_TURNS = 400
"""Turns of one conversation; the oldest give way."""
PIECE = 4_000
CUT = "\n\n*the rest of this answer was cut: it is too long*"


@dataclass
class Call:
    """A tool call: `state` is running, ok or refused; `args` and `error` as one safe line each."""

    n: int
    tool: str
    args: str
    state: str = "running"
    took_ms: float = 0.0
    what: str = ""
    error: str = ""
    at: str = ""
    origin: str = ""


@dataclass
class Card:
    """A proposal in the talk. `status` is the desk's newest; `told` whether its end was told to the copilot."""

    proposal_id: str
    purpose: str
    summary: str
    status: str
    reason: str = ""
    expires_at: str = ""
    taint: int = 0
    told: bool = False


@dataclass
class Turn:
    """A question and what came of it. `ended` is empty while it runs, else done, stopped, budget or failed."""

    id: str
    question: str
    mode: str = "auto"
    at: str = ""
    text: str = ""
    cut: bool = False
    calls: list[Call] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    chips: list[str] = field(default_factory=list)
    flagged: list[str] = field(default_factory=list)
    offline: bool = False
    tokens: int = 0
    ended: str = ""
    refusal: dict[str, str] = field(default_factory=dict)
    made: int = 0
    """Counts changes, so that what was painted of it can be kept."""

    @property
    def running(self) -> bool:
        """Whether something may still come."""
        return not self.ended

    def say(self, piece: str) -> None:
        """More of the answer."""
        self.made += 1
        if self.cut:
            return
        self.text += safe(piece[:MOST_TEXT], MOST_TEXT, multiline=True)
        if len(self.text) > MOST_TEXT:
            self.text, self.cut = self.text[:MOST_TEXT] + CUT, True

    def called(self, event: Any) -> None:
        """A call began, or ended."""
        self.made += 1
        call = next((one for one in self.calls if one.n == event.n), None)
        if call is None:
            if len(self.calls) >= MOST_CALLS:
                return
            call = Call(int(event.n), safe(str(event.tool), 48), one_line(event.args))
            self.calls.append(call)
        if event.ok is not None:
            call.state = "ok" if event.ok else "refused"
        call.took_ms = float(event.took_ms or 0.0)
        call.what = safe(str(event.what or ""), 160) or call.what
        if event.error:
            call.error = safe(_error(event.error), 240)

    def proposed(self, row: Document) -> None:
        """A proposal lies on the desk."""
        self.made += 1
        name = safe(str(row.get("proposal_id") or ""), 40)
        if not name or len(self.cards) >= MOST_CARDS or any(card.proposal_id == name for card in self.cards):
            return
        taint = row.get("taint")
        self.cards.append(Card(name, safe(str(row.get("purpose") or ""), 40), safe(str(row.get("summary") or ""), 240),
                               safe(str(row.get("status") or "PROPOSED"), 20), "",
                               safe(str(row.get("expires_at") or ""), 40),
                               taint if isinstance(taint, int) else 0))  # fmt: skip

    def note(self, text: str) -> None:
        """What a person should know while waiting; the last few are kept."""
        self.made += 1
        self.notes = [*self.notes, safe(text, 240)][-MOST_NOTES:]

    def answered(self, event: Any) -> None:
        """The end of it. Where nothing was streamed the answer's own text stands."""
        self.made += 1
        answer = event.answer if isinstance(event.answer, dict) else {}
        if not self.text.strip() and answer.get("text"):
            self.say(str(answer["text"]))
        self.offline = bool(answer.get("offline"))
        self._sources(answer)
        self.chips = [safe(str(chip), 120) for chip in event.chips[:5]]
        self.flagged = [safe(str(one), 40) for one in event.flagged[:50]]
        self.tokens = sum(int(count) for count in event.tokens.values() if isinstance(count, int))
        self.ended = safe(str(event.ended), 12) or "done"
        if event.refusal:
            self.refusal = {name: safe(str(event.refusal.get(name) or ""), 240) for name in ("code", "message", "fix")}
        self._close_calls()

    def _sources(self, answer: Document) -> None:
        by_n = {call.n: call for call in self.calls}
        for row in (answer.get("citations") or [])[:MOST_CALLS]:
            call = by_n.get(row.get("n"))
            if call is not None:
                call.what = safe(str(row.get("what") or call.what), 160)
                call.at, call.origin = safe(str(row.get("at") or ""), 40), safe(str(row.get("origin") or ""), 40)
        for row in (answer.get("proposals") or [])[:MOST_CARDS]:
            self.proposed(row)

    def _close_calls(self) -> None:
        for call in self.calls:
            if call.state == "running":
                call.state = "stopped"

    def end(self, how: str, refusal: dict[str, str] | None = None) -> None:
        """End it from here: stopped, or failed with a refusal."""
        self.made += 1
        self.ended = how
        self.refusal = {name: safe(str(text), 240) for name, text in (refusal or {}).items()}
        self._close_calls()

    def document(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))


def turn_of(text: str) -> Turn:
    """A turn as it was kept; one that still ran then was stopped. Raises ValueError where it is none."""
    try:
        row = json.loads(text)
        row["calls"] = [Call(**one) for one in row["calls"]]
        row["cards"] = [Card(**one) for one in row["cards"]]
        turn = Turn(**row)
    except (KeyError, TypeError) as error:
        raise ValueError("not a turn of a conversation") from error
    if turn.running:
        turn.end("stopped")
    return turn


def one_line(document: Any) -> str:
    """Arguments of a call as they would be typed, safe and short."""
    if not isinstance(document, dict):
        return safe(str(document), 160)
    parts = [f"{name} {_value(value)}" for name, value in list(document.items())[:12]]
    return safe(" · ".join(parts), 240)


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " ".join(_value(one) for one in value[:8])
    return json.dumps(value, ensure_ascii=False)[:80] if isinstance(value, dict) else str(value)[:80]


def _error(error: Any) -> str:
    if not isinstance(error, dict):
        return str(error)
    inner = error.get("error", error)
    inner = inner if isinstance(inner, dict) else {"message": inner}
    parts = [str(inner.get(name) or "") for name in ("code", "message", "fix")]
    return " · ".join(part for part in parts if part)
