"""Lines of one file of an archive that holds several."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

from engine.market.importers.errors import BadDataFile
from engine.market.importers.source import BROKEN, MAX_LINE


def member_lines(path: Path, member: str) -> Iterator[tuple[int, bytes]]:
    """(row, line) of every line of `member` that is not blank; rows count from 1. Raises BadDataFile."""
    name = f"{path}:{member}"
    row = 0
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as handle:
            while line := handle.readline(MAX_LINE):
                row += 1
                if len(line) >= MAX_LINE and not line.endswith(b"\n"):
                    raise BadDataFile(name, "the line is longer than 64 MB", "is this the right file?", row)
                if not line.isspace():
                    yield row, line
    except (*BROKEN, KeyError, RuntimeError) as error:
        cause = "the compressed data end too early" if isinstance(error, EOFError) else f"damaged archive ({error})"
        raise BadDataFile(name, f"{cause} after {row} lines", "fetch the file again", row) from None
    except OSError as error:
        raise BadDataFile(name, error.strerror or "it cannot be read", row=row) from None
