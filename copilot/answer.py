"""What a turn of the copilot ends in, whoever thought it out: words, the calls behind them, and what was proposed."""

from __future__ import annotations

import msgspec

from copilot.tools.finding import Document

MOST_CALLS = 25
"""Tool calls of one turn (SECURITY 4, row 29); a call beyond is refused."""


class Answer(msgspec.Struct, frozen=True):
    """`calls` are {tool, args, ok, took_ms}; `citations` {n, tool, what, at, origin} where n is the [n] of the text;
    `proposals` {proposal_id, purpose, summary, status, expires_at, taint}. `offline`: no model was asked."""

    text: str
    offline: bool
    calls: tuple[Document, ...]
    citations: tuple[Document, ...]
    proposals: tuple[Document, ...]
    understood: bool = True

    def document(self) -> Document:
        """As the command line answers it."""
        built: Document = msgspec.to_builtins(self)
        return built
