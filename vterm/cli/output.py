"""Documents as JSON, CSV or aligned text. Nothing foreign reaches a terminal unsanitised."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from vterm.cli.context import Answer, Context

    Columns = Sequence[str]

_GREEN, _RED, _DIM, _PLAIN = "\x1b[32m", "\x1b[31m", "\x1b[2m", "\x1b[0m"
_SIGNED = ("change", "change_pct", "day_pnl", "day_pnl_pct", "unrealised_pnl", "unrealised_pct", "realised_pnl")


def write_json(document: object) -> None:
    """One document on one line of stdout, in ASCII: no terminal can be driven by it."""
    import json

    sys.stdout.write(json.dumps(document, separators=(",", ":")) + "\n")


def write_raw(raw: bytes) -> None:
    """The engine's own bytes where they are plain ASCII, which spares the parser."""
    if raw.isascii():
        sys.stdout.write(raw.decode("ascii") + "\n")
        return
    import json

    write_json(json.loads(raw))


def show(context: Context, answer: Answer, noun: str, columns: Columns) -> int:
    """A list document as JSON, CSV or a table; `noun` is its key."""
    if context.json:
        write_raw(answer.raw)
    else:
        show_rows(context, answer.document[noun], columns, noun)
    return 0


def show_rows(context: Context, rows: Sequence[dict[str, Any]], columns: Columns, noun: str) -> None:
    """Rows as CSV (all their plain fields) or as a table of `columns`."""
    if context.csv:
        _csv(rows, columns)
    elif rows:
        _table([[_text(row.get(name)) for name in columns] for row in rows], columns)
    else:
        sys.stderr.write(f"no {noun}\n")


def show_one(context: Context, answer: Answer) -> int:
    """One document as JSON, CSV, or a line a field."""
    if context.json:
        write_raw(answer.raw)
    elif context.csv:
        document = answer.document
        _csv([document], [name for name, value in document.items() if not isinstance(value, (list, dict))])
    else:
        fields(answer.document)
    return 0


def fields(document: dict[str, Any]) -> None:
    """A line for each plain field of a document."""
    rows = [(name, value) for name, value in document.items() if not isinstance(value, (list, dict)) and value != ""]
    width = max((len(name) for name, _ in rows), default=0)
    for name, value in rows:
        sys.stdout.write(f"{_dim(plain(name).ljust(width))}  {_paint(name, _text(value))}\n")


def plain(text: str) -> str:
    """Text that may be shown."""
    if text.isascii() and text.isprintable():
        return text
    from engine.model.text import safe

    return safe(text)


def _text(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return plain(" ".join(str(item) for item in value))
    return plain(str(value))


def _table(rows: list[list[str]], columns: Columns) -> None:
    titles = [plain(name) for name in columns]
    widths = [max(len(name), *(len(row[i]) for row in rows)) for i, name in enumerate(titles)]
    numeric = [all(_is_number(row[i]) for row in rows) for i in range(len(columns))]

    def line(cells: Iterable[str]) -> list[str]:
        return [
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(cells, widths, numeric, strict=True)
        ]

    sys.stdout.write(_dim("  ".join(line(titles)).rstrip()) + "\n")
    for row in rows:
        cells = [_paint(name, cell) for name, cell in zip(columns, line(row), strict=True)]
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


def _csv(rows: Sequence[dict[str, Any]], columns: Columns) -> None:
    import csv

    from vterm.cli.export_file import safe_cell

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([safe_cell(plain(name)) for name in columns])
    for row in rows:
        writer.writerow(["" if row.get(name) is None else safe_cell(_text(row[name])) for name in columns])


def _is_number(text: str) -> bool:
    return text == "-" or text.lstrip("+-").rstrip("%").replace(".", "", 1).isdigit()


def _coloured() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _dim(text: str) -> str:
    return f"{_DIM}{text}{_PLAIN}" if _coloured() else text


def _paint(name: str, text: str) -> str:
    """Gains and losses carry their sign; the colour only repeats it."""
    if name not in _SIGNED or not _coloured() or not text.strip(" +-0."):
        return text
    return f"{_RED if text.strip().startswith('-') else _GREEN}{text}{_PLAIN}"
