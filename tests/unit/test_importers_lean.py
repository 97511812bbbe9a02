"""LEAN's data by its rules: clocks, units, contracts, carried quotes, sessions, folders, damage. Made-up numbers."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path, PurePath

import pytest

from engine.market.importers.check import check_file
from engine.market.importers.errors import BadDataFile, DataError, SymbolAbsent, SymbolNeeded
from engine.market.importers.lean_actions import factors_of, tickers_of
from engine.market.importers.lean_hours import clock_of, closes_early
from engine.market.importers.lean_names import part_of
from engine.market.importers.quote_bars import bars_of
from engine.market.importers.rows import book_rows
from engine.market.recorded import RecordedMarket
from engine.model.format import parse_time, time_text
from engine.model.session import MarketSession
from tests.data.captures import lean_day as made

OPEN, MINUTE = made.OPEN_MS, made.MINUTE_MS


def bars(path: Path, every: str = "1m", symbol: str = "", side: str = "") -> list[tuple[str, ...]]:
    """(at, open, high, low, close, volume) of each bar."""
    return [
        (bar.at, bar.open, bar.high, bar.low, bar.close, bar.volume)
        for bar in bars_of(path, "lean", every, symbol, side)
    ]


@pytest.mark.parametrize(
    ("day", "at"),
    [
        ("20131007", "2013-10-07T13:30:00Z"),
        ("20131104", "2013-11-04T14:30:00Z"),
        ("20240308", "2024-03-08T14:30:00Z"),
        ("20240311", "2024-03-11T13:30:00Z"),
    ],
)
def test_equities_are_in_new_york_time_and_ten_thousandths(tmp_path: Path, day: str, at: str) -> None:
    path = made.equity(tmp_path, day, "trade", [f"{OPEN},1000000,1012500,999900,1010000,1500"])
    assert bars(path) == [(at, "100.00", "101.25", "99.99", "101.00", "1500")]


def test_a_day_is_the_regular_session(tmp_path: Path) -> None:
    lines = [
        f"{OPEN - MINUTE},900000,900000,900000,900000,5",
        f"{OPEN},1000000,1010000,990000,1005000,10",
        f"{16 * 60 * MINUTE - MINUTE},1005000,1020000,1000000,1015000,20",
        f"{16 * 60 * MINUTE},1200000,1200000,1200000,1200000,7",
    ]
    path = made.equity(tmp_path, "20131007", "trade", lines)
    assert bars(path, "1d") == [("2013-10-07T04:00:00Z", "100.0", "102.0", "99.0", "101.5", "30")]
    assert len(bars(path, "1m")) == 4


def test_a_half_day_ends_at_one(tmp_path: Path) -> None:
    lines = [
        f"{OPEN},1000000,1000000,1000000,1000000,1",
        f"{13 * 60 * MINUTE},2000000,2000000,2000000,2000000,1",
    ]
    half = made.equity(tmp_path / "a", "20131129", "trade", lines)
    assert [bar[2] for bar in bars(half, "1d")] == ["100"]
    whole = made.equity(tmp_path / "b", "20131127", "trade", lines)
    assert [bar[2] for bar in bars(whole, "1d")] == ["200"]


@pytest.mark.parametrize(
    ("day", "early"),
    [
        (date(2013, 7, 3), True),
        (date(2012, 7, 3), True),
        (date(2015, 7, 3), False),
        (date(2012, 11, 23), True),
        (date(2013, 12, 24), True),
        (date(2021, 12, 24), False),
        (date(2002, 7, 5), True),
        (date(2013, 7, 5), False),
        (date(2013, 11, 22), False),
    ],
)
def test_the_exchange_closes_early_on_eves(day: date, early: bool) -> None:
    assert closes_early(day) is early


def test_ticks_become_bars_without_a_size_too_but_suspicious_ones_do_not(tmp_path: Path) -> None:
    lines = [
        f"{OPEN},1000000,100,P,@,0",
        f"{OPEN + 5},1010000,50,Q,@,0",
        f"{OPEN + 6},9990000,50,Q,@,1",
        f"{OPEN + 59_999},990000,,Q,@,0",
        f"{OPEN + 59_999},995000,1,Q,@,0",
        f"{OPEN + MINUTE},1000000,2,Q,@,0",
    ]
    path = made.equity(tmp_path, "20131007", "trade", lines, "tick")
    assert bars(path) == [
        ("2013-10-07T13:30:00Z", "100.0", "101.0", "99.0", "99.5", "151"),
        ("2013-10-07T13:31:00Z", "100.0", "100.0", "100.0", "100.0", "2"),
    ]
    report = check_file(path, "lean")
    assert report.symbols[0].mentions == {"suspicious tick": 1}
    assert report.lines == 6


def test_a_side_that_is_zero_keeps_its_last_quote(tmp_path: Path) -> None:
    lines = [
        f"{OPEN},0,0,1001000,100,Q,1,0",
        f"{OPEN + 1},1000000,300,0,0,P,1,0",
        f"{OPEN + 2},0,0,1002000,400,P,1,0",
        f"{OPEN + MINUTE + 1},1000500,300,0,0,P,1,0",
    ]
    path = made.equity(tmp_path, "20131007", "quote", lines, "tick")
    rows = [(row.bids, row.asks) for row in book_rows(path, "lean", 5)]
    assert rows[0] == ([], [["100.1", "100"]])
    assert rows[2] == ([["100.0", "300"]], [["100.2", "400"]])
    assert rows[3] == ([["100.05", "300"]], [["100.20", "400"]])
    assert [bar[1:5] for bar in bars(path, side="ask")] == [("100.1", "100.2", "100.1", "100.2"), ("100.2",) * 4]
    assert [bar[1:5] for bar in bars(path, side="bid")][1] == ("100.00", "100.05", "100.00", "100.05")


def test_forex_is_utc_bid_then_ask_and_a_minute_opens_with_its_first_quote(tmp_path: Path) -> None:
    lines = ["0,1.38750,1.38770", "30000,1.38760,1.38780", "60001,1.38790,1.38810"]
    path = made.forex(tmp_path, "20140505", lines, "tick")
    assert bars(path, side="bid") == [
        ("2014-05-05T00:00:00Z", "1.3875", "1.3876", "1.3875", "1.3876", "0"),
        ("2014-05-05T00:01:00Z", "1.3879", "1.3879", "1.3879", "1.3879", "0"),
    ]
    assert [bar[4] for bar in bars(path, side="mid")] == ["1.3877", "1.3880"]
    assert bars(path) == bars(path, side="mid")


def test_quote_bars_are_their_own_bars_and_a_book_when_they_end(tmp_path: Path) -> None:
    lines = [
        f"{OPEN},1000000,1001000,999000,1000500,300,1002000,1003000,1001500,1002500,400",
        f"{OPEN + MINUTE},,,,,,1002500,1004000,1002500,1004000,100",
    ]
    path = made.equity(tmp_path, "20131007", "quote", lines)
    assert [bar[1:5] for bar in bars(path, side="bid")] == [("100.00", "100.10", "99.90", "100.05"), ("100.05",) * 4]
    assert [bar[1:5] for bar in bars(path, side="ask")][1] == ("100.25", "100.40", "100.25", "100.40")
    rows = list(book_rows(path, "lean", 1))
    assert [row.at for row in rows] == ["2013-10-07T13:31:00Z", "2013-10-07T13:32:00Z"]
    assert rows[1].bids == [["100.05", "300"]]
    assert check_file(path, "lean").equal == 2


def test_contracts_of_an_archive_need_a_name(tmp_path: Path) -> None:
    path = made.future(
        tmp_path,
        "20131007",
        "trade",
        {"201312": ["0,1313.8,1314,1313.7,1313.9,4"], "201402": ["0,1314,1314,1314,1314,1"]},
    )
    with pytest.raises(SymbolNeeded) as needed:
        bars(path)
    assert needed.value.symbols == ("GCZ13", "GCG14")
    for name in ("GCZ13", "gcz3", "GC201312", "201312"):
        assert bars(path, symbol=name) == [("2013-10-07T00:00:00Z", "1313.8", "1314.0", "1313.7", "1313.9", "4")]
    with pytest.raises(SymbolAbsent):
        bars(path, symbol="GCM14")
    assert {one.symbol for one in check_file(path, "lean").symbols} == {"GCZ13", "GCG14"}


def test_a_contract_that_trades_late_is_found(tmp_path: Path) -> None:
    early = [f"{number * 1000},1300,1,usa,,0" for number in range(6_000)]
    path = made.future(tmp_path, "20131007", "trade", {"201312": early, "201402": ["80000000,1310,1,usa,,0"]}, "tick")
    assert bars(path, symbol="GCG14")[0][1] == "1310"


def test_open_interest_is_counted(tmp_path: Path) -> None:
    path = made.future(tmp_path, "20131007", "openinterest", {"201312": ["22020000,458", "42720000,460"]})
    assert check_file(path, "lean").symbols[0].mentions == {"open interest": 2}
    with pytest.raises(BadDataFile, match="2 of open interest"):
        bars(path, symbol="GCZ13")


def test_sizes_with_the_noise_of_a_float_are_rounded(tmp_path: Path) -> None:
    path = made.pack(
        tmp_path / "crypto/coinbase/minute/btcusd/20180404_trade.zip",
        {
            "20180404_btcusd_minute_trade.csv": [
                "0,7424.91,7424.91,7422,7422,0.34307688999999997",
                "60000,1,1,1,1,5E-08",
            ]
        },
    )
    assert [bar[5] for bar in bars(path)] == ["0.34307689", "0.00000005"]


def test_days_keep_their_local_date(tmp_path: Path) -> None:
    path = made.pack(
        tmp_path / "equity/usa/daily/aaa.zip",
        {
            "aaa.csv": [
                "20131101 00:00,1000000,1010000,990000,1000000,7",
                "20131104 00:00,1000000,1010000,990000,1000000,8",
            ]
        },
    )
    assert [bar[0] for bar in bars(path, "1d")] == ["2013-11-01T04:00:00Z", "2013-11-04T05:00:00Z"]
    with pytest.raises(DataError, match="longer bars"):
        bars(path, "1h")


def test_a_folder_is_one_file(tmp_path: Path) -> None:
    for day in ("20131008", "20131007"):
        made.equity(tmp_path, day, "trade", [f"{OPEN},1000000,1010000,990000,1000000,7"])
        made.equity(tmp_path, day, "quote", [f"{OPEN},{','.join(['999900'] * 4)},100,{','.join(['1000100'] * 4)},100"])
    folder = tmp_path / "equity/usa/minute/aaa"
    assert [bar[0] for bar in bars(folder, "1d")] == ["2013-10-07T04:00:00Z", "2013-10-08T04:00:00Z"]
    assert bars(folder, side="bid")[0][4] == "99.99"
    assert check_file(folder, "lean").lines == 4
    market = RecordedMarket(folder, "lean")
    market.advance(parse_time("2013-10-07T13:31:00Z"), 100_000_000)
    assert market.instruments[0].asset_class == "equities"
    assert market.state[0] == MarketSession.REGULAR
    assert market.ladder(0, 1) == ([(9999, 100)], [(10001, 100)])


def test_a_folder_of_several_resolutions_says_so(tmp_path: Path) -> None:
    made.equity(tmp_path, "20131007", "trade", [f"{OPEN},1,1,1,1,7"])
    made.equity(tmp_path, "20131007", "trade", [f"{OPEN},1,1,1,1,7"], "second")
    with pytest.raises(DataError, match="second minute") as several:
        bars(tmp_path)
    assert several.value.exit_code == 2


def test_several_symbols_of_a_folder_need_a_name(tmp_path: Path) -> None:
    for name in ("aaa", "bbb"):
        made.equity(tmp_path, "20131007", "trade", [f"{OPEN},10000,10000,10000,10000,7"], name=name)
    with pytest.raises(SymbolNeeded):
        bars(tmp_path / "equity/usa/minute")
    assert len(bars(tmp_path, symbol="bbb")) == 1


def test_a_file_away_from_its_folders_is_known_by_its_name(tmp_path: Path) -> None:
    path = made.equity(tmp_path, "20131007", "trade", [f"{OPEN},1000000,1000000,1000000,1000000,7"])
    alone = tmp_path / "20131007_trade.zip"
    shutil.copy(path, alone)
    assert bars(alone) == bars(path)
    plain = tmp_path / "20131007_eurusd_minute_quote.csv"
    plain.write_text("0,1.1,1.1,1.1,1.1,0,1.2,1.2,1.2,1.2,0\n")
    assert bars(plain, side="bid")[0][:2] == ("2013-10-07T00:00:00Z", "1.1")


@pytest.mark.parametrize(
    ("path", "member", "said"),
    [
        ("equity/usa/daily/spy.zip", "spy.csv", ("equity", "usa", "daily", "trade", "SPY")),
        ("equity/usa/hour/spy.zip", "spy.csv", ("equity", "usa", "hour", "trade", "SPY")),
        ("forex/oanda/daily/eurusd.zip", "eurusd.csv", ("forex", "oanda", "daily", "quote", "EURUSD")),
        ("crypto/coinbase/daily/btcusd_trade.zip", "btcusd.csv", ("crypto", "coinbase", "daily", "trade", "BTCUSD")),
        ("future/cme/daily/es_quote.zip", "es_quote_202003.csv", ("future", "cme", "daily", "quote", "ESH20")),
        (
            "future/cme/minute/es/20200106_trade.zip",
            "20200106_es_minute_trade_202003_20200320.csv",
            ("future", "cme", "minute", "trade", "ESH20"),
        ),
        (
            "equity/usa/tick/ibm/20131007_quote.zip",
            "20131007_ibm_Quote_Tick.csv",
            ("equity", "usa", "tick", "quote", "IBM"),
        ),
        ("option/usa/minute/aapl/20140606_quote_american.zip", "", None),
        ("equity/usa/factor_files/spy.csv", "", None),
    ],
)
def test_paths_say_what_they_hold(path: str, member: str, said: tuple[str, ...] | None) -> None:
    part = part_of(PurePath("/data") / path, member)
    assert (part and (part.asset, part.market, part.resolution, part.kind, part.symbol)) == said


def test_local_days_know_the_clock() -> None:
    clock = clock_of("equity", "usa", "spy")
    at = parse_time("2013-11-04T04:30:00Z")
    assert clock.local(at) == (date(2013, 11, 3), 23 * 3_600_000_000_000 + 30 * 60_000_000_000)
    assert time_text(clock.utc(date(2013, 11, 4), 0)) == "2013-11-04T05:00:00Z"


@pytest.mark.parametrize(
    "line",
    [
        "x,1,1,1,1,1",
        "1,2,3",
        f"{OPEN},1,1,1,nan,1",
        f"{OPEN},1,1,1,1e99,1",
        "999999999,1,1,1,1,1",
        f"{OPEN},,,,,5",
        "é",
    ],
)
def test_a_bad_row_is_one_clear_line(tmp_path: Path, line: str) -> None:
    good = f"{OPEN},1000000,1000000,1000000,1000000,7"
    path = made.equity(tmp_path, "20131007", "trade", [good, line])
    report = check_file(path, "lean")
    assert report.error is not None
    assert (report.error.row, report.lines, report.error.exit_code) == (2, 1, 7)
    assert "\n" not in report.error.line()


def test_a_cut_archive_is_one_clear_line(tmp_path: Path) -> None:
    path = made.equity(tmp_path, "20131007", "trade", [f"{OPEN},1,1,1,1,7"])
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(BadDataFile) as damage:
        check_file(path, "lean")
    assert str(path) in damage.value.line()
    with pytest.raises(BadDataFile):
        check_file(tmp_path / "nothing", "lean")
    with pytest.raises(BadDataFile, match="without LEAN data"):
        (tmp_path / "empty").mkdir()
        check_file(tmp_path / "empty", "lean")


def test_what_contradicts_itself_is_not_equal(tmp_path: Path) -> None:
    lines = [
        f"{OPEN},1000000,990000,1000000,1000000,7",
        f"{OPEN + 30_000},1000000,1000000,1000000,1000000,7",
        f"{OPEN + MINUTE},1000000,1000000,1000000,1000000,7",
        f"{OPEN},1000000,1000000,1000000,1000000,7",
    ]
    report = check_file(made.equity(tmp_path, "20131007", "trade", lines), "lean")
    assert (report.checked, report.equal) == (4, 1)


def test_factors_and_tickers_are_of_the_first_row_that_is_not_before(tmp_path: Path) -> None:
    path = made.equity(tmp_path, "20131007", "trade", [f"{OPEN},1,1,1,1,7"])
    factors = tmp_path / "equity/usa/factor_files/aaa.csv"
    factors.parent.mkdir()
    factors.write_text("20130101,0.5,0.25,1\n20131007,0.8646266,0.5,10\n20501231,1,1,0\n")
    names = tmp_path / "equity/usa/map_files/aaa.csv"
    names.parent.mkdir()
    names.write_text("20040819,old,Q\n20131007,old\n20501231,aaa\n")
    found = factors_of(path, "AAA")
    assert found.adjust(8 * 10**12, date(2013, 1, 1)) == 10**12
    assert found.adjust(10**12, date(2013, 10, 7)) == 432_313_300_000
    assert found.adjust(10**12, date(2013, 10, 8)) == 10**12
    assert (tickers_of(path, "AAA").on(date(2013, 10, 7)), tickers_of(path, "AAA").on(date(2013, 10, 8))) == (
        "OLD",
        "AAA",
    )
    assert factors_of(path, "BBB").on(date(2013, 1, 1)) == 1
    factors.write_text("20131007,zero,1\n")
    with pytest.raises(BadDataFile):
        factors_of(path, "AAA")
