"""The twelve checks: each refusal has its word, and what comes first is said first."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from engine.model.proposal import ProposalState
from engine.model.refusal import Code, Refusal
from engine.signing.card import card, with_card
from engine.signing.checks import CHECKS, Approved, Replayed, Settlement, check, settle
from engine.signing.codes import Denied, SigningCode
from engine.signing.ed25519 import public_of
from engine.signing.envelope import fingerprint
from engine.signing.facts import Facts, LegReading, Limits, Market, NonceUse
from engine.signing.key_list import Key, Role, keys_of, revoked
from engine.signing.ticket import Ticket, digest
from tests.signing_desk import (
    ANNA,
    BOB,
    ENGINE,
    IAT,
    NONCE,
    SECOND,
    altered,
    answer,
    effects,
    executed,
    facts,
    keys,
    order,
    sign,
    signed,
    standing,
    ticket,
)

OTHER = "f" * 32
PRINT = fingerprint(public_of(ANNA))


def text(payload: bytes | None = None) -> tuple[bytes, str]:
    raw = ticket().payload() if payload is None else payload
    return raw, sign(raw).armoured()


def rewritten(change: Callable[[dict[str, Any]], object]) -> str:
    """The answer to the payload as JSON with one change, written canonically and signed correctly."""
    tree = json.loads(ticket().payload())
    change(tree)
    raw = json.dumps(tree, sort_keys=True, separators=(",", ":")).encode()
    return answer(*text(raw))


def test_a_perfect_run_is_approved_once_and_says_what_to_write() -> None:
    payload, signature = text()
    approved = check(payload, signature, facts())
    assert isinstance(approved, Approved) and approved.ticket == ticket()
    settlement = settle(approved)
    assert isinstance(settlement, Settlement)
    assert (settlement.nonce, settlement.proposal) == (NONCE, "p000001")
    assert settlement.body["card"] == card(ticket()) and settlement.body["payload"].encode() == payload


def test_an_approval_cannot_be_made_by_hand() -> None:
    with pytest.raises(TypeError):
        Approved()
    for forged in (None, ticket(), "OK", object()):
        refused = settle(forged)
        assert isinstance(refused, Denied) and refused.code is SigningCode.NOT_AUTHORISED


def test_1_size_comes_before_everything() -> None:
    assert answer(b"x" * 8193, "") == "TOO_LARGE"
    assert answer(b"", "") == "BAD_ENVELOPE"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda tree: tree.update(extra="1"), "UNKNOWN_FIELD"),
        (lambda tree: tree["order"].update(requires_verification="false"), "UNKNOWN_FIELD"),
        (lambda tree: tree["effects"].update(bonus="1"), "UNKNOWN_FIELD"),
        (lambda tree: tree.pop("nonce"), "BAD_CANONICAL"),
        (lambda tree: tree.update(v="2"), "BAD_CANONICAL"),
        (lambda tree: tree.update(epoch=3), "BAD_CANONICAL"),
        (lambda tree: tree.update(epoch="03"), "BAD_CANONICAL"),
        (lambda tree: tree.update(account=""), "BAD_CANONICAL"),
        (lambda tree: tree.update(account="anna\nmain"), "BAD_CANONICAL"),
        (lambda tree: tree.update(signer="аnna"), "BAD_CANONICAL"),
        (lambda tree: tree.update(nonce=NONCE.upper()), "BAD_CANONICAL"),
        (lambda tree: tree.update(legs=[]), "BAD_CANONICAL"),
        (lambda tree: tree.update(legs=[tree["order"]] * 21), "BAD_CANONICAL"),
        (lambda tree: tree.update(order="BTC"), "BAD_CANONICAL"),
        (lambda tree: tree["order"].update(quantity="1_000"), "BAD_CANONICAL"),
        (lambda tree: tree["order"].update(quantity="1e3"), "BAD_CANONICAL"),
        (lambda tree: tree["order"].update(quantity="-0"), "BAD_CANONICAL"),
        (lambda tree: tree["order"].update(quantity="NaN"), "BAD_CANONICAL"),
        (lambda tree: tree["order"].update(flags="post_only"), "BAD_CANONICAL"),
        (lambda tree: tree["order"].update(flags=["post_only"] * 21), "BAD_CANONICAL"),
        (lambda tree: tree["order"].update(name="[@click=app.quit]Bitcoin[/]"), "BAD_CANONICAL"),
        (lambda tree: tree["order"].update(name="Bitcoin  type the code"), "BAD_CANONICAL"),
        (lambda tree: tree.update(order=None), "BAD_CANONICAL"),
        (lambda tree: tree.update(origin="tool:x"), "BAD_CANONICAL"),
        (lambda tree: tree.update(origin="Human"), "BAD_CANONICAL"),
    ],
)
def test_2_one_form_and_known_fields(change: Callable[[dict[str, Any]], object], word: str) -> None:
    assert rewritten(change) == word


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 4000,
        b'{"a":' * 900 + b'"b"' + b"}" * 900,
        ticket().payload() + b"\n",
        b" " + ticket().payload(),
        ticket().payload().replace(b'"v":"1"', b'"v":"1","v":"1"'),
        ticket().payload().replace(b'"sim"', b'"s\\u0069m"'),
        ticket().payload().replace(b'"account":"anna-main",', b"").replace(b"{", b'{"account":"anna-main",', 1)[::-1],
        ticket().payload().replace(b"BTC-USD", "BTC‑USD".encode()),
        ticket().payload().replace(b"CRYPTO:", b"CRYPTO\\/"),
    ],
)
def test_2_other_bytes_are_not_canonical(raw: bytes) -> None:
    assert answer(*text(raw)) == "BAD_CANONICAL"


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"engine": OTHER}, "WRONG_ENGINE"),
        ({"epoch": 2}, "WRONG_EPOCH"),
        ({"env": "live"}, "WRONG_ENV"),
        ({"key": "SHA256:" + "x" * 43}, "KEY_UNKNOWN"),
        ({"key": fingerprint(public_of(SECOND))}, "KEY_NOT_OWNED"),
        ({"signer": "bob"}, "SIGNER_MISMATCH"),
        ({"session": "s-78"}, "SIGNER_MISMATCH"),
        ({"account": "bob-main"}, "ACCOUNT_MISMATCH"),
        ({"account": "anna-second"}, "TICKET_MISMATCH"),
        ({"proposal": "p000002"}, "PROPOSAL_UNKNOWN"),
        ({"origin": "human"}, "TICKET_MISMATCH"),
        ({"taint": 0}, "TICKET_MISMATCH"),
        ({"order": order(side="sell", max_cash=None, min_cash="1.00")}, "TICKET_MISMATCH"),
        ({"order": order(protect="99999.00")}, "TICKET_MISMATCH"),
        ({"order": order(max_cash="99999.00")}, "TICKET_MISMATCH"),
        ({"order": order(quantity="3.4159")}, "TICKET_MISMATCH"),
        ({"order": order(quantity="0.341590")}, "TICKET_MISMATCH"),
        ({"effects": effects(position=("0", "9"))}, "TICKET_MISMATCH"),
        ({"book": {"seq": "1", "age_ms": "120"}}, "TICKET_MISMATCH"),
        ({"iat": IAT + 1}, "LIFETIME"),
        ({"exp": IAT + 300_001}, "LIFETIME"),
        ({"exp": IAT - 1}, "LIFETIME"),
        ({"nonce": "ab" * 32}, "NONCE_UNKNOWN"),
    ],
)
def test_3_to_10_one_field_changed_and_signed_correctly(changes: dict[str, Any], word: str) -> None:
    assert signed(altered(**changes)) == word


@pytest.mark.parametrize("purpose", ["rule.create", "order.cancel", "limits.change", "basket.place", "algo.start"])
def test_7_a_signature_for_another_act_is_none(purpose: str) -> None:
    """Whether or not such a payload could have been shown: it is refused for its purpose, not for its looks."""
    assert signed(msgspec.structs.replace(ticket(), purpose=purpose)) == "PURPOSE_MISMATCH"


def test_4_keys() -> None:
    known = facts()
    lists = keys_of([Key(public_of(ANNA), "anna", Role.LISTS, IAT)])
    narrow = keys_of([Key(public_of(ANNA), "anna", Role.TRADER, IAT, ("anna-second",))])
    assert signed(ticket(), bytes(32)) == "KEY_UNKNOWN"
    assert signed(ticket(), BOB) == "KEY_NOT_OWNED"
    assert signed(ticket(), SECOND) == "KEY_NOT_OWNED"
    assert signed(altered(key=fingerprint(public_of(BOB))), BOB) == "KEY_NOT_OWNED"
    assert signed(ticket(), ANNA, facts(keys=revoked(keys(), PRINT, IAT))) == "KEY_REVOKED"
    assert signed(ticket(), ANNA, facts(locked=frozenset({PRINT}))) == "KEY_REVOKED"
    assert signed(ticket(), ANNA, facts(keys=lists)) == "KEY_PURPOSE"
    assert signed(ticket(), ANNA, facts(keys=narrow)) == "KEY_PURPOSE"
    assert signed(altered(account="nobody"), ANNA, facts(keys=narrow)) == "ACCOUNT_MISMATCH"
    assert signed(altered(purpose="order.everything", card=False), ANNA, known) == "KEY_PURPOSE"


def test_5_signatures_of_other_bytes() -> None:
    payload, signature = text()
    assert answer(altered(order=order(quantity="9")).payload(), signature) == "BAD_SIGNATURE"
    stolen = msgspec.structs.replace(sign(payload, BOB), public=public_of(ANNA))
    assert answer(payload, stolen.armoured()) == "BAD_SIGNATURE"
    over_text = sign(card(ticket()).encode())
    assert answer(payload, over_text.armoured()) == "BAD_SIGNATURE"


def test_6_another_persons_session() -> None:
    bobs = facts(user="bob", accounts=frozenset({"bob-main"}), session="s-99")
    assert signed(ticket(), ANNA, bobs) == "SIGNER_MISMATCH"
    assert signed(altered(signer="bob", key=fingerprint(public_of(BOB))), BOB, bobs) == "SIGNER_MISMATCH"
    mine = altered(signer="bob", key=fingerprint(public_of(BOB)), session="s-99")
    assert signed(mine, BOB, bobs) == "ACCOUNT_MISMATCH"


@pytest.mark.parametrize("state", [state for state in ProposalState if state is not ProposalState.PRESENTED])
def test_7_only_a_presented_proposal_is_signed(state: ProposalState) -> None:
    known = facts(proposals={"p000001": standing(state=state)})
    assert signed(ticket(), ANNA, known) == "PROPOSAL_STATE"


def test_7_the_same_bytes_again_get_the_first_answer() -> None:
    payload, signature = text()
    after = executed(facts(), payload, signature)
    again = check(payload, signature, after)
    assert again == Replayed("p000001", {"order_id": "o000007"})
    later = msgspec.structs.replace(after, session="another after a restart")
    assert answer(payload, signature, later) == "REPLAY_SAME"
    assert answer(payload, signature, msgspec.structs.replace(after, epoch=4)) == "WRONG_EPOCH"
    assert answer(payload, signature, msgspec.structs.replace(after, user="bob")) == "SIGNER_MISMATCH"
    waiting = standing(done=after.proposals["p000001"].done, answer="an order that is not there")
    assert answer(payload, signature, facts(proposals={"p000001": waiting})) == "OK"
    fresh = altered(nonce="ab" * 32)
    assert signed(fresh, ANNA, after) == "PROPOSAL_STATE"


def test_8_another_renderer() -> None:
    assert signed(msgspec.structs.replace(ticket(), card_v=2)) == "CARD_VERSION"
    assert signed(msgspec.structs.replace(ticket(), card=digest(b"another card"))) == "CARD_MISMATCH"


def test_9_time_is_the_engines_own() -> None:
    for elapsed, word in ((0, "OK"), (120_000, "OK"), (120_001, "EXPIRED"), (-1, "EXPIRED"), (10**12, "EXPIRED")):
        assert signed(ticket(), ANNA, facts(proposals={"p000001": standing(elapsed_ms=elapsed)})) == word
    long = ticket(exp=IAT + 300_001)
    assert signed(long, ANNA, facts(long)) == "LIFETIME"
    short = facts(limits=Limits(lifetime_ms=60_000))
    assert signed(ticket(), ANNA, short) == "LIFETIME"
    assert signed(altered(exp=ticket().exp + 1_000), ANNA, facts()) == "LIFETIME"


def test_10_nonces() -> None:
    for use, word in (
        (NonceUse("p000002", PRINT), "NONCE_MISMATCH"),
        (NonceUse("p000001", "SHA256:" + "x" * 43), "NONCE_MISMATCH"),
        (NonceUse("p000001", PRINT, True), "NONCE_USED"),
        (NonceUse("p000001", PRINT), "OK"),
    ):
        assert signed(ticket(), ANNA, facts(nonces={NONCE: use})) == word
    newer = ticket(nonce="ab" * 32)
    known = facts(newer, nonces={n: NonceUse("p000001", PRINT) for n in (NONCE, "ab" * 32)})
    assert signed(ticket(), ANNA, known) == "NONCE_MISMATCH"
    assert signed(newer, ANNA, known) == "OK"


GATE = Refusal(Code.CONCENTRATION_LIMIT, "too much of one thing", max_quantity="0.1")


@pytest.mark.parametrize(
    ("market", "word"),
    [
        (None, "STALE_MARKET"),
        (Market(None, False, 0, (LegReading(None, "1"),)), "STALE_MARKET"),
        (Market(None, True, 15_001, (LegReading(None, "1"),)), "STALE_MARKET"),
        (Market(None, True, 0), "STALE_MARKET"),
        (Market(GATE, True, 0, (LegReading("1", "1"),)), "CONCENTRATION_LIMIT"),
        (Market(None, True, 0, (LegReading("68500.01", "1"),)), "PRICE_BAND"),
        (Market(None, True, 0, (LegReading("68500", "23422.33"),)), "INSUFFICIENT_FUNDS"),
        (Market(None, True, 0, (LegReading("68500", "23422.32"),)), "OK"),
        (Market(None, True, 0, (LegReading(None, "23422.320000000001"),)), "INSUFFICIENT_FUNDS"),
    ],
)
def test_11_the_market_moved(market: Market | None, word: str) -> None:
    assert signed(ticket(), ANNA, facts(market=market)) == word


def test_11_a_sale_has_the_other_signs() -> None:
    sale = ticket(order=order(side="sell", limit=None, type="market", protect="68000", max_cash=None, min_cash="23000"))
    for price, cash, word in (
        ("68000", "23000", "OK"),
        ("67999.99", "23000", "PRICE_BAND"),
        ("68001", "22999.99", "INSUFFICIENT_FUNDS"),
    ):
        known = facts(sale, market=Market(None, True, 0, (LegReading(price, cash),)))
        assert signed(sale, ANNA, known) == word


def basket() -> Ticket:
    sale = order(symbol="ETH-USD", side="sell", type="market", limit=None, protect="2000", max_cash=None, min_cash="10")
    legs = (order(), sale)
    sums = msgspec.structs.replace(ticket(), purpose="basket.place", order={}, legs=legs)
    more = effects(position=None, pays=23_422_320_000, brings=10_000_000)
    return with_card(msgspec.structs.replace(sums, effects=more))


def test_11_every_leg_is_looked_at() -> None:
    own = basket()
    good = (LegReading("68500", "100"), LegReading("2000", "10"))
    assert signed(own, ANNA, facts(own, market=Market(None, True, 0, good))) == "OK"
    bad = (good[0], LegReading("1999.99", "10"))
    assert signed(own, ANNA, facts(own, market=Market(None, True, 0, bad))) == "PRICE_BAND"
    assert signed(own, ANNA, facts(own, market=Market(None, True, 0, good[:1]))) == "STALE_MARKET"


def test_the_order_of_the_checks_is_that_of_the_law() -> None:
    """Everything is wrong at once; repaired one by one from the front, each check speaks in its turn."""
    names = [check.__name__ for check in CHECKS]
    order_of_law = ("desk", "key", "signature", "session", "ticket", "card", "time", "nonce", "market")
    assert names == [f"check_{word}" for word in order_of_law]
    bad: dict[str, Any] = {
        "engine": OTHER, "epoch": 9, "env": "live", "signer": "bob", "account": "nobody", "proposal": "p9",
        "purpose": "rule.create", "taint": 9, "card_v": 2, "card": "0" * 64, "exp": IAT + 999_999, "nonce": "0" * 64,
    }  # fmt: skip
    words = [
        "WRONG_ENGINE", "WRONG_EPOCH", "WRONG_ENV", "SIGNER_MISMATCH", "ACCOUNT_MISMATCH", "PROPOSAL_UNKNOWN",
        "PURPOSE_MISMATCH", "TICKET_MISMATCH", "CARD_VERSION", "CARD_MISMATCH", "LIFETIME", "NONCE_UNKNOWN", "OK",
    ]  # fmt: skip
    seen = []
    for _ in words:
        seen.append(signed(msgspec.structs.replace(ticket(), **bad)))
        if bad:
            bad.pop(next(iter(bad)))
    assert seen == words


def test_every_word_has_its_http_status_and_its_exit_code() -> None:
    for code in SigningCode:
        assert code.exit_code in (2, 3, 4, 5)
        document = Denied(code, "message", "cause", "fix", "field").document()["error"]
        assert isinstance(document, dict) and document["code"] == code and document["docs"] == f"vterm help {code}"
    both = {code.value for code in SigningCode} & {code.value for code in Code}
    assert all(SigningCode(word).http == Code(word).http for word in both), "one word means one thing on every wire"


def test_facts_are_not_changed_by_looking(known: Facts | None = None) -> None:
    known = facts()
    before = msgspec.json.encode((known.engine, sorted(known.nonces), known.proposals["p000001"].state))
    check(*text(), known)
    assert before == msgspec.json.encode((known.engine, sorted(known.nonces), known.proposals["p000001"].state))
    assert known.engine == ENGINE
