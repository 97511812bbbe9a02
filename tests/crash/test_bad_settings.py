"""Set-ups in which an acknowledged order could be lost: each is refused in one clear sentence, and harms nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as dbapi
import pytest

from engine.adapters import sqlite_open, sqlite_place
from engine.adapters.sqlite import SqliteLedger
from engine.failures import failure
from engine.ports import IntegrityError, StoreError
from tests.adapters.sqlite_desk import TinyDesk

STORE, INTEGRITY = ("STORE_FAILED", 6), ("INTEGRITY_FAILED", 8)

Patch = pytest.MonkeyPatch


def _old_library(_: Path, patch: Patch) -> None:
    patch.setattr(dbapi, "sqlite_version_info", (3, 51, 2))


def _mounted(kind: str) -> Callable[[Path, Patch], None]:
    def bad(path: Path, patch: Patch) -> None:
        mounts = path.parent.with_name("mounts")
        folder = str(path.parent.resolve()).replace(" ", "\\040")
        mounts.write_text(f"1 0 8:1 / / rw - ext4 /dev/sda rw\n2 1 0:5 / {folder} rw shared:1 - {kind} far:/home rw\n")
        patch.setattr(sqlite_place, "MOUNTS", mounts)

    return bad


def _no_shared_memory(path: Path, patch: Patch) -> None:
    for each in path.parent.iterdir():
        each.unlink()
    connect = sqlite_open.connect
    patch.setattr(sqlite_open, "connect", lambda path, query, ms: connect(path, f"{query}&vfs=unix-dotfile", ms))


def _refuses(setting: str, instead: int) -> Callable[[Path, Patch], None]:
    def bad(_: Path, patch: Patch) -> None:
        ask = sqlite_open.ask

        def answered(connection: Any, statement: str, *values: Any) -> Any:
            return instead if statement == f"PRAGMA {setting}" else ask(connection, statement, *values)

        patch.setattr(sqlite_open, "ask", answered)

    return bad


def _not_a_database(path: Path, _: Patch) -> None:
    path.write_bytes(b"my diary\n" * 900)
    path.with_suffix(".sum").unlink()
    path.with_suffix(".head").unlink()


def _another_programs(path: Path, patch: Patch) -> None:
    _not_a_database(path, patch)
    path.unlink()
    raw = dbapi.connect(path)
    raw.execute("CREATE TABLE recipes (name)")
    raw.close()


def _newer(path: Path, _: Patch) -> None:
    raw = dbapi.connect(path, isolation_level=None)
    words = {**dict(raw.execute("SELECT key, value FROM meta")), "schema": "99"}
    words.pop("seal")
    seal = sqlite_open.meta_seal(words)
    raw.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    raw.execute("UPDATE meta SET value = ? WHERE key = 'seal'", (seal,))
    raw.close()
    path.with_suffix(".sum").unlink()


def _half(path: Path, _: Patch) -> None:
    os.truncate(path, path.stat().st_size // 2)
    path.with_suffix(".sum").unlink()


def _changed(path: Path, _: Patch) -> None:
    with path.open("r+b") as file:
        file.seek(5_000)
        file.write(b"x")


def _a_folder(path: Path, _: Patch) -> None:
    path.unlink()
    path.mkdir()


def _no_folder(path: Path, _: Patch) -> None:
    for each in path.parent.iterdir():
        each.unlink()
    path.parent.rmdir()


def _read_only(path: Path, patch: Patch) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied", str(path.with_suffix(".head")))

    patch.setattr("engine.adapters.sqlite_beside.os.open", refuse)


@pytest.mark.parametrize(
    ("bad", "words", "ends"),
    [
        pytest.param(_old_library, "too old", STORE, id="SQLite with a known fault"),
        pytest.param(_mounted("nfs4"), "network file system", STORE, id="another machine's disk"),
        pytest.param(_mounted("cifs"), "network file system", STORE, id="a Windows share"),
        pytest.param(_mounted("fuse.sshfs"), "network file system", STORE, id="a folder over ssh"),
        pytest.param(_no_shared_memory, "write-ahead log", STORE, id="no write-ahead log"),
        pytest.param(_refuses("synchronous", 1), "synchronous", STORE, id="synchronous is NORMAL"),
        pytest.param(_refuses("synchronous", 0), "synchronous", STORE, id="synchronous is OFF"),
        pytest.param(_refuses("foreign_keys", 0), "foreign_keys", STORE, id="no foreign keys"),
        pytest.param(_refuses("checkpoint_fullfsync", 0), "checkpoint_fullfsync", STORE, id="checkpoints half synced"),
        pytest.param(_read_only, "permission", STORE, id="a folder that may not be written"),
        pytest.param(_no_folder, "does not exist", STORE, id="no folder"),
        pytest.param(_a_folder, "could not be used", STORE, id="a folder in the file's place"),
        pytest.param(_newer, "newer vterm", STORE, id="a newer schema"),
        pytest.param(_not_a_database, "not a ledger", INTEGRITY, id="no database"),
        pytest.param(_another_programs, "not a ledger", INTEGRITY, id="another program's database"),
        pytest.param(_half, "damaged", INTEGRITY, id="half a file"),
        pytest.param(_changed, "differs", INTEGRITY, id="a changed byte"),
    ],
)
def test_a_bad_set_up_is_refused(
    tmp_path: Path, monkeypatch: Patch, bad: Callable[[Path, Patch], None], words: str, ends: tuple[str, int]
) -> None:
    path = tmp_path / "my home" / "ledger.db"
    path.parent.mkdir()
    ledger = SqliteLedger(path)
    ledger.commit(TinyDesk().entries(60))
    ledger.close()
    bad(path, monkeypatch)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises((StoreError, IntegrityError), match=words) as refused:
        SqliteLedger(path)
    _is_clear(refused.value, ends)
    assert before is None or path.read_bytes() == before


def test_a_ledger_that_another_engine_has_is_refused(tmp_path: Path) -> None:
    first = SqliteLedger(tmp_path / "ledger.db")
    with pytest.raises(StoreError, match="another engine") as refused:
        SqliteLedger(tmp_path / "ledger.db")
    _is_clear(refused.value, STORE)
    first.close()


def test_a_ledger_that_another_program_writes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    SqliteLedger(path).close()
    path.with_suffix(".sum").unlink()
    other = dbapi.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("PRAGMA user_version = 0")
    with pytest.raises(StoreError, match="another program") as refused:
        SqliteLedger(path, busy_ms=10)
    _is_clear(refused.value, STORE)
    other.close()


@pytest.mark.parametrize("bad", [_old_library, _mounted("nfs")])
def test_a_refused_place_keeps_its_digest(
    tmp_path: Path, monkeypatch: Patch, bad: Callable[[Path, Patch], None]
) -> None:
    path = tmp_path / "home" / "ledger.db"
    path.parent.mkdir()
    SqliteLedger(path).close()
    bad(path, monkeypatch)
    before = {each.name: each.read_bytes() for each in path.parent.iterdir()}
    with pytest.raises(StoreError):
        SqliteLedger(path)
    assert {each.name: each.read_bytes() for each in path.parent.iterdir()} == before


def test_the_nearest_mount_counts(tmp_path: Path, monkeypatch: Patch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "1 0 8:1 / / rw - nfs4 a rw\n2 1 8:2 / /srv rw master:1 - ext4 b rw\n3 1 8:3 / /srv rw - xfs c rw\n"
    )
    monkeypatch.setattr(sqlite_place, "MOUNTS", mounts)
    assert sqlite_place.file_system(Path("/srv/home/ledger.db")) == "xfs"
    assert sqlite_place.file_system(Path("/srvice/ledger.db")) == "nfs4"
    monkeypatch.setattr(sqlite_place, "MOUNTS", tmp_path / "absent")
    assert sqlite_place.file_system(Path("/srv/home/ledger.db")) == ""


def _is_clear(error: Exception, ends: tuple[str, int]) -> None:
    """One sentence with a cause, one with what to do, and the exit code that is promised."""
    known = failure(error)
    assert known is not None
    body, _, exit_code = known
    assert (body["error"]["code"], exit_code) == ends
    text = body["error"]["message"]
    assert "\n" not in text and "Traceback" not in text and ". " in text and body["error"]["fix"]
