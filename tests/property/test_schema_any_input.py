"""Any bytes, any text and any JSON value become an order or a refusal, and nothing else."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.market.catalogue import load
from engine.model.ids import SECOND_NS, Lots, Symbol, Ticks, TimeNs
from engine.model.order import Condition, OrderRequest, OrderType, TimeInForce
from engine.model.refusal import Refused
from engine.risk.condition import SUBJECTS
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
    "type": st.sampled_from(["market", "limit", "stop", "stop_limit", "trailing_stop", "oco", "post_only", "bracket"]),
    "time_in_force": st.sampled_from(["DAY", "GTC", "IOC", "FOK", "GTD", "OPG", "CLS"]),
    "quantity": st.one_of(
        st.integers(-5, 2000), st.decimals(0, 5, places=9).map(str), st.text("0123456789.e-", max_size=6)
    ),
    "limit_price": st.one_of(st.integers(-5, 2000), st.decimals(0, 500, places=3).map(str)),
    "stop_price": st.one_of(st.integers(-5, 2000), st.decimals(0, 500, places=3).map(str)),
    "take_profit": st.integers(-5, 2000),
    "stop_loss": st.integers(-5, 2000),
    "trail_amount": st.decimals(0, 5, places=3).map(str),
    "trail_percent": st.decimals(0, 120, places=5).map(str),
    "display_quantity": st.integers(-5, 2000),
    "expire_at": st.one_of(
        st.sampled_from(["2026-12-31", "2026-12-31T21:00:00Z", "2099-12-31T23:59:59-23:59"]),
        st.text("0123456789-:TZ+.", max_size=26),
    ),
    "when": st.one_of(
        st.sampled_from(["price > 5", "BTC spread <= 0.02 and imbalance < -0.1", "time > 2026-12-31"]),
        st.text("AP price<>=and .0123456789", max_size=40),
    ),
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


AUCTION_FREE = ("24_7", "FX_24_5")
READABLE = [i for i in CATALOGUE.columns if not CATALOGUE.is_root(i.symbol)]


@st.composite
def conditions(draw: st.DrawFn, own: Symbol) -> Condition:
    symbol = draw(st.one_of(st.just(own), st.sampled_from([i.symbol for i in READABLE])))
    subject = draw(st.sampled_from(SUBJECTS))
    value = {
        "price": st.integers(1, 10**9),
        "spread": st.integers(1, 10**6).map(lambda ticks: 2 * ticks),
        "imbalance": st.integers(-(10**6), 10**6),
        "time": st.integers(31_536_000 * SECOND_NS, 4_102_444_799 * SECOND_NS),
    }[subject]
    return Condition(subject, own if subject == "time" else symbol, draw(st.booleans()), draw(value))


@st.composite
def requests(draw: st.DrawFn) -> OrderRequest:
    """Any sensible order of any type."""
    instrument = draw(st.sampled_from(ORDERABLE))
    side, kind = draw(st.sampled_from([1, -1])), draw(st.sampled_from(list(OrderType)))
    lots = draw(st.integers(2, 10**9))
    levels = sorted(draw(st.sets(st.integers(1, 10**9), min_size=4, max_size=4)))[::side]
    loss, entry, stop, profit = levels
    shares = instrument.asset_class in ("equities", "etfs")
    forces = [TimeInForce.DAY, TimeInForce.GTC, TimeInForce.GTD]
    if kind is not OrderType.OCO:
        forces += [TimeInForce.IOC, TimeInForce.FOK]
    if kind in (OrderType.MARKET, OrderType.LIMIT) and instrument.session not in AUCTION_FREE:
        forces += [TimeInForce.OPG, TimeInForce.CLS]
    force = draw(st.sampled_from(forces))
    auction = force in (TimeInForce.OPG, TimeInForce.CLS)
    limited = kind in (OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.OCO)
    rests = limited and force in forces[:3]
    reduce_only = draw(st.booleans())
    bracket = draw(st.booleans()) and not reduce_only and kind is not OrderType.OCO
    trailing = kind is OrderType.TRAILING_STOP
    stopped = kind in (OrderType.STOP, OrderType.STOP_LIMIT, OrderType.OCO) or (trailing and draw(st.booleans()))
    amount = draw(st.booleans())
    when = () if auction else tuple(draw(st.lists(conditions(instrument.symbol), max_size=8)))
    return OrderRequest(
        symbol=instrument.symbol,
        side=side,
        type=kind,
        quantity=Lots(lots),
        limit_price=Ticks(entry) if limited else None,
        time_in_force=force,
        extended=shares and not auction and draw(st.booleans()),
        post_only=rests and draw(st.booleans()),
        reduce_only=reduce_only,
        queue=draw(st.booleans()),
        client_order_id=draw(st.from_regex(r"\A[A-Za-z0-9_.:-]{0,64}\Z")),
        stop_price=Ticks(stop) if stopped else None,
        trail_ticks=draw(st.integers(1, 10**9)) if trailing and amount else None,
        trail_ppm=draw(st.integers(1, 999_999)) if trailing and not amount else None,
        take_profit=Ticks(profit) if bracket else None,
        stop_loss=Ticks(loss) if bracket and draw(st.booleans()) else None,
        display=Lots(draw(st.integers(1, lots - 1))) if rests and draw(st.booleans()) else None,
        expire_at=TimeNs(draw(st.integers(1_790_000_000_000, 4_000_000_000_000)) * 1_000_000)
        if force is TimeInForce.GTD
        else None,
        when=when,
    )


@given(requests())
@settings(max_examples=300)
def test_documents_are_the_inverse(request: OrderRequest) -> None:
    document = request_document(request, CATALOGUE.get(request.symbol), CATALOGUE.get)
    assert set(document) <= FIELDS
    for raw in (json.dumps(document), document):
        again = parse_order(raw, CATALOGUE, ON, strict=True)
        assert again == request
        assert request_document(again, CATALOGUE.get(request.symbol), CATALOGUE.get) == document
