"""Each refusal for a size names the largest quantity that passes: that one does pass, and one lot more does not."""

from __future__ import annotations

import json
from collections import Counter

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.model.account import Limits, Position
from engine.model.ids import DAY_NS, AccountId, Lots, Symbol, Ticks
from engine.model.order import Order, OrderRequest, OrderType, Status
from engine.model.refusal import Code
from engine.model.session import MarketSession
from tests.still_market import Floor

SIZES = frozenset(
    {
        *(Code.WOULD_NOT_REDUCE, Code.LIQUIDITY_HALT, Code.INSUFFICIENT_MARGIN, Code.CONCENTRATION_LIMIT),
        *(Code.ORDER_LIMIT, Code.ACCOUNT_LOCKED, Code.NO_LOCATE),
    }
)
SYMBOLS = (
    *("AAPL", "7203.T", "SHEL.L", "SAP.DE", "0700.HK", "005930.KS", "SPY", "XLE", "BTC-USD", "FTT-USD", "EUR-USD"),
    *("USD-JPY", "EUR-GBP", "GCZ26", "CLF27", "SPX", "N225", "UKX"),
)
"""Six classes, nine currencies, lots from 1e-8 to 1000."""
MILLION = 1_000_000


class Wish(msgspec.Struct, frozen=True):
    """An order in units that suit every instrument: `worth` in VCR, `off` in ticks from the touch (None: market)."""

    symbol: str
    side: int
    worth: int
    off: int | None
    reduce_only: bool


class Scene(msgspec.Struct, frozen=True):
    """What the account holds (VCR by symbol) and is bound by, and what the markets can give."""

    held: dict[str, int]
    order_value: int | None
    lock: str
    left: int
    size: int
    closed: bool


WISHES = st.builds(
    Wish,
    st.sampled_from(SYMBOLS),
    st.sampled_from([+1, -1]),
    st.sampled_from([900, 30_000, 260_000, 900_000, 5_000_000]).flatmap(lambda most: st.integers(most // 5, most)),
    st.one_of(st.none(), st.integers(-40, 40)),
    st.sampled_from([False, False, True]),
)
HOLDINGS = st.dictionaries(st.sampled_from(SYMBOLS), st.integers(-230_000, 230_000), max_size=6)
SCENES = st.builds(
    Scene,
    HOLDINGS,
    st.one_of(st.none(), st.none(), st.integers(1, 400_000)),
    st.sampled_from(["", "", "", "day", "liquidating"]),
    st.sampled_from([10**12, 10**12, 4_000, 0]),
    st.sampled_from([10**12, 500, 3]),
    st.sampled_from([False, False, False, True]),
)


def stage(scene: Scene) -> Floor:
    """A floor on which the account holds what the scene says, bought at the present mids."""
    floor = Floor()
    account = floor.kernel.state.accounts["main"]
    valuer = floor.kernel.valuer
    for symbol, vcr in scene.held.items():
        lots = lots_for(floor, symbol, abs(vcr))
        if lots:
            hold(floor, symbol, lots if vcr > 0 else -lots)
    account.day_nav = valuer.worth(account).nav
    account.limits = Limits(order_value=None if scene.order_value is None else scene.order_value * MILLION)
    account.liquidating = scene.lock == "liquidating"
    if scene.lock == "day":
        account.locked, account.locked_day = "it lost 5 VCR today", floor.now // DAY_NS
    market = floor.market
    market.left = float(scene.left)
    market.bid_size[:] = market.ask_size[:] = scene.size
    if scene.closed:
        market.state[:] = MarketSession.CLOSED
    floor.step()
    return floor


def hold(floor: Floor, symbol: str, lots: int) -> None:
    """Give the account a position at the mid, as if it had been bought there."""
    account, instrument = floor.kernel.state.accounts["main"], floor.instrument(symbol)
    value = floor.kernel.valuer.mark(instrument, lots)
    account.positions[symbol] = Position(Symbol(symbol), lots, value)
    if instrument.full_cash:
        account.cash -= value


def lots_for(floor: Floor, symbol: str, vcr: int) -> int:
    """Lots worth at most so many VCR at the mid."""
    instrument = floor.instrument(symbol)
    return floor.kernel.valuer.most_lots(instrument, floor.shown.mid2(instrument), vcr * MILLION)


def send(floor: Floor, wish: Wish, lots: int) -> Order:
    """Send the wish with a quantity in lots."""
    limit = limit_of(floor, wish)
    return floor.send(wish.side, wish.symbol, lots, limit, reduce_only=wish.reduce_only)


def limit_of(floor: Floor, wish: Wish) -> int | None:
    if wish.off is None:
        return None
    bid, ask = floor.shown.touch(floor.instrument(wish.symbol))
    return max(1, (ask if wish.side > 0 else bid) + wish.off)


def previewed(floor: Floor, wish: Wish, lots: int) -> str:
    """The largest quantity that a preview names."""
    limit = limit_of(floor, wish)
    kind = OrderType.MARKET if limit is None else OrderType.LIMIT
    request = OrderRequest(
        Symbol(wish.symbol),
        wish.side,
        kind,
        Lots(lots),
        None if limit is None else Ticks(limit),
        reduce_only=wish.reduce_only,
    )
    kernel = floor.kernel
    main = AccountId("main")
    document = kernel.preview.document(kernel.state.accounts[main], request, kernel.working_lots(main), floor.now)
    json.dumps(document)
    return str(document["max_quantity"])


def judge(floor: Floor, wish: Wish, seen: Counter[Code]) -> None:
    """Send a wish; where its size is refused, hold the refusal to its word."""
    lots = max(1, lots_for(floor, wish.symbol, wish.worth))
    order = send(floor, wish, lots)
    refusal = order.refusal
    if refusal is None or refusal.code not in SIZES:
        return
    seen[refusal.code] += 1
    instrument = floor.instrument(wish.symbol)
    most = 0 if refusal.max_quantity is None else instrument.lot.steps(refusal.max_quantity)
    assert most is not None and most < lots, refusal
    assert refusal.field == "quantity" and refusal.message and refusal.fix
    assert previewed(floor, wish, lots) == instrument.quantity_text(most), refusal
    over = send(floor, wish, most + 1)
    assert over.status is Status.REJECTED and over.refusal is not None, (refusal, over)
    assert over.refusal.code in SIZES and over.refusal.max_quantity == refusal.max_quantity, (refusal, over.refusal)
    if most:
        passed = send(floor, wish, most)
        assert passed.refusal is None and passed.status is not Status.REJECTED, (refusal, passed.refusal)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(SCENES, st.lists(WISHES, min_size=3, max_size=8))
def test_the_named_size_passes_and_a_lot_more_does_not(scene: Scene, wishes: list[Wish]) -> None:
    floor = stage(scene)
    for wish in wishes:
        judge(floor, wish, Counter())


def test_a_reduce_only_order_is_told_what_a_thin_market_can_give() -> None:
    scene = msgspec.structs.replace(EMPTY, held={"AAPL": 50_000}, left=0, size=3)
    judge(stage(scene), Wish("AAPL", -1, 90_000, None, True), Counter())


EMPTY = Scene({}, None, "", 10**12, 10**15, False)
EXAMPLES = {
    Code.WOULD_NOT_REDUCE: (
        msgspec.structs.replace(EMPTY, held={"AAPL": 50_000}),
        Wish("AAPL", -1, 90_000, None, True),
    ),
    Code.LIQUIDITY_HALT: (msgspec.structs.replace(EMPTY, left=0, size=3), Wish("AAPL", 1, 90_000, None, False)),
    Code.INSUFFICIENT_MARGIN: (EMPTY, Wish("EUR-USD", 1, 2_500_000, None, False)),
    Code.CONCENTRATION_LIMIT: (EMPTY, Wish("7203.T", 1, 300_000, None, False)),
    Code.ORDER_LIMIT: (
        msgspec.structs.replace(EMPTY, held={"AAPL": 50_000}, order_value=10_000),
        Wish("AAPL", -1, 90_000, -7, False),
    ),
    Code.ACCOUNT_LOCKED: (
        msgspec.structs.replace(EMPTY, held={"BTC-USD": 50_000}, lock="day"),
        Wish("BTC-USD", -1, 90_000, None, False),
    ),
    Code.NO_LOCATE: (EMPTY, Wish("FTT-USD", -1, 90_000, None, False)),
}


@pytest.mark.parametrize("code", sorted(SIZES))
def test_each_size_refusal_by_example(code: Code) -> None:
    scene, wish = EXAMPLES[code]
    seen: Counter[Code] = Counter()
    judge(stage(scene), wish, seen)
    assert seen == {code: 1}
