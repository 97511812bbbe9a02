"""Parquet: event streams of `data import`, and plain tables with the column names of the CSV format."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.market.importers.arrow_columns import arrow
from engine.market.importers.columns import Columns
from engine.market.importers.decimals import BadLine
from engine.market.importers.errors import BadDataFile
from engine.market.importers.event_file import HABITS, ORIGIN, read_events
from engine.market.importers.habits import Habits
from engine.market.importers.reading import Format, Messages
from engine.market.importers.source import BROKEN, open_bytes
from engine.market.importers.stream_habits import habits_of_text
from engine.market.importers.tables import table_messages
from engine.model.format import time_text

_MAGIC = b"PAR1"
_MOST = 2 << 30
"""Bytes of a packed file that are unpacked into memory; a plain one is read from where it is."""


def open_parquet(path: Path) -> Messages:
    """The events of a Parquet file, or of the one such file in a folder. Raises BadDataFile and BadLine."""
    path = _file_of(path)
    pa = arrow(path)
    with contextlib.ExitStack() as stack:
        try:
            source = _source(path, stack)
            if _is_stream(source):
                yield from read_events(pa, source)
            else:
                yield from _table(pa, path, source)
        except (pa.lib.ArrowException, OSError) as error:
            raise BadDataFile(str(path), f"damaged Parquet: {' '.join(str(error).split())[:160]}") from None


def origin_of(path: Path, form: Format) -> str:
    """The format whose rules hold for a file: that of a stream's origin, `csv` for a plain table, else its own.

    Raises BadDataFile.
    """
    if form.name != "parquet":
        return form.name
    return _metadata(path).get(ORIGIN, b"csv").decode(errors="replace")


def kept_habits(path: Path) -> Habits:
    """What the instruments of a stream are like; the usual for a plain table. Raises BadDataFile."""
    try:
        return habits_of_text(_metadata(path).get(HABITS, b""))
    except BadLine as error:
        raise BadDataFile(str(path), f"damaged Parquet: {error}") from None


def _metadata(path: Path) -> dict[bytes, bytes]:
    path = _file_of(path)
    pa = arrow(path)
    with contextlib.ExitStack() as stack:
        try:
            return dict(_source(path, stack).metadata.metadata or {})
        except (pa.lib.ArrowException, OSError) as error:
            raise BadDataFile(str(path), f"damaged Parquet: {' '.join(str(error).split())[:160]}") from None


def _file_of(path: Path) -> Path:
    if not path.is_dir():
        return path
    found = sorted(path.glob("*.parquet"))
    if len(found) != 1:
        raise BadDataFile(str(path), f"the folder holds {len(found)} Parquet files", "name one file inside it")
    return found[0]


def _is_stream(source: Any) -> bool:
    return ORIGIN in (source.metadata.metadata or {})


def _source(path: Path, stack: contextlib.ExitStack) -> Any:
    from pyarrow import parquet

    handle = stack.enter_context(open_bytes(path))
    try:
        head = handle.read(len(_MAGIC))
    except BROKEN as error:
        raise BadDataFile(str(path), f"damaged compression ({error})") from None
    if head != _MAGIC:
        raise BadDataFile(str(path), "it is not a Parquet file", "check --format")
    if isinstance(handle, io.BufferedReader) and isinstance(handle.raw, io.FileIO):
        handle.seek(0)
        return parquet.ParquetFile(handle, page_checksum_verification=True)
    try:
        content = head + handle.read(_MOST)
    except BROKEN as error:
        raise BadDataFile(str(path), f"damaged compression ({error or 'it ends too early'})") from None
    if len(content) >= _MOST:
        raise BadDataFile(str(path), "unpacked it is larger than 2 GB", "unpack it first")
    return parquet.ParquetFile(io.BytesIO(content), page_checksum_verification=True)


def _table(pa: Any, path: Path, source: Any) -> Messages:
    names = source.schema_arrow.names
    try:
        columns = Columns(names)
    except BadLine as error:
        raise BadDataFile(str(path), f"not a table of market data: {error}", "rename its columns") from None

    def rows() -> Iterator[tuple[int, list[str]]]:
        row = 0
        for batch in source.iter_batches():
            cells = [_texts(pa, column) for column in batch.columns]
            for each in zip(*cells, strict=True):
                row += 1
                yield row, list(each)

    yield from table_messages(path, columns, rows)


def _texts(pa: Any, column: Any) -> list[str]:
    """A column as the cells a CSV would have; times as text, so that none is taken for a bare number."""
    if pa.types.is_timestamp(column.type):
        exact = column.cast(pa.timestamp("ns", column.type.tz)).cast(pa.int64()).to_pylist()
        return ["" if at is None else time_text(at) for at in exact]
    return [_text(value) for value in column.to_pylist()]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
