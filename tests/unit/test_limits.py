"""The limits that an account's owner set: each with its code, its cause, and a size or price that passes."""

from __future__ import annotations

import json

import pytest

from engine.model.account import Account, Limits
from engine.model.ids import DAY_NS, SECOND_NS, AccountId, Lots, OrderId, Symbol, Ticks, TimeNs
from engine.model.order import OrderRequest, OrderType, Sent
from engine.model.refusal import Code, Refused
from engine.risk.limits import (
    check_limits,
    check_prices,
    keeps,
    locked_now,
    only_reducing,
    recent_orders,
    size_rooms,
    size_words,
)
from engine.risk.limits_document import NAMES, limits_document, parse_limits, wants_unlock
from tests.pit import Pit

MILLION = 1_000_000
NOW = TimeNs(1_790_000_000 * SECOND_NS)


def account(**limits: int) -> Account:
    return Account(AccountId("main"), NOW, 10**12, {}, limits=Limits(**limits))


def wish(
    side: int = 1, lots: int = 5, limit: int | None = None, stop: int | None = None, **more: object
) -> OrderRequest:
    kinds = {
        (False, False): OrderType.MARKET,
        (True, False): OrderType.LIMIT,
        (False, True): OrderType.STOP,
        (True, True): OrderType.STOP_LIMIT,
    }
    kind = kinds[limit is not None, stop is not None]
    return OrderRequest(
        Symbol("AAPL"),
        side,
        kind,
        Lots(lots),
        None if limit is None else Ticks(limit),
        stop_price=None if stop is None else Ticks(stop),
        **more,  # type: ignore[arg-type]
    )


def sent(number: int, ago: float, request: OrderRequest, *, rejected: bool = False) -> Sent:
    return Sent(TimeNs(NOW - int(ago * SECOND_NS)), OrderId(f"o{number}"), request, rejected)


# --- slips and loops ----------------------------------------------------------------------------


def test_the_same_order_again_is_a_slip() -> None:
    mine = account(repeat_ns=5 * SECOND_NS)
    refusal = check_limits(mine, wish(), NOW, [sent(1, 4.9, wish())])
    assert refusal is not None and refusal.code is Code.DUPLICATE_ORDER and "o1" in refusal.message
    assert check_limits(mine, wish(), NOW, [sent(1, 4.9, wish(lots=6))]) is None
    assert check_limits(mine, wish(client_order_id="a"), NOW, [sent(1, 1, wish())]) is None


def test_a_refused_order_may_be_sent_again() -> None:
    earlier = sent(1, 1, wish(), rejected=True)
    assert check_limits(account(repeat_ns=5 * SECOND_NS), wish(), NOW, [earlier]) is None


def test_so_many_orders_a_minute() -> None:
    mine = account(orders_per_minute=3)
    orders = [sent(k, 10 * k, wish(lots=k + 1)) for k in range(3)]
    refusal = check_limits(mine, wish(), NOW, orders)
    assert refusal is not None and refusal.code is Code.RATE_LIMITED
    assert check_limits(mine, wish(), NOW, orders[:2]) is None
    assert check_limits(mine, wish(), NOW, orders, origin="algo") is None


def test_history_is_read_no_further_than_the_window() -> None:
    mine = account(orders_per_minute=3)
    orders = [sent(k, 199 - k, wish()) for k in range(200)]
    found = list(recent_orders(orders, mine, NOW))
    assert [o.order_id for o in found] == [f"o{k}" for k in range(199, 139, -1)]
    assert list(recent_orders(orders, account(), NOW)) == []
    assert keeps(mine, "person") and keeps(mine, "strategy")
    assert not keeps(mine, "algo") and not keeps(account(), "person")


# --- prices -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "request_", "edge"),
    [
        ({"off_ticks": 10}, wish(1, limit=10_111), "101.10"),
        ({"off_ticks": 10}, wish(1, limit=10_110), None),
        ({"off_ticks": 10}, wish(-1, limit=9_989), "99.90"),
        ({"off_ticks": 10}, wish(-1, limit=9_990), None),
        ({"off_bps": 100}, wish(1, limit=10_202), "102.01"),
        ({"off_bps": 100}, wish(1, limit=10_201), None),
        ({"off_bps": 100, "off_ticks": 10}, wish(1, limit=10_111), "101.10"),
        ({"off_ticks": 10}, wish(1, limit=5), None),
        ({"off_ticks": 10}, wish(-1, limit=90_000), None),
        ({"off_ticks": 10}, wish(1), None),
        ({"off_ticks": 10}, wish(1, stop=10_089), "100.90"),
        ({"off_ticks": 10}, wish(1, stop=10_090), None),
        ({"off_ticks": 10}, wish(1, stop=20_000), None),
        ({"off_ticks": 10}, wish(-1, stop=10_011), "100.10"),
        ({"off_ticks": 10}, wish(-1, stop=9_000), None),
        ({"off_ticks": 10}, wish(1, limit=10_511, stop=10_500), "105.10"),
        ({"off_ticks": 10}, wish(1, limit=10_510, stop=10_500), None),
        ({}, wish(1, limit=90_000), None),
    ],
)
def test_prices_far_through_the_market(limits: dict[str, int], request_: OrderRequest, edge: str | None) -> None:
    instrument = Pit().catalogue["AAPL"]
    touch = (10_000, 10_100)
    refusal = check_prices(account(**limits), instrument, request_, touch)
    if edge is None:
        assert refusal is None
    else:
        assert refusal is not None and refusal.code is Code.PRICE_BAND
        assert edge in refusal.fix and refusal.field in ("limit_price", "stop_price")
    assert check_prices(account(**limits), instrument, request_, (0, 0)) is None


# --- sizes and locks ----------------------------------------------------------------------------


def test_order_value_names_the_exact_size_and_spares_what_reduces() -> None:
    pit = Pit()
    instrument = pit.catalogue["AAPL"]
    mine = account(order_value=10_000 * MILLION)
    price2 = 2 * pit.shown.touch(instrument)[1]
    ((code, most),) = size_rooms(mine, pit.valuer, instrument, wish(), price2, 0, NOW)
    assert code is Code.ORDER_LIMIT
    assert pit.valuer.value(instrument, most, price2) <= 10_000 * MILLION
    assert pit.valuer.value(instrument, most + 1, price2) > 10_000 * MILLION
    assert size_rooms(mine, pit.valuer, instrument, wish(), price2, 70, NOW) == [(code, most + 70)]
    assert size_rooms(mine, pit.valuer, instrument, wish(reduce_only=True), price2, 70, NOW) == []
    assert "10000 VCR" in size_words(code, mine, instrument, NOW)[0]


def test_locked_and_liquidating_accounts_only_reduce() -> None:
    pit = Pit()
    instrument = pit.catalogue["AAPL"]
    mine = account()
    assert size_rooms(mine, pit.valuer, instrument, wish(), 2, 7, NOW) == []
    mine.liquidating = True
    assert size_rooms(mine, pit.valuer, instrument, wish(), 2, 7, NOW) == [(Code.ACCOUNT_LOCKED, 7)]
    assert "liquidated" in size_words(Code.ACCOUNT_LOCKED, mine, instrument, NOW)[0]
    mine.liquidating, mine.locked, mine.locked_day = False, "it lost 5 VCR today", NOW // DAY_NS
    assert size_rooms(mine, pit.valuer, instrument, wish(), 2, 7, NOW) == [(Code.ACCOUNT_LOCKED, 7)]
    message, cause, fix = size_words(Code.ACCOUNT_LOCKED, mine, instrument, NOW)
    assert "lost 5 VCR" in cause and "00:00:00" in fix and "unlock" in fix and "locked" in message
    assert locked_now(mine, NOW) and only_reducing(mine, NOW)
    assert not locked_now(mine, NOW + DAY_NS) and not only_reducing(mine, NOW + DAY_NS)


# --- the document -------------------------------------------------------------------------------


def test_document_and_back() -> None:
    text = {
        "max_order_value": "10000.5",
        "max_off_percent": "2.25",
        "max_off_ticks": "40",
        "daily_loss": "5000",
        "no_repeat_seconds": "1.5",
        "orders_per_minute": "30",
    }
    limits = parse_limits(text)
    assert limits == Limits(10_000_500_000, 225, 40, 5_000 * MILLION, 1_500_000_000, 30)
    assert limits_document(limits) == text and tuple(text) == NAMES
    assert parse_limits(json.dumps(text).encode()) == limits
    assert limits_document(Limits()) == dict.fromkeys(NAMES)


def test_what_is_not_there_stays_and_null_removes() -> None:
    present = parse_limits({"daily_loss": 5000, "max_off_ticks": 3})
    changed = parse_limits({"max_off_ticks": None, "orders_per_minute": 9, "unlock": True}, present)
    assert changed == Limits(daily_loss=5_000 * MILLION, orders_per_minute=9)
    assert wants_unlock({"unlock": True}) and not wants_unlock({}) and not wants_unlock({"unlock": False})


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"max_order_value": 0}, Code.OUT_OF_RANGE),
        ({"max_order_value": -5}, Code.OUT_OF_RANGE),
        ({"max_order_value": True}, Code.TYPE_ERROR),
        ({"max_order_value": "ten"}, Code.NUMBER_FORMAT),
        ({"max_off_percent": "0.001"}, Code.PRECISION_EXCEEDED),
        ({"max_off_ticks": "1.5"}, Code.PRECISION_EXCEEDED),
        ({"no_repeat_seconds": "86401"}, Code.OUT_OF_RANGE),
        ({"max_value": 5}, Code.UNKNOWN_FIELD),
        ({"unlock": None, "daily_loss": [1]}, Code.TYPE_ERROR),
        ([], Code.TYPE_ERROR),
        (b"{", Code.MALFORMED_JSON),
    ],
)
def test_documents_that_are_refused(document: object, code: Code) -> None:
    with pytest.raises(Refused) as caught:
        parse_limits(document)
    assert caught.value.refusal.code is code
    with pytest.raises(Refused):
        wants_unlock({"unlock": "yes"})
