"""Database errors as one clear sentence with a cause and a fix."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pysqlite3.dbapi2 as dbapi
from sqlalchemy.exc import DBAPIError, ResourceClosedError

from engine.ports import IntegrityError, StoreError

_STORE = {
    "SQLITE_FULL": "the disk is full, {path} cannot grow. Free some space and start the desk again",
    "SQLITE_BUSY": "another program is writing {path}. Stop it and start the desk again",
    "SQLITE_LOCKED": "another program is writing {path}. Stop it and start the desk again",
    "SQLITE_READONLY": "{path} may not be written. Give yourself write permission on the file and its folder",
    "SQLITE_PERM": "{path} may not be opened. Give yourself permission on the file and its folder",
    "SQLITE_CANTOPEN": "{path} cannot be opened. Check that its folder exists and that you may write in it",
    "SQLITE_IOERR": "the disk failed or is full while {path} was used ({name}). Check the disk, then start again",
    "SQLITE_NOMEM": "there is not enough memory for {path}. Close other programs and start again",
    "SQLITE_CONSTRAINT": "{path} refuses an entry: {text}. This is a fault of the desk, please report it",
}
_INTEGRITY = {
    "SQLITE_NOTADB": "{path} is not a ledger: it does not begin like a database. Restore it from a copy",
    "SQLITE_ERROR": "{path} is damaged: its tables are not those of a ledger ({text}). Restore it from a copy",
    "SQLITE_CORRUPT": "{path} is damaged: {text}. Run `vterm audit`, then restore it from a copy",
}


def explain(error: BaseException, path: Path) -> StoreError | IntegrityError:
    """The error to raise instead of a database error."""
    name = getattr(error, "sqlite_errorname", None) or ""
    text = str(error)
    if "decode to UTF-8" in text:
        name = "SQLITE_CORRUPT"
    for table, kind in ((_INTEGRITY, IntegrityError), (_STORE, StoreError)):
        for start, sentence in table.items():
            if name.startswith(start):
                return kind(sentence.format(path=path, name=name, text=text))
    return StoreError(f"{path} could not be used: {text} ({name or type(error).__name__})")


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn every error of the database or the file system inside the block into StoreError or IntegrityError."""
    try:
        yield
    except DBAPIError as error:
        raise explain(error.orig or error, path) from None
    except (dbapi.Error, ResourceClosedError) as error:
        raise explain(error, path) from None
    except OverflowError:
        raise StoreError(f"{path} cannot hold a number beyond 64 bits: the order is too large") from None
    except PermissionError as error:
        file = error.filename or path
        raise StoreError(f"{file} may not be used. Give yourself permission on the file and its folder") from None
    except OSError as error:
        file = error.filename or path
        raise StoreError(f"{file} could not be used: {error.strerror or error}. Check the disk") from None
