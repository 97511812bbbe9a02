"""Fees: worked examples of every schedule, and totals that never fall."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest

from engine.market.catalogue import load
from engine.matching.fees import Schedule, schedule, schedules
from engine.model.ids import MINOR_PER_VCR

CATALOGUE = load()
ONE = (1, 1)


def fee(
    symbol: str,
    side: int,
    lots: int,
    value: str,
    *,
    maker: bool = False,
    traded: int = 0,
    fx: tuple[int, int] = ONE,
    key: str = "",
) -> int:
    """Fee in Minor of `lots` worth `value` VCR."""
    instrument = CATALOGUE.get(symbol)
    plan = schedule(key or instrument.fee_schedule)
    minor = Fraction(value) * MINOR_PER_VCR
    assert minor.denominator == 1
    return plan.total(instrument, side, lots, int(minor), maker, traded * MINOR_PER_VCR, fx)


def test_us_shares_taken() -> None:
    # 0.35 commission (100 x 0.0035), x (1 + 0.000175 + 0.00056), 0.02 clearing, 0.30 exchange.
    assert fee("AAPL", 1, 100, "25000") == 670_257
    # Sales: 0.0000207 of the value and 0.000119 a share on top.
    assert fee("AAPL", -1, 100, "25000") == 670_257 + 517_500 + 11_900


def test_us_shares_minimum_and_cap() -> None:
    assert fee("AAPL", 1, 10, "2500") == 350_257 + 2_000 + 30_000
    # The cap of 1 % of the value comes before the minimum: one share of 2.40.
    assert fee("AMC", 1, 1, "2.4") == 24_000 + 18 + 200 + 3_000


def test_us_shares_waited_for() -> None:
    assert fee("AAPL", 1, 1000, "250000", maker=True) == 1_500_000 + 1_102 + 200_000
    assert fee("AAPL", 1, 100, "25000", maker=True) == 350_257 + 20_000


def test_us_tiers_follow_the_month() -> None:
    # 300,000 shares at the catalogue's 250 are 75 million.
    low, high = fee("AAPL", 1, 1000, "250000", traded=74_000_000), fee("AAPL", 1, 1000, "250000", traded=76_000_000)
    assert low - high == 1_501_102  # 1000 x 0.0015, and the pass-through on it (half even)


def test_fixed_shares() -> None:
    assert fee("SPY", 1, 688, "100000", key="US_EQUITY_FIXED") == 3_440_000
    assert fee("SPY", 1, 10, "6600", key="US_EQUITY_FIXED") == 1_000_000
    assert schedule("US_ETF_TIERED") is schedule("US_EQUITY_TIERED")


@pytest.mark.parametrize(
    ("traded", "maker", "bps"),
    [
        (0, False, 26),
        (0, True, 16),
        (50_000, False, 24),
        (49_999, False, 26),
        (10_000_000, True, 0),
        (10**9, False, 10),
    ],
)
def test_crypto_tiers(traded: int, maker: bool, bps: int) -> None:
    assert fee("BTC-USD", 1, 10**8, "87500", maker=maker, traded=traded) == 87_500 * 100 * bps


def test_london() -> None:
    pound = (13_339, 10_000)
    # 0.05 % with 1 pound at least; 0.5 % stamp duty on purchases; 1.50 pounds above 10,000 pounds.
    assert fee("HSBA.L", -1, 100, "1440.612", fx=pound) == 1_333_900
    assert fee("HSBA.L", 1, 100, "1440.612", fx=pound) == 1_333_900 + 7_203_060
    assert fee("HSBA.L", 1, 1000, "14406.12", fx=pound) == 7_203_060 + 72_030_600 + 2_000_850


def test_other_exchanges() -> None:
    assert fee("SAP.DE", 1, 1, "253.352", fx=(11_516, 10_000)) == 1_439_500
    assert fee("7203.T", 1, 1, "1928.22", fx=(100, 16_077)) == 964_110
    assert fee("7203.T", 1, 1, "192.82", fx=(100, 16_077)) == 497_605
    # Tencent: 18 HKD at least, 0.1 % stamp, 0.00565 % and 0.0027 %.
    assert fee("0700.HK", -1, 1, "1000", fx=(10, 78)) == 2_307_692 + 1_000_000 + 56_500 + 27_000
    sold, bought = (fee("005930.KS", side, 100, "7000", fx=(1, 1480)) for side in (-1, 1))
    assert sold - bought == 14_000_000


def test_currencies() -> None:
    assert fee("EUR-USD", 1, 1, "1151.6") == 2_000_000
    assert fee("EUR-USD", 1, 1000, "1151600") == 23_032_000
    assert fee("USD-JPY", 1, 1000, "1000000", traded=1_500_000_000) == 15_000_000
    assert fee("USD-JPY", 1, 10, "10000", traded=6_000_000_000) == 1_000_000


def test_metals_by_the_part_in_each_tier() -> None:
    assert fee("XAU-USD", 1, 1, "4480") == 2_000_000
    assert fee("XAU-USD", 1, 100, "500000") == 75_000_000
    assert fee("XAU-USD", 1, 400, "2000000") == 75_000_000 + 50_000_000 + 70_000_000


def test_futures() -> None:
    assert fee("GCQ26", 1, 1, "450000") == 2_420_000
    assert fee("MGCQ26", 1, 10, "450000") == 8_700_000
    assert fee("ZCU26", -1, 2, "44000") == 2 * 2_970_000
    # 1,000 contracts a month at the catalogue's price are 450 million: the next broker tier.
    assert fee("GCQ26", 1, 1, "450000", traded=450_000_000) == 2_220_000


def test_index_cfds() -> None:
    assert fee("SPX", 1, 10, "6600") == 1_000_000
    assert fee("SPX", 1, 10_000, "6600000") == 330_000_000


def test_nothing_traded_costs_nothing() -> None:
    for key in schedules():
        assert schedule(key).total(CATALOGUE.get("AAPL"), 1, 0, 0, False, 0, ONE) == 0
    with pytest.raises(KeyError):
        schedule("FREE_LUNCH")


@pytest.mark.parametrize("maker", [False, True])
@pytest.mark.parametrize("side", [1, -1])
def test_totals_never_fall_and_parts_add_up(side: int, maker: bool) -> None:
    price = 37_123_457
    for key, traded in itertools.product(schedules(), (0, 10**7, 10**10)):
        plan: Schedule = schedule(key)
        instrument = CATALOGUE.get("AAPL")
        totals = [
            plan.total(instrument, side, lots, lots * price, maker, traded * MINOR_PER_VCR, (13_339, 10_000))
            for lots in (1, 2, 3, 10, 99, 100, 101, 1000, 13_468, 13_469, 13_470, 26_938, 10**6)
        ]
        assert all(type(total) is int for total in totals)
        assert totals[0] >= 0
        assert totals == sorted(totals), key


def test_no_float_is_read() -> None:
    def walk(value: object) -> None:
        assert not isinstance(value, float)
        if isinstance(value, dict):
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    for key in schedules():
        walk(dict(schedule(key).table))
