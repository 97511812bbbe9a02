"""CSV: trades, quotes or bars under a line of titles; commas, semicolons or tabs."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from engine.market.importers.columns import Columns
from engine.market.importers.decimals import BadLine
from engine.market.importers.errors import BadDataFile
from engine.market.importers.reading import Messages
from engine.market.importers.source import read_lines
from engine.market.importers.tables import table_messages

_DELIMITERS = ("\t", ";", ",")


def open_csv(path: Path) -> Messages:
    """The events of a CSV file. Raises BadDataFile, and BadLine at a row that cannot be read."""
    first = next(read_lines(path), None)
    if first is None:
        raise BadDataFile(str(path), "the file is empty")
    try:
        titles = _text(first[1])
        delimiter = max(_DELIMITERS, key=titles.count)
        columns = Columns(_cells(titles, delimiter))
    except ValueError as error:
        raise BadDataFile(str(path), f"not a table: {error}", "name the columns in the first line", first[0]) from None

    def rows() -> Iterator[tuple[int, list[str]]]:
        lines = read_lines(path)
        next(lines)
        for row, line in lines:
            yield row, _cells(_text(line), delimiter)

    yield from table_messages(path, columns, rows)


def _text(line: bytes) -> str:
    try:
        return line.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise BadLine("it is not text in UTF-8") from None


def _cells(text: str, delimiter: str) -> list[str]:
    if '"' not in text:
        return text.split(delimiter)
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise BadLine(f"broken quoting: {error}") from None
