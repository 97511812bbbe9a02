"""What many rows of the market say together: their order, who moved most, how many rose, how sectors did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from engine.model.instrument import ASSET_CLASSES
from engine.model.number import div_half_even, to_text
from engine.model.refusal import Code, refuse
from engine.research.screen import amount_of

Row = dict[str, Any]

COLUMNS: dict[str, str] = {
    "symbol": "symbol", "name": "name", "class": "asset_class", "sector": "sector", "last": "last",
    "move": "change", "change": "change_pct", "volume": "volume", "turnover": "turnover", "spread": "spread_bps",
    "session": "session",
}  # fmt: skip
"""Columns that can be sorted by, and the field of a row that each shows."""
DECIMALS = 40
"""Decimals that figures are compared with: more than any number of a row can have."""
WORDS = ("symbol", "name", "class", "sector", "session")
"""Columns of text: sorted from a to z; numbers go from the largest down."""


def ordered(rows: Iterable[Row], by: str) -> list[Row]:
    """Rows sorted by a column, `-column` the other way round; rows that lack it come last. Raises Refused."""
    column, back = by.removeprefix("-"), by.startswith("-")
    if column not in COLUMNS:
        raise refuse(
            Code.ENUM_ERROR, "there is no such column to sort by", fix=f"use {', '.join(COLUMNS)}", field="sort"
        )
    key = COLUMNS[column]
    named = sorted(rows, key=lambda row: str(row["symbol"]))
    if column in WORDS:
        return sorted(named, key=lambda row: _place(column, str(row.get(key) or "")), reverse=back)
    known = [(value, row) for row in named if (value := exact(row.get(key))) is not None]
    lacking = [row for row in named if exact(row.get(key)) is None]
    return [row for _, row in sorted(known, key=lambda item: item[0], reverse=not back)] + lacking


def _place(column: str, text: str) -> tuple[int, str]:
    if column == "class" and text in ASSET_CLASSES:
        return ASSET_CLASSES.index(text), text
    return 0, text.lower()


def exact(value: object) -> int | None:
    """A decimal text of a row as an exact number of 10**-DECIMALS; None where there is none."""
    found = amount_of(value)
    return None if found is None else int(found[0] * 10 ** (DECIMALS - found[1]))


def movers(rows: Sequence[Row], count: int) -> dict[str, list[Row]]:
    """gainers, losers and active: at most `count` each; who did not rise is no gainer."""
    moved = ordered(rows, "change")
    rose = [row for row in moved if (exact(row.get("change_pct")) or 0) > 0]
    fell = [row for row in reversed(moved) if (exact(row.get("change_pct")) or 0) < 0]
    active = [row for row in ordered(rows, "turnover") if (exact(row.get("turnover")) or 0) > 0]
    return {"gainers": rose[:count], "losers": fell[:count], "active": active[:count]}


def breadth(rows: Sequence[Row]) -> list[Row]:
    """A row a class: how many rose, fell and stood, and their turnover in VCR; the total last, its class `all`."""
    classes = [name for name in ASSET_CLASSES if any(row["asset_class"] == name for row in rows)]
    found = [_counted(name, [row for row in rows if row["asset_class"] == name]) for name in classes]
    return [*found, _counted("all", rows)] if found else []


def sectors(rows: Sequence[Row]) -> list[Row]:
    """A row a sector of a class, largest first: its mean change, every member weighing the same, and who rose."""
    names = dict.fromkeys((str(row["asset_class"]), str(row.get("sector") or "")) for row in rows)
    found = []
    for kind, sector in names:
        members = [row for row in rows if row["asset_class"] == kind and str(row.get("sector") or "") == sector]
        found.append({"sector": sector, **_counted(kind, members)})
    return sorted(found, key=lambda row: (ASSET_CLASSES.index(row["asset_class"]), -row["count"], row["sector"]))


def _counted(kind: str, rows: Sequence[Row]) -> Row:
    changes = [value for row in rows if (value := exact(row.get("change_pct"))) is not None]
    turnover = sum(value for row in rows if (value := exact(row.get("turnover"))) is not None)
    return {
        "asset_class": kind,
        "count": len(rows),
        "advancers": sum(1 for value in changes if value > 0),
        "decliners": sum(1 for value in changes if value < 0),
        "unchanged": sum(1 for value in changes if value == 0),
        "change_pct": _mean(changes),
        "turnover": str(div_half_even(turnover, 10**DECIMALS)),
    }


def _mean(changes: Sequence[int]) -> str | None:
    """The mean of changes in per cent, half even to hundredths."""
    if not changes:
        return None
    hundredths = div_half_even(sum(changes) * 100, len(changes) * 10**DECIMALS)
    return ("+" if hundredths > 0 else "") + to_text(hundredths, 2)
