"""Lines of a file, plain or compressed, as a stream; every trouble is a BadDataFile."""

from __future__ import annotations

import contextlib
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from engine.market.importers.errors import BadDataFile

MAX_LINE = 64 * 1024 * 1024
"""Longest line that is read: a deep snapshot needs one, an endless line never gets more."""

_MAGIC = ((b"\x1f\x8b", "gz"), (b"\xfd7zXZ\x00", "xz"), (b"\x28\xb5\x2f\xfd", "zst"), (b"PK\x03\x04", "zip"))
_SUFFIXES = {".gz": "gz", ".xz": "xz", ".zst": "zst", ".zip": "zip"}
BROKEN = (EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError, zipfile.BadZipFile, NotImplementedError)
"""What the packers raise at damaged content."""


def read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """(row, line) of every line that is not blank; rows count from 1 and count blank lines too.

    Raises BadDataFile at the place of the damage, after all lines before it were given.
    """
    name = str(path)
    row = 0
    with contextlib.ExitStack() as stack:
        handle = stack.enter_context(open_bytes(path))
        while True:
            try:
                line = handle.readline(MAX_LINE)
            except BROKEN as error:
                raise _damaged(name, row, error) from None
            except OSError as error:
                raise BadDataFile(name, error.strerror or "it cannot be read", row=row) from None
            if not line:
                return
            row += 1
            if len(line) >= MAX_LINE and not line.endswith(b"\n"):
                raise BadDataFile(name, "the line is longer than 64 MB", "is this the right file?", row)
            if row == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if not line.isspace() and line:
                yield row, line


def _damaged(name: str, row: int, error: BaseException) -> BadDataFile:
    cause = "the compressed data end too early" if isinstance(error, EOFError) else f"damaged compression ({error})"
    return BadDataFile(name, f"{cause} after {row} lines", "fetch or record the file again", row)


@contextlib.contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """The unpacked content of a file as a stream of bytes.

    Raises BadDataFile where it cannot be opened; reading may raise what `BROKEN` lists at a damage.
    """
    name = str(path)
    try:
        raw = path.open("rb")
    except FileNotFoundError:
        raise BadDataFile(name, "there is no such file", "check the path") from None
    except IsADirectoryError:
        raise BadDataFile(name, "it is a folder", "name one file inside it") from None
    except PermissionError:
        raise BadDataFile(name, "no permission to read it", "change its mode or owner") from None
    except OSError as error:
        raise BadDataFile(name, error.strerror or "it cannot be opened") from None
    with raw:
        kind = _kind(name, path, raw)
        with _unpacked(name, kind, raw) as handle:
            yield handle


def _kind(name: str, path: Path, raw: IO[bytes]) -> str:
    try:
        head = raw.read(6)
        raw.seek(0)
    except OSError as error:
        raise BadDataFile(name, error.strerror or "it cannot be read") from None
    if not head:
        raise BadDataFile(name, "the file is empty")
    kind = next((word for magic, word in _MAGIC if head.startswith(magic)), "")
    said = _SUFFIXES.get(path.suffix.lower(), "")
    if said and kind != said:
        raise BadDataFile(name, f"its name says .{said} but its content does not", "rename it, or fetch it again")
    return kind


@contextlib.contextmanager
def _unpacked(name: str, kind: str, raw: IO[bytes]) -> Iterator[IO[bytes]]:
    if kind == "gz":
        with gzip.GzipFile(fileobj=raw) as plain:
            yield io.BufferedReader(plain, 1 << 18)
    elif kind == "xz":
        with lzma.LZMAFile(raw) as plain_xz:
            yield io.BufferedReader(plain_xz, 1 << 18)
    elif kind == "zst":
        from engine.market.importers.zst import ZstFile

        yield io.BufferedReader(ZstFile(name, raw), 1 << 18)
    elif kind == "zip":
        with _zip_member(name, raw) as member:
            yield member
    else:
        yield raw


@contextlib.contextmanager
def _zip_member(name: str, raw: IO[bytes]) -> Iterator[IO[bytes]]:
    try:
        archive = zipfile.ZipFile(raw)
    except BROKEN as error:
        raise _damaged(name, 0, error) from None
    with archive:
        members = [info for info in archive.infolist() if not info.is_dir() and "__MACOSX" not in info.filename]
        if len(members) != 1:
            listed = " ".join(info.filename for info in members[:5])
            raise BadDataFile(name, f"the archive holds {len(members)} files: {listed}", "pack exactly one file")
        if members[0].flag_bits & 1:
            raise BadDataFile(name, "the archive is encrypted", "unpack it first")
        try:
            member = archive.open(members[0])
        except BROKEN as error:
            raise _damaged(name, 0, error) from None
        with member:
            yield member
