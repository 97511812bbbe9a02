"""The published captures with known answers: every number of the reference page, to the last one."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from engine.market.importers.check import CheckReport, SymbolReport, check_file
from engine.market.importers.events import Gap
from engine.market.importers.stream import read_messages

SHARED = Path(__file__).resolve().parents[2] / "../shared/data/orderbook"


def capture(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"no reference capture at ../shared/data/orderbook/{name}")
    return path


def by_symbol(report: CheckReport) -> dict[str, SymbolReport]:
    assert report.error is None
    return {one.symbol: one for one in report.symbols}


def test_kraken_every_checksum_matches() -> None:
    report = check_file(capture("kraken_book1000_5pairs.jsonl.gz"), "kraken")
    counts = {"ADA/XBT": 347, "ETH/CHF": 317, "OMG/USD": 573, "SC/EUR": 818, "XMR/USD": 846}
    assert {name: (one.checked, one.equal) for name, one in by_symbol(report).items()} == {
        name: (count, count) for name, count in counts.items()
    }
    assert (report.checked, report.equal, report.gaps) == (2901, 2901, 0)


def test_coinbase_tickers_agree_but_the_first_old_ones() -> None:
    found = by_symbol(check_file(capture("coinbase_level2_3products.jsonl.gz"), "coinbase"))
    assert {name: (one.equal, one.checked) for name, one in found.items()} == {
        "SKL-BTC": (9, 9),
        "DASH-BTC": (15, 16),
        "SKL-USD": (52, 53),
    }
    assert all(one.crossed == 0 and one.absent == 0 for one in found.values())


def test_binance_spot() -> None:
    report = check_file(capture("binance_spot_ETHUSDT_20240808.gz"), "binance-spot")
    one = by_symbol(report)["ETHUSDT"]
    assert (one.checked, one.equal, one.gaps, one.applied, one.dropped) == (3432, 3432, 0, 3432, 2)
    assert one.final == ["2682.50", "3.3168", "2682.51", "48.9739"]
    assert (one.trades, one.crossed) == (6106, 0)


def test_binance_usdm() -> None:
    report = check_file(capture("binance_usdm_ETHUSDT_20240808_first90s.gz"), "binance-usdm")
    one = by_symbol(report)["ETHUSDT"]
    assert (one.checked, one.equal, one.gaps, one.applied) == (1723, 1723, 0, 1723)
    assert one.final == ["2681.34", "0.035", "2681.35", "15.917"]
    assert one.trades == 2963


def test_hyperliquid_every_book_is_whole() -> None:
    report = check_file(capture("hyperliquid_BTC_20250126.gz"), "hyperliquid")
    one = by_symbol(report)["BTC"]
    assert report.lines == 55
    assert one.checked == one.equal == one.snapshots
    assert one.levels == 40


@pytest.mark.parametrize("nth", [0, 3, 700, -2])
@pytest.mark.parametrize("name", ["binance_spot_ETHUSDT_20240808.gz", "binance_usdm_ETHUSDT_20240808_first90s.gz"])
def test_a_lost_depth_line_is_noticed_at_the_next(name: str, nth: int, tmp_path: Path) -> None:
    lines = gzip.decompress(capture(name).read_bytes()).splitlines(keepends=True)
    seeded = next(row for row, line in enumerate(lines) if b"lastUpdateId" in line)
    depths = [row for row, line in enumerate(lines) if b"@depth" in line and row > seeded]
    short = tmp_path / "short"
    short.write_bytes(b"".join(lines[: depths[nth]] + lines[depths[nth] + 1 :]))
    fmt = "binance-usdm" if "usdm" in name else "binance-spot"
    one = check_file(short, fmt).symbols[0]
    assert (one.gaps, one.final) == (1, None)
    assert one.checked == one.equal
    gap = next(event for _, events in read_messages(short, fmt) for event in events if isinstance(event, Gap))
    assert gap.row == depths[nth + 1]
