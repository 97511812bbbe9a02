"""OKX and Bitget against a naive book and checksum of their own; what a lost or changed line does."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.market.importers.check import check_file
from engine.market.importers.errors import BadDataFile, SymbolNeeded
from engine.market.importers.rows import book_rows
from engine.market.importers.stream import read_messages
from engine.market.importers.trade_bars import trade_bars
from engine.market.recorded import RecordedMarket
from tests.data.captures import lines as made
from tests.data.captures.pushed import bitget_day, okx_day

Day = Callable[..., list[str]]
DAYS: list[tuple[str, Day]] = [("okx", okx_day), ("bitget", bitget_day)]


def books(lines: list[str]) -> int:
    return sum('"checksum"' in line for line in lines)


@pytest.mark.parametrize(("fmt", "day"), DAYS)
@given(seed=st.integers(0, 10_000), wrapped=st.booleans())
@settings(max_examples=40, deadline=None)
def test_every_checksum_of_a_made_day_is_found_equal(
    fmt: str, day: Day, seed: int, wrapped: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = day(seed, wrapped=wrapped)
    report = check_file(made.write(tmp_path_factory.mktemp("d") / "a", lines), fmt)
    assert (report.checked, report.equal, report.gaps, report.error) == (books(lines), books(lines), 0, None)


def test_the_text_is_the_documented_one(tmp_path: Path) -> None:
    data = {
        "asks": [["3366.8", "9", "0", "1"], ["3368", "8", "0", "1"]],
        "bids": [["3366.1", "7", "0", "1"]],
        "ts": "1700000000000",
        "checksum": 0,
        "prevSeqId": -1,
        "seqId": 5,
    }
    import zlib

    unsigned = zlib.crc32(b"3366.1:7:3366.8:9:3368:8")
    data["checksum"] = unsigned - (1 << 32) if unsigned >> 31 else unsigned
    message = {"arg": {"channel": "books", "instId": "A-B"}, "action": "snapshot", "data": [data]}
    path = made.write(tmp_path / "a", [json.dumps(message)])
    assert (check_file(path, "okx").checked, check_file(path, "okx").equal) == (1, 1)
    data["checksum"] = 0
    made.write(path, [json.dumps(message)])
    report = check_file(path, "okx")
    assert (report.checked, report.error) == (0, None), "0 stands where the venue no longer sends one"


@pytest.mark.parametrize("nth", [1, 2, 11, 39])
def test_okx_notices_a_lost_update_at_the_next(nth: int, tmp_path: Path) -> None:
    lines = okx_day(3, 41)
    places = [place for place, line in enumerate(lines) if '"checksum"' in line]
    path = made.write(tmp_path / "a", lines[: places[nth]] + lines[places[nth] + 1 :])
    (one,) = check_file(path, "okx").symbols
    assert (one.gaps, one.final) == (1, None)
    assert one.checked == one.equal == nth
    after = [row for row in book_rows(path, "okx", 5) if row.row > places[nth]]
    assert after[0].bids == after[0].asks == []


def test_okx_heartbeats_and_resets_are_no_gaps(tmp_path: Path) -> None:
    arg = {"channel": "books", "instId": "A-B"}

    def line(action: str, prev: int, seq: int, bids: list[list[str]]) -> str:
        data = {"asks": [], "bids": bids, "ts": "1700000000000", "prevSeqId": prev, "seqId": seq}
        return json.dumps({"arg": arg, "action": action, "data": [data]})

    lines = [
        line("snapshot", -1, 10, [["1", "1", "0", "1"]]),
        line("update", 10, 15, [["2", "1", "0", "1"]]),
        line("update", 15, 15, []),
        line("update", 15, 3, [["1", "0", "0", "0"]]),
        line("update", 3, 5, [["3", "7", "0", "1"]]),
    ]
    path = made.write(tmp_path / "a", lines)
    assert check_file(path, "okx").gaps == 0
    assert list(book_rows(path, "okx", 5))[-1].bids == [["3", "7"], ["2", "1"]]


@pytest.mark.parametrize("nth", [2, 9, 30])
def test_bitget_counts_what_a_lost_update_breaks(nth: int, tmp_path: Path) -> None:
    lines = bitget_day(5)
    touched = next(
        place
        for place in range(nth + 2, len(lines))
        if len(json.loads(lines[place])["data"][0]["bids"]) > 0  # losing an empty update loses nothing
    )
    path = made.write(tmp_path / "a", lines[:touched] + lines[touched + 1 :])
    report = check_file(path, "bitget")
    assert report.checked == books(lines) - 1
    assert report.equal < report.checked
    assert report.error is not None
    assert report.error.exit_code == 7
    assert report.error.row >= touched


@pytest.mark.parametrize(("fmt", "day"), DAYS)
def test_a_flipped_digit_is_counted(fmt: str, day: Day, tmp_path: Path) -> None:
    lines = day(2)
    place = next(place for place, line in enumerate(lines) if '"snapshot"' in line)
    message = json.loads(lines[place])
    best = message["data"][0]["bids"][0]
    best[1] = "9" + best[1]
    lines[place] = json.dumps(message)
    report = check_file(made.write(tmp_path / "a", lines), fmt)
    assert report.equal < report.checked == books(lines)
    assert report.error is not None
    assert report.error.row == place + 1


def test_bitget_out_of_order_is_a_gap(tmp_path: Path) -> None:
    lines = bitget_day(5, 10)
    lines[4], lines[5] = lines[5], lines[4]
    assert check_file(made.write(tmp_path / "a", lines), "bitget").gaps == 1


def test_several_instruments_must_be_named(tmp_path: Path) -> None:
    path = made.write(tmp_path / "a", [*okx_day(1, 5), *okx_day(2, 5, "BBB-ZZZ-SWAP")])
    assert [one.symbol for one in check_file(path, "okx").symbols] == ["AAA-ZZZ", "BBB-ZZZ-SWAP"]
    with pytest.raises(SymbolNeeded) as caught:
        list(book_rows(path, "okx", 1))
    assert caught.value.exit_code == 2
    assert list(book_rows(path, "okx", 1, symbol="bbbzzzswap"))


def test_bitget_keeps_a_pair_and_its_future_apart(tmp_path: Path) -> None:
    future = [line.replace('"SPOT"', '"USDT-FUTURES"') for line in bitget_day(4, 6)]
    path = made.write(tmp_path / "a", [*bitget_day(3, 6), *future])
    report = check_file(path, "bitget")
    assert [one.symbol for one in report.symbols] == ["AAAZZZ", "AAAZZZ.USDT-FUTURES"]
    assert report.equal == report.checked == 14


def test_bars_of_both(tmp_path: Path) -> None:
    path = made.write(tmp_path / "a", okx_day(1))
    (bar,) = trade_bars(path, "okx", "1m")
    assert (bar.open, bar.volume) == ("100.1", "3")
    trades = [
        {"ts": "1700000000300", "price": "11", "size": "1", "side": "sell", "tradeId": "2"},
        {"ts": "1700000000100", "price": "10", "size": "2", "side": "buy", "tradeId": "1"},
    ]
    arg = {"instType": "SPOT", "channel": "trade", "instId": "AAAZZZ"}
    made.write(path, [json.dumps({"action": "update", "arg": arg, "data": trades, "ts": 1700000000400})])
    (bar,) = trade_bars(path, "bitget", "1m")
    assert (bar.open, bar.close, bar.volume) == ("10", "11", "3")


@pytest.mark.parametrize(("fmt", "day"), DAYS)
def test_half_a_line_and_other_venues_lines_end_clearly(fmt: str, day: Day, tmp_path: Path) -> None:
    lines = day(1, 5)
    path = made.write(tmp_path / "a", [*lines, lines[-1][:50]])
    report = check_file(path, fmt)
    assert report.error is not None
    assert report.error.row == len(lines) + 1
    made.write(path, made.kraken_day())
    with pytest.raises(BadDataFile):
        check_file(path, fmt)
    made.write(path, made.coinbase_day())
    report = check_file(path, fmt)
    assert report.error is not None
    assert "without market data" in report.error.message


@pytest.mark.parametrize(("fmt", "day"), DAYS)
@pytest.mark.parametrize("wrapped", [False, True])
def test_it_can_be_traded_against(fmt: str, day: Day, wrapped: bool, tmp_path: Path) -> None:
    path = made.write(tmp_path / "a", [*day(6, wrapped=wrapped), "pong"])
    market = RecordedMarket(path, fmt)
    last = [event.at for _, events in read_messages(path, fmt) for event in events][-1]
    assert market.end == last
    market.advance(market.end, 10**8)
    bids, asks = market.ladder(0, 5)
    assert bids[0][0] < asks[0][0]
