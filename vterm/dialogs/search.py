"""Finding an instrument by a few letters: symbol first, then alias, then name. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from engine.desk import Document


def score(row: Document, wanted: str) -> int:
    """How well an instrument answers to `wanted` (lower case); 0 is not at all."""
    symbol, name = str(row["symbol"]).lower(), str(row.get("name", "")).lower()
    aliases = [str(alias).lower() for alias in row.get("aliases") or ()]
    if wanted in (symbol, *aliases):
        return 1000
    if symbol.partition("-")[0] == wanted:
        return 900
    if symbol.startswith(wanted):
        return 800 - len(symbol)
    if any(word.startswith(wanted) for word in name.split()):
        return 600 - len(name) // 4
    if any(alias.startswith(wanted) for alias in aliases) or wanted in symbol:
        return 500 - len(symbol)
    if wanted in name:
        return 400 - len(name) // 4
    return 100 if _scattered(wanted, symbol) else 50 if _scattered(wanted, name) else 0


def _scattered(wanted: str, text: str) -> bool:
    letters = iter(text)
    return all(letter in letters for letter in wanted)


def ranked(rows: Iterable[Document], text: str) -> list[Document]:
    """Instruments that answer to the text, best first; all of them for an empty text."""
    wanted = text.strip().lower()
    if not wanted:
        return list(rows)
    scored = [(score(row, wanted), str(row["symbol"]), row) for row in rows]
    return [row for points, _, row in sorted(scored, key=lambda item: (-item[0], item[1])) if points]


def resolve(rows: dict[str, Document], text: str) -> str:
    """The symbol that a typed name surely means (symbol, alias, or base of a pair), or an empty text."""
    wanted = text.strip().upper().replace("/", "-")
    if wanted in rows:
        return wanted
    best = ranked(rows.values(), wanted)[:1]
    return str(best[0]["symbol"]) if best and score(best[0], wanted.lower()) >= 900 else ""
