"""How a key becomes one that may sign: it is sound, nobody else's, and somebody has its private half (SECURITY 3.8)."""

from __future__ import annotations

import msgspec

from engine.signing.canonical import encode
from engine.signing.codes import Denial, Denied, SigningCode, deny
from engine.signing.curve import sound_key
from engine.signing.ed25519 import proves
from engine.signing.envelope import enrol_namespace, fingerprint, open_envelope, read_public
from engine.signing.fields import KINDS
from engine.signing.key_list import Key, Keys, Role, taken

CHALLENGE_MS = 300_000


class EnrolChallenge(msgspec.Struct, frozen=True):
    """What the engine asks a new key to sign: its id, whose the key is to be, and 32 bytes in hex used once."""

    engine: str
    owner: str
    nonce: str

    def message(self, public: bytes) -> bytes:
        """The bytes to be signed under enrol_namespace(engine)."""
        tree = {"engine": self.engine, "key": fingerprint(public), "nonce": self.nonce, "owner": self.owner, "v": "1"}
        return encode(dict(tree))


def sound_public(text: str) -> bytes:
    """The key of an OpenSSH public line. Raises Denial (KEY_TYPE, BAD_ENVELOPE, WEAK_KEY)."""
    public = read_public(text)
    if not sound_key(public):
        cause = "it is a point of small order or no canonical one: anybody can sign for it"
        raise deny(SigningCode.WEAK_KEY, "the key is weak", cause=cause, fix="make a new one: `ssh-keygen -t ed25519`")
    return public


def enrol(
    public_text: str,
    proof: str,
    challenge: EnrolChallenge,
    keys: Keys,
    *,
    role: Role,
    elapsed_ms: int,
    at_ms: int,
    accounts: tuple[str, ...] = (),
    name: str = "",
) -> Key | Denied:
    """The key, or why it is none. `elapsed_ms` is the monotonic time since the challenge; `at_ms` the wall's.

    Codes: KEY_TYPE BAD_ENVELOPE WEAK_KEY KEY_TAKEN TOO_LARGE BAD_NAMESPACE EXPIRED NO_PROOF BAD_CANONICAL.
    """
    try:
        public = sound_public(public_text)
        if fingerprint(public) in keys:
            return taken(fingerprint(public))
        envelope = open_envelope(proof, enrol_namespace(challenge.engine))
    except Denial as denial:
        return denial.denied
    if not 0 <= elapsed_ms <= CHALLENGE_MS:
        return Denied(SigningCode.EXPIRED, "the challenge has expired", "it lasts five minutes", "begin again")
    if envelope.public != public or not proves(envelope, challenge.message(public)):
        cause = "the proof is not this key's signature over this challenge"
        return Denied(SigningCode.NO_PROOF, "nothing shows that you have the private key", cause, "sign the challenge")
    words = [challenge.owner, *accounts, *([name] if name else [])]
    if not all(KINDS["name"].match(word) for word in words):
        cause = "owner, accounts and name have 1 to 32 characters of A-Z a-z 0-9 _ . -"
        return Denied(SigningCode.BAD_CANONICAL, "a name is not one", cause, "choose another")
    return Key(public, challenge.owner, role, at_ms // 1_000 * 1_000, accounts, name)
