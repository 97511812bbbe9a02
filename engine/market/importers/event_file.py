"""Parquet event streams: written by `data import`, read back as the events they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any

from engine.market.importers.arrow_columns import arrow, decimal_type, from_decimals, to_decimals
from engine.market.importers.decimals import BadLine
from engine.market.importers.event_rows import COLUMNS, DECIMALS, event_of, rows_of, whole
from engine.market.importers.events import MarketEvent
from engine.market.importers.reading import Messages

ORIGIN = b"vterm.format"
"""Key of the file's metadata: the format that the events were read from. It marks a file as an event stream."""

HABITS = b"vterm.habits"
"""Key of the file's metadata: class, fees and clock of its instruments (stream_habits.py)."""

LINES = b"vterm.lines"
"""Key of the file's metadata: the lines of the files that were read, those without events too."""

_BATCH = 50_000
_WORDS = ("type", "symbol", "side", "text")
_FLAGS = ("history", "equal")


def _schema(pa: Any, origin: str, habits: str = "") -> Any:
    kinds: dict[str, Any] = dict.fromkeys(COLUMNS, pa.int64())
    kinds |= dict.fromkeys(DECIMALS, decimal_type(pa)) | dict.fromkeys(_FLAGS, pa.bool_())
    kinds |= dict.fromkeys(_WORDS, pa.string())
    kinds["at"] = pa.timestamp("ns", "UTC")
    return pa.schema(list(kinds.items()), {ORIGIN: origin.encode(), HABITS: habits.encode()})


class EventWriter:
    """Writes one stream to a Parquet file, the same bytes for the same events. Raises BadDataFile without pyarrow."""

    def __init__(self, path: Path, origin: str, habits: str = "") -> None:
        self._pa = pa = arrow(path)
        from pyarrow import parquet

        self._schema = _schema(pa, origin, habits)
        self._writer = parquet.ParquetWriter(
            path, self._schema, compression="zstd", use_dictionary=list(_WORDS), write_page_checksum=True
        )
        self._waiting: list[dict[str, Any]] = []
        self._messages = 0
        self.events = 0
        self.rows = 0

    def __enter__(self) -> EventWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    def add(self, line: int, events: Iterable[MarketEvent]) -> None:
        """Write what one message said, which is line `line`: an event that waited for a snapshot has an earlier row."""
        for event in events:
            self._waiting += rows_of(self.events, self._messages, line, event)
            self.events += 1
        self._messages += 1
        if len(self._waiting) >= _BATCH:
            self._flush()

    def finish(self, lines: int) -> None:
        """Write what waits and how many lines were read."""
        self._flush()
        self._writer.add_key_value_metadata({LINES: str(lines)})

    def _flush(self) -> None:
        if not self._waiting:
            return
        pa, waiting = self._pa, self._waiting
        arrays = [
            to_decimals(pa, [row[name] for row in waiting])
            if name in DECIMALS
            else pa.array([row[name] for row in waiting], self._schema.field(name).type)
            for name in COLUMNS
        ]
        self._writer.write_batch(pa.record_batch(arrays, schema=self._schema))
        self.rows += len(waiting)
        waiting.clear()


def read_events(pa: Any, source: Any) -> Messages:
    """The messages of an open Parquet event stream; the last one is empty and counts the lines of the origin.

    Raises BadLine where its columns or rows are not those of one.
    """
    schema = source.schema_arrow
    wanted = _schema(pa, "")
    for name in COLUMNS:
        if name not in schema.names or schema.field(name).type != wanted.field(name).type:
            raise BadLine(f"an event stream needs a column {name} of {wanted.field(name).type}")
    line = 0
    for (_, line), events in groupby(_events(pa, source), key=itemgetter(0)):
        yield line, [event for _, event in events]
    lines = (source.metadata.metadata or {}).get(LINES, b"0")
    if lines.isdigit() and int(lines) > line:
        yield int(lines), []


def _events(pa: Any, source: Any) -> Iterator[tuple[tuple[int, int], MarketEvent]]:
    for _, each in groupby(_rows(pa, source), key=itemgetter("event")):
        rows = list(each)
        yield (whole(rows[0]["message"]), whole(rows[0]["line"])), event_of(rows)


def _rows(pa: Any, source: Any) -> Iterator[dict[str, Any]]:
    for batch in source.iter_batches(_BATCH, columns=list(COLUMNS)):
        columns: list[list[Any]] = []
        for name in COLUMNS:
            column = batch.column(name)
            if name in DECIMALS:
                columns.append(from_decimals(column))
            else:
                columns.append((column.cast(pa.int64()) if name == "at" else column).to_pylist())
        for cells in zip(*columns, strict=True):
            yield dict(zip(COLUMNS, cells, strict=True))
