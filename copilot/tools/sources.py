"""Where figures came from, said the same way by every tool."""

from __future__ import annotations

from typing import Any

from copilot.tools.finding import Document, Finding, Origin, Source, foreign


def of_desk(what: str, document: Document | None = None, *, at: str = "", seq: int = 0) -> Source:
    """The engine's own figures; a document with `at` and `seq` says as of when."""
    found = document or {}
    return Source(Origin.DESK, what, str(found.get("at") or at), int(found.get("seq") or seq), simulated=True)


def from_desk(what: str, document: Document, data: Document | None = None, *, truncated: bool = False) -> Finding:
    """A finding of one document of the desk."""
    return Finding(document if data is None else data, (of_desk(what, document),), truncated)


def from_practice(document: Document, words: dict[str, str] | None = None) -> Finding:
    """A finding of one research document. `words` names the fields that hold somebody else's words, and the channel
    they come by."""
    if document["origin"] == Origin.EDGAR:
        words = {**(words or {}), "name": "company_name", "industry": "company_industry"}  # a company's own words
    data = {name: value for name, value in document.items() if name not in ("origin", "at")}
    what = " ".join(str(part) for part in ("research", document["kind"], document.get("symbol")) if part)
    source = Source(Origin(document["origin"]), what, str(document["at"]), simulated=bool(document["simulated"]))
    return Finding(_marked(data, words or {}), (source,))


def _marked(value: Any, words: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            name: foreign(each, words[name]) if name in words and isinstance(each, str) else _marked(each, words)
            for name, each in value.items()
        }
    return [_marked(each, words) for each in value] if isinstance(value, list) else value
