"""One question being worked on: tools are called, their results numbered, and sentences said that cite them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from copilot.answer import MOST_CALLS, Answer
from copilot.evidence import Result
from copilot.offline.catalogue import Catalogue
from copilot.offline.figures import clock
from copilot.offline.grammar import Request
from copilot.tools.call import Hands, call
from copilot.tools.finding import Document
from engine.model.refusal import Code, Refusal

LABEL = "Offline planner: no model was asked."
_LIGHT = ("watchlist.change", "alert.create")
"""Purposes that move no money: accepted with a key."""
_PROPOSAL = ("proposal_id", "purpose", "summary", "status", "expires_at", "taint")


class Work:
    """`said` so far, and every call with its result."""

    def __init__(self, hands: Hands, request: Request, catalogue: Catalogue) -> None:
        self.hands, self.request, self.catalogue = hands, request, catalogue
        self.results: list[Result] = []
        self._lines: list[str] = []
        self._cited: list[Result] = []
        self._calls: list[Document] = []
        self._proposals: list[Document] = []

    async def call(self, tool: str, **args: Any) -> Result:
        """Use a tool."""
        if len(self._calls) >= MOST_CALLS:
            spent = Refusal(Code.RATE_LIMITED, f"a turn has {MOST_CALLS} calls", fix="ask for less at once")
            return self._keep(tool, args, {"tool": tool, "ok": False, "took_ms": 0.0, **spent.document()})
        document = await call(self.hands, tool, args)
        self._calls.append({"tool": tool, "args": args, "ok": document["ok"], "took_ms": document["took_ms"]})
        result = self._keep(tool, args, document)
        if result.ok and result.data.get("proposal_id"):
            self._proposals.append({name: result.data[name] for name in _PROPOSAL if name in result.data})
        return result

    def worked_out(self, what: str, figures: Document, *of: Result) -> Result:
        """Figures that the planner itself works out of results; cited like any other, and named as its own."""
        numbers = ", ".join(str(self._cite(one).n) for one in of)
        source = {"origin": "planner", "what": f"{what}, from {numbers}" if numbers else what}
        return self._keep("planner", {}, {"tool": "planner", "ok": True, "data": figures, "sources": [source]})

    def say(self, text: str, *of: Result) -> None:
        """A line, and the results that its figures are from."""
        numbers = sorted({self._cite(one).n for one in of})
        self._lines.append(" ".join((text, *(f"[{n}]" for n in numbers))))

    def rows(self, lines: Iterable[str], *of: Result) -> None:
        """Lines of a list."""
        for line in lines:
            self.say(f"  - {line}", *of)

    def refused(self, result: Result, doing: str) -> None:
        """Why a call was refused, and what would pass."""
        error = result.error
        text = f"{doing}: the desk says {error.get('code')}, {error.get('message')}."
        self.say(f"{text} Try this: {error['fix']}." if error.get("fix") else text, result)

    def proposed(self, result: Result, doing: str) -> bool:
        """That something waits for a signature, or why not."""
        if not result.ok:
            self.refused(result, doing)
            return False
        told = result.data
        name = told["proposal_id"]
        until = (
            "Nothing changes until you accept it"
            if told.get("purpose") in _LIGHT
            else "Nothing is sent until you sign it"
        )
        self.say(f"Proposed {name}: {told.get('summary', '')}. {until}: F9, or `vterm sign {name}`.", result)
        return True

    async def propose_sized(self, tool: str, args: Document) -> tuple[Result, str]:
        """Propose an order; where the limits say less, that much. The result and the quantity it is for."""
        result = await self.call(tool, **args)
        most = str(result.error.get("max_quantity") or "0")
        if not result.ok and 0 < Decimal(most) < Decimal(str(args["quantity"])):
            self.refused(result, f"{args['quantity']} is too much")
            return await self.call(tool, **{**args, "quantity": most}), most
        return result, str(args["quantity"])

    def answer(self, *, understood: bool = True) -> Answer:
        """What was said, its sources below."""
        citations = tuple(result.citation() for result in sorted(self._cited, key=lambda one: one.n))
        sources = [f"[{c['n']}] {c['what']}{_when(c['at'])}" for c in citations]
        foot = ["", LABEL, *sources]
        return Answer("\n".join([*self._lines, *foot]), True, tuple(self._calls), citations, tuple(self._proposals),
                      understood)  # fmt: skip

    @property
    def body(self) -> str:
        """What was said so far, without sources."""
        return "\n".join(self._lines)

    def _keep(self, tool: str, args: Document, document: Document) -> Result:
        self.results.append(Result(len(self.results) + 1, tool, args, document))
        return self.results[-1]

    def _cite(self, result: Result) -> Result:
        if all(result is not known for known in self._cited):
            self._cited.append(result)
        return result


def _when(at: str) -> str:
    return f" · {clock(at)} · simulated market" if at else ""
