"""An order in words: what it waits for, what it then does, what protects it. For the shell and the terminal alike."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


def _as_is(text: str) -> str:
    return text


def terms(order: Mapping[str, Any], price: Callable[[str], str] = _as_is) -> str:
    """Type and prices, such as `stop 240.00 → market`; `price` says how numbers are written."""

    def at(field: str) -> str:
        return price(str(order[field])) if order.get(field) is not None else "?"

    kind = str(order.get("type", ""))
    if kind in ("limit", "post_only"):
        return f"limit {at('limit_price')}"
    if kind == "stop":
        return f"stop {at('stop_price')} → market"
    if kind == "stop_limit":
        return f"stop {at('stop_price')} → limit {at('limit_price')}"
    if kind == "oco":
        return f"limit {at('limit_price')} or stop {at('stop_price')} → market"
    if kind == "trailing_stop":
        return f"trailing {trail(order, price)} → market"
    return kind


def trail(order: Mapping[str, Any], price: Callable[[str], str] = _as_is) -> str:
    """The distance of a trailing stop."""
    if order.get("trail_percent") is not None:
        return f"{order['trail_percent']}%"
    return price(str(order.get("trail_amount") or "?"))


def algo_terms(algo: Mapping[str, Any], price: Callable[[str], str] = _as_is) -> str:
    """What an algorithm does, such as `TWAP over 10m in 10 slices, not beyond 250.00`."""
    text = f"{str(algo['algo']).upper()} over {algo['over']}"
    text += f" at a rate of {algo['rate']}" if algo.get("rate") else f" in {algo.get('slices') or 10} slices"
    return text + (f", not beyond {price(str(algo['limit_price']))}" if algo.get("limit_price") else "")


def protection(order: Mapping[str, Any], price: Callable[[str], str] = _as_is) -> str:
    """The exits of a bracket; empty where it has none."""
    parts = [
        f"{field.replace('_', ' ')} {price(str(order[field]))}"
        for field in ("take_profit", "stop_loss")
        if order.get(field) is not None
    ]
    return " or ".join(parts)


def qualities(order: Mapping[str, Any]) -> list[str]:
    """What else is said of it: display, rule, in force, only resting, only reducing."""
    force = str(order.get("time_in_force") or "GTC")
    found = [f"{force} {str(order['expire_at'])[:16].replace('T', ' ')}" if order.get("expire_at") else force]
    if order.get("display_quantity") is not None:
        found.append(f"showing {order['display_quantity']}")
    found += ["post-only"] if order.get("post_only") else []
    found += ["reduce-only"] if order.get("reduce_only") else []
    found += ["extended"] if order.get("session") == "extended" else []
    return found


def described(order: Mapping[str, Any], price: Callable[[str], str] = _as_is) -> str:
    """The whole order in one line of words."""
    text = f"{order['side']} {price(str(order['quantity']))} {order['symbol']} {terms(order, price)}"
    exits = protection(order, price)
    text += f", then {exits}" if exits else ""
    return f"{text}, when {order['when']}" if order.get("when") else text
