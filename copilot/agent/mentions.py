"""$TICKER in a person's line: looked up on the desk, so that a model need not guess."""

from __future__ import annotations

import re

from copilot.evidence import Result
from copilot.tools.finding import Document

MOST = 5
_TICKER = re.compile(r"\$([A-Za-z^][A-Za-z0-9./^-]{0,19})", re.ASCII)


def mentioned(text: str) -> tuple[str, ...]:
    """The tickers of a line, upper case, each once, at most five."""
    found = (match.group(1).rstrip(".-/").upper() for match in _TICKER.finditer(text))
    return tuple(dict.fromkeys(found))[:MOST]


def fact_of(ticker: str, result: Result) -> Document:
    """What a search for it came to, for the model."""
    rows = result.data.get("instruments", ()) if result.ok else ()
    for row in rows:
        codes = {str(code).upper() for code in (row["symbol"], *row.get("aliases", ()), row.get("front") or "")}
        if ticker in codes:
            kept = ("symbol", "name", "asset_class", "sector", "front", "tradable")
            return {"mention": f"${ticker}", "n": result.n, **{name: row[name] for name in kept if row.get(name) != ""
                                                               and name in row}}  # fmt: skip
    near = [str(row["symbol"]) for row in rows[:5]]
    return {"mention": f"${ticker}", "unknown": True, **({"near": near} if near else {})}
