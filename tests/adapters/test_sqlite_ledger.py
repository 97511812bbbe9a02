"""SqliteLedger: what is committed comes back, what cannot be committed leaves no trace."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pysqlite3.dbapi2 as dbapi
import pytest

from engine.adapters import sqlite_open
from engine.adapters.sqlite import SqliteLedger
from engine.adapters.sqlite_audit import audit
from engine.adapters.sqlite_beside import head_path, sum_path
from engine.adapters.sqlite_tables import METADATA
from engine.ledger.migrations import LATEST
from engine.ports import IntegrityError, Snapshot, StoreError
from tests.adapters.sqlite_desk import TinyDesk

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def test_everything_comes_back_in_order(path: Path) -> None:
    desk, ledger = TinyDesk(), SqliteLedger(path)
    entries = desk.entries(300)
    ledger.commit(entries[:1])
    ledger.commit(entries[1:200])
    ledger.commit(entries[200:])
    ledger.close()
    again = SqliteLedger(path)
    recovered = again.recover()
    assert recovered.snapshot is None and recovered.entries == tuple(entries)
    again.close()
    assert audit(path).ok


def test_recovery_begins_at_the_newest_snapshot_and_two_are_kept(path: Path) -> None:
    desk, ledger = TinyDesk(), SqliteLedger(path)
    newest = None
    for _ in range(4):
        ledger.commit(desk.entries(40))
        newest = desk.snapshot()
        ledger.snapshot(newest)
    tail = desk.entries(25)
    ledger.commit(tail)
    assert ledger.recover().snapshot == newest
    assert ledger.recover().entries == tuple(tail)
    ledger.close()
    with dbapi.connect(path) as raw:
        assert [row[0] for row in raw.execute("SELECT seq FROM snapshots ORDER BY seq")] == [120, 160]
    raw.close()


def test_a_damaged_snapshot_is_passed_over(path: Path) -> None:
    desk, ledger = TinyDesk(), SqliteLedger(path)
    ledger.commit(desk.entries(40))
    older = desk.snapshot()
    ledger.snapshot(older)
    between = desk.entries(10)
    ledger.commit(between)
    ledger.snapshot(desk.snapshot())
    ledger._connection.exec_driver_sql("UPDATE snapshots SET state = x'00' WHERE seq = 50")  # type: ignore[union-attr]
    recovered = ledger.recover()
    assert recovered.snapshot == older and recovered.entries == tuple(between)


def test_a_snapshot_before_any_entry(path: Path) -> None:
    ledger = SqliteLedger(path)
    first = TinyDesk().snapshot()
    ledger.snapshot(first)
    assert ledger.recover().snapshot == first
    assert ledger.recover().entries == ()


def test_words_about_the_home_last(path: Path) -> None:
    ledger = SqliteLedger(path)
    assert ledger.meta("seed") is None
    ledger.set_meta("seed", "41")
    ledger.set_meta("seed", "42")
    ledger.close()
    again = SqliteLedger(path)
    assert again.meta("seed") == "42"
    assert again.meta("schema") == str(LATEST)


def test_core_tables_are_what_the_migrations_make(path: Path) -> None:
    SqliteLedger(path).close()
    with dbapi.connect(path) as raw:
        for name, table in METADATA.tables.items():
            found = [(row[1], row[2], bool(row[3])) for row in raw.execute(f"PRAGMA table_info({name})")]
            kinds = {"BIGINT": "INTEGER"}
            made = [
                (column.name, kinds.get(str(column.type), str(column.type)), not column.nullable)
                for column in table.columns
            ]
            assert found == made
    raw.close()


@pytest.mark.parametrize("damage", ["order", "amount", "cash", "double"])
def test_what_does_not_balance_is_never_stored(path: Path, damage: str) -> None:
    desk, ledger = TinyDesk(), SqliteLedger(path)
    good = desk.entries(30)
    ledger.commit(good)
    bad = next(entry for entry in (desk.entry() for _ in range(100)) if entry.fills)
    first = bad.transfers[0]
    changed = {
        "order": {"orders": ()},
        "amount": {"transfers": (msgspec.structs.replace(first, amount=first.amount + 1), *bad.transfers[1:])},
        "cash": {"transfers": bad.transfers[:1]},
        "double": {"seq": good[-1].seq},
    }[damage]
    with pytest.raises(IntegrityError, match="was not stored"):
        ledger.commit([msgspec.structs.replace(bad, **changed)])
    assert ledger.recover().entries == tuple(good)
    ledger.commit([bad])


def test_a_client_id_is_used_once_for_ever(path: Path) -> None:
    desk, ledger = TinyDesk(), SqliteLedger(path)
    entries = desk.entries(30)
    ledger.commit(entries)
    used = next(order for entry in entries for order in entry.orders if order.request.client_order_id)
    twin = msgspec.structs.replace(used, order_id="o-twin")
    fresh = msgspec.structs.replace(desk.entry(), orders=(twin,), fills=(), transfers=())
    with pytest.raises(StoreError, match="client_order_id"):
        ledger.commit([fresh])
    assert ledger.recover().entries == tuple(entries)


def test_a_number_too_large_for_the_store_is_refused(path: Path) -> None:
    ledger = SqliteLedger(path)
    entry = msgspec.structs.replace(TinyDesk().entry(), at=2**63)
    with pytest.raises(StoreError, match="64 bits"):
        ledger.commit([entry])
    assert ledger.recover().entries == ()


def test_disk_full_loses_nothing_that_was_stored(path: Path) -> None:
    desk, ledger = TinyDesk(), SqliteLedger(path)
    stored = desk.entries(60)
    ledger.commit(stored)
    connection = ledger._connection
    assert connection is not None
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="the disk is full"):
        ledger.commit(desk.entries(200))
    assert ledger.recover().entries == tuple(stored)
    ledger.close()
    assert audit(path).ok


FILE_LIMIT = """
import resource, signal, sys
from pathlib import Path
from engine.adapters.sqlite import SqliteLedger
from engine.ports import StoreError
from tests.adapters.sqlite_desk import TinyDesk
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
desk, ledger = TinyDesk(), SqliteLedger(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
done = 0
try:
    while True:
        ledger.commit(desk.entries(8))
        done = desk.seq
except StoreError as error:
    print(done, error)
try:
    ledger.commit(desk.entries(1))
except StoreError as error:
    print("still", error)
"""


def test_a_file_that_may_not_grow_ends_in_one_sentence(path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", FILE_LIMIT, str(path)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.stderr == ""
    first, second = run.stdout.splitlines()
    assert "disk" in first and second.startswith("still")
    done = int(first.split()[0])
    assert done > 0
    assert audit(path).ok
    again = SqliteLedger(path)
    assert [entry.seq for entry in again.recover().entries][:done] == list(range(1, done + 1))


NO_RIGHTS = """
import os, sys, tempfile
from pathlib import Path
from engine.adapters.sqlite import SqliteLedger
from engine.adapters.sqlite_audit import audit
from engine.ports import StoreError
from tests.adapters.sqlite_desk import TinyDesk
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "ledger.db"
    ledger = SqliteLedger(path)
    ledger.commit(TinyDesk().entries(3))
    ledger.close()
    path.chmod(int(sys.argv[1], 8))
    Path(folder).chmod(int(sys.argv[2], 8))
    was = os.geteuid()
    if was == 0:
        for each in (Path(folder), *Path(folder).iterdir()):
            os.chown(each, 65534, 65534)
        os.seteuid(65534)
    for attempt in (SqliteLedger, audit):
        try:
            print("done", attempt(path))
        except StoreError as error:
            print(error)
    os.seteuid(was)
    Path(folder).chmod(0o700)
"""


@pytest.mark.parametrize(
    ("file", "folder", "readable"), [("444", "555", True), ("000", "555", False), ("600", "000", False)]
)
def test_missing_rights_end_in_one_sentence(file: str, folder: str, readable: bool) -> None:
    run = subprocess.run(
        [sys.executable, "-c", NO_RIGHTS, file, folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.stderr == ""
    opened, audited = run.stdout.splitlines()
    assert "permission" in opened
    assert ("ok=True" if readable else "permission") in audited


def test_a_second_writer_is_refused(path: Path) -> None:
    first = SqliteLedger(path)
    with pytest.raises(StoreError, match="another engine"):
        SqliteLedger(path)
    first.close()
    SqliteLedger(path).close()


def test_a_foreign_lock_is_reported(path: Path) -> None:
    desk, ledger = TinyDesk(), SqliteLedger(path, busy_ms=10)
    ledger.commit(desk.entries(5))
    other = dbapi.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = desk.entries(5)
    with pytest.raises(StoreError, match="another program is writing"):
        ledger.commit(waiting)
    other.execute("ROLLBACK")
    other.close()
    ledger.commit(waiting)


def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        SqliteLedger(tmp_path / "nowhere" / "ledger.db")


def test_a_folder_in_place_of_the_file_is_reported(path: Path) -> None:
    path.mkdir()
    with pytest.raises(StoreError):
        SqliteLedger(path)


@pytest.mark.parametrize("content", [b"x" * 5_000, b"SQLite format 3\0" + b"\xff" * 4_080])
def test_a_file_that_is_no_database_is_refused_untouched(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(IntegrityError):
        SqliteLedger(path)
    assert path.read_bytes() == content


def test_another_programs_database_is_refused(path: Path) -> None:
    with dbapi.connect(path) as raw:
        raw.execute("CREATE TABLE recipes (name)")
    raw.close()
    with pytest.raises(IntegrityError, match="not a ledger"):
        SqliteLedger(path)


@pytest.mark.parametrize("share", [0, 10, 50, 99])
def test_half_a_file_is_refused(path: Path, share: int) -> None:
    ledger = SqliteLedger(path)
    ledger.commit(TinyDesk().entries(200))
    ledger.close()
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) * share // 100])
    with pytest.raises(IntegrityError):
        SqliteLedger(path)
    sum_path(path).unlink()
    with pytest.raises(IntegrityError):
        SqliteLedger(path)


def test_a_lost_file_is_noticed(path: Path) -> None:
    ledger = SqliteLedger(path)
    ledger.commit(TinyDesk().entries(3))
    ledger.close()
    path.unlink()
    with pytest.raises(IntegrityError, match="lost entry 3"):
        SqliteLedger(path)


def test_a_newer_ledger_is_refused(path: Path) -> None:
    ledger = SqliteLedger(path)
    ledger.set_meta("schema", str(LATEST + 1))
    ledger.close()
    with pytest.raises(StoreError, match="newer vterm"):
        SqliteLedger(path)
    with pytest.raises(StoreError, match="newer vterm"):
        audit(path)


def test_an_older_ledger_is_copied_and_brought_forward(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, ledger = TinyDesk(), SqliteLedger(path)
    entries = desk.entries(20)
    ledger.commit(entries)
    ledger.close()
    new = LATEST + 1
    step = ((new, ("CREATE TABLE notes (line TEXT NOT NULL) STRICT",)),)
    monkeypatch.setattr(sqlite_open, "pending", lambda version: step if version < new else ())
    monkeypatch.setattr(sqlite_open, "LATEST", new)
    newer = SqliteLedger(path)
    assert newer.meta("schema") == str(new)
    assert newer.recover().entries == tuple(entries)
    newer.close()
    monkeypatch.undo()
    assert audit(path.with_suffix(f".before-{new:04d}.db")).entries == 20


def test_a_step_that_fails_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    SqliteLedger(path).close()
    step = ((LATEST + 1, ("CREATE TABLE notes (line TEXT NOT NULL) STRICT", "CREATE TABLE notes (again TEXT)")),)
    with monkeypatch.context() as patched:
        patched.setattr(sqlite_open, "pending", lambda _: step)
        with pytest.raises((StoreError, IntegrityError)):
            SqliteLedger(path)
    SqliteLedger(path).close()
    assert audit(path).ok


def test_a_changed_byte_stops_the_next_opening(path: Path) -> None:
    ledger = SqliteLedger(path)
    ledger.commit(TinyDesk().entries(3))
    ledger.close()
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)
    with pytest.raises(IntegrityError, match="byte for byte"):
        SqliteLedger(path)


def test_a_changed_entry_stops_the_recovery(path: Path) -> None:
    ledger = SqliteLedger(path)
    ledger.commit(TinyDesk().entries(30))
    connection = ledger._connection
    assert connection is not None
    connection.exec_driver_sql("UPDATE transfers SET amount = amount + 1 WHERE seq = 1")
    with pytest.raises(IntegrityError, match="entry 1 is not what was written"):
        ledger.recover()


def test_files_are_private(path: Path) -> None:
    ledger = SqliteLedger(path)
    ledger.commit(TinyDesk().entries(3))
    found = {file.name: file.stat().st_mode & 0o077 for file in path.parent.iterdir()}
    assert not any(found.values()) and "ledger.db-wal" in found
    ledger.close()
    assert {file.name for file in path.parent.iterdir()} == {"ledger.db", "ledger.sum", "ledger.head"}
    assert sum_path(path).stat().st_mode & 0o077 == 0


def test_after_closing_nothing_is_taken(path: Path) -> None:
    ledger = SqliteLedger(path)
    ledger.close()
    ledger.close()
    with pytest.raises(StoreError, match="is closed"):
        ledger.commit(TinyDesk().entries(1))


def test_a_head_torn_by_a_power_cut_does_not_stop_the_desk(path: Path) -> None:
    ledger = SqliteLedger(path)
    ledger.commit(TinyDesk().entries(3))
    ledger.close()
    head_path(path).write_bytes(b"")
    again = SqliteLedger(path)
    assert len(again.recover().entries) == 3


def test_an_audit_beside_a_working_engine(path: Path) -> None:
    desk, ledger = TinyDesk(), SqliteLedger(path)
    ledger.commit(desk.entries(10))
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            ledger.commit(desk.entries(8))
            if desk.seq % 5 == 0:
                ledger.snapshot(desk.snapshot())

    worker = threading.Thread(target=work)
    worker.start()
    try:
        reports = [audit(path) for _ in range(8)]
    finally:
        stop.set()
        worker.join()
    assert [report.problems for report in reports] == [()] * 8
    ledger.close()


def test_a_snapshot_value_that_fills_do_not_give_is_found(path: Path) -> None:
    desk, ledger = TinyDesk(), SqliteLedger(path)
    ledger.commit(desk.entries(50))
    right = desk.snapshot()
    wrong = Snapshot(right.seq, right.at, right.state, {**right.nav, "main": right.nav["main"] + 1}, right.marks)
    ledger.snapshot(wrong)
    ledger.close()
    report = audit(path)
    assert not report.ok and report.nav_stored != report.nav_recomputed


def test_a_log_of_zeros_left_by_a_killed_engine_means_nothing(path: Path, tmp_path: Path) -> None:
    ledger = SqliteLedger(path)
    ledger.commit(TinyDesk().entries(30))
    ledger.close()
    again = SqliteLedger(path)
    home = tmp_path / "dead"
    home.mkdir()
    for name in ("ledger.db", "ledger.head", "ledger.db-wal"):
        shutil.copy(tmp_path / name, home / name)
    again.close()
    assert not any((home / "ledger.db-wal").read_bytes())
    assert audit(home / "ledger.db").problems == ()
    revived = SqliteLedger(home / "ledger.db")
    assert len(revived.recover().entries) == 30
    revived.close()
    assert audit(home / "ledger.db").ok
