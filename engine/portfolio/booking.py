"""An execution becomes money: the fill with its price taken apart, the position after it, the transfers."""

from __future__ import annotations

from engine.ledger.position import apply_fill
from engine.ledger.postings import for_fill
from engine.matching.fees import schedule
from engine.model.account import Account, Transfer
from engine.model.fill import Explain, Fill
from engine.model.format import time_text
from engine.model.ids import FillId, Lots, Minor, Ticks, TimeNs
from engine.model.instrument import Instrument
from engine.model.order import Order
from engine.portfolio.valuation import Valuer


class Execution:
    """What the exchange decided: `lots` at `price` ticks, with the marks that explain it."""

    __slots__ = ("at", "displayed", "lots", "maker", "price", "touch")

    def __init__(self, at: TimeNs, price: int, lots: int, *, maker: bool, touch: int, displayed: int) -> None:
        self.at, self.price, self.lots, self.maker = at, price, lots, maker
        self.touch, self.displayed = touch, displayed


def explain(order: Order, execution: Execution, mid2: int, shift2: int) -> Explain:
    """The price in five parts. `mid2` is the shown mid now, `shift2` the users' displacement in it (half ticks).

    timing is the drift of the world since arrival; impact is how far users moved the mid since arrival, plus
    what was paid beyond the displayed level; half_spread and depth are the walk from the mid now.
    """
    world_now, world_then = mid2 - shift2, order.arrival_mid2 - order.arrival_shift2
    moved = shift2 - order.arrival_shift2
    if execution.maker:
        half, depth, beyond = 2 * execution.price - mid2, 0, 0
    else:
        half = 2 * execution.touch - mid2
        depth = 2 * (execution.displayed - execution.touch)
        beyond = 2 * (execution.price - execution.displayed)
    return Explain(order.arrival_mid2, half, depth, moved + beyond, world_now - world_then)


def book(
    account: Account,
    order: Order,
    instrument: Instrument,
    execution: Execution,
    parts: Explain,
    valuer: Valuer,
    fill_id: FillId,
    next_transfer: int,
) -> tuple[Fill, tuple[Transfer, ...]]:
    """Change account and order by one execution; returns the fill and its transfers."""
    side, symbol = order.request.side, order.request.symbol
    value = valuer.value(instrument, execution.lots, 2 * execution.price)
    position, realised = apply_fill(account.positions.get(symbol), symbol, side, execution.lots, value)
    cash = -side * value if instrument.full_cash else realised
    fee = _fee(account, order, instrument, execution, valuer, value)
    fill = Fill(
        fill_id=fill_id,
        order_id=order.order_id,
        client_order_id=order.request.client_order_id,
        account=account.account_id,
        symbol=symbol,
        side=side,
        quantity=Lots(execution.lots),
        price=Ticks(execution.price),
        value=Minor(value),
        cash=Minor(cash),
        fee=Minor(fee),
        realised=Minor(realised),
        maker=execution.maker,
        at=execution.at,
        explain=parts,
    )
    transfers = for_fill(fill, next_transfer)
    if position is None:
        account.positions.pop(symbol, None)
    else:
        if symbol not in account.positions:
            position.day_label = time_text(execution.at)[:10]
        account.positions[symbol] = position
    account.cash += cash - fee
    account.realised += realised
    account.fees += fee
    order.filled = Lots(order.filled + execution.lots)
    order.filled_value += execution.price * execution.lots
    order.fee += fee
    order.updated_at = execution.at
    return fill, transfers


def _fee(
    account: Account, order: Order, instrument: Instrument, execution: Execution, valuer: Valuer, value: int
) -> int:
    """What this execution adds to the order's fee: the schedule after it less the schedule before it."""
    plan, rate = schedule(instrument.fee_schedule), valuer.rate(instrument.currency)
    traded = account.traded.get(instrument.fee_schedule, 0)

    def total(lots: int, ticks_lots: int) -> int:
        if not lots:
            return 0
        worth = valuer.value(instrument, 1, 2 * ticks_lots)
        return plan.total(instrument, order.request.side, lots, worth, execution.maker, traded, rate)

    before = total(order.filled, order.filled_value)
    after = total(order.filled + execution.lots, order.filled_value + execution.price * execution.lots)
    account.traded[instrument.fee_schedule] = traded + value
    return after - before
