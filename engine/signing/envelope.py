"""The SSHSIG envelope, strictly: what OpenSSH's `ssh-keygen -Y sign` writes for an Ed25519 key, and nothing else.

Magic and namespace make an order's signature useless for a login, and a login's for an order. Format: OpenSSH,
PROTOCOL.sshsig. Version 1, reserved empty, SHA-512, no trailing bytes, armour of 70 characters a line.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

import msgspec

from engine.signing.codes import Denial, SigningCode, deny

KEY_TYPE = b"ssh-ed25519"
MOST_CHARACTERS = 2_048
_MAGIC = b"SSHSIG"
_HASH = b"sha512"
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----\n", "-----END SSH SIGNATURE-----\n"
_COLUMNS = 70
_NAMESPACE = re.compile(rb"[!-~]{1,128}\Z")
_FIX = "sign with `ssh-keygen -Y sign` or the desk's signer, with an Ed25519 key"


class Envelope(msgspec.Struct, frozen=True):
    """Whose key (32 bytes), for what use (namespace), and the signature (64 bytes)."""

    public: bytes
    namespace: str
    signature: bytes

    def blob(self) -> bytes:
        """The envelope's bytes."""
        signature = _string(KEY_TYPE) + _string(self.signature)
        head = _MAGIC + (1).to_bytes(4, "big") + _string(public_blob(self.public))
        return head + _string(self.namespace.encode("ascii")) + _string(b"") + _string(_HASH) + _string(signature)

    def armoured(self) -> str:
        """The envelope as text."""
        text = base64.b64encode(self.blob()).decode("ascii")
        lines = [text[n : n + _COLUMNS] for n in range(0, len(text), _COLUMNS)]
        return _BEGIN + "".join(f"{line}\n" for line in lines) + _END


def order_namespace(engine: str) -> str:
    """What signatures over tickets are for."""
    return f"order@{engine}"


def enrol_namespace(engine: str) -> str:
    """What proofs that somebody has a private key are for."""
    return f"enrol@{engine}"


def signed_bytes(message: bytes, namespace: str) -> bytes:
    """What the key signs: magic, namespace, reserved, hash name and SHA-512 of the message."""
    if not namespace.isascii() or not _NAMESPACE.match(namespace.encode("ascii")):
        raise ValueError("a namespace is 1 to 128 characters of printable ASCII without blanks")
    digest = hashlib.sha512(message).digest()
    return _MAGIC + _string(namespace.encode("ascii")) + _string(b"") + _string(_HASH) + _string(digest)


def open_envelope(text: str, namespace: str) -> Envelope:
    """The envelope of an armoured text that is for `namespace`.

    Raises Denial (TOO_LARGE, BAD_ENVELOPE, KEY_TYPE, BAD_NAMESPACE) and nothing else.
    """
    if len(text) > MOST_CHARACTERS:
        cause = f"it has {len(text)} characters; {MOST_CHARACTERS} are the most"
        raise deny(SigningCode.TOO_LARGE, "the signature is too large", cause=cause, fix=_FIX)
    envelope = _parse(_dearmour(text))
    if envelope.namespace != namespace:
        cause = f"it is for {envelope.namespace or 'nothing'}, wanted is {namespace}"
        raise deny(
            SigningCode.BAD_NAMESPACE, "the signature is for another use", cause=cause, fix=f"use -n {namespace}"
        )
    if envelope.armoured() != text:
        raise _bad("its text is not the one form of its bytes")
    return envelope


def public_blob(public: bytes) -> bytes:
    """A public key as SSH writes it."""
    return _string(KEY_TYPE) + _string(public)


def fingerprint(public: bytes) -> str:
    """SHA256:… of a public key, as ssh-keygen -l prints it."""
    digest = hashlib.sha256(public_blob(public)).digest()
    return "SHA256:" + base64.b64encode(digest).decode("ascii").rstrip("=")


def public_line(public: bytes) -> str:
    """ssh-ed25519 AAAA…, as in an OpenSSH public key file."""
    return f"{KEY_TYPE.decode()} {base64.b64encode(public_blob(public)).decode('ascii')}"


def read_public(text: str) -> bytes:
    """The 32 bytes of `ssh-ed25519 AAAA… [comment]`.

    Raises Denial (KEY_TYPE, BAD_ENVELOPE). Says nothing of whether the key is sound.
    """
    kind, _, rest = text.strip().partition(" ")
    encoded = rest.split(" ")[0]
    if kind != KEY_TYPE.decode() or len(text) > MOST_CHARACTERS:
        cause = "an Ed25519 public key begins with ssh-ed25519"
        raise deny(SigningCode.KEY_TYPE, "that is no key of a kind that can sign here", cause=cause, fix=_KEY_FIX)
    try:
        public = _public(base64.b64decode(encoded.encode("ascii"), validate=True))
    except ValueError:
        raise _bad("the key's base 64 cannot be read") from None
    if public_line(public).split(" ")[1] != encoded:
        raise _bad("the key's text is not the one form of its bytes")
    return public


_KEY_FIX = "make one with `vterm keys` or `ssh-keygen -t ed25519`"


def _dearmour(text: str) -> bytes:
    if not (text.startswith(_BEGIN) and text.endswith(_END)):
        raise _bad("its first or last line is not that of an SSH signature")
    try:
        return base64.b64decode(text[len(_BEGIN) : -len(_END)].replace("\n", "").encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        raise _bad("its base 64 cannot be read") from None


def _parse(blob: bytes) -> Envelope:
    if not blob.startswith(_MAGIC) or blob[6:10] != (1).to_bytes(4, "big"):
        raise _bad("its magic or version is another one")
    key, rest = _take(blob[10:])
    namespace, rest = _take(rest)
    reserved, rest = _take(rest)
    algorithm, rest = _take(rest)
    signature, rest = _take(rest)
    public = _public(key)
    kind, raw = _take(signature)
    if kind != KEY_TYPE:
        raise deny(SigningCode.KEY_TYPE, "that kind of signature is not taken", cause="only ssh-ed25519 is", fix=_FIX)
    value, trailing = _take(raw)
    if reserved or rest or trailing or algorithm != _HASH or len(value) != 64:
        raise _bad("its reserved field, hash, length or end is another one")
    if namespace and not _NAMESPACE.match(namespace):
        raise _bad("its namespace has other characters than printable ASCII")
    return Envelope(public, namespace.decode("ascii"), value)


def _public(blob: bytes) -> bytes:
    kind, rest = _take(blob)
    if kind != KEY_TYPE:
        cause = "only ssh-ed25519 is taken"
        raise deny(SigningCode.KEY_TYPE, "that kind of key cannot sign here", cause=cause, fix=_KEY_FIX)
    public, trailing = _take(rest)
    if len(public) != 32 or trailing:
        raise _bad("the key in it has another length")
    return public


def _take(raw: bytes) -> tuple[bytes, bytes]:
    """The length-prefixed string at the front, and what follows it."""
    size = int.from_bytes(raw[:4], "big")
    if len(raw) < 4 + size or len(raw) < 4:
        raise _bad("it ends too early")
    return raw[4 : 4 + size], raw[4 + size :]


def _string(value: bytes) -> bytes:
    return len(value).to_bytes(4, "big") + value


def _bad(cause: str) -> Denial:
    return deny(SigningCode.BAD_ENVELOPE, "the signature's envelope cannot be read", cause=cause, fix=_FIX)
