"""A person's will to sign: what counts as one, who may ask for it, and how often."""

from __future__ import annotations

import pytest

from engine.model.ids import MINUTE_NS, SECOND_NS, AccountId, Lots, Symbol, TimeNs
from engine.model.order import BUY, OrderRequest, OrderType
from engine.model.proposal import (
    OPEN_STATES,
    PROPOSABLE,
    TRADES,
    TRANSITIONS,
    WITHOUT_CODE,
    Proposal,
    ProposalState,
    Purpose,
)
from engine.signing.authority import MAY, Caller, Verb, permit
from engine.signing.card import card
from engine.signing.codes import SigningCode
from engine.signing.gesture import ARMS_AFTER_MS, Gesture, Source, same_as_painted
from engine.signing.quota import DIALOGS_MOST, OPEN_MOST, OPEN_MOST_CLIENT, may_present, may_propose
from tests.signing_desk import ticket

PAINTED = 10_000
ARMED = PAINTED + ARMS_AFTER_MS


def typed(text: str, at: int = ARMED, source: Source = Source.KEYBOARD, code: str = "Q7MD") -> Gesture:
    gesture = Gesture(code).painted(PAINTED)
    for key in text:
        gesture = gesture.press(key, at, source)
    return gesture.press("enter", at, source)


def test_the_code_and_enter_sign() -> None:
    for text in ("Q7MD", "q7md"):
        assert typed(text).signed and typed(text).refusal() is None
    assert typed("o1l0", code="0110").signed, "letters that look like digits read as digits"


@pytest.mark.parametrize(
    ("text", "at", "source"),
    [
        ("", ARMED, Source.KEYBOARD),
        ("Q7M", ARMED, Source.KEYBOARD),
        ("Q7ME", ARMED, Source.KEYBOARD),
        ("XQ7MD", ARMED, Source.KEYBOARD),
        ("Q7MD", ARMED - 1, Source.KEYBOARD),
        ("Q7MD", PAINTED, Source.KEYBOARD),
        ("Q7MD", ARMED, Source.PASTE),
        ("Q7MD", ARMED, Source.MOUSE),
        ("Q7MD", ARMED, Source.SIMULATED),
    ],
)
def test_nothing_else_does(text: str, at: int, source: Source) -> None:
    refusal = typed(text, at, source).refusal()
    assert refusal is not None and refusal.code is SigningCode.NOT_SIGNED


def test_typed_ahead_does_not_count_and_is_not_kept() -> None:
    early = Gesture("Q7MD")
    for key in ("q", "7", "m", "d", "enter"):
        early = early.press(key, 0)
    assert early == Gesture("Q7MD")
    half = Gesture("Q7MD").painted(PAINTED).press("q", ARMED).press("7", ARMED)
    again = half.covered()
    assert not again.armed(ARMED) and again.typed == ""
    painted = half.painted(ARMED)
    assert painted.typed == "" and not painted.armed(ARMED) and painted.armed(ARMED + ARMS_AFTER_MS)


def test_a_wrong_code_is_cleared_and_counted_and_can_be_mended() -> None:
    gesture = typed("Q7ME")
    assert (gesture.typed, gesture.wrong) == ("", 1)
    for key in ("q", "7", "x", "backspace", "m", "d", "f9", "enter"):
        gesture = gesture.press(key, ARMED)
    assert gesture.signed and gesture.press("backspace", ARMED) == gesture
    assert Gesture("Q7MD").painted(0).press("enter", ARMED).wrong == 0


def test_what_moves_no_money_takes_enter_alone_but_not_at_once() -> None:
    assert typed("", code="").signed and typed("yes", code="").signed
    assert not typed("", ARMED - 1, code="").signed and not typed("", ARMED, Source.SIMULATED, code="").signed


def test_the_paint_check_sees_every_cell() -> None:
    text = card(ticket())
    rows = text.split("\n")
    assert same_as_painted(text, rows)
    for broken in (rows[:-1], [*rows, ""], [rows[0].lower(), *rows[1:]], [row.rstrip() for row in rows[:1]] + rows[2:]):
        assert not same_as_painted(text, broken)


def test_only_a_person_and_a_signer_get_near_a_signature() -> None:
    for caller in Caller:
        for verb in Verb:
            refusal = permit(caller, verb.value)
            assert (refusal is None) == (verb in MAY[caller])
            if verb in (Verb.SIGN, Verb.SUBMIT, Verb.PRESENT, Verb.DECLINE):
                assert refusal is not None or caller in (Caller.PERSON, Caller.SIGNER)
    for caller in (Caller.COPILOT, Caller.TOOL, Caller.MCP):
        for name in ("sign_proposal", "confirm", "approve", "sign", "submit", "execute", ""):
            refusal = permit(caller, name)
            assert refusal is not None and refusal.code is SigningCode.UNKNOWN_TOOL
    refusal = permit(Caller.WEBHOOK, "execute")
    assert refusal is not None and refusal.code is SigningCode.NOT_AUTHORISED


AT = TimeNs(1_000 * MINUTE_NS)
READY = ProposalState.READY


def proposal(
    number: int, origin: str = "copilot", state: ProposalState = ProposalState.READY, size: int = 1
) -> Proposal:
    wish = OrderRequest(Symbol("AAPL"), BUY, OrderType.MARKET, Lots(size), client_order_id=f"c{number}")
    return Proposal(
        f"p{number:06d}", AccountId("anna-main"), Purpose.ORDER_PLACE, origin, state, AT, AT, TimeNs(AT + MINUTE_NS),
        orders=(wish,),
    )  # fmt: skip


def test_a_flood_of_proposals_keeps_twenty() -> None:
    kept: list[Proposal] = []
    for number in range(200):
        new = proposal(number, f"mcp:client{number % 9}")
        if may_propose(new, kept, AT) is None:
            kept.append(new)
    assert len(kept) == OPEN_MOST
    one = [proposal(n, "mcp:a") for n in range(OPEN_MOST_CLIENT)]
    assert may_propose(proposal(9, "mcp:a"), one, AT) is not None
    assert may_propose(proposal(9, "mcp:b"), one, AT) is None
    assert may_propose(proposal(9, "human"), kept, AT) is None
    assert may_propose(proposal(9), kept, TimeNs(AT + 2 * MINUTE_NS)) is None, "expired ones take no room"


def test_what_was_declined_is_not_asked_again_at_once() -> None:
    declined = proposal(1, state=ProposalState.DECLINED)
    declined.reason = "too large"
    soon, later = TimeNs(AT + 59 * SECOND_NS), TimeNs(AT + 60 * SECOND_NS)
    refusal = may_propose(proposal(2), [declined], soon)
    assert refusal is not None and "too large" in refusal.cause and "59 s ago" in refusal.cause
    assert may_propose(proposal(2), [declined], later) is None
    assert may_propose(proposal(2, size=2), [declined], soon) is None


def test_the_copilot_asks_six_times_in_ten_minutes() -> None:
    opened = [TimeNs(AT + n * SECOND_NS) for n in range(DIALOGS_MOST)]
    assert may_present(opened, TimeNs(AT + 9 * MINUTE_NS)) is not None
    assert may_present(opened[1:], TimeNs(AT + 9 * MINUTE_NS)) is None
    assert may_present(opened, TimeNs(AT + 10 * MINUTE_NS)) is None


def test_the_states_of_a_proposal() -> None:
    assert set(TRANSITIONS) == set(ProposalState)
    for state, after in TRANSITIONS.items():
        assert bool(after) == (state in OPEN_STATES)
        assert (ProposalState.EXECUTED in after) == (state is ProposalState.PRESENTED)
    assert proposal(1).open and proposal(1).may_become(ProposalState.PRESENTED)
    assert not proposal(1).may_become(ProposalState.EXECUTED)
    assert PROPOSABLE >= TRADES | WITHOUT_CODE
    assert not PROPOSABLE & {Purpose.KEY_ENROLL, Purpose.LIMITS_CHANGE, Purpose.MANDATE_ARM, Purpose.APIKEY_CREATE}
