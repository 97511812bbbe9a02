"""Opening a ledger file safely: settings that keep promises, schema steps, refusal of what is not ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as dbapi
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from engine.adapters.sqlite_beside import reserve_log, wal_size
from engine.adapters.sqlite_tables import META, PUT_META, columns, driver_cursor
from engine.ledger.chain import GENESIS, seal
from engine.ledger.migrations import LATEST, pending
from engine.ports import IntegrityError, StoreError

SCHEMA, SEAL = "schema", "seal"
"""Words in `meta` that are ours: the schema's number, and the digest of all other words."""

POINTS_FROM = "points_from"
"""Word for the last entry written before there were equity points: up to it the journal plays back without any."""

_SETTINGS = (
    ("synchronous", "FULL", 2),
    ("foreign_keys", "ON", 1),
    ("secure_delete", "ON", 1),
    ("fullfsync", "ON", 1),
    ("checkpoint_fullfsync", "ON", 1),
    ("cell_size_check", "ON", 1),
    ("trusted_schema", "OFF", 0),
)
_LOG_PAGES = 4_000
"""Where a commit folds the log back although nobody was idle: 16 MiB, one commit of 300."""
_LOG_BYTES = _LOG_PAGES * (4_096 + 24) + 32
_CACHE_KIB = 16_384


def connect(path: Path, query: str, busy_ms: int) -> Connection:
    """One connection in autocommit mode: transactions are begun and ended by our own words."""

    def create() -> Any:
        return dbapi.connect(
            f"{path.absolute().as_uri()}?{query}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=busy_ms / 1000,
            cached_statements=256,
        )

    engine = create_engine("sqlite://", module=dbapi, creator=create, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    return engine.connect()


def ask(connection: Connection, statement: str, *values: Any) -> Any:
    """First value of the first row, or None."""
    row = connection.exec_driver_sql(statement, values).first()
    return None if row is None else row[0]


def open_writer(path: Path, busy_ms: int) -> Connection:
    """A connection that may write, with every promised setting on and the schema up to date.

    Raises StoreError where a setting cannot be had or the file is from a newer vterm, IntegrityError where
    the file is not a whole ledger.
    """
    connection = connect(path, "mode=rwc", busy_ms)
    try:
        check_whole(connection, path)
        read_meta(connection, path)  # what is not ours is refused before a setting is written into it
        _apply_settings(connection, path)
        migrate(connection, path)
        reserve_log(path, _LOG_BYTES)
    except BaseException:
        connection.close()
        raise
    return connection


def check_whole(connection: Connection, path: Path) -> None:
    """Refuse a file that ends before the database in it does."""
    if wal_size(path) == 0:
        expected = ask(connection, "PRAGMA page_count") * ask(connection, "PRAGMA page_size")
        actual = path.stat().st_size
        if actual < expected:
            raise IntegrityError(f"{path} is damaged: {actual} of {expected} bytes are there. Restore it from a copy")


def _apply_settings(connection: Connection, path: Path) -> None:
    if ask(connection, "PRAGMA journal_mode = WAL") != "wal":
        raise StoreError(f"{path} lies where SQLite cannot keep a write-ahead log. Move it to a local disk")
    for name, value, expected in _SETTINGS:
        connection.exec_driver_sql(f"PRAGMA {name} = {value}")
        if ask(connection, f"PRAGMA {name}") != expected:
            raise StoreError(
                f"{path} cannot be kept safely: SQLite refuses {name} = {value}. Install pysqlite3 0.6 or later"
            )
    connection.exec_driver_sql(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
    connection.exec_driver_sql(f"PRAGMA cache_size = -{_CACHE_KIB}")


def read_meta(connection: Connection, path: Path) -> dict[str, str]:
    """All remembered words, verified against their seal. Empty for a fresh file.

    Raises IntegrityError for a database that is not a ledger or whose words were changed, StoreError for a
    ledger of a newer version.
    """
    if not ask(connection, "SELECT count(*) FROM sqlite_schema"):
        return {}
    if ask(connection, "SELECT count(*) FROM sqlite_schema WHERE name = 'meta'") != 1:
        raise IntegrityError(f"{path} is a database, but not a ledger. Choose another home")
    rows = connection.exec_driver_sql(f"SELECT {columns(META)} FROM meta").fetchall()
    words: dict[str, str] = {row[0]: row[1] for row in rows}
    if words.pop(SEAL, None) != meta_seal(words):
        raise IntegrityError(f"{path} is damaged: what it remembers about its home was changed")
    version = int(words.get(SCHEMA, "0"))
    if version > LATEST:
        raise StoreError(f"{path} was written by a newer vterm (schema {version}, known {LATEST}). Upgrade vterm")
    return words


def meta_seal(words: dict[str, str]) -> str:
    """The digest that stands for all remembered words."""
    return seal(GENESIS, [part for pair in sorted(words.items()) for part in pair]).hex()


def write_meta(connection: Connection, words: dict[str, str]) -> None:
    """Store all words and their seal; the caller holds the transaction."""
    PUT_META.run(driver_cursor(connection), [*words.items(), (SEAL, meta_seal(words))])


def migrate(connection: Connection, path: Path) -> None:
    """Bring the schema to the newest version, each step in its own transaction, after a copy of the file."""
    words = read_meta(connection, path)
    version = int(words.get(SCHEMA, "0"))
    steps = pending(version)
    if steps and version:
        copy = path.with_suffix(f".before-{steps[0][0]:04d}.db")
        fresh = copy.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        connection.exec_driver_sql("VACUUM INTO ?", (str(fresh),))
        fresh.replace(copy)
    for number, statements in steps:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        for statement in statements:
            connection.exec_driver_sql(statement)
        if number == 2 and version:
            words[POINTS_FROM] = str(ask(connection, "SELECT coalesce(max(seq), 0) FROM journal"))
        words[SCHEMA] = str(number)
        write_meta(connection, words)
        connection.exec_driver_sql("COMMIT")
