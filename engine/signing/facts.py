"""What the engine knows at the moment a signature comes in: all that the checks look at."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from engine.model.proposal import ProposalState
from engine.model.refusal import Refusal
from engine.signing.key_list import Keys
from engine.signing.ticket import LIFETIME_MOST_MS, Ticket

BOOK_MOST_MS = 15_000


class Standing(msgspec.Struct, frozen=True):
    """A proposal as the engine has it.

    `ticket` is the engine's own payload of the last presentation and `elapsed_ms` the monotonic time since then. Of an
    executed one, `done` is `bytes_digest` of what was executed and `answer` the first answer's document.
    """

    state: ProposalState
    purpose: str
    ticket: Ticket | None = None
    elapsed_ms: int = 0
    done: str = ""
    answer: object = None


class NonceUse(msgspec.Struct, frozen=True):
    """A nonce that was given out: for which proposal and key, and whether it was used. Kept for ever."""

    proposal: str
    key: str
    used: bool = False


class LegReading(msgspec.Struct, frozen=True):
    """One order on the present book, as decimal text: the worst price at which it would trade at once (None: it would
    not), and the cash in VCR that it would take or bring, fee included."""

    price: str | None
    cash: str


class Market(msgspec.Struct, frozen=True):
    """The present book: what the gate says of the whole act on it (share of NAV, leverage, session, liquidity), whether
    it is live and how old, and each order on it in the order of the legs."""

    gate: Refusal | None
    live: bool
    age_ms: int
    legs: tuple[LegReading, ...] = ()


class Limits(msgspec.Struct, frozen=True):
    """How long a ticket may live and how old a book may be, in ms."""

    lifetime_ms: int = LIFETIME_MOST_MS
    book_ms: int = BOOK_MOST_MS


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """The desk (`engine`, `epoch`, `env`), who is asking (`user` of an authenticated `session`, and the `accounts` that
    are theirs), the keys and the fingerprints that are locked now, proposals and nonces by id, the present `market`."""

    engine: str
    epoch: int
    env: str
    user: str
    session: str
    accounts: frozenset[str]
    keys: Keys
    proposals: Mapping[str, Standing]
    nonces: Mapping[str, NonceUse]
    locked: frozenset[str] = frozenset()
    market: Market | None = None
    limits: Limits = Limits()
