"""What is wanted of the desk: numbered, journalled, and able to be refused."""

from __future__ import annotations

import msgspec

from engine.model.ids import AccountId, Minor, TimeNs
from engine.model.order import OrderRequest


class Command(msgspec.Struct, frozen=True, tag_field="cmd", omit_defaults=True):
    """Base of all commands; `at` is the market time at which it takes effect."""

    at: TimeNs


class OpenAccount(Command, frozen=True, tag="open_account"):
    """Make an account with start money."""

    account: AccountId
    cash: Minor


class Submit(Command, frozen=True, tag="submit"):
    """Send an order."""

    account: AccountId
    order: OrderRequest


class Cancel(Command, frozen=True, tag="cancel"):
    """Take an order back, by its own id or by the client's."""

    account: AccountId
    order_id: str = ""
    client_order_id: str = ""


class CancelAll(Command, frozen=True, tag="cancel_all"):
    """Take back every open order of the account."""

    account: AccountId


class SetClock(Command, frozen=True, tag="set_clock"):
    """Change how the market's clock runs; `step_ns` is how finely the market moves from now on."""

    speed: int
    paused: bool
    step_ns: int


class Reach(Command, frozen=True, tag="reach"):
    """Nothing but time: the market has been shown up to `at`."""


AnyCommand = OpenAccount | Submit | Cancel | CancelAll | SetClock | Reach
