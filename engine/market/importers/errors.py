"""What can be wrong with a recorded file or with how it was asked for; each ends as one clear line."""

from __future__ import annotations

from collections.abc import Sequence

from engine.model.refusal import EXIT_BAD_FILE, EXIT_NOT_FOUND, EXIT_USAGE

_NAMED = 200
"""Instruments that an error lists by name."""


class DataError(Exception):
    """Base of all. `message` says all that matters in one line; `cause` and `fix` are for who wants to act."""

    exit_code = EXIT_USAGE
    code = "BAD_DATA_REQUEST"

    def __init__(self, message: str, *, cause: str = "", fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.cause = cause or message
        self.fix = fix

    def document(self) -> dict[str, object]:
        """The error document: the shape of every refusal on a wire."""
        return {
            "error": {
                "code": self.code,
                "message": self.message,
                "cause": self.cause,
                "fix": self.fix,
                "docs": f"vterm help {self.code}",
            }
        }

    def line(self) -> str:
        """One line for a terminal."""
        return " ".join(f"{self.code}: {self.message}. {self.fix}".split())


class BadDataFile(DataError):
    """The file cannot be read, or not to its end. `row` is the 1-based line of the damage (0: none)."""

    exit_code = EXIT_BAD_FILE
    code = "BAD_DATA_FILE"

    def __init__(self, file: str, cause: str, fix: str = "", row: int = 0) -> None:
        where = f"{file} line {row}" if row else file
        super().__init__(f"{where}: {cause}", cause=cause, fix=fix or "check the file, or record it again")
        self.file = file
        self.row = row

    def document(self) -> dict[str, object]:
        """The error document with file and line."""
        body = super().document()
        error = body["error"]
        if isinstance(error, dict):
            error["file"] = self.file
            if self.row:
                error["line"] = self.row
        return body


class UnknownFormat(DataError):
    """No importer has that name."""

    code = "UNKNOWN_FORMAT"

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"{name[:40]!r} is not a format", fix=f"--format {'|'.join(known)}")


def _listed(symbols: Sequence[str]) -> str:
    more = len(symbols) - _NAMED
    return " ".join(symbols[:_NAMED]) + (f" and {more} more" if more > 0 else "")


class SymbolNeeded(DataError):
    """The file holds several instruments and none was named."""

    code = "SYMBOL_NEEDED"

    def __init__(self, file: str, symbols: Sequence[str]) -> None:
        names = _listed(symbols)
        super().__init__(f"{file} holds {len(symbols)} instruments: {names}", cause=names, fix=f"--symbol {symbols[0]}")
        self.symbols = tuple(symbols)


class SymbolAbsent(DataError):
    """The file does not hold the instrument that was named."""

    exit_code = EXIT_NOT_FOUND
    code = "UNKNOWN_SYMBOL"

    def __init__(self, file: str, symbol: str, symbols: Sequence[str]) -> None:
        fix = f"--symbol {symbols[0]}" if symbols else "check --format"
        super().__init__(f"{file} holds no {symbol[:40]!r}, but: {_listed(symbols) or 'nothing'}", fix=fix)
        self.symbols = tuple(symbols)
