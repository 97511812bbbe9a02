"""LOBSTER: the book rebuilt from messages, and compared with the book file row by row."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.market.importers.check import check_file
from engine.market.importers.errors import BadDataFile
from engine.market.importers.events import TapeTrade
from engine.market.importers.formats import find_format
from engine.market.importers.lobster import with_book
from engine.market.importers.rows import book_rows
from engine.market.importers.stream import read_messages
from engine.market.recorded import RecordedMarket
from engine.model.format import parse_time
from tests.data.captures import lines as made
from tests.data.captures.pushed import LOBSTER_NAME, lobster_day

LOBSTER = find_format("lobster")


def write(folder: Path, messages: list[str], rows: list[str]) -> tuple[Path, Path]:
    return made.write(folder / LOBSTER_NAME, messages), made.write(folder / "book.csv", rows)


def stated(row: str) -> tuple[list[list[str]], list[list[str]]]:
    words = [int(word) for word in row.split(",")]
    levels = [words[place : place + 4] for place in range(0, len(words), 4)]
    asks = [[f"{ask / 10_000:.4f}", str(size)] for ask, size, _, _ in levels if size]
    bids = [[f"{bid / 10_000:.4f}", str(size)] for _, _, bid, size in levels if size]
    return bids, asks


def cents(levels: list[list[str]]) -> list[tuple[float, str]]:
    return [(float(price), size) for price, size in levels]


@given(seed=st.integers(0, 10_000), width=st.sampled_from([1, 3, 10]), begun=st.booleans())
@settings(max_examples=60, deadline=None)
def test_every_row_follows_from_its_message(
    seed: int, width: int, begun: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    messages, rows = lobster_day(seed, width=width, begun=begun)
    path, book = write(tmp_path_factory.mktemp("d"), messages, rows)
    report = check_file(path, with_book(LOBSTER, book))
    assert report.checked == report.equal == len(rows) - begun
    assert (report.gaps, report.error, report.symbols[0].symbol) == (0, None, "ZZZ")
    found = list(book_rows(path, with_book(LOBSTER, book), width))
    assert [row.row for row in found] == list(range(1, len(rows) + 1))
    for one, row in zip(found, rows, strict=True):
        bids, asks = stated(row)
        assert (cents(one.bids), cents(one.asks)) == (cents(bids), cents(asks))


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_messages_alone_make_the_book_where_all_orders_are_in_them(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    messages, rows = lobster_day(seed, width=60, begun=False)
    path, _ = write(tmp_path_factory.mktemp("d"), messages, rows)
    for one, row in zip(book_rows(path, "lobster", 60), rows, strict=True):
        bids, asks = stated(row)
        assert (cents(one.bids), cents(one.asks)) == (cents(bids), cents(asks))


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_messages_alone_never_cross(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    messages, rows = lobster_day(seed, 300, width=2)
    path, _ = write(tmp_path_factory.mktemp("d"), messages, rows)
    assert check_file(path, "lobster").symbols[0].crossed == 0


@pytest.mark.parametrize("column", [3, 4])
def test_a_changed_message_is_counted_at_its_row(column: int, tmp_path: Path) -> None:
    messages, rows = lobster_day(8)
    place = next(place for place, line in enumerate(messages) if place > 20 and line.split(",")[1] == "1")
    words = messages[place].split(",")
    words[column] = str(int(words[column]) + (100 if column == 4 else 7))
    path, book = write(tmp_path, [*messages[:place], ",".join(words), *messages[place + 1 :]], rows)
    report = check_file(path, with_book(LOBSTER, book))
    assert (report.checked, report.equal) == (len(rows) - 1, len(rows) - 2)


def test_files_of_different_length_end_with_7(tmp_path: Path) -> None:
    messages, rows = lobster_day(8)
    path, book = write(tmp_path, messages[:40] + messages[41:], rows)
    report = check_file(path, with_book(LOBSTER, book))
    assert report.equal < report.checked
    assert report.error is not None
    assert "more rows" in report.error.message
    path, book = write(tmp_path, messages, rows[:-1])
    report = check_file(path, with_book(LOBSTER, book))
    assert report.error is not None
    assert "no row for message" in report.error.message


def test_times_trades_and_signs(tmp_path: Path) -> None:
    messages = [
        "34200.000000001,1,7,100,1186600,-1",
        "34200.5,4,7,40,1186600,-1",
        "34201,5,0,10,1186500,1",
        "34202.25,7,0,0,-1,-1",
    ]
    path = made.write(tmp_path / "AAA_2012-06-21_34200000_57600000_message_1.csv", messages)
    events = [event for _, found in read_messages(path, "lobster") for event in found]
    assert events[0].at == parse_time("2012-06-21T13:30:00.000000001Z")
    trades = [event for event in events if isinstance(event, TapeTrade)]
    assert [(one.price // 10**8, one.size // 10**12, one.sign) for one in trades] == [
        (1186600, 40, 1),
        (1186500, 10, -1),
    ]
    assert list(book_rows(path, "lobster", 1))[-1].asks == [["118.66", "60"]]


def test_it_can_be_traded_against(tmp_path: Path) -> None:
    messages, rows = lobster_day(8)
    path, book = write(tmp_path, messages, rows)
    for form in (LOBSTER, with_book(LOBSTER, book)):
        market = RecordedMarket(path, form)
        market.advance(market.end, 10**8)
        bids, asks = market.ladder(0, 3)
        assert bids
        assert asks
        assert bids[0][0] < asks[0][0]


@pytest.mark.parametrize(
    ("line", "row"),
    [
        ("34200,1,7,100,1186600", "1,1,1,1"),
        ("34200,8,7,100,1186600,1", "1,1,1,1"),
        ("34200,1,7,nan,1186600,1", "1,1,1,1"),
        ("34200,1,7,100,1186600,3", "1,1,1,1"),
        ("noon,1,7,100,1186600,1", "1,1,1,1"),
        ("34200,1,7,100,1186600,1", "1,1,1"),
        ("34200,1,7,100,1186600,1", "1,1,x,1"),
        ("34200,1,7,100,1186600,1", "1,-1,1,1"),
        ("34200,1,7,100,1186600,1", "2,1,1,1,1,1,0,1"),
    ],
)
def test_bad_lines_end_clearly(line: str, row: str, tmp_path: Path) -> None:
    path, book = write(tmp_path, [line], [row])
    with pytest.raises(BadDataFile) as caught:
        check_file(path, with_book(LOBSTER, book))
    assert caught.value.row == 1
