"""Which parts and terms each purpose has: what is missing or too much cannot be shown, so it cannot be signed."""

from __future__ import annotations

import msgspec

from engine.model.order import OrderType
from engine.model.proposal import LEGS_MOST, TRADES, WITHOUT_CODE, Purpose
from engine.signing.fields import Part
from engine.signing.ticket import Ticket

_ORDER = ("client_id", "instrument", "symbol", "name", "class", "side", "type", "quantity", "unit", "currency", "tif")
_P = Purpose


class Unsignable(ValueError):
    """The card cannot say all of it, so nobody can sign it. The text says what does not fit and what would."""


class Item(msgspec.Struct, frozen=True):
    """One term of an act: its field, its words on the card, and whether it must be there."""

    field: str
    label: str
    needed: bool = True


def _maybe(field: str, label: str) -> Item:
    return Item(field, label, False)


_ALGO = ("algo", "symbol", "side", "quantity", "over", "currency", "protect")

ITEMS: dict[Purpose, tuple[Item, ...]] = {
    _P.ORDER_PLACE: (),
    _P.BASKET_PLACE: (),
    _P.RULE_CREATE: (),
    _P.ORDER_REPLACE: (Item("order_id", "replaces order"), Item("quantity", "which was for"), _maybe("limit", "at")),
    _P.ORDER_CANCEL: (
        Item("order_id", "order"),
        Item("side", ""),
        Item("quantity", ""),
        Item("symbol", ""),
        Item("type", ""),
        Item("remaining", "not yet filled"),
        _maybe("limit", "limit"),
        _maybe("stop", "stop"),
    ),
    _P.ALGO_START: (
        *(Item(field, "") for field in _ALGO),
        _maybe("slices", ""),
        _maybe("rate", ""),
        _maybe("limit", ""),
        _maybe("session", ""),
        _maybe("client_id", ""),
        _maybe("max_cash", ""),
        _maybe("min_cash", ""),
    ),
    _P.MANDATE_ARM: (
        Item("name", "mandate"),
        Item("strategy", "strategy"),
        Item("instruments", "trades"),
        Item("max_order", "at most an order, VCR"),
        Item("max_day", "at most a day, VCR"),
        Item("loss_stop", "stops at a loss of, VCR"),
        Item("until", "until"),
    ),
    _P.LIMITS_CHANGE: (Item("changes", "set"),),
    _P.APIKEY_CREATE: (
        Item("name", "key"),
        Item("scope", "may"),
        _maybe("instruments", "trades"),
        _maybe("max_order", "at most an order, VCR"),
        _maybe("max_day", "at most a day, VCR"),
        _maybe("addresses", "from"),
        Item("until", "until"),
    ),
    _P.WEBHOOK_CREATE: (Item("url", ""), Item("events", "told of")),
    _P.TOOL_INSTALL: (
        Item("name", "tool"),
        _maybe("version", "version"),
        Item("hash", ""),
        _maybe("grants", "may"),
    ),
    _P.KEY_ENROLL: (
        Item("print", ""),
        Item("owner", "key of"),
        Item("role", "who may sign as"),
        _maybe("accounts", "for"),
        _maybe("name", "named"),
    ),
    _P.KEY_REVOKE: (Item("print", ""), Item("owner", "key of"), _maybe("why", "because")),
    _P.WATCHLIST_CHANGE: (Item("list", "watchlist"), _maybe("add", "add"), _maybe("remove", "remove")),
    _P.ALERT_CREATE: (Item("symbol", "on"), Item("condition", "when"), _maybe("note", "note")),
}

NEEDS: dict[OrderType, tuple[str, ...]] = {
    OrderType.MARKET: (),
    OrderType.LIMIT: ("limit",),
    OrderType.STOP: ("stop",),
    OrderType.STOP_LIMIT: ("limit", "stop"),
    OrderType.TRAILING_STOP: (),
    OrderType.OCO: ("limit", "stop"),
}


def purpose_of(ticket: Ticket) -> Purpose:
    """The ticket's purpose, its shape checked. Raises Unsignable."""
    try:
        purpose = Purpose(ticket.purpose)
    except ValueError:
        raise Unsignable(f"there is no act {ticket.purpose}") from None
    wanted = {"act"} if ITEMS[purpose] else set()
    if purpose is Purpose.BASKET_PLACE:
        wanted.add("legs")
    elif purpose in TRADES and purpose is not Purpose.ALGO_START:
        wanted.add("order")
    if purpose in TRADES:
        wanted |= {"effects", "book"}
    given = {name for name in ("order", "legs", "act", "effects", "book") if getattr(ticket, name)}
    if given != wanted:
        raise Unsignable(
            f"{purpose} has the parts {', '.join(sorted(wanted))}, not {', '.join(sorted(given)) or 'none'}"
        )
    _check_act(ticket.act, ITEMS[purpose])
    if purpose in TRADES:
        _check_trade(ticket, purpose)
    return purpose


def takes_code(purpose: Purpose) -> bool:
    """Whether its card is signed with a code; Enter alone accepts what moves no money."""
    return purpose not in WITHOUT_CODE


def _check_act(act: Part, items: tuple[Item, ...]) -> None:
    missing = [item.field for item in items if item.needed and item.field not in act]
    extra = sorted(set(act) - {item.field for item in items})
    if missing or extra:
        raise Unsignable(
            f"the act lacks {', '.join(missing) or 'nothing'} and has {', '.join(extra) or 'nothing'} too much"
        )


def _check_trade(ticket: Ticket, purpose: Purpose) -> None:
    effects = {f"{name}_{word}" for name in ("share", "margin") for word in ("before", "after", "limit")} | {"fee"}
    if purpose is Purpose.BASKET_PLACE:
        if len(ticket.legs) > LEGS_MOST:
            raise Unsignable(f"the card has {LEGS_MOST} rows for orders; propose fewer at once")
        buys = any(leg.get("side") == "buy" for leg in ticket.legs)
        sells = any(leg.get("side") == "sell" for leg in ticket.legs)
        effects |= ({"pays"} if buys else set()) | ({"brings"} if sells else set())
    else:
        effects |= {"position_before", "position_after"}
    if set(ticket.effects) != effects or set(ticket.book) != {"seq", "age_ms"}:
        raise Unsignable("the effects or the book are not those of this act")
    for order in (ticket.order, *ticket.legs):
        if order:
            check_order(order)
    if purpose is Purpose.RULE_CREATE and "when" not in ticket.order:
        raise Unsignable("a rule says when")
    if purpose is Purpose.ALGO_START:
        _check_cash(ticket.act)


def check_order(order: Part) -> None:
    """Whether an order's terms are whole. Raises Unsignable."""
    missing = [field for field in (*_ORDER, "protect") if field not in order]
    kind = next((kind for kind in OrderType if kind.value == order.get("type")), None)
    if missing or kind is None:
        raise Unsignable(f"the order lacks {', '.join(missing) or 'a type that is known'}")
    prices = {field for field in ("limit", "stop") if field in order}
    if kind is not OrderType.TRAILING_STOP and prices != set(NEEDS[kind]):
        raise Unsignable(f"the type {kind} has the prices {', '.join(NEEDS[kind]) or 'none'}")
    trail = ("trail" in order) + ("trail_percent" in order)
    if trail != (kind is OrderType.TRAILING_STOP):
        raise Unsignable("a trailing stop has one distance, and no other order has one")
    _check_cash(order)


def _check_cash(terms: Part) -> None:
    cash = {"buy": "max_cash", "sell": "min_cash"}[str(terms["side"])]
    if {"max_cash", "min_cash"} & set(terms) != {cash}:
        raise Unsignable(f"a {terms['side']} says its {cash}, and nothing else of the kind")
