"""The whole state of a desk: what a snapshot is, and nothing else."""

from __future__ import annotations

import msgspec

from engine.market.overlay import Displaced
from engine.model.account import Account
from engine.model.alert import Alert
from engine.model.algo import Algo
from engine.model.ids import SECOND_NS, TimeNs
from engine.model.order import Order, Sent
from engine.model.proposal import Challenge, Proposal
from engine.signing.facts import NonceUse
from engine.signing.key_list import Key


class State(msgspec.Struct):
    """Everything that the past leaves to the future. Snapshots are this and nothing else.

    `passed` is the time up to which overnight bookings (settlement, financing, dividends) have been made, `check_at`
    when margins are looked at next (0: nobody holds anything). `orders` are those that can still trade, `sent` by
    account what its limits look back at; what is over is in the past. `challenges` and `nonces` are those of the
    proposals kept, `signers` the keys by fingerprint, `bad_signatures` the wall's ms of each key's latest bad ones.
    """

    now: TimeNs
    step_ns: int = SECOND_NS // 10
    speed: int = 1
    paused: bool = False
    entries: int = 0
    orders_made: int = 0
    fills_made: int = 0
    transfers_made: int = 0
    ranks_given: int = 0
    algos_made: int = 0
    passed: TimeNs = TimeNs(0)
    check_at: TimeNs = TimeNs(0)
    accounts: dict[str, Account] = msgspec.field(default_factory=dict)
    orders: dict[str, Order] = msgspec.field(default_factory=dict)
    algos: dict[str, Algo] = msgspec.field(default_factory=dict)
    displaced: dict[str, Displaced] = msgspec.field(default_factory=dict)
    alerts_made: int = 0
    alerts: dict[str, Alert] = msgspec.field(default_factory=dict)
    sent: dict[str, list[Sent]] = msgspec.field(default_factory=dict)
    proposals_made: int = 0
    proposals: dict[str, Proposal] = msgspec.field(default_factory=dict)
    challenges: dict[str, Challenge] = msgspec.field(default_factory=dict)
    nonces: dict[str, NonceUse] = msgspec.field(default_factory=dict)
    signers: dict[str, Key] = msgspec.field(default_factory=dict)
    bad_signatures: dict[str, list[int]] = msgspec.field(default_factory=dict)
