"""Each venue's lines become the right events; what the line says wrongly is said back with its number."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.market.importers.check import check_file
from engine.market.importers.errors import BadDataFile
from engine.market.importers.events import FINE, Changes, Gap, MarketEvent, Snapshot, Stale, TapeTrade, Touch
from engine.market.importers.stream import read_messages
from tests.data.captures import lines as made

UNIT = 10**FINE


def events_of(path: Path, fmt: str) -> list[MarketEvent]:
    return [event for _, events in read_messages(path, fmt) for event in events]


def test_spot_follows_the_ids_and_agrees_with_every_ticker(tmp_path: Path) -> None:
    path = made.write(tmp_path / "a.gz", made.spot_day())
    kinds = [type(event) for event in events_of(path, "binance-spot")]
    assert kinds == [Snapshot, Stale, Stale, Touch, Changes, TapeTrade, Touch, Changes, TapeTrade, Changes, Touch]
    one = check_file(path, "binance-spot").symbols[0]
    assert (one.checked, one.equal, one.gaps, one.dropped, one.trades) == (3, 3, 0, 2, 2)
    assert one.final == ["9.99", "2", "10.01", "0.15"]


def test_the_maker_flag_gives_the_sign_of_the_taker(tmp_path: Path) -> None:
    path = made.write(tmp_path / "a", made.spot_day())
    signs = [(event.price, event.sign) for event in events_of(path, "binance-spot") if isinstance(event, TapeTrade)]
    assert signs == [(1001 * UNIT // 100, 1), (10 * UNIT, -1)]


@pytest.mark.parametrize("lost", [4, 7])
def test_a_lost_update_voids_the_book_until_the_next_snapshot(lost: int, tmp_path: Path) -> None:
    day = made.spot_day()
    del day[lost]
    tail = [
        made.depth(500_000_000, 107, 108, [["9.90", "1"]], []),
        made.rest(600_000_000, 107, [["9.95", "1"]], [["9.97", "1"]]),
        made.depth(700_000_000, 109, 109, [["9.96", "5"]], []),
    ]
    path = made.write(tmp_path / "a", day + tail)
    events = events_of(path, "binance-spot")
    assert sum(isinstance(event, Gap) for event in events) == 1
    one = check_file(path, "binance-spot").symbols[0]
    assert (one.gaps, one.snapshots, one.final) == (1, 2, ["9.96", "5", "9.97", "1"])
    assert check_file(made.write(tmp_path / "b", day), "binance-spot").symbols[0].final is None


def test_a_snapshot_that_the_updates_have_overtaken_changes_nothing(tmp_path: Path) -> None:
    day = made.spot_day()
    day.insert(8, made.rest(305_000_000, 102, [["1.00", "1"]], [["2.00", "1"]]))
    one = check_file(made.write(tmp_path / "a", day), "binance-spot").symbols[0]
    assert (one.checked, one.equal, one.gaps, one.snapshots) == (3, 3, 0, 1)


def test_a_snapshot_before_any_update_waits_for_its_symbol(tmp_path: Path) -> None:
    day = made.spot_day()[2:]
    one = check_file(made.write(tmp_path / "a", day), "binance-spot").symbols[0]
    assert (one.symbol, one.checked, one.equal, one.gaps) == ("ZZZUSDT", 3, 3, 0)


def test_answers_to_a_subscription_are_no_market_data(tmp_path: Path) -> None:
    acknowledged = made.write(tmp_path / "a", [made.stamped(0, {"result": None, "id": 1}), *made.spot_day()])
    assert check_file(acknowledged, "binance-spot").equal == 3
    bare = made.stamped(0, {"u": 7, "s": "X", "b": "1", "B": "2", "a": "3", "A": "4"})
    assert isinstance(events_of(made.write(tmp_path / "b", [bare]), "binance-spot")[0], Touch)
    alive = made.write(tmp_path / "c", [made.stamped(0, {"channel": "pong"}), *made.hyperliquid_day()])
    assert check_file(alive, "hyperliquid").equal == 2


def test_futures_are_chained_by_pu(tmp_path: Path) -> None:
    day = [
        made.rest(0, 100, [["10.0", "1"]], [["10.2", "1"]]),
        made.depth(1, 95, 99, [["9.0", "1"]], [], pu=94),
        made.depth(2, 98, 104, [["10.1", "2"]], [], pu=99),
        made.depth(3, 110, 112, [["10.1", "3"]], [], pu=104),
    ]
    one = check_file(made.write(tmp_path / "a", day), "binance-usdm").symbols[0]
    assert (one.applied, one.dropped, one.gaps, one.final) == (2, 1, 0, ["10.1", "3", "10.2", "1"])
    broken = check_file(made.write(tmp_path / "b", [*day[:2], day[3]]), "binance-usdm").symbols[0]
    assert (broken.gaps, broken.final) == (1, None)


def test_kraken_checksums_are_recomputed_from_the_text_as_sent(tmp_path: Path) -> None:
    report = check_file(made.write(tmp_path / "a.jsonl.gz", made.kraken_day()), "kraken")
    assert (report.checked, report.equal, report.error) == (2, 2, None)
    assert report.symbols[0].final == ["0.0505", "3.25", "0.0511", "4"]


def test_a_changed_kraken_byte_is_a_bad_file_with_its_line(tmp_path: Path) -> None:
    day = [line.replace('"8.000"', '"8.001"') for line in made.kraken_day()]
    report = check_file(made.write(tmp_path / "a", day), "kraken")
    assert (report.checked, report.equal) == (2, 0)
    assert report.error is not None
    assert report.error.row == 3


def test_kraken_keeps_the_depth_of_its_channel(tmp_path: Path) -> None:
    day = [line.replace("book-1000", "book-10") for line in made.kraken_day()]
    snapshot = events_of(made.write(tmp_path / "a", day), "kraken")[0]
    assert isinstance(snapshot, Snapshot)
    assert snapshot.depth == 10


def test_kraken_trades_name_the_taker(tmp_path: Path) -> None:
    line = made.received(300, [7, [["0.0505", "1.5", "1.0", "s", "l", ""]], "trade", "AAA/ZZZ"])
    (trade,) = events_of(made.write(tmp_path / "a", [line]), "kraken")
    assert isinstance(trade, TapeTrade)
    assert (trade.price, trade.size, trade.sign) == (505 * UNIT // 10_000, 3 * UNIT // 2, -1)


def test_coinbase_compares_tickers_and_counts_matches(tmp_path: Path) -> None:
    path = made.write(tmp_path / "a", made.coinbase_day())
    one = check_file(path, "coinbase").symbols[0]
    assert (one.checked, one.equal, one.trades, one.absent, one.crossed) == (2, 1, 1, 0, 0)
    trades = [event for event in events_of(path, "coinbase") if isinstance(event, TapeTrade)]
    assert [(trade.history, trade.sign) for trade in trades] == [(True, 1), (False, 1)]


def test_coinbase_deletes_of_absent_levels_are_counted(tmp_path: Path) -> None:
    day = made.coinbase_day()
    one = check_file(made.write(tmp_path / "a", [*day, day[-1]]), "coinbase").symbols[0]
    assert one.absent == 1


def test_hyperliquid_books_and_the_trades_of_the_past(tmp_path: Path) -> None:
    path = made.write(tmp_path / "a", made.hyperliquid_day())
    one = check_file(path, "hyperliquid").symbols[0]
    assert (one.checked, one.equal, one.trades) == (2, 2, 1)
    first = events_of(path, "hyperliquid")[0]
    assert isinstance(first, Snapshot)
    assert first.counts == ([2], [1])


@pytest.mark.parametrize("change", [('"n": 1', '"n": 0'), ('"7.1"', '"6.9"'), ('"0.25"', '"0"')])
def test_a_hyperliquid_book_out_of_order_is_not_equal(change: tuple[str, str], tmp_path: Path) -> None:
    day = made.hyperliquid_day()
    day[0] = day[0].replace(*change)
    one = check_file(made.write(tmp_path / "a", day), "hyperliquid").symbols[0]
    assert (one.checked, one.equal) == (2, 1)


def test_times_are_exact_and_never_fall(tmp_path: Path) -> None:
    early = '{"t":1618678133.626511,"m":' + json.dumps(json.loads(made.coinbase_day()[0])["m"]) + "}"
    late = '{"t":1618678133.6265,"m":' + json.dumps(json.loads(made.coinbase_day()[3])["m"]) + "}"
    first, second = events_of(made.write(tmp_path / "a", [early, late]), "coinbase")
    assert first.at == second.at == 1_618_678_133_626_511_000


@pytest.mark.parametrize(
    ("fmt", "line"),
    [
        ("binance-spot", "12 {"),
        ("binance-spot", "soon {}"),
        ("binance-spot", '1700 {"stream":"x@depth","data":{"s":"X","U":1,"u":2,"b":[["1e5","1"]],"a":[]}}'),
        ("binance-spot", '99999999999999999999 {"stream":"x@trade","data":{}}'),
        ("kraken", '{"t":1,"m":[1,{"as":[[[],"1","1"]],"bs":[]},"book-10","X"]}'),
        ("kraken", '{"t":1,"m":[1,{"a":[["1","1","1"]],"c":"²"},"book-10","X"]}'),
        ("kraken", '{"t":1,"m":"hello"}'),
        ("kraken", '{"t":-1,"m":[]}'),
        ("kraken", '{"t":1e9,"m":{}}'),
        ("kraken", "[" * 100_000),
        ("coinbase", '{"t":1,"m":{"type":"l2update","changes":[["sideways","1","1"]],"product_id":"X"}}'),
        ("coinbase", '{"t":1,"m":{"type":"snapshot","bids":[["1",2]],"asks":[],"product_id":"X"}}'),
        ("coinbase", '{"t":1,"m":{"type":"snapshot","bids":[],"asks":[]}}'),
        ("coinbase", '{"t":1,"m":{"type":"snapshot","bids":[],"asks":[],"product_id":"\\u001b[2J"}}'),
        ("coinbase", '{"t":1,"m":{"type":"snapshot","bids":[["0.0000000000001","1"]],"product_id":"X"}}'),
        ("hyperliquid", '1700 {"channel":"l2Book","data":{"coin":"X","levels":[[]],"time":1}}'),
        ("hyperliquid", '1700 {"channel":"trades","data":[{"coin":"X","px":"1","sz":"1","side":"C","time":1}]}'),
        ("vterm", '{"at":0,"type":"gap","symbol":"X"}'),
        ("vterm", '{"at":1,"type":"rumour","symbol":"X"}'),
    ],
)  # fmt: skip
def test_a_bad_line_is_one_clear_error_with_its_number(fmt: str, line: str, tmp_path: Path) -> None:
    path = made.write(tmp_path / "a", ["", line])
    with pytest.raises(BadDataFile) as caught:
        list(read_messages(path, fmt))
    assert caught.value.row == 2 + line.count("\n")
    assert caught.value.exit_code == 7
    assert "\n" not in caught.value.line()
    assert "\x1b" not in caught.value.line()
