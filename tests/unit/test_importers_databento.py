"""Databento's DBN: every schema is read, books are built from orders and levels, damage is one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.market.importers.check import check_file
from engine.market.importers.errors import BadDataFile, SymbolNeeded
from engine.market.importers.events import Changes, Gap, MarketEvent, Snapshot, TapeTrade
from engine.market.importers.quote_bars import bars_of
from engine.market.importers.rows import book_rows
from engine.market.importers.stream import read_messages
from engine.market.recorded import RecordedMarket
from engine.model.ids import TimeNs
from engine.model.session import MarketSession
from tests.data.captures import dbn as made
from vterm.cli.data import run

pytest.importorskip("databento_dbn")

SHARED = Path(__file__).resolve().parents[2] / "../shared/data/databento"
MINUTE = 60_000_000_000


def events_of(path: Path) -> list[MarketEvent]:
    return [event for _, events in read_messages(path, "databento") for event in events]


def order_day() -> list[object]:
    """A snapshot of two orders, then adds, a fill with its cancel, a move and a departure."""
    snapshot = made.SNAPSHOT
    return [
        made.order(0, "R", "N", "", 0, 0, snapshot),
        made.order(5, "A", "B", "99.50", 3, 1, snapshot),
        made.order(3, "A", "A", "100.00", 4, 2, snapshot | made.LAST),
        made.order(10, "A", "B", "99.50", 2, 3),
        made.order(11, "T", "B", "100.00", 1, 0, 0),
        made.order(11, "F", "A", "100.00", 1, 2, 0),
        made.order(11, "C", "A", "100.00", 1, 2),
        made.order(12, "M", "B", "99.75", 3, 1),
        made.order(13, "C", "B", "99.50", 2, 3),
    ]


def test_orders_become_a_book(tmp_path: Path) -> None:
    path = made.write(tmp_path / "a.dbn.zst", "mbo", order_day())
    report = check_file(path, "databento")
    assert (report.lines, report.checked, report.equal, report.gaps, report.trades) == (9, 12, 12, 0, 1)
    rows = list(book_rows(path, "databento", 5))
    assert [(row.bids, row.asks) for row in rows] == [
        ([["99.5", "3"]], [["100.0", "4"]]),
        ([["99.5", "5"]], [["100.0", "4"]]),
        ([["99.5", "5"]], [["100.0", "3"]]),
        ([["99.75", "3"], ["99.50", "2"]], [["100.00", "3"]]),
        ([["99.75", "3"]], [["100.00", "3"]]),
    ]
    assert [row.row for row in rows] == [3, 4, 7, 8, 9]


def test_an_event_of_several_records_is_one_update(tmp_path: Path) -> None:
    records = [
        *order_day()[:3],
        made.order(20, "C", "B", "99.50", 3, 1, 0),
        made.order(20, "A", "B", "99.00", 3, 9, made.LAST),
    ]
    found = [event for event in events_of(made.write(tmp_path / "a.dbn", "mbo", records)) if isinstance(event, Changes)]
    assert [(event.row, len(event.bids)) for event in found] == [(5, 2)]


def test_an_order_that_does_not_rest_is_counted(tmp_path: Path) -> None:
    records = [*order_day(), made.order(20, "C", "B", "99.00", 1, 777), made.order(15, "A", "B", "99.00", 1, 778)]
    report = check_file(made.write(tmp_path / "a.dbn", "mbo", records), "databento")
    assert report.checked - report.equal == 2  # the unknown order, and the sequence that falls


def test_a_book_that_may_be_bad_is_void_until_it_is_whole_again(tmp_path: Path) -> None:
    records = [
        *order_day(),
        made.order(30, "A", "B", "99.00", 1, 20, made.LAST | made.MAYBE_BAD),
        made.order(31, "A", "B", "98.00", 1, 21, made.LAST | made.MAYBE_BAD),
        made.order(40, "R", "N", "", 0, 0),
    ]
    path = made.write(tmp_path / "a.dbn", "mbo", records)
    assert sum(isinstance(event, Gap) for event in events_of(path)) == 1
    assert check_file(path, "databento").gaps == 1


def test_a_best_price_publisher_replaces_its_side(tmp_path: Path) -> None:
    flags = made.LAST | made.TOB
    records = [
        made.order(1, "A", "B", "10.00", 5, 0, flags),
        made.order(2, "A", "B", "10.01", 2, 0, flags),
        made.order(3, "A", "A", "10.02", 1, 0, flags),
        made.order(4, "A", "A", "", 0, 0, flags),
    ]
    rows = list(book_rows(made.write(tmp_path / "a.dbn", "mbo", records), "databento", 5))
    assert [(row.bids, row.asks) for row in rows][2:] == [
        ([["10.01", "2"]], [["10.02", "1"]]),
        ([["10.01", "2"]], []),
    ]


def test_levels_are_judged(tmp_path: Path) -> None:
    records = [
        made.quote(1, "A", [("9.99", 5, "10.01", 4), ("9.98", 1, "10.02", 2)]),
        made.quote(2, "T", [("9.99", 5, "10.01", 4), ("9.98", 1, "10.02", 2)], "10.01", 3),
        made.quote(3, "A", [("9.98", 5, "10.01", 4), ("9.99", 1, "10.02", 2)]),
        made.quote(4, "A", [("10.01", 5, "10.01", 4)] * 2),
        made.quote(5, "T", [("9.99", 5, "10.01", 4), ("9.98", 1, "10.02", 2)], "11.00", 3),
        made.quote(4, "A", [("9.99", 5, "10.01", 4), ("9.98", 1, "", 0)]),
    ]
    report = check_file(made.write(tmp_path / "a.dbn.zst", "mbp-10", records), "databento")
    # six books and six sequences, two trades; one book unordered, one crossed, one trade outside, one sequence falls
    assert (report.checked, report.equal, report.trades) == (14, 10, 2)
    assert report.symbols[0].final == ["9.99", "5", "10.01", "4"]


def test_trades_lie_before_the_book_they_came_with(tmp_path: Path) -> None:
    records = [made.quote(1, "T", [("9.99", 5, "10.01", 4)], "9.99", 3, side="A")]
    snapshot, trade = [
        event
        for event in events_of(made.write(tmp_path / "a.dbn", "tbbo", records))
        if isinstance(event, Snapshot | TapeTrade)
    ]
    assert isinstance(snapshot, Snapshot)
    assert isinstance(trade, TapeTrade)
    assert (trade.price, trade.size, trade.sign) == (9_990_000_000_000, 3 * 10**12, -1)


def test_books_of_several_publishers_add_up(tmp_path: Path) -> None:
    records = [
        made.quote(1, "A", [("9.99", 5, "10.01", 4)], publisher=2),
        made.quote(2, "A", [("9.99", 1, "10.02", 4)], publisher=3),
    ]
    last = list(book_rows(made.write(tmp_path / "a.dbn", "mbp-1", records), "databento", 5))[-1]
    assert (last.bids, last.asks) == ([["9.99", "6"]], [["10.01", "4"], ["10.02", "4"]])


def test_bars_are_resampled(tmp_path: Path) -> None:
    start = made.T0 - made.T0 % (5 * MINUTE)
    records = [
        made.bar(start, "10", "11", "9", "10.5", 7),
        made.bar(start + 4 * MINUTE, "10.5", "12", "10", "11", 1),
        made.bar(start + 5 * MINUTE, "11", "11", "8", "8", 2),
    ]
    path = made.write(tmp_path / "a.dbn", "ohlcv-1m", records)
    found = [(bar.open, bar.high, bar.low, bar.close, bar.volume) for bar in bars_of(path, "databento", "5m")]
    assert found == [("10.0", "12.0", "9.0", "11.0", "8"), ("11.0", "11.0", "8.0", "8.0", "2")]
    assert check_file(path, "databento").equal == 3


def test_quotes_without_trades_are_bars_of_the_middle(tmp_path: Path) -> None:
    records = [made.quote(1, "A", [("9.99", 5, "10.01", 4)]), made.quote(2, "A", [("10.01", 5, "10.03", 4)])]
    path = made.write(tmp_path / "a.dbn", "mbp-1", records)
    for side, close in (("", "10.02"), ("mid", "10.02"), ("bid", "10.01"), ("ask", "10.03")):
        (bar,) = bars_of(path, "databento", "1m", side=side)
        assert bar.close == close


def test_several_instruments_need_a_name(tmp_path: Path) -> None:
    records = [made.trade(1, "10", 1), made.trade(2, "20", 1, instrument=8)]
    path = made.write(tmp_path / "a.dbn", "trades", records, {"AAA": 7, "ESH1 C3700": 8})
    with pytest.raises(SymbolNeeded) as needed:
        list(bars_of(path, "databento", "1m"))
    assert needed.value.exit_code == 2
    assert needed.value.symbols == ("AAA", "ESH1_C3700")
    (bar,) = bars_of(path, "databento", "1m", "ESH1_C3700")
    assert bar.close == "20"


def test_an_instrument_nobody_names_is_its_number(tmp_path: Path) -> None:
    path = made.write(tmp_path / "a.dbn", "trades", [made.trade(1, "10", 1, instrument=99)])
    assert check_file(path, "databento").symbols[0].symbol == "99"


@pytest.mark.parametrize("packed", [True, False])
def test_a_cut_file_is_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], packed: bool) -> None:
    path = made.write(tmp_path / ("a.dbn.zst" if packed else "a.dbn"), "mbo", order_day())
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(BadDataFile) as damage:
        for _ in read_messages(path, "databento"):
            pass
    assert damage.value.exit_code == 7
    assert "\n" not in damage.value.line()


@pytest.mark.parametrize("content", [b"garbage" * 50, b"DBN\x03" + b"\xff" * 300, b"time,open\n1,2\n"])
def test_what_is_no_dbn_is_one_clear_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.dbn"
    path.write_bytes(content)
    with pytest.raises(BadDataFile) as damage:
        check_file(path, "databento")
    assert "\n" not in damage.value.line()


def test_a_book_can_be_played(tmp_path: Path) -> None:
    path = made.write(tmp_path / "a.dbn.zst", "mbo", order_day())
    market = RecordedMarket(path, "databento")
    market.advance(TimeNs(made.T0 + 13), 1_000_000)
    assert market.state[0] == MarketSession.REGULAR
    assert market.ladder(0, 5) == ([(9975, 3)], [(10000, 3)])


SCHEMAS_WITHOUT_PRICES = ("definition", "statistics", "status", "imbalance")


def test_every_shared_file_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    if not SHARED.is_dir():
        pytest.skip("../shared/data/databento is not here")
    files = sorted(SHARED.rglob("*.dbn.zst"))
    assert files
    for path in files:
        assert run(["check", str(path), "--format", "databento", "--json"]) == 0
        document = json.loads(capsys.readouterr().out)
        assert document["lines"] in (1, 4)
        assert document["checked"] == document["equal"]
        assert document["gaps"] == 0
        (symbol,) = document["symbols"]
        assert symbol["symbol"] in ("ESH1", "NVDA", "QQQ")
        silent = any(word in path.name for word in SCHEMAS_WITHOUT_PRICES)
        assert bool(symbol["mentions"]) is silent
        try:
            assert run(["bars", str(path), "--format", "databento", "--csv"]) == 0
        except BadDataFile as none:
            assert silent or symbol["final"] is None
            assert "no trades" in none.line()
        titles, *rows = capsys.readouterr().out.splitlines()
        assert titles == "at,open,high,low,close,volume"
        assert rows or silent or symbol["final"] is None


def test_the_shared_files_agree_with_each_other() -> None:
    if not SHARED.is_dir():
        pytest.skip("../shared/data/databento is not here")
    folder = SHARED / "XNAS.ITCH"
    of_orders = list(book_rows(folder / "test_data.mbo.dbn.zst", "databento", 10))
    of_levels = list(book_rows(folder / "test_data.mbp-10.dbn.zst", "databento", 10))
    assert [(row.bids, row.asks) for row in of_orders] == [(row.bids, row.asks) for row in of_levels]
    seconds = next(bars_of(folder / "test_data.ohlcv-1s.dbn.zst", "databento", "1s"))
    assert (seconds.open, seconds.volume) == ("521", "36")
    assert next(bars_of(folder / "test_data.trades.dbn.zst", "databento", "1s")).volume == "36"


def test_a_record_too_short_for_its_kind_is_one_clear_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = made.write(tmp_path / "a.dbn", "trades", [made.trade(1, "10", 1), made.trade(2, "11", 1)])
    content = bytearray(path.read_bytes())
    content[-48] = 2
    path.write_bytes(bytes(content))
    report = check_file(path, "databento")
    assert report.error is not None
    assert (report.trades, report.error.row) == (1, 1)
    assert capfd.readouterr().err == ""
