"""The proposals of the account as the terminal knows them: told by the stream, counted in the last line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.desk import Document
from engine.model.text import safe

if TYPE_CHECKING:
    from vterm.paint import Line

WAITS = frozenset({"PROPOSED", "READY", "PRESENTED"})
"""States in which a proposal can still be signed."""
ENDED_KEPT = 50
"""Those that are over and were seen to end; the desk has every one."""


class Proposals:
    """Newest documents by id. `made` counts those that came since the start."""

    def __init__(self) -> None:
        self.rows: dict[str, Document] = {}
        self.made = 0

    def take_all(self, rows: list[Document]) -> bool:
        """Those that wait, when the stream begins (again): what waited before and is not named has ended meanwhile."""
        before = self.waiting()
        ended = {name: row for name, row in self.rows.items() if row["status"] not in WAITS}
        self.rows = {**ended, **{str(row["proposal_id"]): row for row in reversed(rows)}}
        return before != self.waiting()

    def take(self, row: Document) -> bool:
        """One that came, moved or ended; whether anything is new."""
        name = str(row["proposal_id"])
        before = self.rows.pop(name, None)
        self.rows[name] = row
        self.made += before is None
        ended = [known for known, one in self.rows.items() if one["status"] not in WAITS]
        for known in ended[: max(0, len(ended) - ENDED_KEPT)]:
            del self.rows[known]
        return before != row

    def waiting(self) -> list[Document]:
        """Those that can still be signed, the oldest first."""
        rows = [row for row in self.rows.values() if row["status"] in WAITS]
        return sorted(rows, key=lambda row: (str(row.get("created_at", "")), str(row["proposal_id"])))

    def row(self, proposal_id: str) -> Document:
        """What is known of one; empty where nothing is."""
        return self.rows.get(proposal_id, {})


def counter(proposals: Proposals, key: str) -> Line:
    """What the last line says of them: how many wait, and the key that opens them; nothing while none does."""
    count = len(proposals.waiting())
    return ((f"{key} ", "bold foreground"), (f"{count} to sign", "bold agent"), ("  ", "muted")) if count else ()


def origin_words(origin: str) -> str:
    """Who proposed it, in words: the copilot, you, tool NAME, MCP client NAME, strategy NAME."""
    kind, _, name = safe(origin, 80).partition(":")
    name = name.partition("@")[0]
    words = {"copilot": "the copilot", "human": "you", "tool": f"tool {name}", "mcp": f"MCP client {name}"}
    return words.get(kind, f"{kind} {name}".strip())


def taint_words(taint: object) -> str:
    """How much foreign text was read before it was proposed."""
    count = int(str(taint or 0))
    return "no foreign text was read" if not count else f"{count} foreign text{'s' if count > 1 else ''} read before"
