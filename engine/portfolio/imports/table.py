"""A broker's table of trades: which column is which, whatever it is called there."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping

import msgspec

from engine.model.refusal import Code, refuse
from engine.model.text import safe

FIELDS = ("at", "symbol", "side", "quantity", "price", "fee", "value")
NEEDED = ("at", "symbol", "quantity", "price")
MOST_LINES = 50_000
_ALIASES: dict[str, tuple[str, ...]] = {
    "at": (
        *("at", "datetime", "date/time", "date time", "timestamp", "executed at", "execution time", "filled at"),
        *("trade time", "trade date", "tradedate", "date(utc)", "date", "time", "activity date", "run date"),
    ),
    "symbol": ("symbol", "ticker", "instrument", "pair", "market", "security", "product", "asset"),
    "side": ("side", "action", "buy/sell", "b/s", "direction", "transaction type", "trans code", "type"),
    "quantity": (
        *("quantity", "qty", "shares", "size", "units", "filled quantity", "filled qty", "executed", "filled"),
        *("volume", "vol"),
    ),
    "price": (
        *("price", "t. price", "tradeprice", "trade price", "fill price", "execution price", "average price"),
        *("avg price", "avg. price", "price per share", "price / share", "unit price"),
    ),
    "fee": ("fee", "fees", "commission", "commissions", "comm/fee", "ibcommission", "fees & comm", "trading fee"),
    "value": ("value",),
}
PAID_BELOW_0 = frozenset({"commission", "commissions", "comm/fee", "ibcommission", "fees & comm"})
"""Headers under which brokers write what was paid as an amount below 0."""

_SPACES = re.compile(r"[\s_]+")


class Line(msgspec.Struct, frozen=True):
    """One line of the table: its number in the file, and its cells by field."""

    number: int
    cells: dict[str, str]


class Table(msgspec.Struct, frozen=True):
    """The lines, and the header that each field was found under."""

    lines: list[Line]
    headers: dict[str, str]


def read_table(text: str, mapped: Mapping[str, str]) -> Table:
    """The table of a CSV file with a header; `mapped` names the header of a field where it is called otherwise.

    Raises Refused where there is no header, a needed column is missing, or there are too many lines.
    """
    clean = text.removeprefix("\ufeff")
    first = clean.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(clean, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [_plain(name) for name in next(rows, [])]
        places = _places(names, mapped)
        lines = _lines(rows, names, places)
    except csv.Error as error:
        fix = "save it as CSV with one trade a line"
        raise refuse(Code.BAD_IMPORT, f"line {rows.line_num} is no CSV", cause=str(error), fix=fix) from None
    return Table(lines, {field: names[place] for field, place in places.items()})


def _lines(rows: csv._reader, names: list[str], places: Mapping[str, int]) -> list[Line]:  # type: ignore[name-defined]
    split = places["at"] < len(names) and names[places["at"]] == "date" and "time" in names
    lines: list[Line] = []
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if len(lines) == MOST_LINES:
            raise refuse(Code.BAD_IMPORT, f"the file has more than {MOST_LINES} trades", fix="import it in parts")
        cells = {field: _cell(row[place]) if place < len(row) else "" for field, place in places.items()}
        if split and names.index("time") < len(row):
            cells["at"] = f"{cells['at']} {_cell(row[names.index('time')])}".strip()
        lines.append(Line(rows.line_num, cells))
    return lines


def _places(names: list[str], mapped: Mapping[str, str]) -> dict[str, int]:
    """Where each field's column is."""
    found: dict[str, int] = {}
    for field, header in mapped.items():
        if field not in FIELDS:
            fix = f"map {', '.join(FIELDS)}"
            raise refuse(Code.BAD_IMPORT, f"there is no field {safe(field[:20])}", fix=fix, field="map")
        if _plain(header) not in names:
            told = ", ".join(safe(name) for name in names[:20])
            raise refuse(
                Code.BAD_IMPORT, f"no column is called {safe(header[:40])}", fix=f"the columns are {told}", field="map"
            )
        found[field] = names.index(_plain(header))
    for field, aliases in _ALIASES.items():
        for alias in aliases:
            if field not in found and alias in names and names.index(alias) not in found.values():
                found[field] = names.index(alias)
    missing = [field for field in NEEDED if field not in found]
    if missing:
        told = ", ".join(safe(name) for name in names[:20]) or "none"
        fix = f"name it: --map {missing[0]}=HEADER"
        raise refuse(Code.BAD_IMPORT, f"no column is the {missing[0]}", cause=f"the columns are {told}", fix=fix)
    return found


def _plain(header: str) -> str:
    return _SPACES.sub(" ", _cell(header)).strip().lower()


def _cell(text: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from reading it as a formula."""
    stripped = text.strip()
    return stripped[1:] if stripped[:1] == "'" and stripped[1:2] in tuple("=+-@") else stripped
