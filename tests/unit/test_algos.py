"""Algorithms send what their schedule says, no more, and survive whatever happens to the engine."""

from __future__ import annotations

from typing import Any

import pytest

from engine.matching.algos.slices import shares, sliced
from engine.model.algo import Algo, AlgoKind, AlgoRequest, AlgoStatus
from engine.model.command import ControlAlgo, StartAlgo
from engine.model.ids import MINUTE_NS, SECOND_NS, AccountId, Lots, Symbol, Ticks, TimeNs
from engine.model.market import Bar
from engine.model.order import BUY, SELL, Order
from engine.model.refusal import Code, Refusal, Refused
from engine.model.session import MarketSession
from engine.risk.algo_schema import parse_algo
from tests.still_market import START, Floor


def _request(kind: AlgoKind = AlgoKind.TWAP, **more: Any) -> AlgoRequest:
    given: dict[str, Any] = {
        "symbol": Symbol("AAPL"), "side": BUY, "quantity": Lots(100), "over_ns": 10 * SECOND_NS, "slices": 5
    }  # fmt: skip
    return AlgoRequest(kind=kind, **{**given, **more})


def _start(floor: Floor, request: AlgoRequest) -> Algo:
    _, answer = floor.kernel.apply(StartAlgo(at=floor.now, account=AccountId("main"), algo=request))
    assert isinstance(answer, Algo), answer
    return answer


def _control(floor: Floor, algo: Algo, action: str) -> Algo | Refusal:
    command = ControlAlgo(at=floor.now, account=AccountId("main"), algo_id=algo.algo_id, action=action)
    _, answer = floor.kernel.apply(command)
    assert isinstance(answer, Algo | Refusal)
    return answer


def _children(floor: Floor, algo: Algo) -> list[Order]:
    return [floor.order(name) for name in floor.kernel.state.algos[algo.algo_id].children]


def test_a_twap_sends_equal_slices_at_equal_times() -> None:
    floor = Floor()
    begun = floor.now
    algo = _start(floor, _request())
    floor.step(120)
    children = _children(floor, algo)
    assert [(o.submitted_at - begun) // SECOND_NS for o in children] == [0, 2, 4, 6, 8]
    assert [int(o.request.quantity) for o in children] == [20] * 5
    assert {o.origin for o in children} == {"algo"} and {o.parent for o in children} == {algo.algo_id}
    assert floor.kernel.state.algos[algo.algo_id].status is AlgoStatus.DONE
    assert floor.position("AAPL") == 100
    assert not floor.kernel.working


def test_slices_sum_to_the_quantity_whatever_the_weights() -> None:
    assert shares(7, [1, 1, 1]) == [2, 2, 3]
    assert shares(5, [0, 3, 0, 1]) == [0, 3, 0, 2]
    assert sum(shares(10**9 + 7, [3, 1, 4, 1, 5, 9, 2, 6])) == 10**9 + 7


def test_what_a_slice_could_not_get_the_next_one_asks_for() -> None:
    floor = Floor()
    ix = floor.ix("AAPL")
    ask = int(floor.market.ask[ix])
    algo = _start(floor, _request(limit_price=Ticks(ask)))
    floor.step(5)
    floor.market.move(ix, 50)
    floor.step(30)
    assert floor.position("AAPL") == 20
    assert sum(o.remaining for o in _children(floor, algo) if o.open) == 20
    floor.market.move(ix, -50)
    floor.step(30)
    assert floor.position("AAPL") == 80


def test_a_limit_is_never_passed_and_the_rest_ends_with_the_time() -> None:
    floor = Floor()
    ask = int(floor.market.ask[floor.ix("AAPL")])
    algo = _start(floor, _request(limit_price=Ticks(ask - 40)))
    floor.step(150)
    done = floor.kernel.state.algos[algo.algo_id]
    assert done.status is AlgoStatus.DONE and "time was up" in done.reason
    assert floor.position("AAPL") == 0 and not floor.kernel.working


def test_a_pov_takes_its_share_of_what_trades() -> None:
    floor = Floor()
    ix = floor.ix("AAPL")
    _start(floor, _request(AlgoKind.POV, rate_ppm=100_000, over_ns=60 * SECOND_NS))
    floor.step(15)
    assert floor.position("AAPL") == 0
    floor.market.volume_day[ix] += 300
    floor.step(15)
    assert floor.position("AAPL") == 30
    floor.market.volume_day[ix] += 10_000
    floor.step(15)
    assert floor.position("AAPL") == 100


def test_a_vwap_follows_the_volumes_of_earlier_sessions() -> None:
    floor = Floor()
    begin = floor.now

    def bars(ix: int, every_ns: int, start: TimeNs, end: TimeNs) -> list[Bar]:
        first, price = Ticks(1), Ticks(1)
        return [
            Bar(TimeNs(at), first, price, price, price, Lots(100 if (at - start) < 2 * MINUTE_NS else 300))
            for at in range(start, end, MINUTE_NS)
        ]

    floor.market.bars = bars  # type: ignore[method-assign]
    request = _request(AlgoKind.VWAP, over_ns=4 * MINUTE_NS, slices=4)
    assert sliced(floor.shown, floor.instrument("AAPL"), request, begin) == [12, 13, 37, 38]


def test_without_history_a_vwap_is_cut_evenly() -> None:
    floor = Floor()
    assert sliced(floor.shown, floor.instrument("AAPL"), _request(AlgoKind.VWAP), floor.now) == [20] * 5


def test_a_pause_takes_back_what_works_and_a_resume_keeps_the_time_that_was_left() -> None:
    floor = Floor()
    algo = _start(floor, _request())
    floor.step(25)
    assert isinstance(_control(floor, algo, "pause"), Algo)
    assert floor.position("AAPL") == 40
    floor.step(200)
    assert floor.position("AAPL") == 40
    assert isinstance(_control(floor, algo, "pause"), Refusal)
    _control(floor, algo, "resume")
    floor.step(120)
    assert floor.position("AAPL") == 100
    assert floor.kernel.state.algos[algo.algo_id].status is AlgoStatus.DONE


def test_a_cancel_ends_it_for_good() -> None:
    floor = Floor()
    algo = _start(floor, _request())
    floor.step(25)
    _control(floor, algo, "cancel")
    floor.step(100)
    assert floor.position("AAPL") == 40 and not floor.kernel.working
    refusal = _control(floor, algo, "resume")
    assert isinstance(refusal, Refusal) and refusal.code is Code.NOT_CANCELLABLE


def test_the_kill_switch_stops_algorithms_too() -> None:
    floor = Floor()
    algo = _start(floor, _request())
    floor.step(5)
    floor.flatten()
    floor.step(100)
    assert floor.kernel.state.algos[algo.algo_id].status is AlgoStatus.CANCELLED
    assert floor.position("AAPL") == 0


@pytest.mark.parametrize("kind", list(AlgoKind))
def test_an_engine_that_comes_back_goes_on_where_it_stopped(kind: AlgoKind) -> None:
    def run(restart: bool) -> tuple[str, int]:
        floor = Floor()
        _start(floor, _request(kind, rate_ppm=200_000))
        for number in range(130):
            floor.market.volume_day[floor.ix("AAPL")] += 7
            floor.step()
            if restart and number in (11, 47):
                floor.kernel.thaw(floor.kernel.freeze())
        return floor.kernel.state_hash(), floor.position("AAPL")

    assert run(restart=True) == run(restart=False)


def test_a_closed_market_shifts_the_schedule() -> None:
    floor = Floor(at_hour=1.99)
    floor.market.state[:] = MarketSession.CLOSED
    algo = _start(floor, _request())
    assert algo.next_at == START + 2 * 3600 * SECOND_NS
    floor.step(300)
    assert floor.position("AAPL") == 0
    floor.market.state[:] = MarketSession.REGULAR
    floor.step(300)
    assert floor.position("AAPL") == 100


def test_an_algorithm_too_large_for_the_account_is_refused_whole() -> None:
    floor = Floor()
    _, answer = floor.kernel.apply(
        StartAlgo(at=floor.now, account=AccountId("main"), algo=_request(quantity=Lots(5000)))
    )
    assert isinstance(answer, Refusal) and answer.code is Code.CONCENTRATION_LIMIT and answer.max_quantity


def test_the_same_client_id_starts_one_algorithm() -> None:
    floor = Floor()
    first = _start(floor, _request(client_order_id="mine"))
    assert _start(floor, _request(client_order_id="mine")) is first
    other = _request(client_order_id="mine", side=SELL)
    _, answer = floor.kernel.apply(StartAlgo(at=floor.now, account=AccountId("main"), algo=other))
    assert isinstance(answer, Refusal) and answer.code is Code.IDEMPOTENCY_CONFLICT


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"over": "soon"}, Code.NUMBER_FORMAT, "over"),
        ({"over": "25h"}, Code.OUT_OF_RANGE, "over"),
        ({"slices": "0.5"}, Code.OUT_OF_RANGE, "slices"),
        ({"slices": "1001"}, Code.OUT_OF_RANGE, "slices"),
        ({"rate": "0.1"}, Code.INCONSISTENT_FIELDS, "rate"),
        ({"algo": "snipe"}, Code.ENUM_ERROR, "algo"),
        ({"quantity": "-1"}, Code.OUT_OF_RANGE, "quantity"),
        ({"hurry": "yes"}, Code.UNKNOWN_FIELD, "hurry"),
        ({"algo": "pov", "rate": "0.5"}, Code.OUT_OF_RANGE, "rate"),
        ({"algo": "pov", "slices": "3"}, Code.INCONSISTENT_FIELDS, "slices"),
    ],
)
def test_a_payload_that_cannot_be_meant_says_what_to_change(change: dict[str, str], code: Code, field: str) -> None:
    floor = Floor()
    body = {"algo": "twap", "symbol": "AAPL", "side": "buy", "quantity": "100", "over": "10m", **change}
    from datetime import date

    with pytest.raises(Refused) as refused:
        parse_algo(body, floor.catalogue, date(2026, 9, 22))
    assert (refused.value.refusal.code, refused.value.refusal.field) == (code, field)
    assert refused.value.refusal.fix
