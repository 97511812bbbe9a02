"""The rows of the card, in words: who, what, what it costs, where it came from."""

from __future__ import annotations

from engine.model.format import time_text
from engine.model.proposal import TRADES, Purpose
from engine.signing.fields import Part
from engine.signing.shape import ITEMS
from engine.signing.ticket import Ticket

INNER = 52
_SIGNED_HASH = 12
_GAP = "   "
_TYPES = {
    "market": "MARKET",
    "limit": "LIMIT",
    "stop": "STOP",
    "stop_limit": "STOP LIMIT",
    "trailing_stop": "TRAILING STOP",
    "oco": "ONE CANCELS OTHER",
}
_SHORT_TYPES = {
    "market": "MKT",
    "limit": "LMT",
    "stop": "STOP",
    "stop_limit": "STOP LMT",
    "trailing_stop": "TRAIL",
    "oco": "OCO",
}
_FLAGS = {"no_queue": "not queued", "post_only": "rests only", "reduce_only": "reduces only"}
_EACH = ("changes", "grants")
"""Lists whose items have a row each."""
_SHORT = {"no_queue": "noqueue", "post_only": "post", "reduce_only": "reduce"}


def body_of(ticket: Ticket, purpose: Purpose, *, tight: bool = False) -> list[list[str]]:
    """The sections above the foot; `tight` puts side by side what otherwise has a row of its own."""
    origin = _origin(ticket, tight)
    if purpose is Purpose.BASKET_PLACE:
        return [[_who(ticket)], [leg_row(leg) for leg in ticket.legs], _basket_effects(ticket.effects), origin]
    if purpose is Purpose.ALGO_START:
        return [[_who(ticket)], algo_rows(ticket.act), _costs(ticket.act, ticket.effects, tight), origin]
    if purpose in TRADES:
        what = [*act_rows(ticket.act, purpose), *_order(ticket.order, tight)]
        return [[_who(ticket)], what, _costs(ticket.order, ticket.effects, tight), origin]
    return [[_who(ticket)], act_rows(ticket.act, purpose), origin]


def grouped(amount: str) -> str:
    """A decimal with a comma between thousands."""
    sign = "-" if amount.startswith("-") else ""
    whole, point, fraction = amount.removeprefix("-").partition(".")
    return f"{sign}{int(whole):,}{point}{fraction}"


def _pair(left: str, right: str) -> str:
    """One text at each end of a row; too long for it where they would touch."""
    return f"{left}{' ' * max(1, INNER - len(left) - len(right))}{right}"


def _who(ticket: Ticket) -> str:
    who = f"account {ticket.account}"
    return _pair(who, f"book {ticket.book['age_ms']}ms") if ticket.book else who


def _origin(ticket: Ticket, tight: bool) -> list[str]:
    """Who proposed it, whether foreign text had a part in it, and how long it can be signed."""
    kind, _, name = ticket.origin.partition(":")
    name, _, pin = name.partition("@")
    whence = {"human": "from you", "copilot": "from COPILOT", "mcp": "from MCP CLIENT"}.get(
        kind, f"from {kind.upper()}"
    )
    proposer = " ".join(word for word in (whence, name, pin[:_SIGNED_HASH]) if word)
    texts = "text" if ticket.taint == 1 else "texts"
    if tight:
        read = f"read {ticket.taint} foreign {texts}" if ticket.taint else "no foreign text"
        return _packed([proposer, read, f"until {_clock(ticket.exp)}"], "  ")
    read = f"turn read {ticket.taint} foreign {texts}" if ticket.taint else "no foreign text read"
    return [proposer, _pair(read, f"valid to {_clock(ticket.exp)}")]


def _clock(at_ms: int) -> str:
    return time_text(at_ms // 1_000 * 1_000_000_000)[11:]


def _text(terms: Part, field: str) -> str:
    return grouped(str(terms[field]))


def _order(order: Part, tight: bool) -> list[str]:
    currency = order["currency"]
    act = f"{str(order['side']).upper()} {_text(order, 'quantity')} {order['symbol']}{_GAP}({order['unit']})"
    rows = _grouped_rows([[act], [f'"{order["name"]}" {order.get("contract", "")}'.rstrip()]], tight)
    kind = [_TYPES[str(order["type"])]]
    if "limit" in order:
        kind.append(f"{_text(order, 'limit')} {currency}")
    if "stop" in order:
        kind.append(f"{'' if order['type'] == 'stop' else 'stop '}{_text(order, 'stop')} {currency}")
    if "trail" in order:
        kind.append(f"{_text(order, 'trail')} {currency} behind")
    if "trail_percent" in order:
        kind.append(f"{_text(order, 'trail_percent')}% behind")
    force = [str(order["tif"]), *([f"until {order['expire_at']}"] if "expire_at" in order else [])]
    hours = [f"{order['session']} hours"] if "session" in order else []
    worst = f"never worse than {_text(order, 'protect')} {currency}"
    words = (("take_profit", "take profit"), ("stop_loss", "stop loss"))
    exits = [f"{label} {_text(order, field)}" for field, label in words if field in order]
    shows = [f"shows {_text(order, 'display')} at a time"] if "display" in order else []
    flags = [*shows, *(_FLAGS.get(flag, flag) for flag in order.get("flags", ()))]
    groups = [[" ".join(kind), *force, *hours], [worst], exits, flags]
    rows += _grouped_rows(groups, tight)
    rows += _packed(list(order.get("foreign", ())), ", ", "out of foreign text: ")
    return rows + [f"{'and' if n else 'only when'} {rule}" for n, rule in enumerate(order.get("when", ()))]


def _grouped_rows(groups: list[list[str]], tight: bool) -> list[str]:
    if tight:
        return _packed([word for group in groups for word in group], _GAP)
    return [row for group in groups for row in _packed(group, _GAP)]


def leg_row(leg: Part) -> str:
    """A basket's order in one row; what is its only price is said once."""
    words = [str(leg["side"]).upper(), _text(leg, "quantity"), str(leg["symbol"])]
    words.append(_SHORT_TYPES[str(leg["type"])])
    words += [_text(leg, field) for field in ("limit", "stop", "trail") if field in leg]
    words += [f"{leg['trail_percent']}%"] if "trail_percent" in leg else []
    words += [str(leg["tif"]), *([str(leg["expire_at"])] if "expire_at" in leg else [])]
    if leg.get("limit") != leg["protect"]:
        words.append(f"{'max' if leg['side'] == 'buy' else 'min'} {_text(leg, 'protect')}")
    labels = (("take_profit", "tp"), ("stop_loss", "sl"), ("display", "shows"))
    words += [f"{label} {_text(leg, field)}" for field, label in labels if field in leg]
    words += ["ext"] if leg.get("session") == "extended" else []
    words += [_SHORT.get(flag, flag) for flag in leg.get("flags", ())]
    words += [f"when {rule}" for rule in leg.get("when", ())]
    words += ["foreign"] if "foreign" in leg else []
    return " ".join(words)


def _cash(terms: Part, fee: str) -> str:
    """The bound on money. Contracts and index units settle differences: their whole worth never changes hands."""
    settled = "contract" in terms or terms.get("class") == "indices"
    if "max_cash" in terms:
        verb = "worth" if settled else "pays"
        return f"{verb} up to {_text(terms, 'max_cash')} VCR incl. fee {grouped(fee)}"
    verb = "worth" if settled else "brings"
    return f"{verb} at least {_text(terms, 'min_cash')} VCR after fee {grouped(fee)}"


def _costs(terms: Part, effects: Part, tight: bool) -> list[str]:
    before_after = [
        [f"position {_text(effects, 'position_before')} -> {_text(effects, 'position_after')}"],
        [f"share of NAV {effects['share_before']}% -> {effects['share_after']}% (limit {effects['share_limit']}%)"],
        [f"margin {effects['margin_before']} -> {effects['margin_after']} (limit {effects['margin_limit']})"],
    ]
    if tight:
        before_after = [before_after[0], before_after[2], before_after[1]]
    return [_cash(terms, str(effects["fee"])), *_grouped_rows(before_after, tight)]


def _basket_effects(effects: Part) -> list[str]:
    money = [f"pays up to {_text(effects, 'pays')}"] if "pays" in effects else []
    money += [f"brings {_text(effects, 'brings')}"] if "brings" in effects else []
    share = f"largest share {effects['share_after']}%/{effects['share_limit']}%"
    margin = f"margin {effects['margin_before']} -> {effects['margin_after']}/{effects['margin_limit']}"
    return [f"{', '.join(money)}, fee {_text(effects, 'fee')}", f"{share}  {margin}"]


def algo_rows(act: Part) -> list[str]:
    """An algorithm: what it trades, how, and never worse than what."""
    how = [f"{str(act['algo']).upper()} over {act['over']}"]
    how += [f"in {_text(act, 'slices')} slices"] if "slices" in act else []
    how += [f"at {act['rate']}% of volume"] if "rate" in act else []
    rows = [f"{str(act['side']).upper()} {_text(act, 'quantity')} {act['symbol']}", " ".join(how)]
    rows += [f"limit {_text(act, 'limit')} {act['currency']}"] if "limit" in act else []
    rows.append(f"never worse than {_text(act, 'protect')} {act['currency']}")
    return rows + ([f"{act['session']} hours"] if "session" in act else [])


def act_rows(act: Part, purpose: Purpose) -> list[str]:
    """The named terms of an act: one row each, lists packed into as many as they need."""
    if purpose is Purpose.ORDER_CANCEL:
        terms = " ".join([str(act["side"]).upper(), _text(act, "quantity"), str(act["symbol"])])
        prices = [_text(act, "limit")] if "limit" in act else []
        prices += [f"stop {_text(act, 'stop')}"] if "stop" in act else []
        return [
            f"CANCEL order {act['order_id']}",
            " ".join([terms, _TYPES.get(str(act["type"]), str(act["type"])), *prices]),
            f"not yet filled {_text(act, 'remaining')}",
        ]
    if purpose is Purpose.ORDER_REPLACE:
        before = f"{_text(act, 'quantity')}{' at ' + _text(act, 'limit') if 'limit' in act else ''}"
        return [f"REPLACE order {act['order_id']}", f"which was for {before}"]
    rows: list[str] = []
    for item in ITEMS[purpose]:
        value = act.get(item.field)
        if isinstance(value, list):
            each = [_named(item.label, item.field, one) for one in value] if item.field in _EACH else None
            rows += each or _packed(value, ", ", f"{item.label} ")
        elif value is not None:
            rows.append(_named(item.label, item.field, value))
    return rows


def _named(label: str, field: str, value: str) -> str:
    """A term in a row. What somebody worded stands in quotes, so that it cannot pass for words of the card."""
    if field in ("list", "note", "why", "condition", "grants"):
        value = f'"{value}"'
    elif field == "strategy":
        name, _, pin = value.partition("@")
        value = f"{name} {pin[:_SIGNED_HASH]}"
    elif field in ("max_order", "max_day", "loss_stop"):
        value = grouped(value)
    return f"{label} {value}".strip()


def _packed(words: list[str], between: str, label: str = "") -> list[str]:
    """Whole words side by side, on as few rows as they need; each row begins with the label."""
    rows: list[str] = []
    for word in words:
        if rows and len(rows[-1]) + len(between) + len(word) <= INNER:
            rows[-1] += between + word
        else:
            rows.append(label + word)
    return rows
