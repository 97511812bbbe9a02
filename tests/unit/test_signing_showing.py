"""The signer's part: it shows what it was given, signs what it showed, and the desk takes it."""

from __future__ import annotations

import msgspec
import pytest

from engine.model.proposal import Purpose
from engine.signing.card import card
from engine.signing.codes import Denied, SigningCode
from engine.signing.ed25519 import public_of, signer_of
from engine.signing.envelope import fingerprint
from engine.signing.showing import Shown, show, sign_shown
from engine.signing.summary import summary
from engine.signing.ticket import Ticket
from tests.signing_desk import ANNA, BOB, ENGINE, altered, answer, order, ticket

PUBLIC = public_of(ANNA)


def shown(own: Ticket | None = None) -> Shown:
    given = ticket() if own is None else own
    found = show(given.payload(), engine=ENGINE, public=PUBLIC)
    assert isinstance(found, Shown)
    return found


def test_what_is_shown_and_typed_is_signed_and_believed() -> None:
    seen = shown()
    assert seen.card == card(ticket()) and seen.code == ticket().code() and seen.code in seen.card
    signature = sign_shown(seen, seen.code.lower(), PUBLIC, signer_of(ANNA))
    assert isinstance(signature, str) and answer(seen.payload, signature) == "OK"


def test_nothing_else_is_signed() -> None:
    seen = shown()
    for what, typed in ((seen, ""), (seen, "0000"), (seen, seen.code + "0"), (ticket(), seen.code), (None, "")):
        refused = sign_shown(what, typed, PUBLIC, signer_of(ANNA))
        assert isinstance(refused, Denied) and refused.code is SigningCode.NOT_SIGNED
    other = sign_shown(seen, seen.code, public_of(BOB), signer_of(BOB))
    assert isinstance(other, Denied) and other.code is SigningCode.KEY_NOT_OWNED
    with pytest.raises(TypeError):
        Shown()


def test_the_signer_does_not_believe_who_hands_it_bytes() -> None:
    good = ticket()
    cases = {
        "BAD_CANONICAL": good.payload() + b" ",
        "TOO_LARGE": b"x" * 9_000,
        "WRONG_ENGINE": altered(engine="0" * 32).payload(),
        "KEY_NOT_OWNED": altered(key=fingerprint(public_of(BOB))).payload(),
        "CARD_VERSION": msgspec.structs.replace(good, card_v=2).payload(),
        "CARD_MISMATCH": altered(order=order(quantity="9"), card=False).payload(),
    }
    for word, payload in cases.items():
        refused = show(payload, engine=ENGINE, public=PUBLIC)
        assert isinstance(refused, Denied) and refused.code.value == word
    unsignable = msgspec.structs.replace(good, purpose="mandate.arm").payload()
    refused = show(unsignable, engine=ENGINE, public=PUBLIC)
    assert isinstance(refused, Denied) and "cannot say" in refused.message


def test_what_takes_no_code_takes_nothing_typed() -> None:
    alert = {"symbol": "AAPL", "condition": "price >= 260.00"}
    own = altered(purpose="alert.create", order={}, effects={}, book={}, act=alert)
    seen = shown(own)
    assert seen.code == "" and isinstance(sign_shown(seen, "", PUBLIC, signer_of(ANNA)), str)
    assert isinstance(sign_shown(seen, "Q7MD", PUBLIC, signer_of(ANNA)), Denied)


def test_summaries_are_the_engines_words() -> None:
    assert summary(Purpose.ORDER_PLACE, [order()]) == "BUY 0.34159 BTC-USD LMT 68,500.00 GTC"
    many = summary(Purpose.BASKET_PLACE, [order()] * 8)
    assert many.startswith("8 orders: BUY 0.34159") and len(many) == 120 and many.endswith("...")
    changed = summary(Purpose.ORDER_REPLACE, [order()], {"order_id": "o7", "quantity": "1"})
    assert changed == "change o7 to BUY 0.34159 BTC-USD LMT 68,500.00 GTC"
    alert = summary(Purpose.ALERT_CREATE, act={"symbol": "AAPL", "condition": "price >= 260.00"})
    assert alert == 'on AAPL, when "price >= 260.00"'
