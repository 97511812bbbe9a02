"""The known answers of ../shared/data/lean, and every file of it."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from engine.market.importers.errors import BadDataFile
from engine.market.importers.events import FINE
from engine.market.importers.lean_actions import factors_of
from engine.market.importers.quote_bars import bars_of
from engine.market.importers.trade_bars import TradeBar
from vterm.cli.data import run

SHARED = Path(__file__).resolve().parents[2] / "../shared/data/lean"

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data/lean is not here")

Prices = tuple[Decimal, Decimal, Decimal, Decimal]


def bars(path: str, every: str, symbol: str = "", side: str = "") -> dict[str, TradeBar]:
    return {bar.at: bar for bar in bars_of(SHARED / path, "lean", every, symbol, side)}


def prices(found: dict[str, TradeBar]) -> dict[str, Prices]:
    return {
        at: (Decimal(bar.open), Decimal(bar.high), Decimal(bar.low), Decimal(bar.close)) for at, bar in found.items()
    }


def test_seconds_make_the_minutes() -> None:
    made = prices(bars("equity/usa/second/spy/20131007_trade.zip", "1m"))
    assert len(made) == 828
    assert made == prices(bars("equity/usa/minute/spy/20131007_trade.zip", "1m"))


def test_minutes_make_the_days() -> None:
    made = bars("equity/usa/minute/spy/20131007_trade.zip", "1d")
    (day,) = prices(made).values()
    assert [price * 10_000 for price in day] == [1674300, 1684500, 1672500, 1674200]
    assert next(iter(made.values())).volume == "81489219"


def test_a_folder_of_minutes_makes_the_days_of_the_daily_file() -> None:
    daily = bars("equity/usa/daily/spy.zip", "1d")
    made = bars("equity/usa/minute/spy", "1d")
    assert len(made) == 5
    said = {at: day for at, day in prices(daily).items() if at in made}
    low = said.pop("2013-10-08T04:00:00Z")[2]
    assert low == Decimal("165.37")  # a cent above the minutes of that day, in the files themselves
    assert {at: day for at, day in prices(made).items() if at in said} == said
    assert [bar.volume for bar in made.values()] == [daily[at].volume for at in made]


def test_ticks_of_a_contract_make_its_minutes() -> None:
    made = bars("future/comex/tick/gc/20131007_trade.zip", "1m", "GCZ13")
    said = bars("future/comex/minute/gc/20131007_trade.zip", "1m", "GCZ13")
    assert len(made) == 1314
    assert prices(made) == prices(said)
    assert sum(made[at].volume == said[at].volume for at in made) == 1313


@pytest.mark.parametrize("symbol", ["GCV13", "GCX13", "GCG14", "GCM14", "GCZ14"])
def test_other_contracts_make_theirs(symbol: str) -> None:
    made = bars("future/comex/tick/gc/20131007_trade.zip", "1m", symbol)
    assert prices(made) == prices(bars("future/comex/minute/gc/20131007_trade.zip", "1m", symbol))


@pytest.mark.parametrize("side", ["bid", "ask"])
def test_forex_ticks_make_the_quote_minutes(side: str) -> None:
    made = prices(bars("forex/fxcm/tick/eurusd/20140505_quote.zip", "1m", side=side))
    assert len(made) == 1410
    assert made == prices(bars("forex/fxcm/minute/eurusd/20140505_quote.zip", "1m", side=side))


def test_the_published_backtest_is_within_reach() -> None:
    """688 shares, fee 3.44, end equity 101,691.92: from the adjusted ask close and the adjusted last close."""
    ask = bars("equity/usa/minute/spy/20131007_quote.zip", "1m", side="ask")["2013-10-07T13:30:00Z"]
    last = bars("equity/usa/minute/spy/20131011_trade.zip", "1m")["2013-10-11T19:59:00Z"]
    factors = factors_of(SHARED / "equity/usa/minute/spy/20131007_quote.zip", "SPY")
    bought, marked = (
        Decimal(factors.adjust(int(Decimal(text) * 10**FINE), day)).scaleb(-FINE)
        for text, day in ((ask.close, date(2013, 10, 7)), (last.close, date(2013, 10, 11)))
    )
    assert bought == Decimal("167.45") * Decimal("0.8646266")
    shares = int((100_000 * Decimal("0.9975")) / bought)
    fee = shares * Decimal("0.005")
    assert (shares, fee) == (688, Decimal("3.440"))
    assert round(100_000 - shares * bought - fee + shares * marked, 2) == Decimal("101691.92")


MOST_BYTES = 250_000
"""Three files of hundreds of thousands of lines are left to the long runs: each kind is here in a smaller one."""


def test_every_shared_file_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted(path for path in SHARED.rglob("*.zip") if path.stat().st_size < MOST_BYTES)
    assert len(files) > 40
    for path in files:
        assert run(["check", str(path), "--format", "lean", "--json"]) == 0
        document = json.loads(capsys.readouterr().out)
        symbols = [one["symbol"] for one in document["symbols"]]
        assert document["lines"] >= 3
        assert document["checked"] > 0
        assert document["equal"] >= document["checked"] * 0.9  # locked and crossed quotes are there, and counted
        words = ["bars", str(path), "--format", "lean", "--csv"]
        if len(symbols) > 1:
            words += ["--symbol", symbols[0]]
        if "openinterest" in path.name:
            with pytest.raises(BadDataFile, match="of open interest"):
                run(words)
            capsys.readouterr()
            continue
        assert run(words) == 0
        titles, *rows = capsys.readouterr().out.splitlines()
        assert titles == "at,open,high,low,close,volume"
        assert rows
