"""What passes between the signer and those who may ask it: one JSON object a line, on the home's signer socket.

A connection begins with a Hello. Each request has one answer: a Told, a Card, a Proof, a Signed, or a No.
"""

from __future__ import annotations

import msgspec

MOST_BYTES = 64 * 1024
"""A line is at most so long; a ticket has 8 KiB."""


class Hello(msgspec.Struct, frozen=True, tag="hello", forbid_unknown_fields=True):
    """The secret of this signer's life, from its file in the home. Answered by a Told."""

    secret: str


class State(msgspec.Struct, frozen=True, tag="state", forbid_unknown_fields=True):
    """Which key, and whether it is open. Answered by a Told."""


class Make(msgspec.Struct, frozen=True, tag="make", forbid_unknown_fields=True):
    """Make a key where there is none, or `anew` beside the old one, which is put away. Answered by a Told."""

    anew: bool = False


class Prove(msgspec.Struct, frozen=True, tag="prove", forbid_unknown_fields=True):
    """Show a desk that the private half is here: the signer words the message itself. Answered by a Proof."""

    engine: str
    owner: str
    nonce: str


class Unlock(msgspec.Struct, frozen=True, tag="unlock", forbid_unknown_fields=True):
    """Open the key's file. Answered by a Told."""

    passphrase: str


class Lock(msgspec.Struct, frozen=True, tag="lock", forbid_unknown_fields=True):
    """Forget the private half and every card that was shown. Answered by a Told."""


class Passphrase(msgspec.Struct, frozen=True, tag="passphrase", forbid_unknown_fields=True):
    """Seal the key's file under another passphrase; `old` is needed where it has one. Answered by a Told."""

    old: str
    new: str


class Present(msgspec.Struct, frozen=True, tag="present", forbid_unknown_fields=True):
    """Render the card of a ticket. Answered by a Card."""

    payload: str


class Sign(msgspec.Struct, frozen=True, tag="sign", forbid_unknown_fields=True):
    """Sign what was shown, with the code that was typed. Answered by a Signed."""

    shown: str
    typed: str


Request = Hello | State | Make | Prove | Unlock | Lock | Passphrase | Present | Sign


class Told(msgspec.Struct, frozen=True, tag="told"):
    """`key` is a fingerprint, `public` OpenSSH's line of it; both empty where no key was made."""

    key: str
    public: str
    locked: bool
    passphrase: bool


class Card(msgspec.Struct, frozen=True, tag="card"):
    """A card as it was rendered here; `shown` names it, `code` is empty where Enter alone accepts."""

    shown: str
    card: str
    code: str


class Proof(msgspec.Struct, frozen=True, tag="proof"):
    """An armoured signature under the desk's namespace of enrolment, and the message that it signs."""

    proof: str
    message: str


class Signed(msgspec.Struct, frozen=True, tag="signed"):
    """An armoured signature under the desk's namespace of orders."""

    signature: str


class No(msgspec.Struct, frozen=True, tag="no"):
    """Why not, in the words of engine.signing.codes."""

    code: str
    message: str
    cause: str = ""
    fix: str = ""


Answer = Told | Card | Proof | Signed | No


def line(message: Request | Answer) -> bytes:
    """A message as it goes over the socket."""
    return msgspec.json.encode(message) + b"\n"
