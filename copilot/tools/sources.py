"""Where figures came from, said the same way by every tool."""

from __future__ import annotations

from copilot.tools.finding import Document, Finding, Origin, Source


def of_desk(what: str, document: Document | None = None, *, at: str = "", seq: int = 0) -> Source:
    """The engine's own figures; a document with `at` and `seq` says as of when."""
    found = document or {}
    return Source(Origin.DESK, what, str(found.get("at") or at), int(found.get("seq") or seq), simulated=True)


def from_desk(what: str, document: Document, data: Document | None = None, *, truncated: bool = False) -> Finding:
    """A finding of one document of the desk."""
    return Finding(document if data is None else data, (of_desk(what, document),), truncated)
