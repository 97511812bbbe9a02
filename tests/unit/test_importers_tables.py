"""CSV and Parquet tables: columns found by name, times and numbers as they come, damage in one line."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from engine.market.importers.cells import Numbers, cell_time
from engine.market.importers.check import check_file
from engine.market.importers.decimals import BadLine
from engine.market.importers.errors import BadDataFile, DataError, SymbolNeeded
from engine.market.importers.events import FINE, TapeBar, TapeTrade
from engine.market.importers.quote_bars import bars_of
from engine.market.importers.rows import book_rows
from engine.market.importers.stream import read_messages, symbols_of
from engine.market.importers.trade_bars import trade_bars
from engine.market.recorded import RecordedMarket
from engine.model.format import parse_time, time_text
from tests.data.captures import lines as made

SHARED = Path(__file__).resolve().parents[2] / "../shared/data/pddl"


def table(folder: Path, *lines: str, name: str = "abc.csv") -> Path:
    return made.write(folder / name, lines)


@pytest.mark.parametrize(
    "cell",
    [
        "2023-11-14T22:13:20Z",
        "2023-11-14 22:13:20",
        "2023-11-14T23:13:20+01:00",
        "2023/11/14 22:13:20 UTC",
        "1700000000",
        "1700000000.000000",
        "1700000000000",
        "1700000000000000",
        "1700000000000000000",
    ],
)
def test_times_of_every_spelling(cell: str) -> None:
    assert cell_time(cell) == 1_700_000_000_000_000_000


def test_dates_and_fractions() -> None:
    assert cell_time("20231114") == cell_time("2023-11-14") == parse_time("2023-11-14")
    assert cell_time("1700000000123.5") == 1_700_000_000_123_500_000
    assert cell_time("1971-01-01") == 365 * 86_400 * 10**9
    for cell in ("", "soon", "14/11/2023", "nan", "99999999999999999999", "2023-13-01"):
        with pytest.raises(BadLine):
            cell_time(cell)


def test_numbers_are_exact_and_never_nan() -> None:
    value = Numbers().value
    assert value("17.240000") == 17_240_000_000_000
    assert value("-37.63") == -37_630_000_000_000
    assert value("1e-05") == 10_000_000
    assert value("0.30000000000000004") == 300_000_000_000
    assert value(" .5 ") == 5 * 10**11
    assert value("") is value(".") is None
    for cell in ("nan", "NaN", "inf", "1,2", "0x10", "1_000", "--1", "1e999", "9" * 50):
        with pytest.raises(BadLine):
            value(cell)


def test_bars_quotes_and_trades_by_their_titles(tmp_path: Path) -> None:
    bars = table(tmp_path, "DATE,OPEN,HIGH,LOW,CLOSE", "2020-01-02,1,3,0.5,2", "2020-01-03,2,2,2,2")
    found = list(trade_bars(bars, "csv", "1d"))
    assert [(bar.at, bar.open, bar.high, bar.low, bar.close) for bar in found] == [
        ("2020-01-02T00:00:00Z", "1.0", "3.0", "0.5", "2.0"),
        ("2020-01-03T00:00:00Z", "2.0", "2.0", "2.0", "2.0"),
    ]
    assert check_file(bars, "csv").equal == 2
    trades = table(tmp_path, "ts;px;qty;side", "1700000000;10.5;2;buy", "1700000001;10.25;1;S", name="t.csv")
    signs = [
        event.sign for _, events in read_messages(trades, "csv") for event in events if isinstance(event, TapeTrade)
    ]
    assert signs == [1, -1]
    quotes = table(tmp_path, "time\tbid\task\tbid size\task size", "1700000000\t10\t11\t5\t6", name="q.csv")
    (row,) = book_rows(quotes, "csv", 5)
    assert (row.symbol, row.bids, row.asks) == ("Q", [["10", "5"]], [["11", "6"]])


def test_a_series_under_its_own_name_and_dumped_trades(tmp_path: Path) -> None:
    path = table(tmp_path, "observation_date,DCOIL", "2020-04-20,-36.98", "2020-04-21,.")
    assert [bar.close for bar in trade_bars(path, "csv", "1d")] == ["-36.98"]
    dump = table(
        tmp_path, "id,price,qty,time,is_buyer_maker", "1,10,2,1700000000000,True", "2,11,2,1700000000001,False"
    )
    signs = [event.sign for _, events in read_messages(dump, "csv") for event in events if isinstance(event, TapeTrade)]
    assert signs == [-1, 1]


def test_minute_bars_know_their_length(tmp_path: Path) -> None:
    path = table(
        tmp_path, "t,o,h,l,c,v".replace("t,", "time,"), *(f"{1_700_000_100 + 60 * n},1,1,1,1,5" for n in range(9))
    )
    assert [bar.volume for bar in trade_bars(path, "csv", "3m")] == ["15", "15", "15"]
    with pytest.raises(DataError, match="longer bars") as caught:
        list(trade_bars(path, "csv", "1s"))
    assert caught.value.exit_code == 2


def test_quotes_alone_give_bars_of_their_middle(tmp_path: Path) -> None:
    sized = table(tmp_path, "time,bid,ask,bid_size,ask_size", "1700000000,10,11,5,6", "1700000001,12,13,5,6")
    plain = table(tmp_path, "time,bid,ask", "1700000000,10,11", "1700000001,12,13", name="p.csv")
    for path in (sized, plain):
        (bar,) = bars_of(path, "csv", "1m")
        assert (bar.open, bar.close, bar.volume) == ("10.5", "12.5", "0")


def test_split_date_and_time_columns(tmp_path: Path) -> None:
    path = table(
        tmp_path, "Date,Time,Open,High,Low,Close,Volume", "2020-01-02,9:30,1,1,1,1,7", "2020-01-02,09:31:00,1,1,1,1,7"
    )
    times = [time_text(event.at) for _, events in read_messages(path, "csv") for event in events]
    assert times == ["2020-01-02T09:30:00Z", "2020-01-02T09:31:00Z"]


def test_rows_out_of_order_are_put_in_order(tmp_path: Path) -> None:
    newest_first = table(tmp_path, "Date,Close", "2020-01-03,3", "2020-01-02,2", "2020-01-01,1")
    assert [bar.close for bar in trade_bars(newest_first, "csv", "1d")] == ["1", "2", "3"]
    grouped = table(
        tmp_path, "Date,Symbol,Close", "2020-01-01,A A,1", "2020-01-02,A A,2", "2020-01-01,B,7", name="g.csv"
    )
    assert symbols_of(grouped, "csv") == ["A_A", "B"]
    with pytest.raises(SymbolNeeded):
        list(trade_bars(grouped, "csv", "1d"))
    assert [bar.close for bar in trade_bars(grouped, "csv", "1d", "a a".replace(" ", "_"))] == ["1", "2"]


def test_prices_at_and_below_zero(tmp_path: Path) -> None:
    path = table(tmp_path, "Date,Price", "2020-04-17,18.31", "2020-04-20,-36.98", "2020-04-21,0", "2020-04-22,")
    assert [bar.close for bar in trade_bars(path, "csv", "1d")] == ["18.31", "-36.98", "0.00"]
    (week,) = list(trade_bars(path, "csv", "30d"))
    assert (week.low, week.high) == ("-36.98", "18.31")
    quoted = table(
        tmp_path, "time,bid,ask,bid_size,ask_size", *(f"{n},-2,-1,5,5" for n in range(1_700_000_000, 1_700_000_020))
    )
    market = RecordedMarket(quoted, "csv")
    market.advance(market.end, 10**8)
    assert market.ladder(0, 1) == ([(-2, 5)], [(-1, 5)])


def test_quotes_can_be_traded_against_and_bars_say_why_not(tmp_path: Path) -> None:
    quotes = table(tmp_path, "time,bid,ask,bid_size,ask_size", "1700000000,10,10.5,5,6", "1700000060,11,11.5,5,6")
    market = RecordedMarket(quotes, "csv")
    market.advance(market.end, 10**8)
    assert market.ladder(0, 1) == ([(110, 5)], [(115, 6)])
    bars = table(tmp_path, "Date,Close", "2020-01-01,1", name="b.csv")
    with pytest.raises(BadDataFile, match="no book") as caught:
        RecordedMarket(bars, "csv")
    assert caught.value.exit_code == 7


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        (["Symbol,Name", "A,b"], "neither price"),
        (["time,open,high,low,close", "1700000000,1,2,nan,1"], "not a number"),
        (["time,open,high,low,close", "1700000000,1,2,1"], "4 cells"),
        (["time,price,size,side", "1700000000,1,1,maybe"], "buy or sell"),
        (["time,price,size", "1700000000,1,-1"], "below 0"),
        (["time,price,size", '1700000000,"1,1'], "quoting"),
        (["time,price", "soon,1"], "not a time"),
        (["17 {}", "18 {}"], "neither price"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(lines: list[str], cause: str, tmp_path: Path) -> None:
    with pytest.raises(BadDataFile, match=cause) as caught:
        list(trade_bars(table(tmp_path, *lines), "csv", "1d"))
    assert "\n" not in caught.value.line()


def test_junk_empty_and_half_packed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(bytes(range(256)) * 9)
    with pytest.raises(BadDataFile):
        check_file(path, "csv")
    path.write_bytes(b"")
    with pytest.raises(BadDataFile, match="empty"):
        check_file(path, "csv")
    path.write_bytes(b"time,price\n")
    report = check_file(path, "csv")
    assert report.error is not None
    packed = tmp_path / "b.csv.gz"
    body = "time,price\n" + "".join(f"{1_700_000_000 + n},{n * 7919 % 1000}\n" for n in range(9000))
    packed.write_bytes(gzip.compress(body.encode())[:-500])
    with pytest.raises(BadDataFile, match="too early"):
        list(trade_bars(packed, "csv", "1h"))
    packed.write_bytes(gzip.compress(body.encode()))
    assert sum(1 for _ in trade_bars(packed, "csv", "1h")) == 3


@pytest.mark.parametrize(
    ("name", "symbol", "first", "bars"),
    [
        ("vix-daily.csv", "", "17.240000", 9000),
        ("wti-daily.csv", "", "25.56", 10000),
        ("henryhub-daily.csv", "", "3.82", 7000),
        ("fx-monthly.csv", "Australia", "0.8944", 600),
    ],
)
def test_public_tables_are_read(name: str, symbol: str, first: str, bars: int) -> None:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"no reference table at ../shared/data/pddl/{name}")
    found = list(trade_bars(path, "csv", "1d", symbol))
    assert len(found) > bars
    assert float(found[0].open) == float(first)
    if name == "wti-daily.csv":
        assert [bar.at[:10] for bar in found if bar.low.startswith("-")] == ["2020-04-20"]


def test_a_parquet_table_reads_like_the_csv_of_its_columns(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    stamps = pa.array([1_700_000_000_000, 1_700_000_060_000], pa.timestamp("ms"))
    columns = {"timestamp": stamps, "open": [1.1, 2.0], "high": [3.0, 2.5], "low": [1.0, 1.5], "close": [2.0, 2.5]}
    path = tmp_path / "eth.parquet"
    parquet.write_table(pa.table(columns | {"volume": [7, 8]}), path)
    events = [event for _, found in read_messages(path, "parquet") for event in found]
    assert isinstance(events[0], TapeBar)
    assert (events[0].symbol, events[0].at, events[0].open) == ("ETH", 1_700_000_000 * 10**9, 11 * 10 ** (FINE - 1))
    assert [bar.volume for bar in trade_bars(path, "parquet", "1m")] == ["7", "8"]
    parquet.write_table(pa.table(columns | {"volume": [float("nan"), 8.0]}), path)
    with pytest.raises(BadDataFile, match="not a number"):
        list(trade_bars(path, "parquet", "1m"))
    parquet.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(BadDataFile, match="neither price"):
        list(trade_bars(path, "parquet", "1m"))
