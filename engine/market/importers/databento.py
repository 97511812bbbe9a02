"""Databento's DBN files, plain or packed: every schema, decoded by `databento_dbn`, their publisher's own library.

Prices are int64 of 10**-9, `2**63 - 1` where there is none; times are UTC nanoseconds. A record is a row, from 1.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from engine.market.importers.databento_frames import metadata_length, whole_records
from engine.market.importers.databento_names import Names
from engine.market.importers.databento_records import Records
from engine.market.importers.decimals import BadLine
from engine.market.importers.errors import BadDataFile
from engine.market.importers.events import MarketEvent
from engine.market.importers.source import BROKEN, open_bytes

_BITE = 1 << 18


def read_databento(path: Path) -> Iterator[tuple[int, list[MarketEvent]]]:
    """(record, events) of a DBN file, in order.

    Raises BadDataFile where it cannot be decoded, after what came before the damage, and where it ends half way.
    """
    dbn = _library(str(path))
    with open_bytes(path) as handle:
        records: Records | None = None
        row = 0
        for record in _decoded(str(path), handle, dbn):
            if isinstance(record, dbn.Metadata):
                records = Records(Names(record.mappings))
                continue
            row += 1
            if records is None:
                raise BadDataFile(str(path), "it does not begin with DBN metadata", "save the whole stream", row)
            yield row, records.events(row, record)
        if records is None:
            raise BadDataFile(str(path), "it is no DBN file", "check --format, or download it again")
        yield max(row, 1), records.finish()


def _library(name: str) -> Any:
    try:
        return importlib.import_module("databento_dbn")
    except ImportError:
        fix = "pip install 'vterm[data]'"
        raise BadDataFile(name, "reading DBN needs the databento-dbn package", fix) from None


def _decoded(name: str, handle: IO[bytes], dbn: Any) -> Iterator[Any]:
    decoder = dbn.DBNDecoder()
    count = 0
    try:
        head = _read(handle, 8)
        head += _read(handle, metadata_length(head) - 8)
        version, timed = head[3], False
        for found in decoder.write_and_decode(head):
            timed = bool(found.ts_out)
            yield found
        rest = b""
        while bite := handle.read(_BITE):
            rest += bite
            while whole := whole_records(version, timed, rest):
                for record in decoder.write_and_decode(rest[:whole]):
                    count += 1
                    yield record
                rest = rest[whole:]
    except BROKEN as error:
        cause = "the compressed data end too early" if isinstance(error, EOFError) else f"damaged ({error})"
        raise BadDataFile(name, f"{cause} after {count} records", "download it again", count) from None
    except OSError as error:
        raise BadDataFile(name, error.strerror or "it cannot be read", row=count) from None
    except (dbn.DBNError, BadLine) as error:
        cause = f"not a record of DBN: {' '.join(str(error).split())[:160]}"
        raise BadDataFile(name, cause, "check --format, or download it again", count) from None
    if rest:
        raise BadDataFile(name, f"it ends in the middle of a record, after {count}", "download it again", count)


def _read(handle: IO[bytes], wanted: int) -> bytes:
    """That many bytes, or all there are."""
    found = b""
    while len(found) < wanted and (bite := handle.read(wanted - len(found))):
        found += bite
    return found
