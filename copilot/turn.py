"""One turn of a conversation: what was read in it, and whose proposals it makes.

Foreign text that a turn has read taints what it proposes after: the count goes to the engine with each proposal, and
the card says it (SECURITY 2, T1). A turn can only gain taint.
"""

from __future__ import annotations

from copilot.tools.finding import Document, Finding, Origin, foreign_in
from engine.desk import Proposer


class Turn:
    """`origin` is copilot, tool:NAME@HASH or mcp:CLIENT; `foreign` how many foreign texts were read so far."""

    def __init__(self, origin: str = "copilot", foreign: int = 0) -> None:
        self.origin, self.foreign = origin, foreign

    def read(self, finding: Finding) -> None:
        """Count the foreign texts of a finding; one of a tool outside counts as one at least."""
        texts = sum(1 for _ in foreign_in(finding.data))
        outside = any(source.origin is Origin.TOOL for source in finding.sources)
        self.foreign += max(texts, 1 if outside else 0)


class TurnProposer:
    """Proposes in the name of a turn: no tool says for itself where a proposal came from."""

    def __init__(self, proposer: Proposer, turn: Turn) -> None:
        self._proposer, self._turn = proposer, turn

    async def propose(self, proposal: Document) -> Document:
        """Lay a proposal on the desk, with the turn's origin and taint."""
        return await self._proposer.propose({**proposal, "origin": self._turn.origin, "taint": self._turn.foreign})
