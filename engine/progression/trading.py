"""Deeds of fills: what was traded, what was closed, and whether it was a wash or traded with oneself."""

from __future__ import annotations

from engine.model.fill import Fill
from engine.model.ids import DAY_NS, SECOND_NS
from engine.model.instrument import Instrument
from engine.model.number import div_half_even, to_text
from engine.model.order import Order, side_word
from engine.portfolio.analytics.attribution import costs
from engine.progression.deed import word
from engine.progression.memory import Book, Memory, Pending, Trip, Work

PLAN_NS = DAY_NS
"""How long a plan stands for a trade that opens."""
_PHASES = {"OPG": "open_auction", "CLS": "close_auction"}
Said = tuple[str, dict[str, str]]


def money(minor: int) -> str:
    """Minor as VCR."""
    return to_text(minor, 6)


def described(instrument: Instrument | None, symbol: str, side: int, lots: int) -> dict[str, str]:
    """What every deed of a trade says of its instrument and size."""
    data = {"symbol": symbol, "side": side_word(side), "lots": str(lots)}
    if instrument is not None:
        sector = {"sector": instrument.sector} if instrument.sector else {}
        data |= {"class": instrument.asset_class, "quantity": instrument.quantity_text(lots), **sector}
    return data


def sized(value: int, nav: int) -> dict[str, str]:
    """A worth in VCR and in millionths of what the account was worth."""
    return {"value": money(value)} | ({"nav_ppm": str(1_000_000 * value // nav)} if nav > 0 else {})


def _bp(cost: int, value: int) -> str:
    return to_text(div_half_even(1_000_000 * cost, value), 2) if value else "0"


def take_fill(memory: Memory, book: Book, fill: Fill, order: Order | None, instrument: Instrument | None,
              wash_ns: int) -> list[Said]:  # fmt: skip
    """The deeds of one fill; the account's book goes on."""
    value, held = abs(fill.value), book.lots.get(fill.symbol, 0)
    spread, impact, _ = costs(fill)
    reduces = held * fill.side < 0
    trip = book.trips.get(fill.symbol)
    if trip is None:
        trip = book.trips[fill.symbol] = Trip(fill.side, fill.at, fill.at)
        trip.planned = 0 <= fill.at - book.plans.get(fill.symbol, -PLAN_NS - 1) <= PLAN_NS
    tick = value // abs(fill.price) if fill.price else 0
    crossed = _crosses(memory, fill, wash_ns)
    # What it gained must be more than what both sides of the spread and one tick make.
    wash = reduces and fill.at - trip.entered <= wash_ns and abs(fill.realised) <= 2 * abs(spread) + tick
    trip.crossed, trip.wash = trip.crossed or crossed, trip.wash or wash
    work = book.orders.setdefault(fill.order_id, Work(fill.symbol, fill.side))
    work.value += value
    data = {**described(instrument, fill.symbol, fill.side, fill.quantity), **sized(value, book.nav)}
    data["nav_ppm"] = str(1_000_000 * work.value // book.nav) if book.nav > 0 else "0"
    data |= {"order": fill.order_id, "order_value": money(work.value), "maker": word(fill.maker),
             "fee": money(fill.fee), "cost_bp": _bp(spread + impact + fill.fee, value),
             "saved_bp": _bp(-spread if fill.maker and spread < 0 else 0, value), "opens": word(not reduces),
             "reduce_only": word(bool(order and order.request.reduce_only)), "wash": word(wash),
             "self_match": word(crossed), "planned": word(trip.planned), "protective": word(_protective(order)),
             **_of_order(order)}  # fmt: skip
    said: list[Said] = [("fill", data)]
    _count(trip, fill, spread + impact, reduces)
    book.fills += 1
    if wash or crossed:
        book.pending = [one for one in book.pending if one.symbol != fill.symbol]
    elif reduces:
        said.append(("fill_kept", data))
    else:
        book.pending.append(Pending(fill.at, fill.symbol, data))
    after = held + fill.side * fill.quantity
    if held and (not after or held * after < 0):
        said.append(_closed(book, fill, trip, data))
        if after:
            book.trips[fill.symbol] = Trip(fill.side, fill.at, fill.at, abs(after), value, wash=wash, crossed=crossed)
    if after:
        book.lots[fill.symbol] = after
    else:
        book.lots.pop(fill.symbol, None)
    return said


def kept(book: Book, at: int, wash_ns: int) -> list[Said]:
    """Opening fills that proved to be none of a wash."""
    due = [one for one in book.pending if at - one.at > wash_ns]
    book.pending = book.pending[len(due) :]
    return [("fill_kept", one.data) for one in due]


def _count(trip: Trip, fill: Fill, cost: int, reduces: bool) -> None:
    trip.fee += fill.fee
    trip.realised += fill.realised
    trip.paid += cost
    trip.traded += abs(fill.value)
    if not reduces:
        trip.entered = fill.at
        trip.lots += fill.quantity
        trip.value += abs(fill.value)


def _closed(book: Book, fill: Fill, trip: Trip, data: dict[str, str]) -> Said:
    pnl = trip.realised - trip.fee
    del book.trips[fill.symbol]
    book.lost[fill.symbol] = pnl < 0
    names: tuple[str, ...] = ("symbol", "class", "sector", "quantity", "lots", "phase")
    same = {name: data[name] for name in names if name in data}
    return "trade_closed", {
        **same,
        **sized(trip.value, book.nav),
        "side": "long" if trip.side > 0 else "short",
        "pnl": money(pnl),
        "pnl_pct": to_text(div_half_even(1_000_000 * pnl, trip.value), 4) if trip.value else "0",
        "held_s": str((fill.at - trip.opened_at) // SECOND_NS),
        "won": word(pnl > 0),
        "wash": word(trip.wash),
        "self_match": word(trip.crossed),
        "planned": word(trip.planned),
        "protected": word(trip.protected),
        "cost_bp": _bp(trip.paid + trip.fee, trip.traded),
    }


def _crosses(memory: Memory, fill: Fill, wash_ns: int) -> bool:
    """Whether another own account just traded the other side at the same price. House bots are nobody's own."""
    if fill.account.startswith("house-"):
        return False
    last = memory.last.get(fill.symbol)
    memory.last[fill.symbol] = (fill.at, fill.account, fill.side, fill.price)
    if last is None:
        return False
    at, account, side, price = last
    if account == fill.account or side == fill.side or price != fill.price or fill.at - at > wash_ns:
        return False
    other = memory.books.get(account)
    if other is not None:
        other.pending = [one for one in other.pending if one.symbol != fill.symbol]
        if fill.symbol in other.trips:
            other.trips[fill.symbol].crossed = True
    return True


def _protective(order: Order | None) -> bool:
    return order is not None and (order.request.triggered_by_price or order.origin == "bracket")


def _of_order(order: Order | None) -> dict[str, str]:
    if order is None:
        return {}
    data = {"order_type": order.request.type.value, "origin": order.origin.partition(":")[0]}
    phase = _PHASES.get(order.request.time_in_force.value)
    return data | ({"phase": phase} if phase else {})
