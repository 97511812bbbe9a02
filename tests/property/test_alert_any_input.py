"""Any bytes and any JSON value become an alert or a refusal; and what an alert's document says, is read back as it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.alerts.schema import FIELDS, parse_alert
from engine.documents import alert_document
from engine.market.catalogue import load
from engine.model.alert import Alert, AlertKind, AlertRequest
from engine.model.ids import AccountId, TimeNs
from engine.model.refusal import Refused

ON, CATALOGUE = date(2026, 6, 15), load()
_SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12))
_VALUES = st.one_of(
    st.integers(-5, 2000),
    st.floats(-2, 2),
    st.decimals(0, 900, places=3).map(str),
    st.tuples(
        st.sampled_from(["", "+", "-", "±"]), st.integers(1, 300), st.sampled_from(["%", "bp", "x", "t", ""])
    ).map(lambda parts: f"{parts[0]}{parts[1]}{parts[2]}"),
    st.text("0123456789.+-±%bpxt e", max_size=8),
)
_WORDS: dict[str, st.SearchStrategy[Any]] = {
    "symbol": st.sampled_from(["AAPL", "BTC", "GCQ26", "GC", "EUR/USD", "VIX", "?"]),
    "kind": st.sampled_from([*(k.value for k in AlertKind), "moon"]),
    "value": _VALUES,
    "direction": st.sampled_from(["above", "below", "either", "up"]),
    "from": st.sampled_from(["close", "set", "open"]),
    "over": st.sampled_from(["10m", "1h", "5h", "90s", "0m"]),
    "session": st.sampled_from(["regular", "extended", "pre"]),
    "note": st.text(max_size=20),
}


def _read(raw: Any) -> AlertRequest | None:
    try:
        return parse_alert(raw, CATALOGUE, ON)
    except Refused as refused:
        error = refused.refusal.document()["error"]
        assert json.dumps(error) and refused.refusal.message and refused.refusal.fix
        return None


@given(st.one_of(st.binary(max_size=60), st.text(max_size=60)))
def test_any_bytes(raw: bytes | str) -> None:
    assert _read(raw) is None


@settings(max_examples=300)
@given(
    st.fixed_dictionaries({}, optional={name: st.one_of(words, _SCALARS) for name, words in _WORDS.items()}),
    st.dictionaries(st.sampled_from([*FIELDS, "x"]), _SCALARS, max_size=1),
)
def test_any_document(body: dict[str, Any], more: dict[str, Any]) -> None:
    _read(json.dumps({**body, **more}))


@settings(max_examples=300)
@given(st.fixed_dictionaries({"symbol": st.sampled_from(["AAPL", "BTC", "GCQ26"]), **{
    name: _WORDS[name] for name in ("kind", "value")}}, optional={
    name: _WORDS[name] for name in ("direction", "from", "over", "session", "note")}))  # fmt: skip
def test_a_document_is_read_back_as_its_alert(body: dict[str, Any]) -> None:
    request = _read(json.dumps(body))
    if request is None:
        return
    document = alert_document(Alert("al000001", AccountId("main"), request, TimeNs(0)), CATALOGUE[request.symbol])
    again = {name: document[name] for name in FIELDS if name in document}
    assert parse_alert(json.dumps(again), CATALOGUE, ON) == request
