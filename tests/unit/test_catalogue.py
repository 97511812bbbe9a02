"""The catalogue: every name means one thing, contracts are listed, carried and refused as they should be."""

from __future__ import annotations

import csv
import subprocess
import sys
from datetime import date
from fractions import Fraction

import pytest

from engine.market.catalogue import Catalogue, fx_pair, load, row_ticks
from engine.market.contracts import MOST_CONTRACTS, carry_ticks, months_after, split_code
from engine.market.resolve import AmbiguousNameError, key_of
from engine.market.tables import DATA, FILES, plain, rows
from engine.matching.fees import schedule
from engine.model.instrument import ASSET_CLASSES, Instrument
from engine.model.refusal import Refused
from engine.model.text import safe

ON = date(2026, 6, 15)
CATALOGUE = load()

_NAMES = """
AAPL MSFT NVDA TSLA AMZN GOOGL META AMD NFLX AVGO GOOG CLSK DDOG MU DASH QCOM CSCO JPM BAC JNJ PG KO DIS V MA TSM WMT
BRK-B GE BA DD T BARC.L HSBA.L BP.L AZN.L 7203.T 9984.T 6758.T 005930.KS 000660.KS 196170 247540 058470 NVDS
SPY QQQ IWM DIA VTI VOO XLK XLF XLE XLV XLI XLC XLRE XLB XLU XLP XLY ARKK ARKG BOTZ HACK TAN TLT IEF SHY HYG LQD GLD
SLV USO UNG EFA VWO FXI EWJ VYM SCHD IVV JEPI JEPQ VTV VUG
BTC ETH SOL ADA AVAX DOT ATOM NEAR APT UNI AAVE MKR CRV LDO BNB FTT DOGE SHIB PEPE MATIC ARB OP LINK BTC-USD XAU-USD
EUR/USD GBP/USD USD/JPY USD/CHF AUD/USD USD/CAD NZD/USD EUR/GBP EUR/JPY GBP/JPY AUD/JPY EUR/CHF USD/HKD USD/SGD
USD/KRW USD/INR USD/MXN USD/ZAR USD/BRL USD/TRY USD/PLN EURUSD=X EUR-USD
XAU XAG PL PA CL BZ NG HO RB HG ALUMINIUM ZINC NICKEL IRONORE ZC ZW ZS KC SB COTTON GC MGC SI SIL
BZ=F CL=F GC=F HO=F NG=F PA=F PL=F QG=F RB=F SI=F
^GSPC ^IXIC ^DJI ^RUT ^GSPTSE UKX DAX CAC SX5E IBEX ^N225 HSI SSEC KOSPI AXJO VIX US10Y US30Y US2Y ^TNX ^TYX ^NDX ^NYA
^SP400 ^SP600 ^W5000 DX-Y.NYB
"""
"""Every instrument that the articles, the guide and the screens of the original name."""
NAMED = _NAMES.split()


def _refused(text: str, *, trading: bool = True, on: date = ON) -> tuple[str, str, str]:
    with pytest.raises(Refused) as caught:
        CATALOGUE.resolve(text, on, trading)
    refusal = caught.value.refusal
    return refusal.code, refusal.cause, refusal.fix


@pytest.mark.parametrize("name", NAMED)
def test_every_named_instrument_is_listed(name: str) -> None:
    assert CATALOGUE.resolve(name, ON, False).symbol


def test_columns_are_places() -> None:
    assert [i.column for i in CATALOGUE.columns] == list(range(len(CATALOGUE.columns)))
    assert len(CATALOGUE.columns) >= 230
    assert {i.asset_class for i in CATALOGUE.columns} == set(ASSET_CLASSES)


def test_every_row_is_plausible() -> None:
    for i in CATALOGUE.columns:
        assert i.tick.steps(i.price0), i.symbol
        assert i.lot.steps(i.display_lot), i.symbol
        assert 0 < i.daily_vol < 0.2, i.symbol
        assert 0 < i.gamma < i.daily_vol * 1.3, i.symbol
        assert 0.4 <= i.alpha <= 1, i.symbol
        assert i.spread_ticks >= 1, i.symbol
        assert 0 < i.avg_trade <= i.adv_units, i.symbol
        assert 0 < i.l1_depth < i.adv_units, i.symbol
        assert -1 < i.rho < 1, i.symbol
        assert schedule(i.fee_schedule), i.symbol
        numerator, denominator = i.value_ratio()
        assert numerator > 0 and denominator > 0, i.symbol
        assert key_of(i.symbol) == i.symbol and safe(i.name) == i.name, i.symbol


def test_tables_agree_with_themselves() -> None:
    """Derived columns of the added table follow from the others as in the first."""
    for row in rows("instruments_more.csv"):
        tick, price, spread = Fraction(row["tick_size"]), Fraction(row["price0"]), Fraction(row["spread_ticks"])
        assert abs(tick * spread / price * 10_000 / Fraction(row["spread_bps"]) - 1) < Fraction(1, 100), row["symbol"]
        trades = Fraction(row["adv_units"]) / Fraction(row["avg_trade"])
        assert abs(trades / Fraction(row["trades_per_day"]) - 1) < Fraction(1, 50), row["symbol"]


def test_no_name_means_two_things() -> None:
    claimed: dict[str, str] = {}
    for i in CATALOGUE.columns:
        for name in (i.symbol, *i.aliases):
            assert claimed.setdefault(key_of(name), i.symbol) == i.symbol
    for alias, symbol in claimed.items():
        if CATALOGUE.is_root(symbol):
            assert CATALOGUE.resolve(alias.lower(), ON, False).root == symbol
        else:
            assert CATALOGUE.resolve(alias.lower(), ON, True).symbol == symbol
    for root in CATALOGUE.roots:
        for contract in CATALOGUE.contracts(root, ON):
            assert contract.symbol not in claimed


def test_an_ambiguous_table_is_refused() -> None:
    with pytest.raises(AmbiguousNameError):
        Catalogue(CATALOGUE.columns, CATALOGUE.roots, {"BTC": "ETH-USD"}, ON)


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("btc", "BTC-USD"),
        ("BTC/USD", "BTC-USD"),
        ("eurusd", "EUR-USD"),
        ("eurusd=x", "EUR-USD"),
        ("brk-b", "BRK.B"),
        ("BRK.B", "BRK.B"),
        ("^gspc", "SPX"),
        ("xau", "XAU-USD"),
        ("gold", "XAU-USD"),
        ("jpy=x", "USD-JPY"),
        ("196170.ks", "196170.KQ"),
        ("gcq26", "GCQ26"),
        ("GCQ6", "GCQ26"),
        ("silu6", "SILU26"),
        ("tsla", "TSLA"),
    ],
)
def test_spellings(text: str, symbol: str) -> None:
    assert CATALOGUE.resolve(text, ON, True).symbol == symbol


@pytest.mark.parametrize(
    "text", ["", " AAPL", "AAPL ", "\uff21APL", "AAPL\n", "Z" * 100, "XXQ26", "US", "-USD", "AAPL;DROP"]
)
def test_unknown(text: str) -> None:
    assert _refused(text)[0] == "UNKNOWN_SYMBOL"


def test_unknown_says_what_was_meant() -> None:
    assert "AAPL" in _refused("APPL")[2]
    assert "TSLA" in _refused("TESLA")[2]
    assert _refused("GOOGG")[2].count(",") <= 2


def test_a_root_reads_as_its_front_and_orders_nothing() -> None:
    front = CATALOGUE.resolve("GC", ON, False)
    assert front.symbol == "GCM26" and front.root == "GC"
    assert front == CATALOGUE.front("GC", ON) == CATALOGUE.get("GCM26")
    code, cause, fix = _refused("GC")
    assert code == "BAD_CONTRACT_CODE" and "root" in cause and "GCM26" in fix


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("SIB26", "month letter"),
        ("GCQ25", "2025"),
        ("GCF27", "not a listed"),
        ("GCQ123", "year"),
        ("GCZ39", "not a listed"),
        ("GCQ00", "not a listed"),
        ("SIX99", "not a listed"),
        ("GC1", "UNKNOWN"),
    ],
)
def test_bad_contract_codes(text: str, why: str) -> None:
    code, cause, fix = _refused(text)
    if why == "UNKNOWN":
        assert code == "UNKNOWN_SYMBOL"
        return
    assert code == "BAD_CONTRACT_CODE"
    assert why in cause
    assert "front month" in fix


def test_contracts_expire_but_are_not_forgotten() -> None:
    last = date.fromisoformat(CATALOGUE.get("GCQ26").last_trade)
    assert last == date(2026, 8, 27)
    assert CATALOGUE.resolve("GCQ26", last, True).symbol == "GCQ26"
    after = date(2026, 8, 28)
    assert "2026-08-27" in _refused("GCQ26", on=after)[1]
    assert CATALOGUE.get("GCQ26").root == "GC"
    assert CATALOGUE.find("GCF26") is None and CATALOGUE.find("nothing") is None
    with pytest.raises(KeyError):
        CATALOGUE.get("gcq26")


@pytest.mark.parametrize("root", sorted(CATALOGUE.roots))
def test_listed_contracts(root: str) -> None:
    listed, column = CATALOGUE.contracts(root, ON), CATALOGUE.get(root)
    assert 2 <= len(listed) <= MOST_CONTRACTS
    days = [date.fromisoformat(i.last_trade) for i in listed]
    assert days == sorted(days) and days[0] >= ON and days[-1] <= months_after(ON, 24)
    for i in listed:
        assert (i.root, i.column, i.tick, i.multiplier) == (root, column.column, column.tick, column.multiplier)
        assert i.symbol[len(root)] in CATALOGUE.roots[root].months
        assert not i.full_cash and type(i.basis_ticks) is int


def test_known_last_trades(recorded_data: object) -> None:
    del recorded_data
    with (DATA.parents[2] / ".." / "shared" / "data" / "futures_expiries_2026_2028.csv").open() as file:
        known = {row["symbol"]: row["last_trade_date"] for row in csv.DictReader(file)}
    assert len(known) > 300
    for symbol, day in known.items():
        assert CATALOGUE.get(symbol).last_trade == day, symbol


def test_the_curve_starts_at_the_anchor_s_front() -> None:
    anchored = CATALOGUE.with_anchor(ON)
    front, *later = anchored.contracts("GC", ON)
    assert front.basis_ticks == 0
    assert [i.basis_ticks for i in later] == sorted(i.basis_ticks for i in later)
    days = (date.fromisoformat(later[0].last_trade) - date.fromisoformat(front.last_trade)).days
    exact = Fraction(45_000) * 4 * days / (100 * 365)
    assert abs(later[0].basis_ticks - exact) <= Fraction(1, 2)
    # The same contract keeps its distance as time goes by.
    symbol = later[1].symbol
    assert anchored.resolve(symbol, date(2026, 8, 1), True).basis_ticks == later[1].basis_ticks
    assert carry_ticks(anchored.get("GC"), -365) == -1800


def test_micros_follow_their_own_terms() -> None:
    assert CATALOGUE.get("MGCQ26").multiplier == "10"
    assert CATALOGUE.get("SILU26").multiplier == "1000"
    assert CATALOGUE.get("MGCQ26").value_ratio() == (1_000_000, 1)


def test_codes_are_taken_apart() -> None:
    code = split_code("SILH7")
    assert code is not None and (code.root, code.month(), code.full_year(date(2026, 12, 1))) == ("SIL", 3, 2027)
    old = split_code("GCZ6")
    assert old is not None and old.full_year(date(2027, 1, 5)) == 2026
    assert split_code("N225") is None and split_code("EUR-USD") is None


def test_only_readings_are_not_tradable() -> None:
    shut = {i.symbol: i.instead for i in CATALOGUE.columns if not i.tradable}
    assert set(shut) == {"VIX", "US2Y", "US10Y", "US30Y"}
    assert all(CATALOGUE.get(instead).tradable for instead in shut.values())


def test_every_currency_has_a_pair() -> None:
    currencies = {i.currency for i in CATALOGUE.columns}
    assert {"USD", "GBX", "GBP", "EUR", "JPY", "KRW"} <= currencies
    for currency in currencies:
        pair = fx_pair(currency)
        if pair is None:
            assert currency == "USD"
            continue
        symbol, inverted = pair
        instrument = CATALOGUE.get(symbol)
        assert instrument.asset_class == "forex"
        assert instrument.currency == (currency if inverted else "USD")
        assert symbol.startswith("USD-") == inverted


def test_rows_of_the_ladder() -> None:
    for i in CATALOGUE.columns:
        digits = str(row_ticks(i))
        assert digits[0] in "125" and set(digits[1:]) <= {"0"}
    assert row_ticks(CATALOGUE.get("AAPL")) == 2
    assert row_ticks(CATALOGUE.get("BTC-USD")) == 1000


def test_search() -> None:
    assert [i.symbol for i in CATALOGUE.search("NVD")][:2] == ["NVDA", "NVDS"]
    assert CATALOGUE.search("tesla")[0].symbol == "TSLA"
    assert CATALOGUE.search("EUR/USD")[0].symbol == "EUR-USD"
    assert CATALOGUE.search("gold")[0].symbol == "XAU-USD"
    assert CATALOGUE.search("") == CATALOGUE.columns
    assert CATALOGUE.search("\x1b[2J") == ()


def test_a_catalogue_of_given_instruments() -> None:
    coin: Instrument = CATALOGUE.get("ETH-USD")
    small = Catalogue.of([coin, CATALOGUE.get("AAPL")])
    assert [i.column for i in small.columns] == [0, 1]
    assert small.resolve("eth", ON, True).symbol == "ETH-USD"
    with pytest.raises(Refused):
        small.resolve("GCQ26", ON, True)


def test_numbers_without_exponents() -> None:
    assert [plain(text) for text in ("1e-05", "1e-08", "8.5e-06", "0.1")] == [
        "0.00001",
        "0.00000001",
        "0.0000085",
        "0.1",
    ]
    assert all((DATA / name).is_file() for name in FILES)


def test_loading_needs_no_array_library() -> None:
    script = "import sys; from engine.market.catalogue import load; load(); print('numpy' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=DATA.parents[2]
    )
    assert done.stdout.strip() == "False"
