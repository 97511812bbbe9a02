"""Tables of brokers become trades, or each bad line says what is wrong with it."""

from __future__ import annotations

import pytest

from engine.model.ids import MINUTE_NS, TimeNs
from engine.model.refusal import Code, Refused
from engine.portfolio.imports.plan import ImportBody, Plan, plan_document, plan_import
from tests.still_market import Floor

HEADER = "at,symbol,side,quantity,price,fee\n"


@pytest.fixture(scope="module")
def floor() -> Floor:
    return Floor()


def plan(floor: Floor, text: str, **more: object) -> Plan:
    kernel = floor.kernel
    wanted = ImportBody(text=text, name="broker", **more)  # type: ignore[arg-type]
    return plan_import(wanted, kernel.catalogue, kernel.valuer, kernel.state.now, kernel.state.accounts)


def faults(floor: Floor, *lines: str) -> list[tuple[int, str]]:
    made = plan(floor, HEADER + "\n".join(lines) + "\n", preview=True)
    assert all(fault.cause and fault.fix for fault in made.faults)
    return [(fault.line, fault.field) for fault in made.faults]


BROKERS = {
    "own": (
        "at,symbol,side,quantity,price,fee\n"
        "2026-01-05T15:00:00Z,AAPL,buy,10,200.50,1.25\n2026-01-06,AAPL,sell,4,210,1\n"
    ),
    "ibkr": (
        "Symbol,Date/Time,Quantity,T. Price,Proceeds,Comm/Fee\n"
        'AAPL,"2026-01-05, 15:00:00",10,200.50,-2005,-1.25\nAAPL,"2026-01-06, 00:00:00",-4,210,840,-1\n'
    ),
    "newest first": (
        "Date,Action,Ticker,Shares,Price,Fees\n2026-01-06,SELL,AAPL,4,210,1\n2026-01-05 15:00,BUY,AAPL,10,200.50,1.25\n"
    ),
    "semicolons": (
        "date;time;ticker;type;qty;price;commission\n"
        "2026-01-05;15:00:00;AAPL;Bought;10;200.50;1.25\n2026-01-06;00:00:00;AAPL;Sold;4;210;1\n"
    ),
    "bom and tabs": (
        "\ufeffTrade Date\tInstrument\tB/S\tSize\tFill Price\tTrading Fee\r\n"
        "2026-01-05T15:00:00Z\tAAPL\tB\t10\t200.50\t1.25\r\n2026-01-06\tAAPL\tS\t4\t210\t1\r\n"
    ),
}


@pytest.mark.parametrize("name", list(BROKERS))
def test_headers_of_brokers_are_known(floor: Floor, name: str) -> None:
    made = plan(floor, BROKERS[name])
    assert [(t.side, t.lots, t.value, t.fee) for t in made.trades] == [
        (1, 10, 2_005_000_000, 1_250_000),
        (-1, 4, 840_000_000, 1_000_000),
    ]
    assert made.trades[1].at - made.trades[0].at == 9 * 60 * MINUTE_NS
    document = plan_document(made, floor.catalogue, floor.kernel.valuer)
    assert (document["realised_pnl"], document["fees"], document["start_cash"]) == ("38.00", "2.25", "2006.25")
    assert document["positions"][0]["quantity"] == "6"


def test_columns_can_be_named(floor: Floor) -> None:
    text = "Wann,Was,Stück,Kurs\n2026-01-05,AAPL,10,200\n2026-01-06,AAPL,-10,201\n"
    with pytest.raises(Refused) as refused:
        plan(floor, text)
    assert refused.value.refusal.code is Code.BAD_IMPORT
    made = plan(floor, text, map={"at": "Wann", "symbol": "Was", "quantity": "Stück", "price": "Kurs"})
    assert [trade.side for trade in made.trades] == [1, -1]
    for wrong in ({"at": "Nie"}, {"colour": "Was"}):
        with pytest.raises(Refused):
            plan(floor, text, map=wrong)


def test_each_bad_line_is_named(floor: Floor) -> None:
    good = "2026-01-05,AAPL,buy,10,200,0"
    bad = {
        "at": ("05/01/2026,AAPL,buy,1,2,0", "2099-01-05,AAPL,buy,1,2,0", ",AAPL,buy,1,2,0"),
        "symbol": (
            "2026-01-05,NOPE,buy,1,2,0",
            "2026-01-05,,buy,1,2,0",
            "2026-01-05,GC,buy,1,2,0",
            "2026-01-05,VIX,buy,1,2,0",
        ),
        "side": ("2026-01-05,AAPL,hold,1,2,0", "2026-01-05,AAPL,,1,2,0"),
        "quantity": (
            *("2026-01-05,AAPL,buy,1.5,2,0", "2026-01-05,AAPL,buy,0,2,0", '2026-01-05,AAPL,buy,"1,000",2,0'),
            *("2026-01-05,AAPL,buy,1e3,2,0", "2026-01-05,AAPL,buy,-5,2,0", "2026-01-05,AAPL,buy,٣,2,0"),
        ),
        "price": ("2026-01-05,AAPL,buy,1,-2,0", "2026-01-05,AAPL,buy,1,$2,0", "2026-01-05,AAPL,buy,1,,0"),
        "fee": ("2026-01-05,AAPL,buy,1,2,free",),
    }
    for field, lines in bad.items():
        for line in lines:
            assert faults(floor, good, line, good) == [(3, field)], line
    with pytest.raises(Refused) as refused:
        plan(floor, HEADER + good + "\n" + bad["at"][0] + "\n")
    assert "line 3" in refused.value.refusal.cause
    assert len(plan(floor, HEADER + good + "\n" + bad["at"][0] + "\n", skip_bad=True).trades) == 1


def test_nothing_half_done(floor: Floor) -> None:
    for text in ("", "a,b\n1,2\n", HEADER, 'at,symbol,quantity,price\n"2026-01-05,AAPL,1,2\n'):
        with pytest.raises(Refused) as refused:
            plan(floor, text)
        assert refused.value.refusal.code is Code.BAD_IMPORT and refused.value.refusal.fix
    kernel = floor.kernel
    with pytest.raises(Refused):
        taken = ImportBody(text=HEADER + "2026-01-05,AAPL,buy,1,2,0\n", name="main")
        plan_import(taken, kernel.catalogue, kernel.valuer, kernel.state.now, kernel.state.accounts)
    ended = "2026-01-05,CLH26,buy,1,60,0"
    with pytest.raises(Refused):
        plan(floor, HEADER + ended + "\n")
    closed = f"{ended}\n2026-01-06,CLH26,sell,1,61,0\n"
    assert len(plan(floor, HEADER + closed).trades) == 2


def test_prices_between_ticks_keep_their_money(floor: Floor) -> None:
    made = plan(floor, HEADER + "2026-01-05,AAPL,buy,3,200.1234,0\n")
    assert (made.trades[0].price, made.trades[0].value, made.rounded) == (20_012, 600_370_200, 1)


def test_a_value_must_be_quantity_times_price(floor: Floor) -> None:
    head = "at,symbol,side,quantity,price,value\n"
    assert plan(floor, head + "2026-01-05,AAPL,buy,3,200,600\n").trades[0].value == 600_000_000
    assert plan(floor, head + "2026-01-05,AAPL,buy,3,200,601\n", preview=True).faults[0].field == "value"
    assert plan(floor, head + "2026-01-05,HSBA.L,buy,100,900,1300.50\n", preview=True).trades[0].value == 1_300_500_000


def test_start_money_is_just_enough(floor: Floor) -> None:
    made = plan(
        floor, HEADER + "2026-01-05,AAPL,buy,10,200,1\n2026-01-06,AAPL,sell,10,100,1\n2026-01-07,KO,buy,5,60,1\n"
    )
    assert made.cash == 2_001_000_000
    assert plan(floor, HEADER + "2026-01-05,AAPL,buy,10,200,1\n", cash="50000").cash == 50_000_000_000
    assert made.trades[0].at < TimeNs(floor.now)
