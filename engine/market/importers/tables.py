"""Tables of trades, quotes or bars, wherever their rows come from, as messages in time order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path

from engine.market.importers.columns import Columns
from engine.market.importers.decimals import BadLine
from engine.market.importers.errors import BadDataFile
from engine.market.importers.events import MarketEvent
from engine.market.importers.reading import Messages
from engine.model.ids import DAY_NS

Rows = Callable[[], Iterator[tuple[int, Sequence[str]]]]
"""Opens a table anew: (row, cells) of every row below the titles."""

_SORTED = 5_000_000
"""Rows that are put in order in memory where a table is not in time order."""


def table_name(path: Path) -> str:
    """The instrument of a table that does not name it: the file's name up to its first dot."""
    return path.name.partition(".")[0].upper().replace(" ", "_") or "TABLE"


def table_messages(path: Path, columns: Columns, rows: Rows) -> Messages:
    """The events of a table. One that is grouped by instrument, or newest first, is put in order.

    Raises BadLine at a row it cannot read, BadDataFile where it is too long to be put in order.
    """
    usual = table_name(path)
    ordered, every = _look_through(columns, rows, usual)
    if ordered:
        for row, cells in rows():
            yield row, columns.events(row, cells, usual, every)
        return
    yield from _in_order(path, columns, rows, usual, every)


def _look_through(columns: Columns, rows: Rows, usual: str) -> tuple[bool, int]:
    """(whether times never fall, the length of its bars: the shortest step, a day at most). Ends at a damage."""
    ordered, latest, shortest = True, None, DAY_NS
    last: dict[str, int] = {}
    try:
        for _, cells in rows():
            if len(cells) != columns.width:
                break
            at = columns.time(cells)
            ordered = ordered and (latest is None or at >= latest)
            latest = at
            if columns.spans:
                symbol = columns.symbol(cells, usual)
                step = abs(at - last.get(symbol, at))
                shortest = min(shortest, step) if step else shortest
                last[symbol] = at
            elif not ordered:
                break
    except (ValueError, BadDataFile):
        pass  # the reading itself says what is wrong, and where
    return ordered, shortest if columns.spans else 0


def _in_order(path: Path, columns: Columns, rows: Rows, usual: str, every: int) -> Messages:
    row = 1
    read: list[tuple[int, int, list[MarketEvent]]] = []
    damage: Exception | None = None
    try:
        for row, cells in rows():
            events = columns.events(row, cells, usual, every)
            if events:
                read.append((events[0].at, row, events))
            if len(read) > _SORTED:
                raise BadDataFile(str(path), "it is not in time order and too long to sort here", "sort it by time")
    except BadDataFile as error:
        damage = error
    except BadLine as error:
        damage = BadDataFile(str(path), f"not a row of its table: {error}", "correct or cut this row", row)
    read.sort(key=itemgetter(0))  # stable: rows of one time stay in file order
    for _, row, events in read:
        yield row, events
    if damage is not None:
        raise damage
