"""What is wanted of the desk: numbered, journalled, and able to be refused."""

from __future__ import annotations

import msgspec

from engine.model.account import Holding, Limits
from engine.model.alert import AlertRequest
from engine.model.algo import AlgoRequest
from engine.model.ids import AccountId, Lots, Minor, Symbol, Ticks, TimeNs
from engine.model.order import OrderRequest

ORIGINS = ("person", "strategy")
"""Who may send an order from outside. Both meet the same limits; it is only said whose doing it was."""


class Command(msgspec.Struct, frozen=True, tag_field="cmd", omit_defaults=True):
    """Base of all commands; `at` is the market time at which it takes effect."""

    at: TimeNs


class OpenAccount(Command, frozen=True, tag="open_account"):
    """Make an account with start money."""

    account: AccountId
    cash: Minor


class ResetAccount(Command, frozen=True, tag="reset_account"):
    """Begin an account anew with `cash`: its orders and algorithms end, what it holds goes back, its past stays."""

    account: AccountId
    cash: Minor


class ForkAccount(Command, frozen=True, tag="fork_account"):
    """Make the account `to` with what `account` held at `taken`: cash in Minor, and holdings by symbol.

    The command carries them, so that a journal plays back without looking at its own past.
    """

    account: AccountId
    to: AccountId
    cash: int
    holdings: tuple[Holding, ...]
    taken: TimeNs


class ImportedTrade(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A trade made elsewhere: `lots` at `price` ticks, worth `value` Minor, for which `fee` Minor were paid."""

    at: TimeNs
    symbol: Symbol
    side: int
    lots: Lots
    price: Ticks
    value: Minor
    fee: Minor


class ImportTrades(Command, frozen=True, tag="import_trades"):
    """Make an account with `cash` and book trades made elsewhere in it, at their own times; `trades` oldest first."""

    account: AccountId
    cash: Minor
    trades: tuple[ImportedTrade, ...]


class UndoImport(Command, frozen=True, tag="undo_import"):
    """Give back all that an imported account holds, and close it. What it did stays in the ledger."""

    account: AccountId


class Submit(Command, frozen=True, tag="submit"):
    """Send an order; `origin` is one of ORIGINS, or a key's (engine.model.origin)."""

    account: AccountId
    order: OrderRequest
    origin: str = "person"


class Cancel(Command, frozen=True, tag="cancel"):
    """Take an order back, by its own id or by the client's."""

    account: AccountId
    order_id: str = ""
    client_order_id: str = ""


class CancelAll(Command, frozen=True, tag="cancel_all"):
    """Take back every open order of the account."""

    account: AccountId


class Amend(Command, frozen=True, tag="amend"):
    """Change an open order's whole quantity or prices; None leaves them. Less quantity at the same price keeps
    the order's place in the queue, anything else gives it a new one."""

    account: AccountId
    order_id: str
    quantity: Lots | None = None
    limit_price: Ticks | None = None
    stop_price: Ticks | None = None


class Flatten(Command, frozen=True, tag="flatten"):
    """The kill switch: stop all algorithms, take back every open order, close every position at market."""

    account: AccountId


class StartAlgo(Command, frozen=True, tag="start_algo"):
    """Start an execution algorithm."""

    account: AccountId
    algo: AlgoRequest


class ControlAlgo(Command, frozen=True, tag="control_algo"):
    """`action` is pause, resume or cancel."""

    account: AccountId
    algo_id: str
    action: str


class SetLimits(Command, frozen=True, tag="set_limits"):
    """Replace the account's own limits, and lift a lock where `unlock` is set."""

    account: AccountId
    limits: Limits
    unlock: bool = False


class SetAlert(Command, frozen=True, tag="set_alert"):
    """Watch a market and tell once."""

    account: AccountId
    alert: AlertRequest


class DropAlert(Command, frozen=True, tag="drop_alert"):
    """Stop watching: one alert, or all of the account's where `alert_id` is empty."""

    account: AccountId
    alert_id: str = ""


class Propose(Command, frozen=True, tag="propose"):
    """Lay an act before a person: the fields of engine.model.proposal.Proposal; it can be signed for `lasts_ns`."""

    account: AccountId
    purpose: str
    origin: str
    lasts_ns: int
    taint: int = 0
    orders: tuple[OrderRequest, ...] = ()
    algo: AlgoRequest | None = None
    alert: AlertRequest | None = None
    act: tuple[tuple[str, str], ...] = ()
    target: str = ""
    rationale: str = ""
    replaces: str = ""
    mids2: tuple[int, ...] = ()


class Present(Command, frozen=True, tag="present"):
    """A person opened a proposal: the payload that was put before them, its nonce, and the key that is to sign."""

    account: AccountId
    proposal_id: str
    payload: str
    nonce: str
    key: str


class Shelve(Command, frozen=True, tag="shelve"):
    """A presented proposal was closed without a decision: its challenge is void."""

    account: AccountId
    proposal_id: str


class Decline(Command, frozen=True, tag="decline"):
    """A person does not want it."""

    account: AccountId
    proposal_id: str
    reason: str = ""


class Accept(Command, frozen=True, tag="accept"):
    """A person signed what was presented, and the checks found it good. `payload`, `card` and `signature` are kept as
    they were; `done` is the digest by which the same bytes are known again."""

    account: AccountId
    proposal_id: str
    payload: str
    card: str
    signature: str
    key: str
    done: str


class NoteRefused(Command, frozen=True, tag="note_refused"):
    """A signature was refused; `at_ms` is the wall's time, by which bad ones of a key are counted."""

    account: AccountId
    proposal_id: str
    code: str
    key: str
    at_ms: int


class EnrolKey(Command, frozen=True, tag="enrol_key"):
    """A public key (32 bytes) may sign from now on; `role` and `accounts` say what. Times of keys are the wall's ms."""

    account: AccountId
    public: bytes
    owner: str
    role: str
    at_ms: int
    accounts: tuple[str, ...] = ()
    name: str = ""


class EndKey(Command, frozen=True, tag="end_key"):
    """A key (by fingerprint) signs no more."""

    account: AccountId
    key: str
    at_ms: int


class SetClock(Command, frozen=True, tag="set_clock"):
    """Change how the market's clock runs; `step_ns` is how finely the market moves from now on."""

    speed: int
    paused: bool
    step_ns: int


class Reach(Command, frozen=True, tag="reach"):
    """Nothing but time: the market has been shown up to `at`."""


AnyCommand = (
    OpenAccount
    | Submit
    | Cancel
    | CancelAll
    | Amend
    | Flatten
    | StartAlgo
    | ControlAlgo
    | SetLimits
    | SetClock
    | Reach
    | SetAlert
    | DropAlert
    | ResetAccount
    | ForkAccount
    | ImportTrades
    | UndoImport
    | Propose
    | Present
    | Shelve
    | Decline
    | Accept
    | NoteRefused
    | EnrolKey
    | EndKey
)
