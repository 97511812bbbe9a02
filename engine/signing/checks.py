"""The twelve checks, in the order of SECURITY 3.3: signed bytes become an Approved, or the first "no".

Each check is a function of a submission and the facts, and answers None where it has nothing against it. The terms of
an order never come from the client: what is approved is the engine's own ticket, which the signed bytes turn out to be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import msgspec

from engine.model.proposal import ProposalState
from engine.model.refusal import Refusal
from engine.signing.canonical import MOST_BYTES, too_large
from engine.signing.card import CARD_VERSION, card, card_digest
from engine.signing.codes import Denial, Denied, SigningCode
from engine.signing.ed25519 import proves
from engine.signing.envelope import Envelope, fingerprint, open_envelope, order_namespace
from engine.signing.facts import Facts, Standing
from engine.signing.key_list import Key
from engine.signing.present_book import check_present_book
from engine.signing.shape import Unsignable
from engine.signing.ticket import CHALLENGE, Ticket, digest, read_ticket

_C = SigningCode
_AGAIN = "open the proposal again and sign its new card"


class Submission(msgspec.Struct, frozen=True):
    """What a client sent, read: the payload's bytes and ticket, the armoured signature and its envelope."""

    payload: bytes
    signature: str
    envelope: Envelope
    ticket: Ticket


class Replayed(msgspec.Struct, frozen=True):
    """The same bytes again: the first answer, and no second effect."""

    proposal: str
    answer: object
    code: str = "REPLAY_SAME"


class Approved:
    """A ticket that a person signed and that holds now. Made by `check` only; the constructor refuses."""

    __slots__ = ("key", "payload", "signature", "ticket")
    ticket: Ticket
    payload: bytes
    signature: str
    key: str

    def __new__(cls, *_: object) -> Approved:
        raise TypeError("an Approved is made by engine.signing.checks.check")


class Settlement(msgspec.Struct, frozen=True):
    """What check 12 writes in one transaction, beside the orders of the engine's own proposal: the nonce becomes used,
    the proposal EXECUTED with `done`, and the journal's entry of all that keeps this body."""

    nonce: str
    proposal: str
    done: str
    body: dict[str, str]


Verdict = Denied | Refusal | Replayed | None
Check = Callable[[Submission, Facts], Verdict]


def check(payload: bytes, signature: str, facts: Facts) -> Approved | Replayed | Denied | Refusal:
    """Whether a signed payload may be executed now. Checks 1 to 11; total: it never raises on any bytes and text."""
    opened = open_submission(payload, signature, facts)
    if isinstance(opened, Denied):
        return opened
    for one in CHECKS:
        verdict = one(opened, facts)
        if verdict is not None:
            return verdict
    return _approve(opened)


def settle(approved: object) -> Settlement | Denied:
    """Check 12, as what has to be written. Anything but an Approved is NOT_AUTHORISED."""
    if not isinstance(approved, Approved):
        cause = "nothing is executed without an approved signature"
        return Denied(_C.NOT_AUTHORISED, "that may not execute anything", cause, "propose it; a person signs")
    ticket, payload, signature = approved.ticket, approved.payload, approved.signature
    body = {"card": card(ticket), "key": approved.key, "payload": payload.decode("ascii"), "signature": signature}
    return Settlement(ticket.nonce, ticket.proposal, bytes_digest(payload, signature), body)


def bytes_digest(payload: bytes, signature: str) -> str:
    """Hex SHA-256 of what was sent: payload and signature."""
    return hashlib.sha256(digest(payload).encode("ascii") + signature.encode("ascii", "replace")).hexdigest()


def open_submission(payload: bytes, signature: str, facts: Facts) -> Submission | Denied:
    """Checks 1 and 2: size, envelope, kind of key, namespace; then canonical bytes and known fields."""
    try:
        if len(payload) > MOST_BYTES:
            raise too_large(len(payload))
        envelope = open_envelope(signature, order_namespace(facts.engine))
        return Submission(payload, signature, envelope, read_ticket(payload))
    except Denial as denial:
        return denial.denied


def check_desk(sent: Submission, facts: Facts) -> Verdict:
    """3: this engine, this epoch, this environment."""
    ticket = sent.ticket
    if ticket.engine != facts.engine:
        return Denied(_C.WRONG_ENGINE, "the ticket is another desk's", f"this one is {facts.engine}", _AGAIN)
    if ticket.epoch != facts.epoch:
        cause = f"the desk was restored since: its epoch is {facts.epoch}, the ticket's {ticket.epoch}"
        return Denied(_C.WRONG_EPOCH, "the ticket is from before a restore", cause, _AGAIN)
    if ticket.env != facts.env:
        return Denied(_C.WRONG_ENV, "the ticket is for another environment", f"this is {facts.env}", _AGAIN)
    return None


def check_key(sent: Submission, facts: Facts) -> Verdict:
    """4: the key is enrolled, active, its owner's who asks or signs, and trusted with the act and the account."""
    signing = fingerprint(sent.envelope.public)
    for name in (sent.ticket.key, signing):
        if name not in facts.keys:
            return Denied(_C.KEY_UNKNOWN, "the desk does not know the key", name, "enrol it with `vterm keys`")
    key = facts.keys[signing]
    if key.revoked_at:
        return Denied(_C.KEY_REVOKED, "the key was revoked", signing, "sign with another key")
    if signing in facts.locked:
        cause = "three bad signatures in ten minutes lock a key for fifteen"
        return Denied(_C.KEY_REVOKED, "the key is locked", cause, "wait, and look who tried: `vterm audit`")
    if key.owner not in (sent.ticket.signer, facts.user) or signing != sent.ticket.key:
        cause = f"the ticket is for the key {sent.ticket.key} of {sent.ticket.signer}"
        return Denied(_C.KEY_NOT_OWNED, "the key is not the one that was asked to sign", cause, _AGAIN)
    return _check_trust(key, sent.ticket, facts)


def _check_trust(key: Key, ticket: Ticket, facts: Facts) -> Verdict:
    """A foreign account is not the key's matter: check 6 says so."""
    account = ticket.account if ticket.account in facts.accounts else (*key.accounts, "")[0]
    if key.may(ticket.purpose, account):
        return None
    cause = f"its role is {key.role}, its accounts {', '.join(key.accounts) or 'all of its owner'}"
    return Denied(_C.KEY_PURPOSE, f"the key is not trusted with {ticket.purpose}", cause, "sign with another key")


def check_signature(sent: Submission, _: Facts) -> Verdict:
    """5: the key signed these bytes. Security keys, with presence and counter, are not taken yet: check 1 says so."""
    if proves(sent.envelope, sent.payload):
        return None
    cause = "the signature is not this key's over these bytes"
    return Denied(_C.BAD_SIGNATURE, "the signature is wrong", cause, _AGAIN)


def check_session(sent: Submission, facts: Facts) -> Verdict:
    """6: who is asking is who signs, in the session that was shown the card, for an account that is theirs."""
    ticket = sent.ticket
    other = ticket.session != facts.session and not _is_replay(sent, facts.proposals.get(ticket.proposal))
    if facts.user != ticket.signer or other:  # the key's owner is one of the two: check 4
        cause = f"the ticket is for {ticket.signer} in the session that opened it"
        return Denied(_C.SIGNER_MISMATCH, "somebody else was asked to sign", cause, _AGAIN)
    if ticket.account not in facts.accounts:
        cause = f"{facts.user} has no account of that name"
        return Denied(_C.ACCOUNT_MISMATCH, f"{ticket.account} is not yours", cause, "sign for your own account")
    return None


def check_ticket(sent: Submission, facts: Facts) -> Verdict:
    """7: the proposal is presented, and the engine's own payload has the terms that were signed; or it is a replay."""
    ticket = sent.ticket
    standing = facts.proposals.get(ticket.proposal)
    if standing is None:
        return Denied(_C.PROPOSAL_UNKNOWN, "there is no such proposal", ticket.proposal, "`vterm proposals` lists them")
    if _is_replay(sent, standing):
        return Replayed(ticket.proposal, standing.answer)
    if standing.state is not ProposalState.PRESENTED or standing.ticket is None:
        return Denied(_C.PROPOSAL_STATE, "the proposal is not waiting for this", f"it is {standing.state}", _AGAIN)
    if ticket.purpose != standing.purpose:
        cause = f"the proposal is for {standing.purpose}"
        return Denied(_C.PURPOSE_MISMATCH, f"a signature for {ticket.purpose} is none for this", cause, _AGAIN)
    if ticket.terms() != standing.ticket.terms():
        changed = _changed(ticket, standing.ticket)
        cause = "these terms are not those that the desk presented"
        return Denied(_C.TICKET_MISMATCH, "the signed ticket is another one", cause, _AGAIN, changed)
    return None


def check_card(sent: Submission, facts: Facts) -> Verdict:
    """8: rendered again, the card has the hash that was signed.

    Nonce and times are part of the card, through its code and its clock. Where one of them is not the engine's, the
    card of the engine's own ticket is right too: checks 9 and 10 then say what is wrong.
    """
    ticket = sent.ticket
    if ticket.card_v != CARD_VERSION:
        cause = f"this renderer is version {CARD_VERSION}, the ticket's {ticket.card_v}"
        return Denied(_C.CARD_VERSION, "the card is of another version", cause, "use the same vterm on both sides")
    own = _own(sent, facts)
    challenge = {name: getattr(own, name) for name in ("nonce", "iat", "exp")}
    try:
        right = ticket.card == card_digest(ticket)
        right = right or ticket.card == card_digest(msgspec.structs.replace(ticket, **challenge))
    except (Unsignable, Denial):
        right = False
    if right:
        return None
    return Denied(_C.CARD_MISMATCH, "that card was not shown", "its hash is not that of the ticket's card", _AGAIN)


def check_time(sent: Submission, facts: Facts) -> Verdict:
    """9: in time by the engine's monotonic clock, and a lifetime as it was given."""
    ticket, own = sent.ticket, _own(sent, facts)
    elapsed = facts.proposals[ticket.proposal].elapsed_ms
    if not 0 <= elapsed <= own.exp - own.iat:
        cause = f"it was valid for {(own.exp - own.iat) // 1_000} s"
        return Denied(_C.EXPIRED, "the card has expired", cause, _AGAIN)
    plausible = 0 < ticket.exp - ticket.iat <= facts.limits.lifetime_ms
    if not plausible or (ticket.iat, ticket.exp) != (own.iat, own.exp):
        cause = "its times are not those of its presentation"
        return Denied(_C.LIFETIME, "the ticket's lifetime was not given by this desk", cause, _AGAIN)
    return None


def check_nonce(sent: Submission, facts: Facts) -> Verdict:
    """10: the nonce is known, of this proposal and key and of its last presentation, and unused."""
    ticket = sent.ticket
    use = facts.nonces.get(ticket.nonce)
    if use is None:
        return Denied(_C.NONCE_UNKNOWN, "this desk never gave out that nonce", ticket.nonce, _AGAIN)
    if (use.proposal, use.key) != (ticket.proposal, ticket.key):
        return Denied(_C.NONCE_MISMATCH, "the nonce is another card's", f"it is for {use.proposal}", _AGAIN)
    if use.used:
        return Denied(_C.NONCE_USED, "the nonce was used", "each is good for one act", _AGAIN)
    if sent.payload != _own(sent, facts).payload():
        cause = "the card was presented again since"
        return Denied(_C.NONCE_MISMATCH, "the nonce is an earlier card's", cause, _AGAIN)
    return None


def check_market(sent: Submission, facts: Facts) -> Verdict:
    """11: the act still passes on the present book, within the price and the cash that were signed."""
    return check_present_book(sent.ticket, facts)


CHECKS: tuple[Check, ...] = (
    check_desk,
    check_key,
    check_signature,
    check_session,
    check_ticket,
    check_card,
    check_time,
    check_nonce,
    check_market,
)
"""Checks 3 to 11."""


def _approve(sent: Submission) -> Approved:
    approved: Approved = object.__new__(Approved)
    approved.ticket, approved.payload = sent.ticket, sent.payload
    approved.signature, approved.key = sent.signature, sent.ticket.key
    return approved


def _own(sent: Submission, facts: Facts) -> Ticket:
    """The engine's own ticket; check 7 has seen that there is one."""
    ticket = facts.proposals[sent.ticket.proposal].ticket
    return sent.ticket if ticket is None else ticket


def _is_replay(sent: Submission, standing: Standing | None) -> bool:
    if standing is None or standing.state is not ProposalState.EXECUTED:
        return False
    return bool(standing.done) and standing.done == bytes_digest(sent.payload, sent.signature)


def _changed(one: Ticket, other: Ticket) -> str:
    """The first field in which two tickets differ."""
    names = [name for name in one.__struct_fields__ if name not in CHALLENGE]
    return next(name for name in names if getattr(one, name) != getattr(other, name))
