"""A private key as a file's text: under a passphrase with scrypt and ChaCha20-Poly1305, or open where there is none.

Only the signer reads one. The salt is an argument, since nothing here draws by chance; it is 16 random bytes, new each
time that the text is written. Header and public key are authenticated together with the secret.
"""

from __future__ import annotations

import base64
import re

from engine.signing.codes import Denial, SigningCode, deny
from engine.signing.ed25519 import SEED_BYTES, public_of
from engine.signing.envelope import public_line

SALT_BYTES = 16
_COST, _BLOCK, _LANES = 2**15, 8, 1
_HEAD = "vterm key 1"
_FORM = re.compile(
    rf"{_HEAD}\n(?P<public>ssh-ed25519 [A-Za-z0-9+/=]{{68}})\n"
    r"(?P<how>open|scrypt 32768 8 1 (?P<salt>[0-9a-f]{32}))\n(?P<secret>[A-Za-z0-9+/=]{44,64})\n\Z",
    re.ASCII,
)


def write_key(seed: bytes, passphrase: str, salt: bytes) -> str:
    """The text of a private key of 32 bytes; an empty passphrase leaves it open. About 0.1 s with one."""
    if len(seed) != SEED_BYTES or len(salt) != SALT_BYTES:
        raise ValueError("a private key has 32 bytes and a salt 16")
    how = f"scrypt {_COST} {_BLOCK} {_LANES} {salt.hex()}" if passphrase else "open"
    head = f"{_HEAD}\n{public_line(public_of(seed))}\n{how}\n"
    secret = _cipher(passphrase, salt, head, seed, seal=True) if passphrase else seed
    return head + base64.b64encode(secret).decode("ascii") + "\n"


def read_key(text: str, passphrase: str = "") -> bytes:
    """The private key (32 bytes). Raises Denial: BAD_ENVELOPE where it is no key file, NOT_AUTHORISED where the
    passphrase is not its own."""
    match = _FORM.match(text)
    if match is None:
        raise _bad("it has another form")
    try:
        secret = base64.b64decode(match["secret"], validate=True)
    except ValueError:
        raise _bad("its base 64 cannot be read") from None
    if match["salt"] is not None:
        secret = _cipher(passphrase, bytes.fromhex(match["salt"]), text[: match.start("secret")], secret, seal=False)
    if len(secret) != SEED_BYTES or public_line(public_of(secret)) != match["public"]:
        raise _bad("its secret is not that of its public key")
    return secret


def has_passphrase(text: str) -> bool:
    """Whether a key file needs one; False for what is no key file."""
    match = _FORM.match(text)
    return match is not None and match["salt"] is not None


def _cipher(passphrase: str, salt: bytes, head: str, data: bytes, *, seal: bool) -> bytes:
    """Each salt makes its own key, so that the fixed nonce is never used twice."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    key = Scrypt(salt=salt, length=32, n=_COST, r=_BLOCK, p=_LANES).derive(passphrase.encode("utf-8"))
    box, nonce, bound = ChaCha20Poly1305(key), bytes(12), head.encode("ascii")
    if seal:
        return box.encrypt(nonce, data, bound)
    try:
        return box.decrypt(nonce, data, bound)
    except InvalidTag:
        cause = "the passphrase is another one, or the file was changed"
        raise deny(
            SigningCode.NOT_AUTHORISED, "the key does not open", cause=cause, fix="type the passphrase again"
        ) from None


def _bad(cause: str) -> Denial:
    fix = "restore the file, or enrol a new key with `vterm keys`"
    return deny(SigningCode.BAD_ENVELOPE, "the key file cannot be read", cause=cause, fix=fix)
