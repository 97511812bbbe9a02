"""Documents of the desk as notices: what is worth telling, in which words, how gravely. Pure.

The user's own deeds are answered where they are done; here is what the market, the clock and the desk did.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.desk import Document
from engine.model.number import trim
from vterm.notices import News
from vterm.notices_orders import described, outcome, some
from vterm.paint import grouped, percent

OWN_REASON = "cancelled by its owner"
TRADES = frozenset({"bought", "sold", "settled", "fee", "rebate"})
"""Movements of cash that fills tell of already, unless no fill made them."""
_ENDS = {"cancelled": "Cancelled", "expired": "Expired", "rejected": "Rejected"}
_CROSSES = {"opening_cross": "Opening auction", "closing_cross": "Closing auction",
            "reopening_cross": "Reopening auction"}  # fmt: skip
_SCOPES = ("desk", "clock")


def reason(order: Mapping[str, Any]) -> str:
    """Why an order ended; empty where it is not said."""
    refusal = order.get("refusal")
    if isinstance(refusal, dict):
        return str(refusal.get("message") or refusal.get("code") or "")
    return str(order.get("reason") or "")


def of_order(order: Document, before: Mapping[str, Any] | None) -> list[News]:
    """What became of an order since `before` (None: it was not known): triggers, fills, ends, liquidation."""
    found: list[News] = []
    symbol, name, at = str(order["symbol"]), str(order["order_id"]), str(order.get("updated_at") or "")
    status, origin = str(order.get("status") or ""), str(order.get("origin") or "")
    if origin == "liquidation":
        found.append(News("risk", "error", f"Liquidation: the desk {_verb(order)} {_size(order)} {symbol} at market",
                          symbol, name, ("liquidation", name), at=at, rings=True))  # fmt: skip
    if order.get("triggered") and before is not None and before.get("triggered") is False:
        found.append(News("order", "information", f"Triggered: {described(order)}", symbol, name,
                          ("trigger", name), f"triggered orders of {symbol}", at))  # fmt: skip
    if status in ("filled", "partially_filled") and some(order.get("filled_quantity")):
        found.append(_filled(order, at))
    elif status in _ENDS:
        ended = _ended(order, at)
        found += [ended] if ended is not None else []
    return found


def _filled(order: Document, at: str) -> News:
    symbol, name, done = str(order["symbol"]), str(order["order_id"]), order["status"] == "filled"
    if order.get("origin") == "algo" and order.get("parent"):
        parent = str(order["parent"])
        # One row an algorithm: its slices are its own business.
        return News("algo", "information", f"{parent}: {outcome(order)}", symbol, parent, ("slices", parent),
                    f"fills of {parent}", at, quiet=True)  # fmt: skip
    return News("fill", "information", outcome(order), symbol, name, ("fill", name), f"fills of {symbol}", at,
                ends=done)  # fmt: skip


def _ended(order: Document, at: str) -> News | None:
    status, why = str(order["status"]), reason(order)
    symbol, name = str(order["symbol"]), str(order["order_id"])
    if order.get("origin") == "algo" and status != "rejected":
        return None
    own = why in ("", OWN_REASON)
    left = order.get("remaining_quantity")
    part = f", {grouped(trim(str(left)))} left" if some(order.get("filled_quantity")) and left else ""
    text = f"{_ENDS[status]} {described(order)}{part}" + ("" if own else f": {why}")
    severity = "error" if status == "rejected" else "information" if own else "warning"
    return News("order", severity, text, symbol, name, ("end", name), f"orders of {symbol} {status}", at)


def of_fill_progress(order: Document) -> str:
    """done / whole of an order."""
    return f"{grouped(trim(str(order.get('filled_quantity') or '0')))} of {_size(order)}"


def of_alert(alert: Document) -> News:
    """An alert that fired."""
    fired = f" · at {alert['fired_value']}" if alert.get("fired_value") else ""
    note = f" · {alert['note']}" if alert.get("note") else ""
    name, at = str(alert["alert_id"]), str(alert.get("fired_at") or "")
    return News("alert", "warning", f"Alert: {alert.get('text', '')}{fired}{note}", str(alert.get("symbol", "")), name,
                ("alert", name, at), "alerts", at, rings=True)  # fmt: skip


def of_algo(algo: Document, before: Mapping[str, Any] | None) -> News | None:
    """An algorithm that has ended or was stopped by the desk."""
    status = str(algo.get("status", ""))
    if before is None or before.get("status") == status or status not in ("done", "cancelled"):
        return None
    return ended_algo(algo)


def ended_algo(algo: Document) -> News:
    """How an algorithm ended."""
    name, symbol, why = str(algo["algo_id"]), str(algo["symbol"]), str(algo.get("reason") or "")
    whole = not some(algo.get("remaining_quantity"))
    text = f"{algo_terms_of(algo)} {algo['status']}: {_bought(algo)} {of_fill_progress(algo)} {symbol}"
    if some(algo.get("average_price")):
        text += f" at {grouped(trim(str(algo['average_price'])))}"
    text += f" ({why})" if why and why != OWN_REASON else ""
    grave = not whole and why != OWN_REASON
    return News("algo", "warning" if grave else "information", text, symbol, name, ("algo", name, str(algo["status"])),
                "algorithms ended", str(algo.get("updated_at") or ""), ends=True)  # fmt: skip


def algo_terms_of(algo: Document) -> str:
    """TWAP a000001."""
    return f"{str(algo.get('algo', '')).upper()} {algo['algo_id']}"


def of_system(frame: Document, mine: frozenset[str]) -> News | None:
    """Halts, auctions and expiries of what is held or worked (`mine`)."""
    scope, status = str(frame.get("scope") or ""), str(frame.get("status") or "")
    text, at = str(frame.get("text") or ""), str(frame.get("at") or "")
    if scope in _SCOPES or scope not in mine:
        return None
    if status in _CROSSES:
        return News("market", "information", f"{_CROSSES[status]} of {scope}: {text}", scope, "",
                    ("system", scope, status, at), "auctions", at)  # fmt: skip
    grave = status in ("halted", "expiring")
    return News("market", "warning" if grave else "information", text or f"{scope} {status}", scope, "",
                ("system", scope, status, at), f"{status} instruments", at)  # fmt: skip


_RISK = {"warning": ("warning", "Margin warning: {use} of the limit is used"),
         "liquidating": ("error", "Liquidation: the desk closes positions, {use} of the margin limit is used"),
         "locked": ("warning", "The account is locked for new risk")}  # fmt: skip


def of_risk(risk: Document, before: str) -> News | None:
    """The account came near a limit, or back from it. `before` is the state that was told last ("": none)."""
    state, at = str(risk.get("state") or "ok"), str(risk.get("at") or "")
    if state == before or (state == "ok" and not before):
        return None
    if state not in _RISK:
        return News("risk", "information", "Margin is in order again", identity=("risk", state, at), at=at)
    severity, text = _RISK[state]
    locked = risk.get("locked")
    why = str(locked.get("cause") or "") if isinstance(locked, dict) else ""
    said = text.format(use=_share(risk.get("margin_use"))) + (f": {why}" if why else "")
    return News("risk", severity, said, identity=("risk", state, at), at=at, rings=severity == "error")


def of_link(back: bool, at: str) -> News:
    """The desk was lost, or is found again."""
    if back:
        return News("link", "information", "The desk answers again", family="times the desk answered again", at=at)
    text = "The desk does not answer; trying again"
    return News("link", "warning", text, family="times the desk was lost", at=at)


def of_movement(row: Document) -> News | None:
    """Cash that no trade moved: dividends, settlements, financing, splits."""
    kind, amount = str(row.get("kind") or ""), str(row.get("amount") or "0")
    if row.get("fill_id") or row.get("order_id") or kind in TRADES - {"settled"}:
        return None
    of, at = str(row.get("symbol") or ""), str(row.get("at") or "")
    sign = "" if amount.startswith(("-", "+")) else "+"
    text = f"{kind.capitalize()}{f' of {of}' if of else ''}: {sign}{grouped(trim(amount))} VCR"
    return News("account", "information", text, of, str(row["movement_id"]), ("cash", str(row["movement_id"])),
                f"bookings: {kind}", at)  # fmt: skip


def _share(fraction: object) -> str:
    return f"{percent(str(fraction))}%" if fraction is not None else "too much"


def _size(order: Mapping[str, Any]) -> str:
    return grouped(trim(str(order["quantity"])))


def _verb(order: Mapping[str, Any]) -> str:
    return "buys" if order.get("side") == "buy" else "sells"


def _bought(order: Mapping[str, Any]) -> str:
    return "bought" if order.get("side") == "buy" else "sold"
