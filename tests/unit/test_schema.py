"""Order payloads: every attack sample and every family of mistakes gets its own word."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.market.catalogue import load
from engine.model.order import OrderRequest, OrderType, TimeInForce
from engine.model.refusal import Refusal, Refused
from engine.risk.schema import FIELDS, parse_order, request_document

SAMPLES = Path(__file__).resolve().parents[2] / ".." / "shared" / "security" / "malformed_orders.jsonl"
ON = date(2026, 6, 15)
CATALOGUE = load()

LIMIT: dict[str, Any] = {
    "symbol": "AAPL",
    "asset_class": "equities",
    "session": "regular",
    "side": "buy",
    "type": "limit",
    "quantity": 10,
    "limit_price": 189.10,
    "time_in_force": "DAY",
}
COIN: dict[str, Any] = {
    "symbol": "BTC",
    "asset_class": "crypto",
    "side": "buy",
    "type": "limit",
    "quantity": "0.5",
    "limit_price": "68500.00",
}


def parsed(raw: Any, *, strict: bool = False) -> OrderRequest | Refusal:
    """The order, or the refusal as a value."""
    try:
        return parse_order(raw, CATALOGUE, ON, strict=strict)
    except Refused as refused:
        return refused.refusal


def refusal(raw: Any, *, strict: bool = False) -> Refusal:
    """The refusal of a payload that must be refused, checked for what it may say."""
    answer = parsed(raw, strict=strict)
    assert isinstance(answer, Refusal), answer
    for text in (answer.message, answer.cause, answer.fix, answer.field or ""):
        assert len(text) < 300
        assert text.isprintable()
    return answer


def _without(base: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in base.items() if key not in names}


def _cases() -> list[dict[str, Any]]:
    if not SAMPLES.exists():
        return []
    return [json.loads(line) for line in SAMPLES.read_text(encoding="ascii").splitlines() if line.strip()]


def test_the_samples_are_there() -> None:
    if not _cases():
        pytest.skip("../shared/security/malformed_orders.jsonl is absent: the attack samples were not tried")


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("case", _cases(), ids=lambda case: case["id"])
def test_sample(case: dict[str, Any], strict: bool) -> None:
    if "body_gen" in case:
        plan = case["body_gen"]
        body = plan["prefix"] + plan["unit"] * plan["count"] + plan["suffix"]
    else:
        body = case["body"]
    answer = parsed(body.encode("utf-8", "surrogatepass"), strict=strict)
    got = answer.code.value if isinstance(answer, Refusal) else "ACCEPT"
    assert got in case.get("accept_classes", [case["expect_class"]])


TEXTS: list[tuple[bytes | str, str]] = [
    (b"", "MALFORMED_JSON"),
    (b"   ", "MALFORMED_JSON"),
    (b"\xef\xbb\xbf{}", "MALFORMED_JSON"),
    (b"\xff\xfe{\x00}\x00", "MALFORMED_JSON"),
    (b'{"symbol": "\xff"}', "MALFORMED_JSON"),
    (b'{"symbol": "\xc0\xaf"}', "MALFORMED_JSON"),
    (b"{'symbol': 'AAPL'}", "MALFORMED_JSON"),
    (b'{"symbol": "AAPL",}', "MALFORMED_JSON"),
    (b'{"symbol": "AAPL"} {}', "MALFORMED_JSON"),
    (b'{"symbol": "AAPL"', "MALFORMED_JSON"),
    (b'{"symbol": "AA\nPL"}', "MALFORMED_JSON"),
    (b'{"quantity": 01}', "MALFORMED_JSON"),
    (b'{"quantity": +1}', "MALFORMED_JSON"),
    (b'{"quantity": .5}', "MALFORMED_JSON"),
    (b'{"quantity": 5.}', "MALFORMED_JSON"),
    (b'{"quantity": 0x10}', "MALFORMED_JSON"),
    (b'{"quantity": Infinity}', "MALFORMED_JSON"),
    (b'{"quantity": -Infinity}', "MALFORMED_JSON"),
    (b'{"quantity": NaN}', "MALFORMED_JSON"),
    (b'{"a": 1, "a": 1}', "MALFORMED_JSON"),
    (b'{"symbol": {"a": 1, "b": [{"c": 1, "c": 2}]}}', "MALFORMED_JSON"),
    (b'{"symbol": "A", "\\u0073ymbol": "B"}', "MALFORMED_JSON"),
    (b"/* c */ {}", "MALFORMED_JSON"),
    (b"[" * 9 + b"]" * 9, "MALFORMED_JSON"),
    (b"[" * 60_000, "MALFORMED_JSON"),
    (b'{"a":' * 12_000, "MALFORMED_JSON"),
    (b'{"a":"' + b'\\"' * 30_000, "MALFORMED_JSON"),
    (b'"' * 60_000, "MALFORMED_JSON"),
    (b"[[[[[[[[]]]]]]]]", "TYPE_ERROR"),
    (b"null", "TYPE_ERROR"),
    (b"1", "TYPE_ERROR"),
    (b'"AAPL"', "TYPE_ERROR"),
    (b"true", "TYPE_ERROR"),
    (b"[]", "TYPE_ERROR"),
    (b"{}", "MISSING_FIELD"),
    (b" " * 65_537, "PAYLOAD_TOO_LARGE"),
    ("é" * 40_000, "PAYLOAD_TOO_LARGE"),
    ('{"symbol": "\ud800"}', "MISSING_FIELD"),
    ("\ufeff{}", "MALFORMED_JSON"),
]


@pytest.mark.parametrize(("raw", "code"), TEXTS)
def test_json_itself(raw: bytes | str, code: str) -> None:
    assert refusal(raw).code == code


CHANGES: list[tuple[dict[str, Any], str, str | None]] = [
    ({"quantity": None}, "TYPE_ERROR", "quantity"),
    ({"quantity": True}, "TYPE_ERROR", "quantity"),
    ({"quantity": [10]}, "TYPE_ERROR", "quantity"),
    ({"quantity": {"value": 10}}, "TYPE_ERROR", "quantity"),
    ({"limit_price": None}, "TYPE_ERROR", "limit_price"),
    ({"symbol": 7}, "TYPE_ERROR", "symbol"),
    ({"symbol": None}, "TYPE_ERROR", "symbol"),
    ({"symbol": ["AAPL"]}, "TYPE_ERROR", "symbol"),
    ({"side": 1}, "TYPE_ERROR", "side"),
    ({"type": {}}, "TYPE_ERROR", "type"),
    ({"post_only": "true"}, "TYPE_ERROR", "post_only"),
    ({"post_only": 1}, "TYPE_ERROR", "post_only"),
    ({"reduce_only": 0}, "TYPE_ERROR", "reduce_only"),
    ({"queue": None}, "TYPE_ERROR", "queue"),
    ({"client_order_id": 5}, "TYPE_ERROR", "client_order_id"),
    ({"asset_class": None}, "TYPE_ERROR", "asset_class"),
    ({"expire_at": 20261231}, "TYPE_ERROR", "expire_at"),
    ({"side": "BUY"}, "ENUM_ERROR", "side"),
    ({"side": " buy"}, "ENUM_ERROR", "side"),
    ({"side": ""}, "ENUM_ERROR", "side"),
    ({"type": "Limit"}, "ENUM_ERROR", "type"),
    ({"type": "stop-limit"}, "ENUM_ERROR", "type"),
    ({"type": "bracket"}, "ENUM_ERROR", "type"),
    ({"type": "stop"}, "INCONSISTENT_FIELDS", "limit_price"),
    ({"type": "trailing_stop"}, "INCONSISTENT_FIELDS", "limit_price"),
    ({"type": "stop_limit"}, "MISSING_FIELD", "stop_price"),
    ({"type": "oco"}, "MISSING_FIELD", "stop_price"),
    ({"type": "oco", "stop_price": "189.10"}, "INCONSISTENT_FIELDS", "stop_price"),
    ({"type": "oco", "stop_price": "180"}, "INCONSISTENT_FIELDS", "stop_price"),
    ({"type": "oco", "side": "sell", "stop_price": "190"}, "INCONSISTENT_FIELDS", "stop_price"),
    ({"type": "oco", "stop_price": "190", "take_profit": "200"}, "INCONSISTENT_FIELDS", "take_profit"),
    ({"type": "oco", "stop_price": "190", "time_in_force": "FOK"}, "INCONSISTENT_FIELDS", "time_in_force"),
    ({"type": "post_only", "post_only": False}, "INCONSISTENT_FIELDS", "post_only"),
    ({"type": "post_only", "time_in_force": "IOC"}, "INCONSISTENT_FIELDS", "post_only"),
    ({"time_in_force": "gtc"}, "ENUM_ERROR", "time_in_force"),
    ({"time_in_force": "GTD"}, "MISSING_FIELD", "expire_at"),
    ({"time_in_force": "GTX"}, "ENUM_ERROR", "time_in_force"),
    ({"time_in_force": "GTD", "expire_at": "soon"}, "NUMBER_FORMAT", "expire_at"),
    ({"time_in_force": "GTD", "expire_at": "2026-02-30"}, "NUMBER_FORMAT", "expire_at"),
    ({"time_in_force": "GTD", "expire_at": "2026-12-31T21:00:00"}, "NUMBER_FORMAT", "expire_at"),
    ({"time_in_force": "GTD", "expire_at": "2026-12-31 21:00:00Z"}, "NUMBER_FORMAT", "expire_at"),
    ({"time_in_force": "GTD", "expire_at": "2026-06-14"}, "OUT_OF_RANGE", "expire_at"),
    ({"time_in_force": "GTD", "expire_at": "0000-01-01"}, "OUT_OF_RANGE", "expire_at"),
    ({"time_in_force": "GTD", "expire_at": "9999-12-31T23:59:59-23:59"}, "OUT_OF_RANGE", "expire_at"),
    ({"time_in_force": "OPG", "post_only": True}, "INCONSISTENT_FIELDS", "post_only"),
    ({"time_in_force": "CLS", "session": "extended"}, "INCONSISTENT_FIELDS", "session"),
    ({"time_in_force": "CLS", "when": "price > 1"}, "INCONSISTENT_FIELDS", "when"),
    ({"session": "pre"}, "ENUM_ERROR", "session"),
    ({"asset_class": "equity"}, "ENUM_ERROR", "asset_class"),
    ({"asset_class": "Equities"}, "ENUM_ERROR", "asset_class"),
    ({"quantity": ""}, "NUMBER_FORMAT", "quantity"),
    ({"quantity": "ten"}, "NUMBER_FORMAT", "quantity"),
    ({"quantity": " 10"}, "NUMBER_FORMAT", "quantity"),
    ({"quantity": "10\n"}, "NUMBER_FORMAT", "quantity"),
    ({"quantity": "+10"}, "NUMBER_FORMAT", "quantity"),
    ({"quantity": "1e1"}, "NUMBER_FORMAT", "quantity"),
    ({"quantity": "1,000"}, "NUMBER_FORMAT", "quantity"),
    ({"quantity": "1_000"}, "NUMBER_FORMAT", "quantity"),
    ({"quantity": "0x10"}, "NUMBER_FORMAT", "quantity"),
    ({"quantity": "010"}, "NUMBER_FORMAT", "quantity"),
    ({"quantity": ".5"}, "NUMBER_FORMAT", "quantity"),
    ({"quantity": "5."}, "NUMBER_FORMAT", "quantity"),
    ({"quantity": "NaN"}, "NUMBER_FORMAT", "quantity"),
    ({"quantity": "inf"}, "NUMBER_FORMAT", "quantity"),
    ({"quantity": "\u0661\u0660"}, "NUMBER_FORMAT", "quantity"),
    ({"quantity": "1\u066b5"}, "NUMBER_FORMAT", "quantity"),
    ({"quantity": "--1"}, "NUMBER_FORMAT", "quantity"),
    ({"limit_price": "$190"}, "NUMBER_FORMAT", "limit_price"),
    ({"quantity": 0}, "OUT_OF_RANGE", "quantity"),
    ({"quantity": "0.000"}, "OUT_OF_RANGE", "quantity"),
    ({"quantity": "-0"}, "OUT_OF_RANGE", "quantity"),
    ({"quantity": "-10"}, "OUT_OF_RANGE", "quantity"),
    ({"quantity": 10**15}, "OUT_OF_RANGE", "quantity"),
    ({"quantity": "9" * 5000}, "OUT_OF_RANGE", "quantity"),
    ({"limit_price": -1}, "OUT_OF_RANGE", "limit_price"),
    ({"limit_price": 0.0}, "OUT_OF_RANGE", "limit_price"),
    ({"quantity": 1.5}, "PRECISION_EXCEEDED", "quantity"),
    ({"quantity": "1." + "0" * 500 + "1"}, "PRECISION_EXCEEDED", "quantity"),
    ({"quantity": "0." + "1" * 5000}, "PRECISION_EXCEEDED", "quantity"),
    ({"limit_price": "189.105"}, "PRECISION_EXCEEDED", "limit_price"),
    ({"symbol": ""}, "UNKNOWN_SYMBOL", "symbol"),
    ({"symbol": "AAPL "}, "UNKNOWN_SYMBOL", "symbol"),
    ({"symbol": "\u0391APL"}, "UNKNOWN_SYMBOL", "symbol"),
    ({"symbol": "AAPL\u0000"}, "UNKNOWN_SYMBOL", "symbol"),
    ({"symbol": "Z" * 5000}, "UNKNOWN_SYMBOL", "symbol"),
    ({"symbol": "\x1b[2JAAPL"}, "UNKNOWN_SYMBOL", "symbol"),
    ({"symbol": "BTC"}, "WRONG_ASSET_CLASS", "asset_class"),
    ({"asset_class": "crypto"}, "WRONG_ASSET_CLASS", "asset_class"),
    ({"limit": 5}, "UNKNOWN_FIELD", "limit"),
    ({"": 5}, "UNKNOWN_FIELD", ""),
    ({"Symbol": "AAPL"}, "UNKNOWN_FIELD", "Symbol"),
    ({"__proto__": {}}, "UNKNOWN_FIELD", "__proto__"),
    ({"x\x1b]0;t\x07" * 30: 1}, "UNKNOWN_FIELD", "x" * 30),
    ({"type": "market"}, "INCONSISTENT_FIELDS", "limit_price"),
    ({"post_only": True, "time_in_force": "IOC"}, "INCONSISTENT_FIELDS", "post_only"),
    ({"post_only": True, "time_in_force": "FOK"}, "INCONSISTENT_FIELDS", "post_only"),
    ({"stop_price": 180}, "INCONSISTENT_FIELDS", "stop_price"),
    ({"trail_percent": "1.5"}, "INCONSISTENT_FIELDS", "trail_percent"),
    ({"trail_percent": "100"}, "OUT_OF_RANGE", "trail_percent"),
    ({"trail_percent": "1.00001"}, "PRECISION_EXCEEDED", "trail_percent"),
    ({"trail_amount": "0.015"}, "PRECISION_EXCEEDED", "trail_amount"),
    ({"take_profit": "189.10"}, "INCONSISTENT_FIELDS", "take_profit"),
    ({"stop_loss": "190"}, "INCONSISTENT_FIELDS", "stop_loss"),
    ({"take_profit": "200", "reduce_only": True}, "INCONSISTENT_FIELDS", "take_profit"),
    ({"side": "sell", "take_profit": "200"}, "INCONSISTENT_FIELDS", "take_profit"),
    ({"display_quantity": 10}, "INCONSISTENT_FIELDS", "display_quantity"),
    ({"display_quantity": 1.5}, "PRECISION_EXCEEDED", "display_quantity"),
    ({"display_quantity": 5, "time_in_force": "IOC"}, "INCONSISTENT_FIELDS", "display_quantity"),
    ({"when": 5}, "TYPE_ERROR", "when"),
    ({"when": ""}, "ENUM_ERROR", "when"),
    ({"when": "price"}, "ENUM_ERROR", "when"),
    ({"when": "price == 250"}, "ENUM_ERROR", "when"),
    ({"when": "price >= 250 or price <= 200"}, "ENUM_ERROR", "when"),
    ({"when": "volume > 5"}, "ENUM_ERROR", "when"),
    ({"when": "price > 250 and"}, "ENUM_ERROR", "when"),
    ({"when": "price > 1e3"}, "NUMBER_FORMAT", "when"),
    ({"when": "time > tomorrow"}, "NUMBER_FORMAT", "when"),
    ({"when": "price > -1"}, "OUT_OF_RANGE", "when"),
    ({"when": "imbalance > 1.5"}, "OUT_OF_RANGE", "when"),
    ({"when": " and ".join(["price > 1"] * 9)}, "OUT_OF_RANGE", "when"),
    ({"when": "price > 1" + " " * 600}, "OUT_OF_RANGE", "when"),
    ({"when": "price > 250.001"}, "PRECISION_EXCEEDED", "when"),
    ({"when": "spread < 0.005"}, "PRECISION_EXCEEDED", "when"),
    ({"when": "imbalance > 0.0000001"}, "PRECISION_EXCEEDED", "when"),
    ({"when": "NOPE9 price > 5"}, "UNKNOWN_SYMBOL", "when"),
    ({"when": "AAPL time > 2026-12-01"}, "INCONSISTENT_FIELDS", "when"),
    ({"expire_at": "2026-12-31"}, "INCONSISTENT_FIELDS", "expire_at"),
    ({"client_order_id": ""}, "OUT_OF_RANGE", "client_order_id"),
    ({"client_order_id": "a" * 65}, "OUT_OF_RANGE", "client_order_id"),
    ({"client_order_id": "a b"}, "OUT_OF_RANGE", "client_order_id"),
    ({"client_order_id": "a\n"}, "OUT_OF_RANGE", "client_order_id"),
    ({"client_order_id": "\u00e9"}, "OUT_OF_RANGE", "client_order_id"),
]


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(("change", "code", "field"), CHANGES)
def test_one_change_to_a_good_order(change: dict[str, Any], code: str, field: str | None, strict: bool) -> None:
    body = LIMIT | change
    for raw in (json.dumps(body).encode(), body):
        answer = refusal(raw, strict=strict)
        assert (answer.code, answer.field) == (code, field)


@pytest.mark.parametrize(
    "number", ["1e309", "1e-400", "1E+99", "-1e5", "1e99999999999999999999", "-0.0", "0e5", "1" + "0" * 9000]
)
def test_extreme_json_numbers(number: str) -> None:
    raw = json.dumps(LIMIT | {"quantity": "@"}).replace('"@"', number)
    assert refusal(raw).code == "OUT_OF_RANGE"


@pytest.mark.parametrize(("number", "lots"), [("1e1", 10), ("1.2E+2", 120), ("1000e-2", 10), ("10.000", 10), ("7", 7)])
def test_json_numbers_are_read_from_their_text(number: str, lots: int) -> None:
    raw = json.dumps(LIMIT | {"quantity": "@"}).replace('"@"', number)
    answer = parsed(raw)
    assert isinstance(answer, OrderRequest)
    assert answer.quantity == lots


def test_decimals_never_pass_through_a_float() -> None:
    answer = parsed(
        b'{"symbol":"BTC","side":"sell","type":"limit","quantity":12345678.12345679,"limit_price":100000.01}'
    )
    assert isinstance(answer, OrderRequest)
    assert (answer.quantity, answer.limit_price) == (1234567812345679, 10000001)


@pytest.mark.parametrize("field", ["symbol", "side", "type", "quantity", "limit_price"])
def test_missing(field: str) -> None:
    assert (refusal(_without(LIMIT, field)).code, refusal(_without(LIMIT, field)).field) == ("MISSING_FIELD", field)


@pytest.mark.parametrize("field", ["asset_class", "session"])
def test_strict_wants_the_class_and_the_session(field: str) -> None:
    assert refusal(_without(LIMIT, field), strict=True).code == "MISSING_FIELD"
    assert isinstance(parsed(_without(LIMIT, field)), OrderRequest)


def test_class_rules() -> None:
    assert isinstance(parsed(COIN, strict=True), OrderRequest)
    assert refusal(COIN | {"session": "regular"}).code == "INCONSISTENT_FIELDS"
    market = _without(COIN, "limit_price") | {"type": "market"}
    assert refusal(market | {"post_only": True}).code == "INCONSISTENT_FIELDS"
    assert isinstance(parsed(market | {"post_only": False, "time_in_force": "IOC"}), OrderRequest)


def test_precision_names_the_lattice_and_the_nearest_value() -> None:
    tick = refusal(LIMIT | {"limit_price": "189.107"})
    assert (tick.detail, tick.cause) == ("tick", "the tick is 0.01")
    assert "189.11" in tick.fix
    lot = refusal({"symbol": "EUR/USD", "side": "buy", "type": "market", "quantity": 400})
    assert lot.detail == "lot"
    assert "1000" in lot.fix
    coin = refusal(COIN | {"quantity": "2.123456789"})
    assert coin.detail == "lot"


def test_the_words_are_listed() -> None:
    words = "market, limit, stop, stop_limit, trailing_stop, oco, post_only"
    assert refusal(LIMIT | {"type": "peg"}).fix == f"use one of: {words}"
    assert "take_profit" in refusal(LIMIT | {"type": "bracket"}).fix
    assert refusal(LIMIT | {"time_in_force": "GTX"}).fix == "use one of: DAY, GTC, IOC, FOK, GTD, OPG, CLS"
    assert "limit_price" in refusal(LIMIT | {"limitprice": 5}).fix


def test_contracts() -> None:
    future = {"symbol": "gcq6", "asset_class": "commodities", "side": "buy", "type": "market", "quantity": 2}
    answer = parsed(future, strict=True)
    assert isinstance(answer, OrderRequest)
    assert answer.symbol == "GCQ26"
    for symbol in ("GC", "GC=F", "SIB26", "GCQ25", "GCF27", "GCQ123"):
        refused = refusal(future | {"symbol": symbol})
        assert refused.code == "BAD_CONTRACT_CODE"
        assert "front month" in refused.fix


def test_defaults_and_everything_said() -> None:
    plain = parsed({"symbol": "spy", "side": "sell", "type": "market", "quantity": Decimal("3")})
    assert plain == OrderRequest(symbol=CATALOGUE.get("SPY").symbol, side=-1, type=OrderType.MARKET, quantity=3)  # type: ignore[arg-type]
    full = parsed(
        LIMIT
        | {"session": "extended", "post_only": True, "reduce_only": True, "queue": False, "client_order_id": "a-1:B_.z"}
    )
    assert isinstance(full, OrderRequest)
    assert (full.limit_price, full.time_in_force) == (18910, TimeInForce.DAY)
    assert (full.extended, full.post_only, full.reduce_only, full.queue) == (True, True, True, False)
    assert full.client_order_id == "a-1:B_.z"


def test_documents_read_back() -> None:
    for body in (LIMIT | {"session": "extended", "client_order_id": "x"}, COIN | {"post_only": True}):
        request = parsed(body)
        assert isinstance(request, OrderRequest)
        document = request_document(request, CATALOGUE.get(request.symbol), CATALOGUE.get)
        assert set(document) <= FIELDS
        assert parsed(json.dumps(document), strict=True) == request
    assert request_document(parse_order(COIN, CATALOGUE, ON), CATALOGUE.get("BTC-USD")) == {
        "symbol": "BTC-USD",
        "asset_class": "crypto",
        "side": "buy",
        "type": "limit",
        "quantity": "0.50000000",
        "limit_price": "68500.00",
        "time_in_force": "GTC",
        "post_only": False,
        "reduce_only": False,
        "queue": True,
    }


@pytest.mark.parametrize(
    "raw", [None, 5, 1.5, float("nan"), ["a"], object(), {1: 2}, {"quantity": object()}, {"a": float("inf")}]
)
def test_values_of_any_kind_are_refused_not_raised(raw: Any) -> None:
    assert refusal(raw).code in ("TYPE_ERROR", "MALFORMED_JSON", "UNKNOWN_FIELD")


def test_a_loop_of_values_is_refused() -> None:
    loop: dict[str, Any] = {}
    loop["symbol"] = loop
    assert refusal(loop).code == "TYPE_ERROR"
