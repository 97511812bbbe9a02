"""Any bytes, any text and any JSON value become an order or a refusal, and nothing else."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.market.catalogue import load
from engine.model.order import OrderRequest, OrderType, TimeInForce
from engine.model.refusal import Refused
from engine.risk.schema import FIELDS, parse_order, request_document

ON = date(2026, 6, 15)
CATALOGUE = load()
ORDERABLE = [i for i in CATALOGUE.columns if not CATALOGUE.is_root(i.symbol)]

_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(["1", "0.5", "AAPL", "buy"]),
)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
)
_WORDS = {
    "symbol": st.sampled_from(["AAPL", "BTC", "GCQ26", "GC", "SIB26", "EUR/USD", "VIX", "?"]),
    "asset_class": st.sampled_from(["equities", "crypto", "commodities", "forex", "equity"]),
    "session": st.sampled_from(["regular", "extended", "pre"]),
    "side": st.sampled_from(["buy", "sell", "hold"]),
    "type": st.sampled_from(["market", "limit", "stop"]),
    "time_in_force": st.sampled_from(["DAY", "GTC", "IOC", "FOK", "GTD"]),
    "quantity": st.one_of(
        st.integers(-5, 2000), st.decimals(0, 5, places=9).map(str), st.text("0123456789.e-", max_size=6)
    ),
    "limit_price": st.one_of(st.integers(-5, 2000), st.decimals(0, 500, places=3).map(str)),
    "post_only": st.booleans(),
    "client_order_id": st.text("ab1-:. é", max_size=70),
}
_BODIES = st.fixed_dictionaries({}, optional={key: st.one_of(good, _SCALARS) for key, good in _WORDS.items()})


def _outcome(raw: Any, strict: bool) -> None:
    try:
        order = parse_order(raw, CATALOGUE, ON, strict=strict)
    except Refused as refused:
        assert refused.refusal.document()["error"]
        json.dumps(refused.refusal.document())
        return
    assert isinstance(order, OrderRequest)
    assert order.quantity > 0


@given(st.one_of(st.binary(max_size=80), st.text(max_size=80), _JSON.map(json.dumps)), st.booleans())
def test_any_text(raw: bytes | str, strict: bool) -> None:
    _outcome(raw, strict)


@given(_JSON, st.booleans())
def test_any_value(value: Any, strict: bool) -> None:
    _outcome(value, strict)


@given(_BODIES, st.dictionaries(st.sampled_from(sorted(FIELDS)), _JSON, max_size=2), st.booleans())
@settings(max_examples=300)
def test_nearly_orders(body: dict[str, Any], noise: dict[str, Any], strict: bool) -> None:
    _outcome(body | noise, strict)
    _outcome(json.dumps(body), strict)


@given(
    st.sampled_from(ORDERABLE),
    st.sampled_from([1, -1]),
    st.integers(1, 10**9),
    st.one_of(st.none(), st.integers(1, 10**9)),
    st.sampled_from(list(TimeInForce)),
    st.booleans(),
    st.booleans(),
    st.from_regex(r"\A[A-Za-z0-9_.:-]{0,64}\Z"),
)
def test_documents_are_the_inverse(
    instrument: Any, side: int, lots: int, limit: Any, tif: TimeInForce, flag: bool, queue: bool, name: str
) -> None:
    waits = limit is not None and tif in (TimeInForce.DAY, TimeInForce.GTC)
    request = OrderRequest(
        symbol=instrument.symbol,
        side=side,
        type=OrderType.MARKET if limit is None else OrderType.LIMIT,
        quantity=lots,  # type: ignore[arg-type]
        limit_price=limit,
        time_in_force=tif,
        extended=flag and instrument.asset_class in ("equities", "etfs"),
        post_only=flag and waits,
        reduce_only=flag,
        queue=queue,
        client_order_id=name,
    )
    document = request_document(request, instrument)
    assert parse_order(json.dumps(document), CATALOGUE, ON, strict=True) == request
    assert parse_order(document, CATALOGUE, ON) == request
