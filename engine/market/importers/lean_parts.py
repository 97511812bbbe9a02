"""Where the CSVs of a LEAN path are: a folder, an archive (one CSV per contract), or a CSV alone."""

from __future__ import annotations

import contextlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from engine.market.importers.errors import BadDataFile, DataError
from engine.market.importers.lean_names import RESOLUTIONS, Part, part_of
from engine.market.importers.source import BROKEN, read_lines
from engine.market.importers.zip_lines import member_lines

_MOST_FILES = 100_000


class Piece(msgspec.Struct, frozen=True):
    """One CSV: what its name says, and where it is (`member` is "" outside an archive of several)."""

    part: Part
    path: Path
    member: str = ""

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """(row, line), rows from 1. Raises BadDataFile."""
        return member_lines(self.path, self.member) if self.member else read_lines(self.path)

    @property
    def name(self) -> str:
        """The place of a damage, in words."""
        return f"{self.path}:{self.member}" if self.member else str(self.path)


def pieces_of(path: Path) -> list[Piece]:
    """Every CSV at `path` in order of day, kind and contract.

    Raises BadDataFile where there is none, DataError where a folder holds several resolutions.
    """
    if not path.is_dir():
        found = list(_of_file(path, alone=True))
        if not found:
            raise BadDataFile(str(path), "its name says nothing of LEAN", "keep the folders and names LEAN gives")
        return found
    found = list(_of_folder(path))
    if not found:
        raise BadDataFile(str(path), "a folder without LEAN data", "name equity/usa/minute/spy, or one file")
    present = {piece.part.resolution for piece in found}
    if len(present) > 1:
        listed = " ".join(name for name in RESOLUTIONS if name in present)
        example = next(piece.path.parent for piece in found if piece.part.resolution == "minute" or len(present) < 9)
        raise DataError(f"{path} holds several resolutions: {listed}", fix=f"name the folder of one, such as {example}")
    return sorted(found, key=lambda piece: (piece.part.day, piece.part.kind, piece.part.symbol))


def _of_folder(path: Path) -> Iterator[Piece]:
    files = sorted(file for file in path.rglob("*") if file.suffix.lower() in (".zip", ".csv"))
    if len(files) > _MOST_FILES:
        raise BadDataFile(str(path), f"a folder of more than {_MOST_FILES} files", "name a folder inside it")
    for file in files:
        yield from _of_file(file, alone=False)


def _of_file(path: Path, alone: bool) -> Iterator[Piece]:
    whole = path.absolute()
    members = _members(path) if path.suffix.lower() == ".zip" else []
    if len(members) > 1:
        for member in members:
            part = part_of(whole, member, alone)
            if part is not None:
                yield Piece(part, path, member)
        return
    part = part_of(whole, members[0] if members else "", alone)
    if part is not None:
        yield Piece(part, path)


def _members(path: Path) -> list[str]:
    with contextlib.ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(path))
        except (FileNotFoundError, PermissionError, *BROKEN):
            return []  # reading it will say why
        except OSError as error:
            raise BadDataFile(str(path), error.strerror or "it cannot be opened") from None
        return [
            info.filename
            for info in archive.infolist()
            if not info.is_dir() and "__MACOSX" not in info.filename and info.filename.lower().endswith(".csv")
        ]
