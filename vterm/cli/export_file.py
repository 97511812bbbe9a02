"""Rows as a file: CSV that no spreadsheet runs, JSON, or Parquet with exact decimals."""

from __future__ import annotations

import os
from pathlib import Path

from vterm.cli.stop import stop, usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

KINDS = ("csv", "json", "parquet")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MOST_DIGITS = 38


def kind_of(path: str) -> str:
    """The form that a file's name asks for. Raises Stop (USAGE)."""
    kind = Path(path).suffix.lower().removeprefix(".")
    if kind not in KINDS:
        raise usage(f"{path} has no form that can be written", "end its name in .csv, .json or .parquet")
    return kind


def put(path: str, data: bytes, *, force: bool) -> None:
    """Write a file whole, or not at all. Raises Stop where it is there, or cannot be written."""
    target = Path(path)
    if not force and target.exists():
        raise usage(f"{path} is there already", "choose another name, or write over it with --force")
    part = target.with_name(f".{target.name}.part")
    try:
        with open(part, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise stop(
            "STORE_FAILED", f"cannot write {path}: {error.strerror}", "check the folder and its rights", 6
        ) from None


def packed(kind: str, noun: str, rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> bytes:
    """The rows in one of KINDS; a JSON file is {noun: [...]}."""
    if kind == "json":
        import json

        return (json.dumps({noun: [*rows]}, indent=1) + "\n").encode()
    if kind == "csv":
        return csv_bytes(rows, columns)
    return _parquet(rows, columns)


def csv_bytes(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> bytes:
    """UTF-8 with a header; a text that a spreadsheet would run begins with an apostrophe."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe_cell(_text(row.get(name))) for name in columns])
    return out.getvalue().encode()


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; numbers stay as they are."""
    if not text.startswith(_FORMULA) or is_number(text):
        return text
    return f"'{text}"


def is_number(text: str) -> bool:
    """Whether a text is a plain decimal, with a sign or without."""
    digits = text[1:] if text[:1] in ("+", "-") else text
    whole, point, rest = digits.partition(".")
    return digits.isascii() and whole.isdigit() and (not point or rest.isdigit())


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return " ".join(str(item) for item in value)
    return str(value)


def _parquet(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> bytes:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise usage("Parquet needs the `data` extra", "pip install 'vterm[data]', or export to .csv or .json") from None
    sink = pyarrow.BufferOutputStream()
    made = [_column(pyarrow, [row.get(name) for row in rows]) for name in columns]
    pyarrow.parquet.write_table(pyarrow.table(made, names=[*columns]), sink, compression="zstd")
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _column(pyarrow: Any, values: list[Any]) -> Any:
    """Decimal text as decimal128 of the most decimals in the column, whole numbers as int64, all else as text."""
    from decimal import Decimal

    given = [value for value in values if value is not None]
    if given and all(isinstance(value, bool) for value in given):
        return pyarrow.array(values, pyarrow.bool_())
    if given and all(isinstance(value, int) for value in given):
        return pyarrow.array(values, pyarrow.int64())
    if given and all(isinstance(value, str) and is_number(value) for value in given):
        exact = [None if value is None else Decimal(value) for value in values]
        scale = max(-int(number.as_tuple().exponent) for number in exact if number is not None)
        whole = max(len(value.lstrip("+-").partition(".")[0]) for value in given)
        if whole + scale <= _MOST_DIGITS:
            return pyarrow.array(exact, pyarrow.decimal128(_MOST_DIGITS, scale))
    return pyarrow.array([None if value is None else _text(value) for value in values], pyarrow.string())
