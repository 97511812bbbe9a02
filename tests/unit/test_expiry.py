"""Contract codes, listed months and last-trade dates, against the table of 363 contracts."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.market.calendar import BeyondTable
from engine.market.expiry import RULES, last_trade, listed_contracts, listed_months, parse_code

TABLE = Path(__file__).parents[1] / "data" / "futures_expiries_2026_2028.csv"


def _rows() -> list[dict[str, str]]:
    with TABLE.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_contract_of_the_table_ends_on_its_date() -> None:
    wrong = []
    for row in _rows():
        year, month = (int(part) for part in row["contract_month"].split("-"))
        if last_trade(row["root"], year, month).isoformat() != row["last_trade_date"]:
            wrong.append((row["symbol"], row["last_trade_date"], last_trade(row["root"], year, month)))
        assert parse_code(row["symbol"], date(2026, 1, 1)) == (row["root"], year, month)
    assert wrong == []
    assert len(_rows()) == 363


def test_the_table_lists_every_month_of_a_root() -> None:
    for root in {row["root"] for row in _rows()}:
        months = {int(row["contract_month"][5:]) for row in _rows() if row["root"] == root}
        assert months == set(listed_months()[root]), root


@pytest.mark.parametrize(
    ("root", "year", "month", "expected"),
    [
        ("GC", 2026, 8, "2026-08-27"),
        ("CL", 2026, 9, "2026-08-20"),
        ("NG", 2026, 9, "2026-08-27"),
        ("QG", 2026, 9, "2026-08-26"),
        ("ZC", 2026, 9, "2026-09-14"),
        ("MGC", 2026, 8, "2026-08-27"),
        ("CL", 2027, 1, "2026-12-21"),
        ("BZ", 2026, 1, "2025-11-28"),
    ],
)
def test_known_dates(root: str, year: int, month: int, expected: str) -> None:
    assert last_trade(root, year, month).isoformat() == expected


@pytest.mark.parametrize(
    ("text", "on", "expected"),
    [
        ("GCQ26", date(2026, 1, 2), ("GC", 2026, 8)),
        ("GCQ6", date(2026, 1, 2), ("GC", 2026, 8)),
        ("GCQ6", date(2027, 1, 2), ("GC", 2026, 8)),
        ("GCQ6", date(2028, 1, 2), ("GC", 2036, 8)),
        ("MGCZ29", date(2026, 1, 2), ("MGC", 2029, 12)),
        ("GCF26", date(2026, 1, 2), None),
        ("GCA26", date(2026, 1, 2), None),
        ("GCQ026", date(2026, 1, 2), None),
        ("QQQ26", date(2026, 1, 2), None),
        ("GC", date(2026, 1, 2), None),
        ("gcq26", date(2026, 1, 2), None),
        ("GCQ٢٦", date(2026, 1, 2), None),
        ("", date(2026, 1, 2), None),
    ],
)
def test_codes(text: str, on: date, expected: tuple[str, int, int] | None) -> None:
    assert parse_code(text, on) == expected


def test_the_front_contract_trades_through_its_last_day() -> None:
    last = date(2026, 8, 27)
    assert listed_contracts("GC", last, 2)[0].symbol == "GCQ26"
    assert listed_contracts("GC", last + timedelta(1), 2)[0].symbol == "GCV26"


@given(st.sampled_from(sorted(listed_months())), st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.integers(1, 12))
def test_listed_contracts_are_the_next_ones_in_order(root: str, on: date, count: int) -> None:
    found = listed_contracts(root, on, count)
    assert len(found) == count
    lasts = [contract.last_trade for contract in found]
    assert lasts == sorted(set(lasts)) and lasts[0] >= on
    assert all(contract.month in listed_months()[root] for contract in found)
    assert parse_code(found[0].symbol, on) == (root, found[0].year, found[0].month)


def test_every_root_has_a_rule() -> None:
    assert set(listed_months()) <= set(RULES)


def test_beyond_the_table_is_said() -> None:
    with pytest.raises(BeyondTable, match="session table"):
        last_trade("GC", 2036, 8)
    assert listed_contracts("GC", date(2035, 1, 2), 12)[-1].year == 2035
    with pytest.raises(KeyError):
        last_trade("ES", 2026, 9)
