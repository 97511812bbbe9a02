"""The signatures of a journal, proven once more: each executed act has the card, key and signature that it needed.

The journal itself is the chain (engine.ledger.chain): each entry holds the hash of the one before. What this adds is
that an order cannot be written into it as a signed one by somebody who has no key, whatever hashes they make anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from engine.model.command import Accept, EndKey, EnrolKey, Present
from engine.model.order import Order, side_word
from engine.model.origin import SIGNED
from engine.signing.card import CARD_VERSION, card
from engine.signing.checks import bytes_digest
from engine.signing.codes import Denial
from engine.signing.ed25519 import proves
from engine.signing.envelope import open_envelope, order_namespace
from engine.signing.fields import Part
from engine.signing.key_list import Key, Role
from engine.signing.shape import Unsignable
from engine.signing.ticket import Ticket, read_ticket

_READ = {kind.__struct_config__.tag: msgspec.json.Decoder(kind).decode for kind in (Present, Accept, EnrolKey, EndKey)}


class _Shown(NamedTuple):
    payload: str
    key: str


class SignedActs:
    """Keys, cards and signatures as the journal tells of them, entry by entry from the first."""

    def __init__(self) -> None:
        self.signatures = 0
        self._keys: dict[str, Key] = {}
        self._shown: dict[str, _Shown] = {}
        self._nonces: set[str] = set()
        self._orders: set[str] = set()

    def take(self, kind: str, body: bytes, orders: Iterable[Order]) -> list[str]:
        """What is wrong with an entry of this kind, command and orders. Raises msgspec.MsgspecError on another body."""
        command = _READ[kind](body) if kind in _READ else None
        faults: list[str] = []
        ticket = None
        if isinstance(command, EnrolKey):
            self._enrol(command)
        elif isinstance(command, EndKey):
            self._end(command)
        elif isinstance(command, Present):
            self._shown[command.proposal_id] = _Shown(command.payload, command.key)
        elif isinstance(command, Accept):
            self.signatures += 1
            try:
                ticket = read_ticket(command.payload.encode("ascii", "replace"))
                faults = self._accepted(command, ticket)
            except (Denial, Unsignable) as error:
                faults = [error.denied.message if isinstance(error, Denial) else str(error)]
            faults = [f"the signature for {command.proposal_id} does not hold: {fault}" for fault in faults]
        return faults + self._made(ticket, orders)

    def _enrol(self, command: EnrolKey) -> None:
        key = Key(command.public, command.owner, Role(command.role), command.at_ms, command.accounts, command.name)
        self._keys.setdefault(key.fingerprint, key)

    def _end(self, command: EndKey) -> None:
        key = self._keys.get(command.key)
        if key is not None:
            self._keys[command.key] = msgspec.structs.replace(key, revoked_at=command.at_ms)

    def _accepted(self, command: Accept, ticket: Ticket) -> list[str]:
        """Raises Denial and Unsignable where signature or card cannot be read at all."""
        key, shown = self._keys.get(command.key), self._shown.get(command.proposal_id)
        envelope = open_envelope(command.signature, order_namespace(ticket.engine))
        names = (ticket.proposal, ticket.account, ticket.key)
        checks = [
            (names == (command.proposal_id, command.account, command.key), "it is for another act"),
            (shown == _Shown(command.payload, command.key), "these bytes were not put before anybody"),
            (key is not None and not key.revoked_at, "its key was not enrolled then, or had ended"),
            (key is not None and key.may(ticket.purpose, ticket.account), "its key was not trusted with that"),
            (key is not None and envelope.public == key.public, "it is another key's"),
            (proves(envelope, command.payload.encode("ascii", "replace")), "it is not over these bytes"),
            (ticket.nonce not in self._nonces, "its nonce was used before"),
            (_has_card(command, ticket), "its card was another one"),
            (command.done == bytes_digest(command.payload.encode("ascii", "replace"), command.signature),
             "it is not known under its own digest"),
        ]  # fmt: skip
        self._nonces.add(ticket.nonce)
        return [fault for holds, fault in checks if not holds][:1]

    def _made(self, ticket: Ticket | None, orders: Iterable[Order]) -> list[str]:
        """New orders that call themselves signed belong to the act of their entry, and are what it says."""
        faults: list[str] = []
        for order in orders:
            if not order.origin.startswith(SIGNED) or order.order_id in self._orders:
                continue
            self._orders.add(order.order_id)
            proposal = order.origin.removeprefix(SIGNED)
            if ticket is None or ticket.proposal != proposal or not _is_of(order, ticket):
                faults.append(f"order {order.order_id} says that {proposal} was signed for it, and it was not")
        return faults


def _has_card(command: Accept, ticket: Ticket) -> bool:
    """A card of an older renderer is not drawn again; the hash that was signed binds its text all the same."""
    if ticket.card != hashlib.sha256(command.card.encode("ascii", "replace")).hexdigest():
        return False
    return ticket.card_v != CARD_VERSION or command.card == card(ticket)


def _is_of(order: Order, ticket: Ticket) -> bool:
    """Whether an order is one of those that were signed, by the client's id, instrument and side of its terms."""
    request = order.request
    legs: tuple[Part, ...] = ticket.legs or (ticket.order,)
    wanted = (request.client_order_id, str(request.symbol), side_word(request.side), ticket.account)
    return wanted in [(leg.get("client_id"), leg.get("symbol"), leg.get("side"), order.account) for leg in legs]
