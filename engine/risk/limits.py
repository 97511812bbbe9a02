"""Limits that an account's owner set on every order, whoever sends it, and the lock that lets only reducing ones pass.

Sizes are judged by `size_rooms` together with leverage and concentration, so that one answer names a size that all of
them let pass; everything else by `check_limits`. Nothing here ever stops an order that only reduces a position, except
a price far through the market and a slip of the hand. Only what comes from outside can be a slip or a runaway loop;
what the desk makes itself (exits, slices) is neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from engine.model.account import Account, Limits
from engine.model.format import time_text
from engine.model.ids import DAY_NS, MINUTE_NS, SECOND_NS, TimeNs
from engine.model.instrument import Instrument
from engine.model.number import to_text, trim
from engine.model.order import OrderRequest, OrderType, Sent
from engine.model.origin import from_outside
from engine.model.refusal import Code, Refusal
from engine.portfolio.valuation import Valuer

# --- locks --------------------------------------------------------------------------------------


def locked_now(account: Account, now: int) -> bool:
    """Whether the account is stopped for the UTC day of `now`."""
    return bool(account.locked) and now // DAY_NS <= account.locked_day


def only_reducing(account: Account, now: int) -> bool:
    """Whether the account may do nothing but reduce its positions."""
    return account.liquidating or locked_now(account, now)


def lost_too_much(account: Account, nav: int) -> bool:
    """Whether the account is below its NAV of 00:00 UTC by more than its owner's daily limit."""
    loss = account.limits.daily_loss
    return loss is not None and account.day_nav - nav > loss


def money_words(minor: int) -> str:
    """Money as people write it, without trailing zeros."""
    return trim(to_text(minor, 6))


# --- sizes --------------------------------------------------------------------------------------


def size_rooms(
    account: Account,
    valuer: Valuer,
    instrument: Instrument,
    request: OrderRequest,
    price2: int,
    reducing: int,
    now: int,
) -> list[tuple[Code, int]]:
    """Largest quantity in lots that the lock and the value limit let pass, in the order in which they are checked.

    `price2` is what a lot counts at in half ticks, `reducing` how many lots would only reduce the position: those
    are never stopped, and a reduce-only order does nothing else.
    """
    rooms: list[tuple[Code, int]] = []
    if request.reduce_only:
        return rooms
    if only_reducing(account, now):
        rooms.append((Code.ACCOUNT_LOCKED, reducing))
    most = account.limits.order_value
    if most is not None:
        rooms.append((Code.ORDER_LIMIT, reducing + valuer.most_lots(instrument, price2, most)))
    return rooms


def size_words(code: Code, account: Account, instrument: Instrument, now: int) -> tuple[str, str, str]:
    """(message, cause, what to do where no size passes) of the two codes of `size_rooms`."""
    if code is Code.ORDER_LIMIT:
        most = money_words(account.limits.order_value or 0)
        return (
            f"an order of this account may be worth at most {most} VCR",
            "its owner set the limit; what only reduces a position does not count",
            "raise it with `vterm risk set --max-order-value`",
        )
    nothing = f"nothing of {instrument.symbol} is left to reduce on this side"
    if account.liquidating:
        return (
            "the account is being liquidated, so only orders that reduce a position pass",
            f"its gross notional went beyond its margin; {nothing}",
            "wait until use of the limit is back at 95 %",
        )
    ends = time_text(TimeNs((account.locked_day + 1) * DAY_NS))
    return (
        "the account is locked for today, so only orders that reduce a position pass",
        f"{account.locked}; {nothing}",
        f"wait until {ends}, or lift it with `vterm risk unlock`",
    )


# --- everything else ----------------------------------------------------------------------------


def recent_orders(sent: Sequence[Sent], account: Account, now: int) -> Iterator[Sent]:
    """The account's hand-made orders as far back as its limits look, newest first.

    `sent` are those that were kept for that, oldest first; what is older than the window is not read.
    """
    since = now - look_back(account.limits)
    for order in reversed(sent):
        if order.at <= since:
            return
        yield order


def keeps(account: Account, origin: str) -> bool:
    """Whether an order of `origin` has to be kept for the account's limits to look back at."""
    return from_outside(origin) and look_back(account.limits) > 0


def look_back(limits: Limits) -> int:
    """How far back the limits look, in ns."""
    return max(limits.repeat_ns or 0, MINUTE_NS if limits.orders_per_minute is not None else 0)


def check_limits(
    account: Account, request: OrderRequest, now: int, recent: Iterable[Sent], *, origin: str = "person"
) -> Refusal | None:
    """RATE_LIMITED and DUPLICATE_ORDER; for a new order only, not for one that is checked again at the open.

    `recent` are the account's earlier orders as `recent_orders` gives them; none is read where no limit needs it.
    """
    limits = account.limits
    if not from_outside(origin) or not look_back(limits):
        return None
    sent = 0
    minute_ago: Sent | None = None
    for order in recent:
        if _repeats(limits, request, order, now):
            return _duplicate(limits, order)
        if order.at > now - MINUTE_NS:
            sent, minute_ago = sent + 1, order
    if limits.orders_per_minute is None or sent < limits.orders_per_minute:
        return None
    frees = TimeNs((minute_ago.at if minute_ago else now) + MINUTE_NS)
    return Refusal(
        Code.RATE_LIMITED,
        f"this account sends at most {limits.orders_per_minute} orders a minute",
        cause=f"{sent} were sent within the last minute; its owner set the limit",
        fix=f"send again after {time_text(frees)}, or raise it with `vterm risk set --orders-per-minute`",
    )


def _repeats(limits: Limits, request: OrderRequest, order: Sent, now: int) -> bool:
    if limits.repeat_ns is None or request.client_order_id or order.rejected:
        return False
    return order.at > now - limits.repeat_ns and order.request == request


def _duplicate(limits: Limits, order: Sent) -> Refusal:
    seconds = trim(to_text((limits.repeat_ns or 0) * 1000 // SECOND_NS, 3))
    return Refusal(
        Code.DUPLICATE_ORDER,
        f"the same order was sent as {order.order_id} less than {seconds} s ago",
        cause="its owner set that the same order again, so soon, is taken for a slip",
        fix="give it a client_order_id of its own if it is meant, or wait",
    )


def check_prices(
    account: Account, instrument: Instrument, request: OrderRequest, touch: tuple[int, int]
) -> Refusal | None:
    """PRICE_BAND for a price further through the market than the owner allows; `touch` is (bid, ask), 0 for none.

    A limit is measured from the touch it would take, a stop limit's from its own trigger. A trigger is measured
    from the touch too: one far on the wrong side of the market would fire at once. Passive prices are welcome.
    """
    limits, side = account.limits, request.side
    far = touch[1] if side > 0 else touch[0]
    if (limits.off_bps is None and limits.off_ticks is None) or not all(touch):
        return None
    stop = request.stop_price
    if stop is not None and request.type is not OrderType.TRAILING_STOP:
        edge = far - side * _room(limits, far)
        if side * (edge - stop) > 0:
            word = "lower" if side < 0 else "higher"
            return _band(limits, instrument, "stop_price", int(stop), edge, far, word)
    if request.limit_price is None:
        return None
    base = int(stop) if stop is not None and request.type is OrderType.STOP_LIMIT else far
    edge = base + side * _room(limits, base)
    if side * (request.limit_price - edge) > 0:
        word = "lower" if side > 0 else "higher"
        return _band(limits, instrument, "limit_price", int(request.limit_price), edge, base, word)
    return None


def _room(limits: Limits, price: int) -> int:
    """Ticks that a price may be off `price`, by the tighter of both limits."""
    rooms = []
    if limits.off_bps is not None:
        rooms.append(abs(price) * limits.off_bps // 10_000)
    if limits.off_ticks is not None:
        rooms.append(limits.off_ticks)
    return min(rooms)


def _band(limits: Limits, instrument: Instrument, field: str, price: int, edge: int, base: int, word: str) -> Refusal:
    allowed = []
    if limits.off_bps is not None:
        allowed.append(f"{trim(to_text(limits.off_bps, 2))} %")
    if limits.off_ticks is not None:
        allowed.append(f"{limits.off_ticks} ticks")
    return Refusal(
        Code.PRICE_BAND,
        f"{field} {instrument.price_text(price)} is more than {' or '.join(allowed)} through the market",
        cause=f"it is measured from {instrument.price_text(base)}; the account's owner set the limit",
        fix=f"use {instrument.price_text(edge)} or {word}",
        field=field,
    )
