"""What the signer knows and does, without sockets: it opens a key, renders cards, and signs what it has rendered.

It signs two things: the message of an enrolment, which it words itself, and tickets whose card it has shown and whose
code was typed. It forgets the private half after fifteen minutes without a request, when told, and after a suspend.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

import msgspec

from engine.signing.codes import Denial, Denied, SigningCode, deny
from engine.signing.ed25519 import SEED_BYTES, Sign, public_of, seal, signer_of
from engine.signing.enrolment import EnrolChallenge
from engine.signing.envelope import enrol_namespace, fingerprint, public_line, read_public
from engine.signing.fields import KINDS
from engine.signing.key_file import SALT_BYTES, has_passphrase, read_key, write_key
from engine.signing.showing import Shown, show, sign_shown
from vterm.signer import wire
from vterm.signer.folder import DESK, KEY, SignerFolder

LOCK_SECONDS = 15 * 60.0
SUSPENDED_SECONDS = 2.0
MOST_SHOWN = 16
MOST_DESKS = 32
"""A home has a desk for its living market, and one for each recording that was traded in it."""
MOST_WRONG = 3
MOST_PASSPHRASE = 1024


def asleep() -> float:
    """Seconds for which this machine was suspended since it started."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic() if hasattr(time, "CLOCK_BOOTTIME") else 0.0


class _Desk(msgspec.Struct):
    engine: str


class Box:
    """One key. Every method but `look` counts as a request. Raises Denial."""

    def __init__(
        self,
        folder: SignerFolder,
        now: Callable[[], float] = time.monotonic,
        slept: Callable[[], float] = asleep,
    ) -> None:
        self.folder, self.now, self.slept = folder, now, slept
        self._seed: bytearray = bytearray()
        self._shown: dict[str, Shown] = {}
        self._wrong: dict[str, int] = {}
        self._used, self._slept = now(), slept()

    # -- the key --------------------------------------------------------------------------------------------

    def told(self) -> wire.Told:
        """Which key, and whether it is open."""
        text = self.folder.read(KEY)
        if not text:
            return wire.Told("", "", locked=False, passphrase=False)
        public = self._public_line(text)
        sealed = has_passphrase(text)
        key = fingerprint(read_public(public))
        return wire.Told(key, public, locked=sealed and not self._seed, passphrase=sealed)

    def make(self, anew: bool = False) -> wire.Told:
        """A key where there is none; `anew`: another one, the old file is put away."""
        self._use()
        if anew:
            self.lock()
            self.folder.put_away(KEY)
        if not self.folder.read(KEY):
            self.folder.write(KEY, write_key(secrets.token_bytes(SEED_BYTES), "", bytes(SALT_BYTES)))
        return self.told()

    def unlock(self, passphrase: str) -> wire.Told:
        """Open the key's file."""
        self._use()
        self._seed = bytearray(read_key(self._text(), passphrase))
        return self.told()

    def passphrase(self, old: str, new: str) -> wire.Told:
        """Seal the file anew; open it in the same step."""
        self._use()
        if len(new) > MOST_PASSPHRASE or "\n" in new:
            raise deny(SigningCode.NOT_AUTHORISED, "that is no passphrase", fix="one line, at most 1,024 characters")
        seed = read_key(self._text(), old)
        self.folder.write(KEY, write_key(seed, new, secrets.token_bytes(SALT_BYTES)))
        self._seed = bytearray(seed)
        return self.told()

    def lock(self) -> wire.Told:
        """Forget the private half, and every card."""
        self._seed[:] = bytes(len(self._seed))
        self._seed = bytearray()
        self._shown.clear()
        self._wrong.clear()
        return self.told()

    def look(self) -> None:
        """Called now and then: lock where nobody has asked for long, or where the machine has slept."""
        slept = self.slept()
        if slept - self._slept > SUSPENDED_SECONDS or self.now() - self._used >= LOCK_SECONDS:
            self.lock()
        self._slept = slept

    # -- signing --------------------------------------------------------------------------------------------

    def prove(self, engine: str, owner: str, nonce: str) -> wire.Proof:
        """Show a desk that the private half is here, and remember the desk: tickets of others are not shown."""
        self._use()
        words = (("desk id", "hex16", engine), ("name", "name", owner), ("nonce", "hex32", nonce))
        for what, kind, word in words:
            if not KINDS[kind].match(word):
                raise deny(SigningCode.BAD_CANONICAL, f"that is no {what}", fix="let the desk ask again")
        public, sign = self._pair()
        message = EnrolChallenge(engine, owner, nonce).message(public)
        proof = seal(message, enrol_namespace(engine), public, sign).armoured()
        desks = [one for one in self.folder.read(DESK).split() if one != engine][1 - MOST_DESKS :]
        self.folder.write(DESK, "".join(f"{one}\n" for one in (*desks, engine)))
        return wire.Proof(proof, message.decode("ascii"))

    def present(self, payload: str) -> wire.Card:
        """Render the card of a ticket of a desk that knows this key, for this key."""
        self._use()
        public, _ = self._pair()
        raw = payload.encode("utf-8", "replace")
        found = show(raw, engine=self._desk(raw), public=public)
        if isinstance(found, Denied):
            raise Denial(found)
        while len(self._shown) >= MOST_SHOWN:
            self._shown.pop(next(iter(self._shown)))
        name = secrets.token_hex(16)
        self._shown[name] = found
        return wire.Card(name, found.card, found.code)

    def sign(self, name: str, typed: str) -> wire.Signed:
        """Sign what was shown under this name, once; three wrong codes take it away."""
        self._use()
        public, sign = self._pair()
        found = sign_shown(self._shown.get(name), typed, public, sign)
        if isinstance(found, Denied):
            self._wrong[name] = self._wrong.get(name, 0) + 1
            if self._wrong[name] >= MOST_WRONG:
                self._forget(name)
            raise Denial(found)
        self._forget(name)
        return wire.Signed(found)

    def _desk(self, raw: bytes) -> str:
        """The desk that a payload names, where the key was shown to it; else the last one, whose ticket it is not."""
        desks = self.folder.read(DESK).split() or [""]
        try:
            named = msgspec.json.decode(raw, type=_Desk).engine
        except msgspec.MsgspecError:
            named = ""
        return named if named in desks else desks[-1]

    def _forget(self, name: str) -> None:
        self._shown.pop(name, None)
        self._wrong.pop(name, None)

    def _use(self) -> None:
        self.look()
        self._used = self.now()

    def _text(self) -> str:
        text = self.folder.read(KEY)
        if not text:
            raise deny(SigningCode.NOT_AUTHORISED, "there is no signing key", fix="`vterm keys signing` makes one")
        return text

    def _pair(self) -> tuple[bytes, Sign]:
        text = self._text()
        if not self._seed:
            if has_passphrase(text):
                fix = "type its passphrase"
                raise deny(SigningCode.NOT_AUTHORISED, "the signer is locked", cause="its key is sealed", fix=fix)
            self._seed = bytearray(read_key(text))
        seed = bytes(self._seed)
        return public_of(seed), signer_of(seed)

    @staticmethod
    def _public_line(text: str) -> str:
        lines = text.split("\n")
        public = lines[1] if len(lines) > 1 else ""
        read_public(public)
        return public_line(read_public(public))
