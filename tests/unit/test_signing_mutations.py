"""The sample of attacks on signing: each is one change to a perfect run, and each gets its own word."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from engine.signing.authority import Caller, permit
from engine.signing.checks import Approved, Settlement, check, settle
from engine.signing.codes import Denied
from engine.signing.ed25519 import public_of, seal, signer_of
from engine.signing.enrolment import EnrolChallenge, enrol
from engine.signing.envelope import Envelope, enrol_namespace, public_line
from engine.signing.gesture import Gesture
from engine.signing.key_list import Role
from tests.signing_desk import ENGINE, NONCE, altered, answer, executed, facts, order, sign, signed, standing, ticket

CASES = Path(__file__).resolve().parents[3] / "shared" / "security" / "signing_mutations.jsonl"


def perfect() -> tuple[bytes, Envelope]:
    payload = ticket().payload()
    return payload, sign(payload)


def control() -> str:
    payload, envelope = perfect()
    approved = check(payload, envelope.armoured(), facts())
    assert isinstance(approved, Approved)
    settlement = settle(approved)
    assert isinstance(settlement, Settlement) and settlement.proposal == "p000001"
    return "OK"


def blanks() -> str:
    payload = ticket().payload().replace(b'","', b'",  "', 1)
    return answer(payload, sign(payload).armoured())


def expired() -> str:
    payload, envelope = perfect()
    late = standing(elapsed_ms=130_000)
    return answer(payload, envelope.armoured(), facts(proposals={"p000001": late}))


def last_byte() -> str:
    payload, envelope = perfect()
    broken = envelope.signature[:-1] + bytes([envelope.signature[-1] ^ 1])
    return answer(payload, msgspec.structs.replace(envelope, signature=broken).armoured())


def sent_twice() -> str:
    payload, envelope = perfect()
    known = facts()
    first = answer(payload, envelope.armoured(), known)
    after = executed(known, payload, envelope.armoured())
    again = check(payload, envelope.armoured(), after)
    assert getattr(again, "answer", None) == {"order_id": "o000007"}
    return f"{first} then {answer(payload, envelope.armoured(), after)}"


def enter_at_once() -> str:
    gesture = Gesture(ticket().code()).painted(1_000).press("enter", 1_001)
    refusal = gesture.refusal()
    assert refusal is not None
    return refusal.code.value


def signs_as_a_tool() -> str:
    refusal = permit(Caller.COPILOT, "sign_proposal")
    assert refusal is not None
    return refusal.code.value


def proof_of_another_text() -> str:
    challenge = EnrolChallenge(ENGINE, "anna", NONCE)
    public = public_of(bytes(32))
    proof = seal(b"another text", enrol_namespace(ENGINE), public, signer_of(bytes(32))).armoured()
    key = enrol(public_line(public), proof, challenge, {}, role=Role.OWNER, elapsed_ms=1_000, at_ms=0)
    assert isinstance(key, Denied)
    return key.code.value


def empty_namespace() -> str:
    payload, envelope = perfect()
    return answer(payload, msgspec.structs.replace(envelope, namespace="").armoured())


def webhook_executes() -> str:
    refusal, nothing = permit(Caller.WEBHOOK, "submit"), settle(ticket())
    assert refusal is not None and isinstance(nothing, Denied) and refusal.code is nothing.code
    return refusal.code.value


MUTATIONS: dict[str, Callable[[], str]] = {
    "none": control,
    "two blanks inserted": blanks,
    "symbol BTC to ETH": lambda: signed(altered(order=order(symbol="ETH-USD"))),
    "submitted 10 s after expiry": expired,
    "last byte replaced": last_byte,
    "same bytes sent twice in one connection": sent_twice,
    "Enter pressed at once": enter_at_once,
    "copilot calls sign_proposal as a tool": signs_as_a_tool,
    "account id that does not exist": lambda: signed(altered(account="nobody")),
    "nonce of all zero bytes": lambda: signed(altered(nonce="0" * 64)),
    "card hash of all zero bytes": lambda: signed(msgspec.structs.replace(ticket(), card="0" * 64)),
    "proof of possession signs another text": proof_of_another_text,
    "namespace empty": empty_namespace,
    "webhook receiver calls the execute function": webhook_executes,
}


@pytest.mark.skipif(not CASES.exists(), reason=f"NOT TESTED: {CASES.name} is not beside the project")
def test_every_case_of_the_sample_gets_its_word() -> None:
    cases = [json.loads(line) for line in CASES.read_text(encoding="ascii").splitlines()]
    assert len(cases) >= 14
    unknown = [case["mutation"] for case in cases if case["mutation"] not in MUTATIONS]
    assert not unknown, f"the sample has mutations that nobody plays: {unknown}"
    wrong = {case["id"]: got for case in cases if (got := MUTATIONS[case["mutation"]]()) != case["expect_class"]}
    assert not wrong


@pytest.mark.parametrize(
    "changes", [{"symbol": "ETH-USD"}, {"quantity": "3.4159"}, {"side": "buy", "limit": "68500.01"}]
)
def test_terms_changed_after_display_whether_or_not_the_card_was_drawn_again(changes: dict[str, str]) -> None:
    for card in (True, False):
        assert signed(altered(order=order(**changes), card=card)) == "TICKET_MISMATCH"


def test_a_foreign_nonce_is_named_whether_or_not_the_card_was_drawn_again() -> None:
    for card in (True, False):
        assert signed(altered(nonce="0" * 64, card=card)) == "NONCE_UNKNOWN"
        assert signed(altered(exp=ticket().exp + 600_000, card=card)) == "LIFETIME"
