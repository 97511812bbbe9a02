"""One changed byte, anywhere, shows; one changed value of a dead home's ledger shows."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pysqlite3.dbapi2 as dbapi
import pytest

from engine.adapters.sqlite import SqliteLedger
from engine.adapters.sqlite_audit import audit
from engine.adapters.sqlite_tables import METADATA, columns
from tests.adapters.sqlite_desk import TinyDesk

FLIPS = 400


def fill_ledger(path: Path, fold: bool) -> SqliteLedger:
    """A ledger with two snapshots and a tail; `fold` leaves the tail in the main file too."""
    desk, ledger = TinyDesk(seed=7), SqliteLedger(path)
    ledger.set_meta("seed", "42")
    for _ in range(2):
        ledger.commit(desk.entries(40))
        ledger.snapshot(desk.snapshot())
        ledger.fold()
    ledger.commit(desk.entries(20))
    if fold:
        ledger.fold()
    return ledger


@pytest.fixture
def dead(tmp_path: Path) -> Path:
    """What kill -9 leaves: the files as they are while the engine has them open."""
    ledger = fill_ledger(tmp_path / "ledger.db", fold=False)
    home = tmp_path / "dead"
    shutil.copytree(tmp_path, home)
    ledger.close()
    return home / "ledger.db"


def flip(path: Path, offset: int, bit: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[offset] ^= 1 << bit
    path.write_bytes(raw)


def test_any_changed_byte_of_a_closed_ledger_shows(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    fill_ledger(path, fold=False).close()
    assert audit(path).ok
    size, chance = path.stat().st_size, random.Random(1)
    missed = []
    for _ in range(FLIPS):
        offset, bit = chance.randrange(size), chance.randrange(8)
        flip(path, offset, bit)
        if audit(path).ok:
            missed.append(offset)
        flip(path, offset, bit)
    assert missed == []
    assert audit(path).ok


def test_a_changed_digest_or_head_shows_too(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    fill_ledger(path, fold=False).close()
    for name in ("ledger.sum", "ledger.head"):
        beside = tmp_path / name
        for offset in range(beside.stat().st_size):
            flip(beside, offset, 0)
            assert not audit(path).ok, (name, offset)
            flip(beside, offset, 0)
    assert audit(path).ok


def test_any_changed_byte_of_the_log_of_a_dead_home_shows(dead: Path) -> None:
    wal = Path(f"{dead}-wal")
    assert audit(dead).ok
    kept = wal.read_bytes()
    size, chance = live_log(kept), random.Random(2)
    missed = []
    for _ in range(120):
        offset = chance.randrange(size)
        flip(wal, offset, chance.randrange(8))
        if audit(dead).ok:
            missed.append(offset)
        wal.write_bytes(kept)
    assert missed == []
    assert audit(dead).ok


def live_log(wal: bytes) -> int:
    """Bytes of a write-ahead log before the frames that an earlier, folded generation left behind."""
    header, frame, salts = 32, 24 + int.from_bytes(wal[8:12], "big"), wal[16:24]
    end = header
    while wal[end + 8 : end + 16] == salts:
        end += frame
    assert end > header
    return end


def test_any_changed_value_of_a_dead_home_shows(dead: Path, tmp_path: Path) -> None:
    """Every column of several rows of every table, each changed in one bit."""
    missed, tried = [], 0
    for name, table in METADATA.tables.items():
        with dbapi.connect(dead) as raw:
            rows = raw.execute(f"SELECT {columns(table)} FROM {name}").fetchall()
        raw.close()
        keys = [column.name for column in table.primary_key]
        names = columns(table).split(", ")
        for row in random.Random(3).sample(rows, min(3, len(rows))):
            for place, column in enumerate(names):
                if row[place] is None:
                    continue
                tried += 1
                if not changed_is_found(dead, name, dict(zip(names, row, strict=True)), keys, column, tmp_path):
                    missed.append((name, column))
    assert missed == [] and tried > 100


def changed_is_found(
    dead: Path, table: str, row: dict[str, object], keys: list[str], column: str, tmp_path: Path
) -> bool:
    copy = tmp_path / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(dead.parent, copy)
    raw = dbapi.connect(copy / "ledger.db", isolation_level=None)
    raw.execute("PRAGMA ignore_check_constraints = ON")
    where = " AND ".join(f"{key} = ?" for key in keys)
    raw.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (changed(row[column]), *(row[key] for key in keys)))
    assert raw.total_changes == 1
    raw.close()
    return not audit(copy / "ledger.db").ok


def changed(value: object) -> object:
    if isinstance(value, int):
        return value ^ (1 << 20) if abs(value) != 1 else -value
    if isinstance(value, str):
        return chr(ord(value[0]) ^ 1) + value[1:] if value else "x"
    assert isinstance(value, bytes)
    return bytes([value[0] ^ 1]) + value[1:]


def test_any_changed_byte_of_a_stored_text_shows_where_the_log_was_folded(tmp_path: Path) -> None:
    """The same, in the raw bytes of the main file: no log, no digest beside it."""
    path = tmp_path / "ledger.db"
    ledger = fill_ledger(path, fold=True)
    home = tmp_path / "dead"
    home.mkdir()
    for name in ("ledger.db", "ledger.head"):
        shutil.copy(tmp_path / name, home / name)
    ledger.close()
    copy = home / "ledger.db"
    assert audit(copy).ok
    raw, chance = copy.read_bytes(), random.Random(4)
    places = stored_places(copy, raw)
    missed = []
    for start, length in chance.sample(places, 150):
        offset = start + chance.randrange(length)
        flip(copy, offset, chance.randrange(8))
        if audit(copy).ok:
            missed.append(offset)
        copy.write_bytes(raw)
    assert missed == []


def stored_places(path: Path, raw: bytes) -> list[tuple[int, int]]:
    """(offset, length) of values that stand exactly once in the file, so surely in a live row."""
    places = []
    reader = dbapi.connect(f"{path.as_uri()}?immutable=1", uri=True)
    for name, table in METADATA.tables.items():
        for row in reader.execute(f"SELECT {columns(table)} FROM {name}"):
            for value in row:
                data = value.encode() if isinstance(value, str) else value
                if isinstance(data, bytes) and len(data) >= 8 and raw.count(data) == 1:
                    places.append((raw.index(data), len(data)))
    reader.close()
    return places


def test_a_tail_cut_from_a_dead_home_shows(dead: Path) -> None:
    Path(f"{dead}-wal").unlink()
    Path(f"{dead}-shm").unlink(missing_ok=True)
    report = audit(dead)
    assert not report.ok and "lost entry 100" in " ".join(report.problems)


def test_a_log_that_held_everything_shows_when_it_is_gone(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "ledger.db")
    ledger.commit(TinyDesk(seed=7).entries(40))
    home = tmp_path / "dead"
    home.mkdir()
    for name in ("ledger.db", "ledger.head"):
        shutil.copy(tmp_path / name, home / name)
    ledger.close()
    assert not audit(home / "ledger.db").ok


def test_another_program_writing_a_closed_ledger_shows(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    fill_ledger(path, fold=False).close()
    other = dbapi.connect(path, isolation_level=None)
    other.execute("CREATE INDEX mine ON fills (symbol)")
    assert not audit(path).ok
    other.close()
    assert not audit(path).ok


def test_a_deleted_row_of_any_table_shows(dead: Path, tmp_path: Path) -> None:
    for name in METADATA.tables:
        copy = tmp_path / f"without-{name}"
        shutil.copytree(dead.parent, copy)
        raw = dbapi.connect(copy / "ledger.db", isolation_level=None)
        key = METADATA.tables[name].columns[0].name
        raw.execute(f"DELETE FROM {name} WHERE {key} = (SELECT max({key}) FROM {name})")
        assert raw.total_changes >= 1
        raw.close()
        if name != "snapshots":
            assert not audit(copy / "ledger.db").ok, name
