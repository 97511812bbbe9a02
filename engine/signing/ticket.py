"""The ticket: all that a signature is over, as one canonical payload (SECURITY 3.2)."""

from __future__ import annotations

import hashlib
from typing import cast

import msgspec

from engine.signing.canonical import Tree, decode, encode, not_canonical
from engine.signing.fields import ACT, BOOK, EFFECTS, ORDER, TOP, Part, check_names, check_part, check_value

VERSION = "1"
LIFETIME_MS = 120_000
"""How long a presented card can be signed."""
LIFETIME_MOST_MS = 300_000
LEGS_SIGNED_MOST = 20
"""Legs that a payload can carry; a card shows fewer (engine.model.proposal.LEGS_MOST), and what it cannot show
cannot be signed."""

_PARTS = {"order": ORDER, "act": ACT, "effects": EFFECTS, "book": BOOK}
_KNOWN = {**TOP, **_PARTS, "legs": ORDER}
_COUNTS = ("epoch", "taint", "card_v", "iat", "exp")
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

CHALLENGE = ("card", "card_v", "nonce", "iat", "exp")
"""What one presentation adds to the terms. Each is refused under its own code."""


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """One act of one person on one desk, presented once.

    `engine` is the desk's 128-bit id in hex, `epoch` how often it was restored or forked, `key` the fingerprint of
    the key that is to sign, `taint` how many foreign texts were read in the turn that proposed it. `card` is the hex
    SHA-256 of the card's text and `card_v` the renderer's version; `nonce` 32 bytes in hex; `iat` and `exp`
    milliseconds of the wall's clock. `order`, `legs`, `act`, `effects` and `book` hold texts (fields.py says which).
    """

    purpose: str
    engine: str
    epoch: int
    env: str
    account: str
    signer: str
    session: str
    key: str
    proposal: str
    origin: str
    taint: int
    nonce: str
    iat: int
    exp: int
    card: str = ""
    card_v: int = 1
    order: Part = {}
    legs: tuple[Part, ...] = ()
    act: Part = {}
    effects: Part = {}
    book: Part = {}

    def payload(self) -> bytes:
        """The bytes that are signed. Raises Denial where a field has no canonical form."""
        tree = self._tree()
        _check(tree)
        return encode(tree)

    def code(self) -> str:
        """The four characters that a person types: 20 bits of the hash of the payload without its card."""
        tree = self._tree()
        tree.pop("card")
        return crockford(hashlib.sha256(encode(tree)).digest())

    def terms(self) -> Ticket:
        """The ticket without what one presentation adds: equal for two presentations of the same act."""
        return msgspec.structs.replace(self, card="", card_v=0, nonce="", iat=0, exp=0)

    def _tree(self) -> dict[str, Tree]:
        tree: dict[str, Tree] = {"v": VERSION}
        for name in TOP:
            if name != "v":
                tree[name] = str(getattr(self, name))
        for name in _PARTS:
            part: dict[str, Tree] = getattr(self, name)
            if part:
                tree[name] = part
        if self.legs:
            tree["legs"] = [cast("dict[str, Tree]", leg) for leg in self.legs]
        return tree


def read_ticket(raw: bytes) -> Ticket:
    """The ticket of canonical bytes: `read_ticket(raw).payload() == raw`.

    Raises Denial (TOO_LARGE, BAD_CANONICAL, UNKNOWN_FIELD) and nothing else.
    """
    tree = decode(raw)
    _check(tree)
    fields: dict[str, object] = {name: value for name, value in tree.items() if name not in ("v", *_COUNTS)}
    for name in _COUNTS:
        fields[name] = int(str(tree[name]))
    legs = tree.get("legs")
    if isinstance(legs, list):
        fields["legs"] = tuple(legs)
    return Ticket(**fields)  # type: ignore[arg-type]  # _check has seen every field


def _check(tree: dict[str, Tree]) -> None:
    check_names(tree, _KNOWN)
    legs = tree.get("legs")
    for name, known in _PARTS.items():
        if name in tree:
            check_part(name, tree[name], known)
    if legs is not None:
        if not isinstance(legs, list) or len(legs) > LEGS_SIGNED_MOST:
            raise not_canonical(f"legs is not a list of at most {LEGS_SIGNED_MOST}", "legs")
        for leg in legs:
            check_part("legs", leg, ORDER)
    for name, kind in TOP.items():
        if name not in tree:
            raise not_canonical(f"{name} is missing", name)
        check_value(name, tree[name], kind)


def digest(payload: bytes) -> str:
    """Hex SHA-256 of a payload."""
    return hashlib.sha256(payload).hexdigest()


def crockford(raw: bytes) -> str:
    """The first 20 bits of `raw` as four characters of Crockford's base 32."""
    bits = int.from_bytes(raw[:3], "big") >> 4
    return "".join(_CROCKFORD[bits >> shift & 31] for shift in (15, 10, 5, 0))


def read_code(typed: str) -> str:
    """A typed code as it is printed: any case; O reads as 0, I and L as 1. Never raises."""
    return typed.upper().translate(str.maketrans("OIL", "011"))
