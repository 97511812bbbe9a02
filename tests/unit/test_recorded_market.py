"""A capture played as a market: grids, state, prints, bars, gaps, the end, damage, and going back."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from engine.market.importers.errors import BadDataFile, SymbolAbsent, SymbolNeeded
from engine.market.recorded import RecordedMarket
from engine.model.ids import MINUTE_NS, SECOND_NS, TimeNs
from engine.model.session import MarketSession
from engine.ports import MarketSource
from tests.data.captures import lines as made

STEP = SECOND_NS // 10
SHARED = Path(__file__).resolve().parents[2] / "../shared/data/orderbook"


def at(ms: int) -> TimeNs:
    return TimeNs(made.T0 + ms * 1_000_000)


@pytest.fixture
def market(tmp_path: Path) -> RecordedMarket:
    return RecordedMarket(made.write(tmp_path / "day.gz", made.spot_day()), "binance-spot")


def test_it_is_a_market_source(market: RecordedMarket) -> None:
    source: MarketSource = market
    instrument = source.instruments[0]
    assert (instrument.symbol, instrument.asset_class, instrument.column) == ("ZZZUSDT", "crypto", 0)
    assert (instrument.tick.text(1), instrument.lot.text(1)) == ("0.01", "0.01")
    assert (instrument.price0, instrument.fee_schedule, instrument.session) == ("10.01", "CRYPTO_MAKER_TAKER", "24_7")
    assert instrument.adv_units > 0
    assert (market.start, market.end) == (at(90), at(410))


def test_it_shows_what_was_known_at_each_step(market: RecordedMarket) -> None:
    market.advance(at(0), STEP)
    assert market.state[0] == MarketSession.HALTED
    assert market.ladder(0, 5) == ([], [])
    market.advance(at(100), STEP)
    assert market.state[0] == MarketSession.REGULAR
    assert (market.bid[0], market.bid_size[0], market.ask[0], market.ask_size[0]) == (1000, 150, 1002, 300)
    market.advance(at(300), STEP)
    assert market.ladder(0, 2) == ([(1000, 150), (999, 200)], [(1001, 15), (1002, 300)])
    assert market.mid2[0] == 2001
    assert [(trade.price, trade.size, trade.sign) for trade in market.prints(0)] == [(1001, 10, 1)]
    assert market.low_high(0) == (1001, 1001)
    market.advance(at(400), STEP)
    assert list(market.any_prints()) == [0]
    assert (market.last[0], market.volume_day[0]) == (1000, 160)
    market.advance(at(400), STEP)
    assert [trade.size for trade in market.prints(0)] == [150]
    market.advance(at(500), STEP)
    assert market.prints(0) == []
    assert market.low_high(0) == (1000, 1000)
    assert [trade.size for trade in market.recent_trades(0, 5)] == [10, 150]


def test_the_market_closes_after_the_last_event(market: RecordedMarket) -> None:
    market.advance(at(410), STEP)
    assert market.state[0] == MarketSession.REGULAR
    market.advance(at(500), STEP)
    assert market.state[0] == MarketSession.CLOSED
    assert (market.bid_size[0], market.ladder(0, 1)) == (0, ([], []))
    assert market.mid2[0] == 999 + 1001


def test_one_long_step_arrives_where_many_short_ones_do(market: RecordedMarket, tmp_path: Path) -> None:
    other = RecordedMarket(made.write(tmp_path / "b", made.spot_day()), "binance-spot")
    for ms in range(0, 401, 100):
        other.advance(at(ms), STEP)
    market.advance(at(400), TimeNs(MINUTE_NS))
    assert market.ladder(0, 9) == other.ladder(0, 9)
    assert market.mid2[0] == other.mid2[0]
    assert market.volume_day[0] == other.volume_day[0]
    assert market.prints(0) == []
    assert market.low_high(0) == (1000, 1001)
    assert market.bars(0, MINUTE_NS, TimeNs(0), at(9_000)) == other.bars(0, MINUTE_NS, TimeNs(0), at(9_000))


def test_bars_hold_the_mid_and_the_volume(market: RecordedMarket) -> None:
    market.advance(at(500), STEP)
    (bar,) = market.bars(0, SECOND_NS, TimeNs(0), at(1000))
    assert bar.at == made.T0
    assert (bar.open, bar.high, bar.low, bar.close, bar.volume) == (1001, 1001, 1000, 1000, 160)
    assert market.bars(0, SECOND_NS, at(1000), at(2000)) == []


def test_an_earlier_time_plays_again_and_a_position_is_restored(market: RecordedMarket, tmp_path: Path) -> None:
    market.advance(at(300), STEP)
    there, ladder = market.position(), market.ladder(0, 9)
    market.advance(at(500), STEP)
    market.advance(at(300), STEP)
    assert market.position() == there
    assert market.ladder(0, 9) == ladder
    fresh = RecordedMarket(tmp_path / "day.gz", "binance-spot")
    fresh.restore(there)
    assert fresh.ladder(0, 9) == ladder
    assert fresh.prints(0) == market.prints(0)
    changed = RecordedMarket(made.write(tmp_path / "other", made.spot_day()[:-1]), "binance-spot")
    with pytest.raises(BadDataFile):
        changed.restore(there)


def test_a_gap_halts_until_the_next_snapshot(tmp_path: Path) -> None:
    day = made.spot_day()
    del day[4]
    day.append(made.rest(600_000_000, 107, [["9.95", "1"]], [["9.97", "1"]]))
    market = RecordedMarket(made.write(tmp_path / "a", day), "binance-spot")
    market.advance(at(300), STEP)
    assert market.state[0] == MarketSession.HALTED
    assert (market.ladder(0, 3), market.ask_size[0], market.mid2[0]) == (([], []), 0, 2002)
    market.advance(at(600), STEP)
    assert market.state[0] == MarketSession.REGULAR
    assert market.ladder(0, 3) == ([(995, 10)], [(997, 10)])


def test_a_crossed_book_cannot_be_traded(tmp_path: Path) -> None:
    day = made.coinbase_day()
    day.insert(5, made.received(65, {"type": "l2update", "product_id": "AAA-ZZZ", "changes": [["buy", "5.03", "1"]]}))
    market = RecordedMarket(made.write(tmp_path / "a", day), "coinbase")
    market.advance(at(65), STEP)
    assert market.state[0] == MarketSession.HALTED


def test_numbers_finer_than_the_grid_never_flatter(tmp_path: Path) -> None:
    day = made.spot_day()[2:]
    quiet = [made.trade(420_000_000 + place, "10.00", "0.01", True) for place in range(4_100)]
    fine = made.depth(500_000_000, 107, 107, [["9.998", "1.239"]], [["10.002", "1"], ["10.001", "1"]])
    market = RecordedMarket(made.write(tmp_path / "a", [*day, *quiet, fine]), "binance-spot")
    market.advance(at(500), STEP)
    assert market.ladder(0, 2) == ([(999, 323), (998, 700)], [(1001, 215), (1002, 300)])


def test_damage_closes_the_market_after_what_was_read(tmp_path: Path) -> None:
    market = RecordedMarket(made.write(tmp_path / "a", [*made.spot_day(), "17 {"]), "binance-spot")
    market.advance(at(400), STEP)
    assert market.ladder(0, 1) == ([(999, 200)], [(1001, 15)])
    market.advance(at(500), STEP)
    assert market.state[0] == MarketSession.CLOSED
    assert market.damage is not None
    assert market.damage.row == 12


def test_files_without_a_book_or_of_several_instruments_are_refused(tmp_path: Path) -> None:
    bookless = made.write(tmp_path / "a", [made.trade(0, "1", "1", True)])
    with pytest.raises(BadDataFile, match="no book"):
        RecordedMarket(bookless, "binance-spot")
    several = made.write(tmp_path / "b", made.kraken_day() + made.kraken_day("BBB/ZZZ", 8))
    with pytest.raises(SymbolNeeded):
        RecordedMarket(several, "kraken")
    with pytest.raises(SymbolAbsent):
        RecordedMarket(several, "kraken", ["CCC/ZZZ"])


def test_several_instruments_and_several_files_play_together(tmp_path: Path) -> None:
    pairs = made.write(tmp_path / "a", made.kraken_day() + made.kraken_day("BBB/ZZZ", 8))
    market = RecordedMarket(pairs, "kraken", ["bbbzzz", "AAA/ZZZ"])
    assert [one.symbol for one in market.instruments] == ["BBB/ZZZ", "AAA/ZZZ"]
    market.advance(at(250), STEP)
    assert market.bid.tolist() == [505, 505]
    files = [made.write(tmp_path / name, made.coinbase_day(name)) for name in ("AAA-X", "BBB-X")]
    both = RecordedMarket(files, "coinbase", ["AAA-X", "BBB-X"])
    both.advance(at(60), STEP)
    assert both.bid.tolist() == [501, 501]
    assert list(both.any_prints()) == [0, 1]


def test_the_day_turns_at_midnight(tmp_path: Path) -> None:
    night = 1_700_006_400_000_000_000 - made.T0
    day = [
        made.rest(night - 2 * SECOND_NS, 100, [["10.00", "1"]], [["10.02", "1"]]),
        made.trade(night - SECOND_NS, "10.02", "5", False),
        made.depth(night - SECOND_NS + 1, 101, 101, [["10.01", "1"]], []),
        made.depth(night + SECOND_NS, 102, 102, [["10.01", "0"]], []),
        made.trade(night + SECOND_NS, "10.00", "2", True),
    ]
    market = RecordedMarket(made.write(tmp_path / "a", day), "binance-spot")
    market.advance(TimeNs(made.T0 + night - STEP), STEP)
    assert (market.volume_day[0], market.prev_close[0]) == (5, 1001)
    market.advance(TimeNs(made.T0 + night), STEP)
    assert market.volume_day[0] == 0
    market.advance(TimeNs(made.T0 + night + SECOND_NS), STEP)
    assert (market.volume_day[0], market.prev_close[0]) == (2, 1001)


def test_the_reference_capture_ends_where_its_page_says(tmp_path: Path) -> None:
    path = SHARED / "binance_spot_ETHUSDT_20240808.gz"
    if not path.exists():
        pytest.skip(f"no reference capture at ../shared/data/orderbook/{path.name}")
    market = RecordedMarket(path, "binance-spot")
    market.advance(market.end, TimeNs(MINUTE_NS))
    instrument = market.instruments[0]
    bids, asks = market.ladder(0, 1)
    shown = [(instrument.price_text(price), instrument.quantity_text(size)) for price, size in (*bids, *asks)]
    assert shown == [("2682.50", "3.3168"), ("2682.51", "48.9739")]
    lines = gzip.decompress(path.read_bytes()).splitlines()
    half = tmp_path / "half"
    half.write_bytes(b"\n".join(lines[:20_000]))
    first = RecordedMarket(half, "binance-spot")
    first.advance(first.end, STEP)
    market.advance(first.end, STEP)
    assert market.ladder(0, 10) == first.ladder(0, 10)
