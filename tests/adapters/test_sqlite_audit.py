"""The audit's words and figures where nothing is wrong, and where there is nothing to audit."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from engine.adapters.sqlite import SqliteLedger
from engine.adapters.sqlite_audit import audit, money
from engine.ledger.postings import for_fill
from engine.ports import StoreError
from tests.adapters.sqlite_desk import TinyDesk


def test_a_missing_ledger_is_an_error_and_not_a_finding(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no ledger"):
        audit(tmp_path / "ledger.db")


@pytest.mark.parametrize("content", [b"", b"x" * 9_000, b"SQLite format 3\0" + b"\0" * 5_000])
def test_a_file_that_is_no_ledger_is_a_finding(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(content)
    report = audit(path)
    assert not report.ok and report.problems and report.entries == 0


def test_counts_and_net_asset_value(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    desk, ledger = TinyDesk(), SqliteLedger(path)
    ledger.commit(desk.entries(2))
    assert audit(path).nav_stored == audit(path).nav_recomputed == "2000000.00"
    ledger.commit(desk.entries(98))
    snapshot = desk.snapshot()
    ledger.snapshot(snapshot)
    ledger.close()
    report = audit(path)
    assert (report.ok, report.imbalance, report.problems) == (True, "0", ())
    assert (report.entries, report.orders, report.fills) == (100, desk.orders, desk.fills)
    assert report.nav_stored == report.nav_recomputed == money(sum(snapshot.nav.values()))


def test_an_audit_leaves_a_closed_ledger_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ledger = SqliteLedger(path)
    ledger.commit(TinyDesk().entries(20))
    ledger.close()
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert audit(path).ok
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("minor", "text"),
    [(0, "0.00"), (1, "0.000001"), (1_500_000, "1.50"), (-2_000_000, "-2.00"), (1_234_500, "1.2345")],
)
def test_money_has_two_to_six_decimals(minor: int, text: str) -> None:
    assert money(minor) == text


@pytest.mark.parametrize(
    ("bug", "words"),
    [("realised", "closed a profit"), ("filled", "lots filled"), ("cash", "neither its value nor its profit")],
)
def test_a_bookkeeping_fault_of_the_desk_itself_is_found(tmp_path: Path, bug: str, words: str) -> None:
    """Stored properly, chained properly, and still wrong."""
    path = tmp_path / "ledger.db"
    desk, ledger = TinyDesk(), SqliteLedger(path)
    entry = desk.entry()
    while not entry.fills:
        ledger.commit([entry])
        entry = desk.entry()
    fill, order, replace = entry.fills[0], entry.orders[0], msgspec.structs.replace
    if bug == "filled":
        entry = replace(entry, orders=(replace(order, filled=order.filled + 1),))
    else:
        fill = replace(fill, **{bug: getattr(fill, bug) + 1})
        entry = replace(entry, fills=(fill,), transfers=for_fill(fill, entry.transfers[0].transfer_id))
    ledger.commit([entry])
    ledger.close()
    report = audit(path)
    assert not report.ok and any(words in problem for problem in report.problems)


def test_an_imbalance_is_given_as_a_figure(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ledger = SqliteLedger(path)
    ledger.commit(TinyDesk().entries(20))
    connection = ledger._connection
    assert connection is not None
    connection.exec_driver_sql("UPDATE balances SET amount = amount + 1500000 WHERE account = 'fees'")
    report = audit(path)
    assert (report.ok, report.imbalance) == (False, "1.50")
