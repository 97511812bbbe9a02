"""The keys that may sign: whose they are, what for, since when, and until when.

The list is text, one key a line, in the form of OpenSSH's allowed signers, so that `ssh-keygen -Y verify -f` reads it
as it is; what is ours stands where OpenSSH has a comment. Like a payload it has one form: what does not read back to
its own text is refused. A revoked key stays, so that older signatures can be checked, and is never enrolled again.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from engine.model.format import parse_time, time_text
from engine.model.proposal import TRADES, WITHOUT_CODE, Purpose
from engine.signing.codes import Denial, Denied, SigningCode, deny
from engine.signing.curve import sound_key
from engine.signing.envelope import fingerprint, order_namespace, public_line, read_public
from engine.signing.fields import KINDS

HEADER = "# vterm keys 1\n"
BAD_MOST, BAD_WITHIN_MS, LOCKED_MS = 3, 600_000, 900_000
"""Three bad signatures in ten minutes lock a key for fifteen."""

_NS_PER_MS = 1_000_000
_ENGINE = re.compile(r'namespaces="order@([0-9a-f]{32})"')


class Role(enum.StrEnum):
    """What a key is trusted with: everything; trading, but granting nothing; only what moves no money."""

    OWNER = "owner"
    TRADER = "trader"
    LISTS = "lists"


PURPOSES: dict[Role, frozenset[Purpose]] = {
    Role.OWNER: frozenset(Purpose),
    Role.TRADER: TRADES | WITHOUT_CODE | {Purpose.ORDER_CANCEL},
    Role.LISTS: WITHOUT_CODE,
}


class Key(msgspec.Struct, frozen=True):
    """A public key (32 bytes) of `owner`; `accounts` empty means all that are the owner's. Times in whole seconds, as
    milliseconds; `revoked_at` 0 means active."""

    public: bytes
    owner: str
    role: Role
    enrolled_at: int
    accounts: tuple[str, ...] = ()
    name: str = ""
    revoked_at: int = 0

    @property
    def fingerprint(self) -> str:
        """SHA256:…, as ssh-keygen -l prints it."""
        return fingerprint(self.public)

    def may(self, purpose: str, account: str) -> bool:
        """Whether it is trusted with an act on an account of its owner."""
        return purpose in PURPOSES[self.role] and (not self.accounts or account in self.accounts)


Keys = Mapping[str, Key]
"""Keys by fingerprint."""


def keys_of(keys: Iterable[Key]) -> dict[str, Key]:
    """Keys by fingerprint. Raises Denial (KEY_TAKEN) where one stands twice."""
    found: dict[str, Key] = {}
    for key in keys:
        if key.fingerprint in found:
            raise Denial(taken(key.fingerprint))
        found[key.fingerprint] = key
    return found


def revoked(keys: Keys, print_: str, at_ms: int) -> dict[str, Key]:
    """The keys with one of them ended at `at_ms`. Raises Denial (KEY_UNKNOWN); ended twice keeps the first time."""
    key = keys.get(print_)
    if key is None:
        raise deny(SigningCode.KEY_UNKNOWN, "there is no such key", fix="`vterm keys list` shows those there are")
    if key.revoked_at:
        return dict(keys)
    return {**keys, print_: msgspec.structs.replace(key, revoked_at=at_ms // 1_000 * 1_000)}


def locked_until(bad_at: Sequence[int], now_ms: int) -> int:
    """Until when (ms) a key is locked after bad signatures at these times, oldest first; 0 where it is not."""
    until = 0
    for place in range(BAD_MOST - 1, len(bad_at)):
        if bad_at[place] - bad_at[place - BAD_MOST + 1] <= BAD_WITHIN_MS:
            until = bad_at[place] + LOCKED_MS
    return until if until > now_ms else 0


def write_keys(keys: Keys, engine: str) -> str:
    """The list as text, by fingerprint."""
    return HEADER + "".join(_line(keys[name], engine) for name in sorted(keys))


def read_keys(text: str, engine: str) -> dict[str, Key]:
    """The keys of a list of this engine. Raises Denial (BAD_CANONICAL, WRONG_ENGINE, KEY_TYPE, WEAK_KEY, KEY_TAKEN)."""
    if not text.startswith(HEADER):
        raise _bad(1, f"the first line is not {HEADER.strip()}")
    keys = keys_of(_key(line, number, engine) for number, line in enumerate(text.splitlines()[1:], 2))
    if write_keys(keys, engine) != text:
        raise _bad(0, "its text is not the one form of its keys")
    return keys


def taken(print_: str) -> Denied:
    """The refusal of a key that the desk already knows."""
    cause = f"{print_} is or was somebody's"
    return Denied(SigningCode.KEY_TAKEN, "the key is taken", cause, "make a new key for this desk: `vterm keys`")


def _line(key: Key, engine: str) -> str:
    options = f'namespaces="{order_namespace(engine)}"'
    if key.revoked_at:
        stamp = re.sub(r"[-:T]", "", time_text(key.revoked_at * _NS_PER_MS))
        options += f',valid-before="{stamp}"'
    words = [f"role={key.role.value}", f"enrolled={time_text(key.enrolled_at * _NS_PER_MS)}"]
    words += [f"accounts={','.join(key.accounts)}"] if key.accounts else []
    words += [f"name={key.name}"] if key.name else []
    words += [f"revoked={time_text(key.revoked_at * _NS_PER_MS)}"] if key.revoked_at else []
    return " ".join([key.owner, options, public_line(key.public), *words]) + "\n"


def _key(line: str, number: int, engine: str) -> Key:
    parts = line.split(" ")
    if len(parts) < 6 or not KINDS["name"].match(parts[0]):
        raise _bad(number, "it is not OWNER OPTIONS ssh-ed25519 KEY role=… enrolled=…")
    belongs = _ENGINE.match(parts[1])
    if belongs is None or belongs[1] != engine:
        cause = f"line {number} is for another engine"
        raise deny(SigningCode.WRONG_ENGINE, "the list of keys is another desk's", cause=cause, fix="enrol keys anew")
    public = read_public(" ".join(parts[2:4]))
    if not sound_key(public):
        raise deny(SigningCode.WEAK_KEY, "a key of the list signs for anybody", cause=f"line {number}", fix="remove it")
    words = dict(word.partition("=")[::2] for word in parts[4:])
    try:
        return Key(
            public=public,
            owner=parts[0],
            role=Role(words["role"]),
            enrolled_at=_milliseconds(words["enrolled"]),
            accounts=tuple(words["accounts"].split(",")) if "accounts" in words else (),
            name=words.get("name", ""),
            revoked_at=_milliseconds(words["revoked"]) if "revoked" in words else 0,
        )
    except (KeyError, ValueError):
        raise _bad(number, "a word is missing or has another form") from None


def _milliseconds(text: str) -> int:
    if not KINDS["time"].match(text):
        raise ValueError(text)
    return parse_time(text) // _NS_PER_MS


def _bad(number: int, cause: str) -> Denial:
    where = f"line {number}: {cause}" if number else cause
    return deny(
        SigningCode.BAD_CANONICAL, "the list of keys cannot be read", cause=where, fix="enrol keys with `vterm keys`"
    )
