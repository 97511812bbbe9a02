"""What the Copilot screen asks for: the desk's checks, and the answer to the question chosen. Outlives the screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from engine.desk import Document
from vterm.asked import Asked, Call

if TYPE_CHECKING:
    from engine.desk import Desk
    from vterm.state import DeskState


@dataclass(frozen=True)
class Question:
    """A question that a command of today answers. `command` is what a shell would say; {} is the instrument."""

    name: str
    text: str
    command: str
    method: str
    args: tuple[str, ...] = ()


QUESTIONS = (
    Question("risk", "How near am I to my limits?", "risk", "risk"),
    Question("where", "Where did my profit come from?", "attribution", "attribution", ("class", "30d")),
    Question("cost", "What did trading cost me?", "attribution --by cost", "attribution", ("cost", "30d")),
    Question("how", "How am I doing?", "analytics --window 30d", "analytics", ("30d",)),
    Question("together", "What of mine moves together?", "correlation --limit 8", "correlation"),
    Question("trades", "Which trades won, which lost?", "roundtrips --window 30d", "round_trips"),
    Question("buy", "What if I bought {}?", "what-if buy {}", "what_if", ("buy",)),
    Question("sell", "What if I sold {}?", "what-if sell {}", "what_if", ("sell",)),
    Question("equal", "What would make weights equal?", "rebalance equal", "rebalance", ("equal",)),
    Question("parity", "What would share risk equally?", "rebalance risk-parity", "rebalance", ("risk-parity",)),
)
BY_NAME = {question.name: question for question in QUESTIONS}
SUPPOSED = "10000"
"""VCR of the trade that is supposed."""


class CopilotChoice(Asked):
    """`asked` is the question answered now, empty for none."""

    RENEW: ClassVar[dict[str, float]] = {"checks": 5.0, "study": 60.0}

    def __init__(self) -> None:
        super().__init__()
        self.pane, self.asked, self.symbol = "questions", "", ""

    def look(self, state: DeskState) -> None:
        """The desk's instrument: what is supposed to be traded."""
        self.symbol = state.symbol

    @property
    def question(self) -> Question | None:
        """The question that was asked."""
        return BY_NAME.get(self.asked)

    @property
    def quantity(self) -> str:
        """Units of the trade supposed; empty while that is not known."""
        if self.answered("study")[:1] != (self.symbol,):
            return ""
        rows = self.documents["study"]["costs"]
        return next((str(row["quantity"] or "") for row in rows if row["value"] == SUPPOSED), "")

    def calls(self) -> list[Call]:
        """Checks, limits, and the one question."""
        wanted: list[Call] = [("checks", ()), ("risk", ())]
        question = self.question
        if question is None or question.method == "risk":
            return wanted
        if question.method == "what_if":
            wanted.append(("study", (self.symbol, "1d")))
            return [*wanted, ("what_if", (self.symbol, *question.args, self.quantity))] if self.quantity else wanted
        return [*wanted, (question.method, question.args)]

    async def ask(self, desk: Desk, call: Call) -> Document:
        """Payloads and limits where a method wants them."""
        name, args = call
        if name == "what_if":
            symbol, side, quantity = args
            return await desk.what_if({"symbol": symbol, "side": side, "type": "market", "quantity": quantity})
        if name == "rebalance":
            return await desk.rebalance({"strategy": args[0]})
        if name == "correlation":
            return await desk.correlation((), 8)
        if name == "round_trips":
            return await desk.round_trips(12, "30d")
        return await super().ask(desk, call)
