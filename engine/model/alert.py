"""What somebody wants to be told of a market once, and what has become of that wish."""

from __future__ import annotations

import enum

import msgspec

from engine.model.ids import AccountId, Symbol, TimeNs

ABOVE, EITHER, BELOW = 1, 0, -1
DIRECTIONS = {"above": ABOVE, "either": EITHER, "below": BELOW}
MILLION = 1_000_000


class AlertKind(enum.StrEnum):
    """What of a market is watched.

    The price itself; its change since the previous close or since the alert was set; its way back from the best it
    has reached since then; what traded lately against what usually does; the spread; the imbalance of the touch.
    """

    PRICE = "price"
    CHANGE = "change"
    TRAIL = "trail"
    VOLUME = "volume"
    SPREAD = "spread"
    IMBALANCE = "imbalance"


class AlertState(enum.StrEnum):
    """An alert fires once; fired and cancelled ones never change again."""

    ACTIVE = "active"
    FIRED = "fired"
    CANCELLED = "cancelled"


class AlertRequest(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A well-formed wish. `value` is never below 0 except for a price, `way` one of DIRECTIONS.

    Units of `value`: price in half ticks; change, imbalance in millionths; volume in millionths of the usual; trail
    and spread in half ticks, or with `relative` in millionths of the price. A change is measured from the previous
    close, or with `from_set` from the price when it was set. `over_ns` are whole minutes. It is looked at in regular
    hours, with `extended` before and after them too.
    """

    symbol: Symbol
    kind: AlertKind
    value: int
    way: int
    relative: bool = False
    from_set: bool = False
    over_ns: int = 0
    extended: bool = False
    note: str = ""


class Alert(msgspec.Struct, omit_defaults=True, gc=False):
    """An alert of one account. Only the kernel changes it.

    `base` is the price (half ticks; 0: none yet) that a change or a trail is measured from: the first shown, or the
    best since. `minutes` are (lots traded, thousandths of a lot that usually trade) of the newest trading minutes of
    a volume alert, `seen_at`, `seen_lots` and `seen_usual` what it read at the last whole minute. `measured` is what
    made it fire, in the unit of its value, and `mid2` the price then. `ends_at` is when its contract ends or its share
    splits (0: never).
    """

    alert_id: str
    account: AccountId
    request: AlertRequest
    created_at: TimeNs
    state: AlertState = AlertState.ACTIVE
    ended_at: TimeNs = TimeNs(0)
    ends_at: TimeNs = TimeNs(0)
    base: int = 0
    minutes: list[tuple[int, int]] = msgspec.field(default_factory=list)
    seen_at: TimeNs = TimeNs(0)
    seen_lots: int = 0
    seen_usual: int = 0
    measured: int = 0
    mid2: int = 0
    reason: str = ""

    @property
    def active(self) -> bool:
        """Whether it can still fire."""
        return self.state is AlertState.ACTIVE
