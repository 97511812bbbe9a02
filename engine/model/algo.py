"""An execution algorithm at work: a parent that sends child orders over time."""

from __future__ import annotations

import enum

import msgspec

from engine.model.ids import AccountId, Lots, Symbol, Ticks, TimeNs


class AlgoKind(enum.StrEnum):
    """Equal slices, slices by the day's volume profile, a share of traded volume."""

    TWAP = "twap"
    VWAP = "vwap"
    POV = "pov"


class AlgoStatus(enum.StrEnum):
    """States of an algorithm."""

    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class AlgoRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is wanted: `quantity` lots over `over_ns`, in `slices` (TWAP, VWAP) or at `rate_ppm` millionths of the
    volume that trades (POV), never beyond `limit_price` ticks."""

    kind: AlgoKind
    symbol: Symbol
    side: int
    quantity: Lots
    over_ns: int
    slices: int = 10
    rate_ppm: int = 100_000
    limit_price: Ticks | None = None
    extended: bool = False
    client_order_id: str = ""


class Algo(msgspec.Struct, omit_defaults=True):
    """An algorithm of one account. Only the kernel changes it.

    `plan` are the lots of each slice (empty for POV); `children` the orders it sent, oldest first; `sent` the slices
    done so far; `next_at` when it acts again (0: never); `paused_at` when it was paused, `ends_at` then what was left
    of its time. `arrival_mid2` is the shown mid at the start in half ticks and `block_value` the ticks x lots that one
    block order would have cost then: what its shortfall is measured against. `due` are the lots that POV should
    have traded by now, in millionths; `seen_volume` the market's lots of today that it has counted. `filled` lots,
    `filled_value` ticks x lots and `fee` Minor are those of its finished children.
    """

    algo_id: str
    account: AccountId
    request: AlgoRequest
    status: AlgoStatus
    started_at: TimeNs
    updated_at: TimeNs
    next_at: TimeNs = TimeNs(0)
    ends_at: TimeNs = TimeNs(0)
    plan: list[int] = msgspec.field(default_factory=list)
    sent: int = 0
    children: list[str] = msgspec.field(default_factory=list)
    paused_at: TimeNs = TimeNs(0)
    arrival_mid2: int = 0
    block_value: int = 0
    seen_volume: int = 0
    due: int = 0
    reason: str = ""
    filled: int = 0
    filled_value: int = 0
    fee: int = 0

    @property
    def open(self) -> bool:
        """Whether it may still send orders."""
        return self.status in (AlgoStatus.RUNNING, AlgoStatus.PAUSED)
