"""Signing and verifying with Ed25519, through the cryptography library; it is imported by the first signature."""

from __future__ import annotations

from collections.abc import Callable

from engine.signing.curve import sound_key, sound_signature
from engine.signing.envelope import Envelope, signed_bytes

Sign = Callable[[bytes], bytes]
"""What a private key does, wherever it is: the 64-byte signature of some bytes."""

SEED_BYTES = 32


def public_of(seed: bytes) -> bytes:
    """The public key (32 bytes) of a private one (32 bytes)."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def signer_of(seed: bytes) -> Sign:
    """What signs with a private key of 32 bytes."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed).sign


def seal(message: bytes, namespace: str, public: bytes, sign: Sign) -> Envelope:
    """The envelope of a message. Raises ValueError where what signed is not the key that it says."""
    envelope = Envelope(public, namespace, sign(signed_bytes(message, namespace)))
    if not proves(envelope, message):
        raise ValueError("the signature is not that of the public key")
    return envelope


def proves(envelope: Envelope, message: bytes) -> bool:
    """Whether an envelope's key signed this message for this namespace. Never raises on an opened envelope.

    Keys outside the prime-order group and signatures of another than the one form prove nothing.
    """
    if not sound_signature(envelope.signature) or not sound_key(envelope.public):
        return False
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(envelope.public)
        key.verify(envelope.signature, signed_bytes(message, envelope.namespace))
    except (InvalidSignature, ValueError):
        return False
    return True
