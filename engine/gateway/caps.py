"""What a key may order: its symbols, the largest order, and the most in one UTC day of the market.

An order counts with its whole worth, as its preview gives it, whether it opens or closes; a buy that waits for a stop
above the market counts at its stop. An algorithm counts as one order, an amend with what it adds. What is refused is
given back. Exits of brackets, cancels and the kill switch are never held back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from engine.desk import Document
from engine.model.number import trim
from engine.model.refusal import Code, Refused, refuse
from engine.risk.amount import read_amount
from engine.risk.wire import parse_object

if TYPE_CHECKING:
    from engine.gateway.call import Call
    from engine.gateway.key_file import Key

_PRICES = ("limit_price", "stop_price", "trail_amount", "trail_percent")
_ORDER = ("symbol", "side", "type", "quantity", *_PRICES)


class Claim(msgspec.Struct, frozen=True):
    """What an order wants of its key: its symbol, its whole worth, and what that adds to the day (VCR)."""

    symbol: str
    whole: Decimal
    added: Decimal


Claims = Callable[["Call", bytes], Claim | None]


@contextmanager
def within_caps(call: Call, body: bytes, claims: Claims) -> Iterator[None]:
    """Do what is inside under the caps of the request's key, if it has one. Raises Refused: FORBIDDEN.

    The day's use is counted before the order goes, and nothing is awaited between: of two orders at once, the second
    one sees the first.
    """
    key = call.key
    claim = claims(call, body) if key is not None else None
    if key is None or claim is None:
        yield
        return
    day = str(call.view.clock()["now"])[:10]
    _check(call, key, claim, day)
    call.keys.count(key, day, claim.added)
    try:
        yield
    except Refused:
        call.keys.count(key, day, -claim.added)
        raise


def _check(call: Call, key: Key, claim: Claim, day: str) -> None:
    if key.symbols and claim.symbol not in key.symbols:
        raise _beyond(key, f"does not trade {claim.symbol}", f"it trades {', '.join(key.symbols)}", "symbols")
    if key.max_order_value and claim.whole > Decimal(key.max_order_value):
        cause = f"this one is worth {_money(claim.whole)} VCR"
        raise _beyond(key, f"sends orders of at most {_money(key.max_order_value)} VCR", cause, "max_order_value")
    if key.max_day_value:
        left = max(Decimal(0), Decimal(key.max_day_value) - call.keys.used(key, day))
        if claim.added > left:
            what = f"orders at most {_money(key.max_day_value)} VCR on a market day"
            cause = f"{_money(left)} VCR are left of {day} (UTC), and this would take {_money(claim.added)}"
            raise _beyond(key, what, cause, "max_day_value")


def _beyond(key: Key, what: str, cause: str, cap: str) -> Refused:
    fixes = {
        "symbols": "trade one of those, or make a key for it with `vterm keys create --symbols`",
        "max_order_value": "send less, or make a key with a larger --max-order",
        "max_day_value": "send less, wait for the next market day, or make a key with a larger --max-day",
    }
    message = f"the key {key.name} {what}"
    return refuse(Code.FORBIDDEN, message, cause=f"{cause}; its cap {cap}", fix=fixes[cap], detail=cap)


def _money(value: Decimal | str) -> str:
    return trim(f"{Decimal(value):.2f}")


# --- what an order is worth ----------------------------------------------------------------------


def order_claim(call: Call, body: bytes) -> Claim | None:
    """Of a new order; None for one that was sent before under its client id, which trades no second time."""
    order = parse_object(body)
    name = order.get("client_order_id")
    if isinstance(name, str) and name and _known(lambda: call.view.order(call.account, name)):
        return None
    symbol, worth = _worth(call, order, body)
    return Claim(symbol, worth, worth)


def algo_claim(call: Call, body: bytes) -> Claim | None:
    """Of an algorithm: its whole quantity, as one order."""
    algo = parse_object(body)
    name = algo.get("client_order_id")
    if isinstance(name, str) and name and _known(lambda: call.view.algo(call.account, name)):
        return None
    words: dict[str, Any] = {field: algo[field] for field in ("symbol", "side") if field in algo}
    kind = "limit" if "limit_price" in algo else "market"
    symbol, worth = _worth(call, {**words, **_plain(algo, ("quantity", "limit_price")), "type": kind})
    return Claim(symbol, worth, worth)


def amend_claim(call: Call, body: bytes) -> Claim | None:
    """Of an amend: the order's new worth, and how much more that is than before."""
    present = call.view.order(call.account, call.path("order_id"))
    order = {field: present[field] for field in _ORDER if present.get(field) is not None}
    changes = _plain(parse_object(body), ("quantity", "limit_price", "stop_price"))
    symbol, whole = _worth(call, {**order, **changes})
    _, before = _worth(call, order)
    return Claim(symbol, whole, max(Decimal(0), whole - before))


def _known(find: Callable[[], Document]) -> bool:
    try:
        find()
    except Refused:
        return False
    return True


def _plain(fields: dict[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    """Amounts as plain decimal text, whatever form of JSON number they came in."""
    return {name: read_amount(name, fields[name]).text() for name in names if name in fields}


def _worth(call: Call, order: dict[str, Any], body: bytes = b"") -> tuple[str, Decimal]:
    """(symbol, VCR) of an order payload, in its own bytes where there are any."""
    preview = call.runner.preview(call.account, body or order, strict=bool(body) and call.strict)
    worth = abs(Decimal(preview["value"]))
    stop, limit = preview.get("trigger_price"), order.get("limit_price")
    if stop is not None and preview["side"] == "buy":
        counted = Decimal(read_amount("limit_price", limit).text() if limit is not None else preview["mid"])
        worth *= max(Decimal(1), Decimal(stop) / counted) if counted > 0 else 1
    return str(preview["symbol"]), worth
