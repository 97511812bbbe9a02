"""Exact integers of 10**-FINE to and from Arrow decimals, by their bytes: nothing is rounded on the way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.market.importers.errors import BadDataFile
from engine.market.importers.events import FINE

_LOW = (1 << 64) - 1
_WIDE = 38
"""Digits of a 128-bit decimal."""


def arrow(path: Path) -> Any:
    """The pyarrow package. Raises BadDataFile where it is not installed."""
    try:
        import pyarrow
    except ImportError:
        fix = "pip install 'vterm[data]'"
        raise BadDataFile(str(path), "Parquet needs the pyarrow package, which is not installed", fix) from None
    return pyarrow


def decimal_type(pa: Any) -> Any:
    """The Arrow type of every price and size."""
    return pa.decimal128(_WIDE, FINE)


def to_decimals(pa: Any, values: Sequence[int | None]) -> Any:
    """An Arrow array of the numbers; None is null. Raises OverflowError beyond 38 digits."""
    filled = [value or 0 for value in values]
    if any(not -(10**_WIDE) < value < 10**_WIDE for value in filled):
        raise OverflowError("a number of more than 38 digits")
    halves = np.empty((len(filled), 2), "<u8")
    halves[:, 0] = [value & _LOW for value in filled]
    halves[:, 1] = [(value >> 64) & _LOW for value in filled]
    there = np.packbits([value is not None for value in values], bitorder="little")
    buffers = [pa.py_buffer(there.tobytes()), pa.py_buffer(halves.tobytes())]
    return pa.Array.from_buffers(decimal_type(pa), len(filled), buffers)


def from_decimals(column: Any) -> list[int | None]:
    """The numbers of an Arrow decimal array of this type."""
    if not len(column):
        return []
    data = column.buffers()[1]
    halves = np.frombuffer(data, "<u8", 2 * len(column), 16 * column.offset).reshape(-1, 2)
    low, high = halves[:, 0].tolist(), halves[:, 1].view("<i8").tolist()
    absent = column.is_null().to_pylist() if column.null_count else [False] * len(low)
    return [None if missing else (upper << 64) | lower for lower, upper, missing in zip(low, high, absent, strict=True)]
