"""What an answer rests on: every tool result with a number, and whether each figure of a text is in a result it cites.

The check is the same for an answer from a template and for one of a model: a figure counts as supported where a
result that its line cites holds it, rounded to what is shown, as a share or as percent, with either sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from copilot.tools.finding import Document, Origin

CITED = re.compile(r"\[(\d{1,2})\]")
_TIMES = re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d(?::\d\d)?", re.ASCII)
_FIGURE = re.compile(r"(?<![\w.:/-])[-+]?\d++(?:,\d{3})*+(?:\.\d++)?+(?![\w-])", re.ASCII)
_INNER = re.compile(r"(?<![\w.])[-+]?\d[\d,]*(?:\.\d+)?", re.ASCII)
_HUNDRED = Decimal(100)


class Result(msgspec.Struct, frozen=True):
    """One call and what came of it; `n` is how texts cite it."""

    n: int
    tool: str
    args: Document
    document: Document

    @property
    def ok(self) -> bool:
        """Whether the tool found something."""
        return bool(self.document["ok"])

    @property
    def data(self) -> Any:
        """What it found; empty where it was refused."""
        return self.document.get("data") or {}

    @property
    def error(self) -> Document:
        """Why it was refused; empty where it was not."""
        error: Document = self.document.get("error") or {}
        return error

    def citation(self) -> Document:
        """The result as a line of sources."""
        sources = self.document.get("sources") or [{}]
        what = ", ".join(str(source.get("what") or self.tool) for source in sources[:4])
        more = f" and {len(sources) - 4} more" if len(sources) > 4 else ""
        return {
            "n": self.n,
            "tool": self.tool,
            "what": (what + more) if self.ok else f"{self.tool}: {self.error.get('code', 'refused')}",
            "at": str(sources[0].get("at", "")),
            "origin": str(sources[0].get("origin", Origin.DESK.value)),
        }

    def holds(self) -> frozenset[Decimal]:
        """Every figure in it: of its arguments, its data, and how many rows its lists have."""
        return frozenset(_figures((self.args, self.data, self.error)))


def figures_of(text: str) -> tuple[str, ...]:
    """The figures of a line as they are written, without its citations, ids, symbols, dates and times."""
    return tuple(found.group() for found in _FIGURE.finditer(_TIMES.sub("", CITED.sub("", text))))


def unsupported(text: str, results: dict[int, Result], said: str = "") -> tuple[str, ...]:
    """Figures of a text that no result cited in the same line holds. What the person typed (`said`) needs no source."""
    own = frozenset(_figures(said))
    missing: list[str] = []
    for line in text.splitlines():
        cited = [results[n] for n in map(int, CITED.findall(line)) if n in results]
        known = own.union(*(result.holds() for result in cited))
        missing += [figure for figure in figures_of(line) if not _held(figure, known)]
    return tuple(missing)


def _held(figure: str, known: frozenset[Decimal]) -> bool:
    shown = Decimal(figure.replace(",", ""))
    places = Decimal(1).scaleb(int(shown.as_tuple().exponent))
    return any(abs(shown) == abs(_rounded(one, places)) for value in known for one in (value, value * _HUNDRED))


def _rounded(value: Decimal, places: Decimal) -> Decimal:
    try:
        return value.quantize(places)
    except InvalidOperation:  # more digits than a figure can have
        return value


def _figures(value: Any) -> Iterator[Decimal]:
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int | str):
        yield from (Decimal(found.replace(",", "")) for found in _INNER.findall(str(value)))
    elif isinstance(value, dict):
        for each in value.values():
            yield from _figures(each)
    elif isinstance(value, list | tuple):
        yield Decimal(len(value))
        for each in value:
            yield from _figures(each)
    elif isinstance(value, float):
        yield Decimal(str(value))
