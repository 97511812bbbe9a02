"""The audit chain: every proposal, card, signature and refusal, each record holding the hash of the one before.

A changed, lost or inserted record shows at its place. A cut tail shows against a head that was taken before: how many
records there were and the hash of the last, signed daily and kept elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

from engine.signing.canonical import decode, encode, not_canonical
from engine.signing.ed25519 import Sign, proves, seal
from engine.signing.envelope import audit_namespace, open_envelope

GENESIS = bytes(32)
"""What stands before the first record."""

KINDS = (
    "proposed",
    "rejected",
    "presented",
    "closed",
    "signed",
    "refused",
    "declined",
    "expired",
    "repriced",
    "key.enrolled",
    "key.revoked",
    "key.locked",
    "epoch.raised",
)

_encode = msgspec.json.Encoder(order="sorted").encode


class Record(msgspec.Struct, frozen=True):
    """One thing that happened: `seq` from 1 without gaps, `at_ms` of the wall's clock, `subject` the proposal or key,
    `body` its texts (payload, card, signature, code, reason), `link` SHA-256 over the previous link and all of it."""

    seq: int
    at_ms: int
    kind: str
    subject: str
    body: dict[str, str]
    link: bytes


class Head(msgspec.Struct, frozen=True):
    """How long a chain of an engine's epoch is and what it ends in."""

    engine: str
    epoch: int
    count: int
    link: bytes
    at_ms: int

    def message(self) -> bytes:
        """The canonical bytes that are signed."""
        words = {"engine": self.engine, "epoch": str(self.epoch), "count": str(self.count), "v": "1"}
        return encode({**words, "link": self.link.hex(), "at": str(self.at_ms)})


class Broken(msgspec.Struct, frozen=True):
    """Where a chain is not what it was: the first record that does not fit (or is missing), and why."""

    seq: int
    cause: str


def append(last: Record | None, at_ms: int, kind: str, subject: str, body: dict[str, str]) -> Record:
    """The record that follows `last` (None: the first). Raises ValueError for a kind that is not one of KINDS."""
    if kind not in KINDS:
        raise ValueError(f"not a kind of audit record: {kind}")
    seq = 1 if last is None else last.seq + 1
    previous = GENESIS if last is None else last.link
    return Record(seq, at_ms, kind, subject, body, link(previous, seq, at_ms, kind, subject, body))


def link(previous: bytes, seq: int, at_ms: int, kind: str, subject: str, body: dict[str, str]) -> bytes:
    """SHA-256 over the previous link and every column, as JSON that reads back to the same columns only."""
    return hashlib.sha256(previous + _encode((seq, at_ms, kind, subject, body))).digest()


def verify(records: Iterable[Record], head: Head | None = None) -> Broken | None:
    """The first place at which a chain is broken, or None. `records` are all from the first, in order.

    Against a `head` it must still hold that many records with that link there; what came after is welcome.
    """
    previous, seq = GENESIS, 0
    for record in records:
        seq += 1
        if record.seq != seq:
            return Broken(seq, f"record {record.seq} stands where {seq} belongs")
        expected = link(previous, seq, record.at_ms, record.kind, record.subject, record.body)
        if record.link != expected:
            return Broken(seq, "its hash is not that of its content and of the record before")
        if head is not None and seq == head.count and record.link != head.link:
            return Broken(seq, "the signed head has another hash here: the chain was written anew")
        previous = record.link
    if head is not None and seq < head.count:
        return Broken(seq + 1, f"the signed head counts {head.count} records, there are {seq}: the tail was cut")
    return None


def sign_head(head: Head, public: bytes, sign: Sign) -> str:
    """A head and its signature as one text for export: the canonical line, then the armour."""
    envelope = seal(head.message(), audit_namespace(head.engine), public, sign)
    return f"{head.message().decode('ascii')}\n{envelope.armoured()}"


def read_head(text: str, public: bytes) -> Head | None:
    """The head of an exported text, or None where its signature is not the key's.

    Raises Denial (BAD_CANONICAL, BAD_ENVELOPE, BAD_NAMESPACE, KEY_TYPE, TOO_LARGE) where the text is no head.
    """
    line, _, armour = text.partition("\n")
    tree = decode(line.encode("ascii", "replace"))
    try:
        words = {name: str(tree[name]) for name in ("engine", "epoch", "count", "link", "at")}
        head = Head(
            words["engine"], int(words["epoch"]), int(words["count"]), bytes.fromhex(words["link"]), int(words["at"])
        )
    except (KeyError, ValueError):
        raise not_canonical("it is not the head of an audit chain") from None
    if head.message() != line.encode("ascii", "replace"):
        raise not_canonical("it is not the one form of a head")
    envelope = open_envelope(armour, audit_namespace(head.engine))
    return head if envelope.public == public and proves(envelope, head.message()) else None
