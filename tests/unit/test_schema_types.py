"""Every order type: what it is read as, what it cannot do without, and what it says back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine.market.catalogue import load
from engine.model.format import time_text
from engine.model.order import Condition, OrderRequest, OrderType, TimeInForce
from engine.model.refusal import Refused
from engine.risk.amend import Changes, changed, parse_changes
from engine.risk.schema import parse_order, request_document

ON = date(2026, 6, 15)
CATALOGUE = load()
APPLE = CATALOGUE.get("AAPL")
BASE: dict[str, Any] = {"symbol": "AAPL", "side": "sell", "quantity": "10"}


def read(**fields: Any) -> OrderRequest:
    return parse_order(BASE | fields, CATALOGUE, ON)


def refused(**fields: Any) -> tuple[str, str | None]:
    with pytest.raises(Refused) as caught:
        read(**fields)
    return caught.value.refusal.code.value, caught.value.refusal.field


GOOD: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"type": "stop", "stop_price": "240"}, {"stop_price": 24000}),
    ({"type": "stop_limit", "stop_price": 240, "limit_price": "239.5"}, {"stop_price": 24000, "limit_price": 23950}),
    ({"type": "trailing_stop", "trail_amount": "2.50"}, {"trail_ticks": 250}),
    ({"type": "trailing_stop", "trail_percent": "1.5"}, {"trail_ppm": 15000}),
    ({"type": "trailing_stop", "trail_percent": "0.0001", "stop_price": 1}, {"trail_ppm": 1, "stop_price": 100}),
    ({"type": "oco", "limit_price": 260, "stop_price": 240}, {"limit_price": 26000, "stop_price": 24000}),
    ({"type": "oco", "side": "buy", "limit_price": 240, "stop_price": 260}, {"type": OrderType.OCO}),
    ({"type": "market", "take_profit": 200, "stop_loss": 300}, {"take_profit": 20000, "stop_loss": 30000}),
    (
        {"type": "limit", "limit_price": 250, "stop_loss": 300, "display_quantity": 3},
        {"stop_loss": 30000, "display": 3},
    ),
    ({"type": "post_only", "limit_price": 250}, {"type": OrderType.LIMIT, "post_only": True}),
    ({"type": "post_only", "limit_price": 250, "post_only": True}, {"type": OrderType.LIMIT, "post_only": True}),
    ({"type": "market", "time_in_force": "OPG"}, {"time_in_force": TimeInForce.OPG}),
    ({"type": "limit", "limit_price": 250, "time_in_force": "CLS"}, {"time_in_force": TimeInForce.CLS}),
    ({"type": "stop", "stop_price": 240, "time_in_force": "IOC"}, {"time_in_force": TimeInForce.IOC}),
]


@pytest.mark.parametrize(("fields", "wanted"), GOOD)
def test_read_and_said_back(fields: dict[str, Any], wanted: dict[str, Any]) -> None:
    request = read(**fields)
    assert {name: getattr(request, name) for name in wanted} == wanted
    assert parse_order(request_document(request, APPLE), CATALOGUE, ON, strict=True) == request


BAD: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({"type": "stop"}, ("MISSING_FIELD", "stop_price")),
    ({"type": "stop_limit", "stop_price": 240}, ("MISSING_FIELD", "limit_price")),
    ({"type": "trailing_stop"}, ("MISSING_FIELD", "trail_percent")),
    ({"type": "trailing_stop", "trail_amount": 1, "trail_percent": 1}, ("INCONSISTENT_FIELDS", "trail_percent")),
    ({"type": "oco", "stop_price": 240}, ("MISSING_FIELD", "limit_price")),
    ({"type": "stop", "stop_price": 240, "display_quantity": 3}, ("INCONSISTENT_FIELDS", "display_quantity")),
    ({"type": "stop", "stop_price": 240, "post_only": True}, ("INCONSISTENT_FIELDS", "post_only")),
    ({"type": "stop", "stop_price": 240, "time_in_force": "OPG"}, ("INCONSISTENT_FIELDS", "time_in_force")),
    ({"type": "stop", "stop_price": 240, "stop_loss": 239}, ("INCONSISTENT_FIELDS", "stop_loss")),
    ({"type": "market", "take_profit": 300, "stop_loss": 200}, ("INCONSISTENT_FIELDS", "take_profit")),
    ({"type": "market", "trail_amount": 1}, ("INCONSISTENT_FIELDS", "trail_amount")),
]


@pytest.mark.parametrize(("fields", "wanted"), BAD)
def test_refused(fields: dict[str, Any], wanted: tuple[str, str]) -> None:
    assert refused(**fields) == wanted


@pytest.mark.parametrize("symbol", ["BTC", "EUR/USD", "XAU-USD"])
@pytest.mark.parametrize("force", ["OPG", "CLS"])
def test_markets_without_auctions(symbol: str, force: str) -> None:
    quantity = "100000" if symbol == "EUR/USD" else "1"
    assert refused(symbol=symbol, quantity=quantity, type="market", time_in_force=force)[1] == "time_in_force"


def test_good_till_a_date_is_its_end_and_a_time_is_itself() -> None:
    day = read(type="limit", limit_price=250, time_in_force="GTD", expire_at="2026-06-15")
    assert day.expire_at is not None
    assert time_text(day.expire_at) == "2026-06-15T23:59:59.999Z"
    time = read(type="limit", limit_price=250, time_in_force="GTD", expire_at="2026-06-20T17:30:00+02:00")
    assert request_document(time, APPLE)["expire_at"] == "2026-06-20T15:30:00Z"
    assert parse_order(request_document(day, APPLE), CATALOGUE, ON) == day


def test_a_rule_becomes_conditions_and_its_canonical_text() -> None:
    text = "price>249.995 AND spread <= 0.02 and btc price < 70000 and imbalance >= -0.40 and time > 2026-11-23"
    request = read(type="market", when=text)
    assert request.when == (
        Condition("price", APPLE.symbol, True, 49999),
        Condition("spread", APPLE.symbol, False, 4),
        Condition("price", CATALOGUE.get("BTC-USD").symbol, False, 14_000_000),
        Condition("imbalance", APPLE.symbol, True, -400_000),
        Condition("time", APPLE.symbol, True, 1_795_392_000_000_000_000),
    )
    document = request_document(request, APPLE, CATALOGUE.get)
    assert document["when"] == (
        "price >= 249.995 and spread <= 0.02 and BTC-USD price <= 70000.00 and imbalance >= -0.4"
        " and time >= 2026-11-23T00:00:00Z"
    )
    assert parse_order(document, CATALOGUE, ON) == request


def test_an_index_can_be_a_condition_but_not_an_order() -> None:
    assert read(type="market", when="VIX price > 30").when[0].symbol == "VIX"
    assert read(type="market", when="GC price > 2400").when[0].symbol == CATALOGUE.front("GC", ON).symbol


def test_an_amend_changes_what_the_type_has() -> None:
    oco = read(type="oco", limit_price=260, stop_price=240)
    changes = parse_changes({"quantity": "5", "stop_price": "250.00"}, oco, APPLE)
    assert changes == Changes(5, None, 25000)  # type: ignore[arg-type]
    after = changed(oco, changes)
    assert (after.quantity, after.limit_price, after.stop_price) == (5, 26000, 25000)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({}, "MISSING_FIELD", "quantity"),
        ({"side": "buy"}, "UNKNOWN_FIELD", "side"),
        ({"quantity": 0}, "OUT_OF_RANGE", "quantity"),
        ({"quantity": None}, "TYPE_ERROR", "quantity"),
        ({"limit_price": "1.001"}, "PRECISION_EXCEEDED", "limit_price"),
        ({"stop_price": "260"}, "INCONSISTENT_FIELDS", "stop_price"),
        ({"limit_price": "240"}, "INCONSISTENT_FIELDS", "stop_price"),
    ],
)
def test_what_an_amend_cannot_say(change: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_changes(change, read(type="oco", limit_price=260, stop_price=240), APPLE)
    assert (caught.value.refusal.code, caught.value.refusal.field) == (code, field)
    with pytest.raises(Refused):
        parse_changes({"limit_price": "250"}, read(type="market"), APPLE)
