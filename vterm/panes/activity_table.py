"""Tables of the Activity screen: columns that come with the width, heads that sort. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.desk import Document
from vterm.paint import DOWN, UP, Line, Span, clip, fit
from vterm.paint import width as cells_of


@dataclass(frozen=True)
class Column:
    """`cells` wide, there from `least` columns of the pane on; `sort` is the column that it sorts by, if any."""

    key: str
    title: str
    cells: int
    least: int = 0
    sort: str = ""
    right: bool = True


def fitting(columns: Sequence[Column], cells: int) -> list[Column]:
    """Those that a pane of this width shows."""
    return [column for column in columns if column.least <= cells]


def head(columns: Sequence[Column], sort: str, cells: int) -> tuple[Line, list[tuple[int, int, str]]]:
    """Names of the columns with an arrow at the one that sorts, and the cells of those that can."""
    spans: list[Span] = []
    places: list[tuple[int, int, str]] = []
    for column in columns:
        here = column.sort and column.sort == sort.removeprefix("-")
        title = f"{column.title}{(UP if sort.startswith('-') else DOWN) if here else ''}"
        text = clip(title, column.cells) if len(title) > column.cells else (
            title.rjust(column.cells) if column.right else title.ljust(column.cells))  # fmt: skip
        start = cells_of(spans)
        spans += [(" ", "muted"), (text, "foreground" if here else "muted")]
        if column.sort:
            places.append((start, start + column.cells + 1, column.sort))
    return fit(spans, cells), places


def row(columns: Sequence[Column], made: Mapping[str, Line], rest: Line, cells: int) -> Line:
    """One row; `rest` is what stands behind the columns."""
    spans: list[Span] = []
    for column in columns:
        spans.append((" ", "foreground"))
        spans += fit(made.get(column.key, ()), column.cells)
    return fit((*spans, *rest), cells)


def clock(at: object, today: str) -> str:
    """HH:MM:SS, of another day than `today` ("": any) its date."""
    text = str(at or "")
    return text[11:19] if today in ("", text[:10]) else text[:10][2:]


def by_day(rows: Sequence[Document], at: str, name: str, today: str) -> tuple[list[str | None], dict[int, str]]:
    """Keys of rows that are in the order of time, with a heading before each day but today's; headings by place."""
    keys: list[str | None] = []
    days: dict[int, str] = {}
    before = today
    for row_ in rows:
        day = str(row_.get(at) or "")[:10]
        if day != before:
            days[len(keys)], before = day_words(day), day
            keys.append(None)
        keys.append(str(row_[name]))
    return keys, days


def day_words(day: str) -> str:
    """FRI 20 NOV 2026"""
    try:
        return datetime.fromisoformat(day).strftime("%a %d %b %Y").upper()
    except ValueError:
        return day


def side_span(side: object) -> Span:
    """▲ buy, ▼ sell."""
    return (f"{UP} buy ", "up") if side == "buy" else (f"{DOWN} sell", "down")
