"""Proposals on a real desk: laid, presented, signed, declined, expired, replayed, and what each leaves behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from engine.bootstrap import audit_home, fork_home, past_moment, rewind_home
from engine.model.ids import HOUR_NS, TimeNs
from engine.model.refusal import Refused
from engine.signing.card import card
from engine.signing.ticket import read_ticket
from tests.signed_desk import LIMIT, MARKET, Person, signed_desk


@pytest.fixture
async def anna(tmp_path: Path) -> AsyncIterator[Person]:
    async with signed_desk(tmp_path / "home") as person:
        yield person


async def code_of(asked: Any) -> str:
    with pytest.raises(Refused) as refused:
        await asked
    return str(refused.value.refusal.code)


async def test_a_signed_order_is_the_one_that_was_shown(anna: Person) -> None:
    name = await anna.propose(order=LIMIT, rationale="It is \x1b[31mcheap", taint=2)
    (listed,) = (await anna.desk.proposals())["proposals"]
    assert listed["status"] == "READY" and listed["taint"] == 2 and "\x1b" not in listed["rationale"]
    assert listed["summary"] == "BUY 10 AAPL LMT 150.00 GTC" and "card" not in listed and "code" not in listed
    shown = await anna.desk.present(name)
    assert shown["card"] == card(read_ticket(shown["payload"].encode())) and "from COPILOT" in shown["card"]
    done = await anna.desk.sign(name, shown["payload"], anna.signature(shown["payload"]))
    assert done["code"] == "OK" and done["status"] == "EXECUTED"
    order = await anna.desk.order(done["results"][0])
    assert (order["symbol"], order["quantity"], order["limit_price"]) == ("AAPL", "10", "150.00")
    assert order["client_order_id"] == f"{name}-1" and order["origin"] == f"signed:{name}"


async def test_an_order_at_market_never_pays_more_than_was_signed(anna: Person) -> None:
    name = await anna.propose(order=MARKET)
    shown = await anna.desk.present(name)
    terms = read_ticket(shown["payload"].encode()).order
    done = await anna.desk.sign(name, shown["payload"], anna.signature(shown["payload"]))
    order = await anna.desk.order(done["results"][0])
    assert order["limit_price"] == terms["protect"] and order["status"] == "filled"
    assert all(float(fill["price"]) <= float(str(terms["protect"])) for fill in order["fills"])


async def test_a_basket_is_one_signature_and_one_entry(anna: Person) -> None:
    legs = [MARKET, {**MARKET, "symbol": "MSFT", "quantity": "5"}, {**LIMIT, "symbol": "KO", "limit_price": "50.00"}]
    before = anna.runner.kernel.state.entries
    name = await anna.propose("basket.place", legs=legs)
    done = await anna.sign(name)
    assert len(done["results"]) == 3
    orders = [await anna.desk.order(order_id) for order_id in done["results"]]
    assert [order["symbol"] for order in orders] == ["AAPL", "MSFT", "KO"]
    assert anna.runner.kernel.state.entries - before <= 4  # account, proposal, presentation, signature


OTHERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("algo.start", {"algo": {"algo": "twap", "symbol": "AAPL", "side": "buy", "quantity": "100", "over": "10m"}}),
    (
        "algo.start",
        {"algo": {"algo": "pov", "symbol": "BTC", "side": "buy", "quantity": "0.5", "over": "1h", "rate": "0.1"}},
    ),
    ("alert.create", {"alert": {"symbol": "AAPL", "kind": "price", "value": "300", "direction": "above"}}),
    ("watchlist.change", {"add": ["GC", "KO"], "remove": ["AAPL"]}),
    ("rule.create", {"order": {**LIMIT, "when": "price < 180"}}),
)


@pytest.mark.parametrize(("purpose", "parts"), OTHERS, ids=[f"{p}-{n}" for n, (p, _) in enumerate(OTHERS)])
async def test_every_other_act_does_what_its_card_says(purpose: str, parts: dict[str, Any], anna: Person) -> None:
    before = (await anna.desk.watchlist())["symbols"]
    done = await anna.sign(await anna.propose(purpose, **parts))
    assert done["status"] == "EXECUTED"
    if purpose == "algo.start":
        (algo,) = (await anna.desk.algos())["algos"]
        assert algo["algo_id"] == done["results"][0] and algo["limit_price"] is not None
    elif purpose == "alert.create":
        (alert,) = (await anna.desk.alerts())["alerts"]
        assert alert["alert_id"] == done["results"][0]
    elif purpose == "watchlist.change":
        after = (await anna.desk.watchlist())["symbols"]
        assert "AAPL" in before and "AAPL" not in after and "KO" in after
    else:
        assert (await anna.desk.order(done["results"][0]))["when"] == "price <= 180.00"


async def test_an_order_is_cancelled_or_replaced_by_signature(anna: Person) -> None:
    order = await anna.desk.submit(LIMIT)
    replaced = await anna.propose("order.replace", order_id=order["order_id"], order={"limit_price": "151.00"})
    await anna.sign(replaced)
    assert (await anna.desk.order(order["order_id"]))["limit_price"] == "151.00"
    cancelled = await anna.propose("order.cancel", order_id=order["order_id"])
    again = await anna.propose("order.cancel", order_id=order["order_id"], rationale="twice")
    await anna.sign(cancelled)
    assert (await anna.desk.order(order["order_id"]))["status"] == "cancelled"
    assert await code_of(anna.sign(again)) == "NOT_CANCELLABLE"


async def test_the_same_bytes_again_are_answered_and_do_nothing(anna: Person) -> None:
    name = await anna.propose(order=LIMIT)
    shown = await anna.desk.present(name)
    signature = anna.signature(shown["payload"])
    answers = await asyncio.gather(*(anna.desk.sign(name, shown["payload"], signature) for _ in range(50)))
    assert sorted(answer["code"] for answer in answers) == ["OK", *["REPLAY_SAME"] * 49]
    assert len({answer["results"][0] for answer in answers}) == 1
    assert len((await anna.desk.orders())["orders"]) == 1


async def test_a_replay_after_a_restart_is_the_first_answer(tmp_path: Path) -> None:
    async with signed_desk(tmp_path / "home") as anna:
        name = await anna.propose(order=LIMIT)
        shown = await anna.desk.present(name)
        signature = anna.signature(shown["payload"])
        first = await anna.desk.sign(name, shown["payload"], signature)
        waiting = await anna.propose(order={**LIMIT, "quantity": "11"})
        open_card = await anna.desk.present(waiting)
    async with signed_desk(tmp_path / "home") as anna:
        again = await anna.desk.sign(name, shown["payload"], signature)
        assert again["code"] == "REPLAY_SAME" and again["results"] == first["results"]
        old = anna.desk.sign(waiting, open_card["payload"], anna.signature(open_card["payload"]))
        assert await code_of(old) in ("PROPOSAL_STATE", "EXPIRED")
        assert (await anna.sign(waiting))["status"] == "EXECUTED"
        assert len((await anna.desk.orders())["orders"]) == 2
    assert audit_home(tmp_path / "home").ok


async def test_altered_terms_and_foreign_hands_do_nothing(anna: Person) -> None:
    name = await anna.propose(order=LIMIT)
    shown = await anna.desk.present(name)
    good = shown["payload"]
    for changed, wanted in (
        (good.replace('"limit":"150.00"', '"limit":"950.00"'), "TICKET_MISMATCH"),
        (good.replace('"symbol":"AAPL"', '"symbol":"MSFT"'), "TICKET_MISMATCH"),
        (good.replace('"account":"main"', '"account":"other"'), "ACCOUNT_MISMATCH"),
        (good + " ", "BAD_CANONICAL"),
    ):
        assert changed != good
        assert await code_of(anna.desk.sign(name, changed, anna.signature(changed))) == wanted
    stranger = Person(anna.desk, anna.runner, bytes(range(2, 34)))
    assert await code_of(anna.desk.sign(name, good, stranger.signature(good))) == "KEY_UNKNOWN"
    assert (await anna.desk.orders())["orders"] == []
    assert (await anna.desk.proposal(name))["status"] == "PRESENTED"


async def test_three_bad_signatures_lock_the_key(anna: Person) -> None:
    name = await anna.propose(order=LIMIT)
    shown = await anna.desk.present(name)
    other = anna.signature(shown["payload"] + "x")
    codes = [await code_of(anna.desk.sign(name, shown["payload"], other)) for _ in range(4)]
    assert codes == ["BAD_SIGNATURE", "BAD_SIGNATURE", "BAD_SIGNATURE", "KEY_REVOKED"]
    assert (await anna.desk.proposal(name))["status"] == "READY"


async def test_a_proposal_is_declined_with_a_reason_and_not_asked_again_at_once(anna: Person) -> None:
    name = await anna.propose(order=LIMIT)
    await anna.desk.present(name)
    declined = await anna.desk.decline(name, "too dear")
    assert (declined["status"], declined["reason"]) == ("DECLINED", "too dear")
    assert await code_of(anna.propose(order=LIMIT)) == "RATE_LIMITED"
    assert await code_of(anna.desk.present(name)) == "PROPOSAL_STATE"
    assert await anna.propose(order={**LIMIT, "quantity": "11"})


async def test_what_the_gate_or_the_card_refuses_is_no_proposal(anna: Person) -> None:
    assert await code_of(anna.propose(order={**MARKET, "quantity": "100000"})) == "INSUFFICIENT_MARGIN"
    assert await code_of(anna.propose(order={**LIMIT, "symbol": "NOPE"})) == "UNKNOWN_SYMBOL"
    assert await code_of(anna.propose("key.enroll")) == "ENUM_ERROR"
    assert await code_of(anna.propose("order.place")) == "INCONSISTENT_FIELDS"
    assert await code_of(anna.propose("rule.create", order=LIMIT)) == "MISSING_FIELD"
    assert await code_of(anna.propose(order=LIMIT, signature="x")) == "UNKNOWN_FIELD"
    assert await code_of(anna.propose(order=LIMIT, origin="person")) == "ENUM_ERROR"
    assert (await anna.desk.proposals())["proposals"] == []


async def test_twenty_are_open_and_six_cards_in_ten_minutes(anna: Person) -> None:
    names = [await anna.propose(order={**LIMIT, "quantity": str(n)}) for n in range(1, 21)]
    assert await code_of(anna.propose(order={**LIMIT, "quantity": "21"})) == "RATE_LIMITED"
    for name in names[:6]:
        await anna.desk.present(name)
        await anna.desk.shelve(name)
    assert await code_of(anna.desk.present(names[7])) == "RATE_LIMITED"


async def test_nobody_can_sign_without_a_key_and_a_key_can_end(tmp_path: Path) -> None:
    async with signed_desk(tmp_path / "home", enrolled=False) as anna:
        name = await anna.propose(order=LIMIT)
        assert await code_of(anna.desk.present(name)) == "UNKNOWN_KEY"
        key = await anna.enrol()
        assert await code_of(anna.enrol()) == "KEY_TAKEN"
        shown = await anna.desk.present(name)
        ended = await anna.desk.end_signer(key["key"])
        assert ended["revoked_at"] and (await anna.desk.proposal(name))["status"] == "READY"
        sent = anna.desk.sign(name, shown["payload"], anna.signature(shown["payload"]))
        assert await code_of(sent) == "KEY_REVOKED"


async def test_nobody_signs_for_ever(anna: Person) -> None:
    name = await anna.propose(order=LIMIT)
    clock = anna.runner.clock
    clock.set(at=TimeNs(anna.runner.kernel.state.now + 2 * HOUR_NS))  # type: ignore[attr-defined]
    anna.runner.step()
    found = await anna.desk.proposal(name)
    assert (found["status"], found["reason"]) == ("EXPIRED", "nobody signed it in time")


async def test_a_market_beyond_the_signed_price_is_refused_and_the_proposal_waits(anna: Person) -> None:
    name = await anna.propose(order={**MARKET, "symbol": "BTC", "quantity": "0.5"})
    shown = await anna.desk.present(name)
    terms = anna.runner.kernel.terms
    worse = terms.reading

    def moved(*words: Any) -> Any:
        import msgspec

        market = worse(*words)
        (leg,) = market.legs
        return msgspec.structs.replace(market, legs=(msgspec.structs.replace(leg, price="999999.00"),))

    terms.reading = moved  # type: ignore[method-assign]
    sent = anna.desk.sign(name, shown["payload"], anna.signature(shown["payload"]))
    assert await code_of(sent) == "PRICE_BAND"
    terms.reading = worse  # type: ignore[method-assign]
    assert (await anna.sign(name))["status"] == "EXECUTED"


async def test_a_rewound_desk_and_a_fork_take_no_signature_of_the_other_life(tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    async with signed_desk(home) as anna:
        name = await anna.propose(order=LIMIT)
        shown = await anna.desk.present(name)
        signature = anna.signature(shown["payload"])
        moment = (await anna.desk.clock())["now"]
        order = await anna.desk.sign(name, shown["payload"], signature)
    fork_home(home, other, past_moment(home, at=moment))
    rewind_home(home, past_moment(home, before=order["results"][0], back=True))
    async with signed_desk(home) as anna:
        assert await code_of(anna.desk.sign(name, shown["payload"], signature)) == "WRONG_EPOCH"
        assert (await anna.desk.orders())["orders"] == []
        assert (await anna.sign(name))["status"] == "EXECUTED"
    async with signed_desk(other) as copy:
        assert await code_of(copy.desk.sign(name, shown["payload"], signature)) in ("WRONG_ENGINE", "BAD_NAMESPACE")
        assert (await copy.desk.orders())["orders"] == []
