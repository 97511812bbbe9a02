"""The journal read backwards: whole, by page, beside a writer, and with every broken link seen."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from engine.adapters.sqlite import SqliteLedger
from engine.adapters.sqlite_journal import SqliteJournal
from engine.ports import JournalEntry, StoreError
from engine.views.journal import concerns
from tests.adapters.sqlite_desk import TinyDesk


def written(path: Path, count: int = 150) -> tuple[SqliteLedger, list[JournalEntry]]:
    ledger, entries = SqliteLedger(path), TinyDesk(seed=8).entries(count)
    ledger.commit(entries[: count // 2])
    ledger.commit(entries[count // 2 :])
    return ledger, entries


def test_all_entries_of_an_account_newest_first(tmp_path: Path) -> None:
    ledger, entries = written(tmp_path / "ledger.db")
    journal = SqliteJournal(ledger.path)
    for account in ("main", "second"):
        mine = [entry for entry in reversed(entries) if concerns(entry, account)]
        page = journal.page(account)
        assert [noted.entry for noted in page.noted] == mine != []
        assert (page.checked, page.broken, page.more) == (150, [], False)
        found, before = list[JournalEntry](), 0
        while True:
            part = journal.page(account, 7, before)
            found += [noted.entry for noted in part.noted]
            if not part.more:
                break
            before = part.noted[-1].entry.seq
        assert found == mine
    assert journal.page("nobody").noted == []
    ledger.close()


def test_reading_waits_for_no_writer(tmp_path: Path) -> None:
    ledger, entries = written(tmp_path / "ledger.db")
    journal = SqliteJournal(ledger.path, busy_ms=0)
    writer = sqlite3.connect(ledger.path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE meta SET value = value")
    assert journal.page("main", 5).noted[0].entry in entries
    writer.execute("ROLLBACK")
    writer.close()
    ledger.close()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journal SET at = at + 1 WHERE seq = 60",
        "UPDATE fills SET price = price + 1 WHERE seq = (SELECT max(seq) FROM fills WHERE seq < 80)",
        "UPDATE transfers SET amount = amount + 1 WHERE seq = (SELECT max(seq) FROM transfers WHERE seq < 80)",
        "UPDATE equity SET nav = nav + 1 WHERE seq = (SELECT max(seq) FROM equity WHERE seq < 80)",
        "UPDATE journal SET hash = zeroblob(32) WHERE seq = 70",
    ],
)
def test_a_changed_row_shows(tmp_path: Path, change: str) -> None:
    ledger, _ = written(tmp_path / "ledger.db")
    ledger.close()
    other = sqlite3.connect(ledger.path)
    assert other.execute(change).rowcount >= 1
    other.commit()
    other.close()
    page = SqliteJournal(ledger.path).page("main")
    assert page.broken and all(55 <= seq <= 80 for seq in page.broken)
    newest = SqliteJournal(ledger.path).page("main", 3)
    assert newest.broken == [] and len(newest.noted) == 3


def test_no_ledger_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        SqliteJournal(tmp_path / "none.db").page("main")
