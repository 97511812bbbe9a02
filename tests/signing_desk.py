"""A desk on which one proposal was presented and can be signed: everything in order, for tests to disturb."""

from __future__ import annotations

from typing import Any

import msgspec

from engine.model.proposal import ProposalState
from engine.signing.card import with_card
from engine.signing.checks import Approved, Replayed, bytes_digest, check
from engine.signing.codes import Denied
from engine.signing.ed25519 import public_of, seal, signer_of
from engine.signing.envelope import Envelope, fingerprint, order_namespace
from engine.signing.facts import Facts, LegReading, Market, NonceUse, Standing
from engine.signing.fields import Part
from engine.signing.key_list import Key, Role, keys_of
from engine.signing.terms import effects_of
from engine.signing.ticket import LIFETIME_MS, Ticket

ENGINE = "5b9de1c07f3a4c2e9d10a6b8e4f70213"
NONCE = "0123456789abcdef" * 4
IAT = 1_781_533_800_000
ANNA, BOB, SECOND = bytes(range(32)), bytes(range(1, 33)), bytes(range(2, 34))
"""Private keys: Anna's, Bob's, and one that Anna has beside."""


def order(**terms: Any) -> Part:
    """A limit order for a third of a bitcoin; None takes a term away."""
    base: Part = {
        "client_id": "p000001-1",
        "instrument": "CRYPTO:BTC-USD",
        "symbol": "BTC-USD",
        "name": "Bitcoin",
        "class": "crypto",
        "side": "buy",
        "type": "limit",
        "quantity": "0.34159",
        "unit": "BTC",
        "currency": "USD",
        "limit": "68500.00",
        "tif": "GTC",
        "protect": "68500.00",
        "max_cash": "23422.32",
    }
    return {name: value for name, value in {**base, **terms}.items() if value is not None}


def effects(**more: Any) -> Part:
    """What that order does."""
    given: dict[str, Any] = {"position": ("0", "0.34159"), **more}
    return effects_of(share_ppm=(0, 23_399, 250_000), margin_ppm=(410_000, 433_000, 2_000_000), fee=23_400_000, **given)


def ticket(**changes: Any) -> Ticket:
    """The ticket of the order, with its card."""
    fields: dict[str, Any] = {
        "purpose": "order.place",
        "engine": ENGINE,
        "epoch": 3,
        "env": "sim",
        "account": "anna-main",
        "signer": "anna",
        "session": "s-77",
        "key": fingerprint(public_of(ANNA)),
        "proposal": "p000001",
        "origin": "copilot",
        "taint": 2,
        "nonce": NONCE,
        "iat": IAT,
        "exp": IAT + LIFETIME_MS,
        "order": order(),
        "effects": effects(),
        "book": {"seq": "88121", "age_ms": "120"},
    }
    return with_card(Ticket(**{**fields, **changes}))


def keys() -> dict[str, Key]:
    """Anna's two keys and Bob's."""
    return keys_of(
        Key(public_of(seed), owner, Role.OWNER, IAT) for seed, owner in ((ANNA, "anna"), (SECOND, "anna"), (BOB, "bob"))
    )


def standing(presented: Ticket | None = None, **changes: Any) -> Standing:
    """The proposal as presented ten seconds ago."""
    own = ticket() if presented is None else presented
    fields: dict[str, Any] = {"state": ProposalState.PRESENTED, "purpose": own.purpose, "ticket": own}
    return Standing(**{**fields, "elapsed_ms": 10_000, **changes})


def facts(presented: Ticket | None = None, **changes: Any) -> Facts:
    """What the desk knows."""
    own = ticket() if presented is None else presented
    readings = tuple(LegReading(None, "1.00") for _ in own.legs)
    fields: dict[str, Any] = {
        "engine": ENGINE,
        "epoch": 3,
        "env": "sim",
        "user": "anna",
        "session": "s-77",
        "accounts": frozenset({"anna-main", "anna-second"}),
        "keys": keys(),
        "proposals": {own.proposal: standing(own)},
        "nonces": {own.nonce: NonceUse(own.proposal, own.key)},
        "market": Market(None, True, 200, readings or (LegReading("68499.50", "23421.00"),)),
    }
    return Facts(**{**fields, **changes})


def sign(payload: bytes, seed: bytes = ANNA, namespace: str = "") -> Envelope:
    """A signature as a signer makes it."""
    return seal(payload, namespace or order_namespace(ENGINE), public_of(seed), signer_of(seed))


def answer(payload: bytes, signature: str, known: Facts | None = None) -> str:
    """The word with which the desk answers a submission."""
    verdict = check(payload, signature, facts() if known is None else known)
    if isinstance(verdict, Approved):
        return "OK"
    if isinstance(verdict, Replayed):
        return verdict.code
    assert verdict.message and verdict.document() if isinstance(verdict, Denied) else verdict.message
    return verdict.code.value


def signed(changed: Ticket, seed: bytes = ANNA, known: Facts | None = None) -> str:
    """The answer to a ticket that was signed correctly as it is."""
    payload = changed.payload()
    return answer(payload, sign(payload, seed).armoured(), known)


def altered(own: Ticket | None = None, *, card: bool = True, **changes: Any) -> Ticket:
    """The presented ticket with other fields; `card` says whether its card was drawn again."""
    base = ticket() if own is None else own
    changed = msgspec.structs.replace(base, **changes)
    return with_card(changed) if card else changed


def executed(known: Facts, payload: bytes, signature: str) -> Facts:
    """The facts after a submission was carried out."""
    own = next(iter(known.proposals.values()))
    done = msgspec.structs.replace(
        own, state=ProposalState.EXECUTED, done=bytes_digest(payload, signature), answer={"order_id": "o000007"}
    )
    assert own.ticket is not None
    used = {own.ticket.nonce: NonceUse(own.ticket.proposal, own.ticket.key, True)}
    return msgspec.structs.replace(known, proposals={own.ticket.proposal: done}, nonces=used)
