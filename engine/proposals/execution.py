"""What a signed proposal does: the engine's own orders, never terms that a client sent.

An order at market is signed with the worst price that its owner accepts, so it is sent as a limit order at that price.
The ids that its orders carry for their client are the proposal's, which makes them one effect for ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import msgspec

from engine.model.alert import Alert, AlertRequest
from engine.model.algo import Algo, AlgoRequest
from engine.model.command import Amend, Cancel
from engine.model.ids import AccountId, OrderId, Ticks, TimeNs
from engine.model.instrument import Instrument
from engine.model.order import Order, OrderRequest, OrderType
from engine.model.origin import SIGNED
from engine.model.proposal import Proposal, Purpose
from engine.model.refusal import Code, Refusal
from engine.signing.fields import Part
from engine.signing.ticket import read_ticket


class Acts(Protocol):
    """What a signature can set in motion. Only the kernel has it."""

    def instrument(self, symbol: str) -> Instrument:
        """An instrument by symbol."""

    def place(self, account: str, request: OrderRequest, *, origin: str) -> Order:
        """Send an order; it may come back rejected."""

    def find(self, account: str, name: str) -> Order | None:
        """An order of the account, by its own or its client's id."""

    def cancel(self, command: Cancel) -> Order | Refusal:
        """Take an order back."""

    def amend(self, command: Amend) -> Order | Refusal:
        """Change an open order."""

    def start_algo(self, account: AccountId, request: AlgoRequest, at: TimeNs) -> Algo | Refusal:
        """Start an execution algorithm."""

    def set_alert(self, account: AccountId, request: AlertRequest, at: TimeNs) -> Alert | Refusal:
        """Watch a market and tell once."""

    def now(self) -> TimeNs:
        """The market's time."""


class Execution:
    """Executes proposals by their purpose."""

    def __init__(self, acts: Acts) -> None:
        self._acts = acts

    def refusal(self, proposal: Proposal) -> Refusal | None:
        """Why it can no longer be executed at all, or None: what it changes may be gone."""
        if proposal.purpose not in (Purpose.ORDER_CANCEL, Purpose.ORDER_REPLACE):
            return None
        order = self._acts.find(proposal.account, proposal.target)
        if order is None or not order.open:
            return Refusal(
                Code.NOT_CANCELLABLE, f"order {proposal.target} is over", fix="decline the proposal; it has no object"
            )
        return None

    def execute(self, proposal: Proposal, payload: str) -> list[str]:
        """Do it; the ids of what it made or changed. What the desk refuses of a basket are rejected orders."""
        at, account = self._acts.now(), proposal.account
        if proposal.purpose is Purpose.ORDER_CANCEL:
            return _ids(self._acts.cancel(Cancel(at, account, order_id=proposal.target)))
        if proposal.purpose is Purpose.ORDER_REPLACE:
            return _ids(self._acts.amend(self._amend(proposal, at)))
        if proposal.algo is not None:
            return _ids(self._acts.start_algo(account, self._algo(proposal, proposal.algo, payload), at))
        if proposal.alert is not None:
            return _ids(self._acts.set_alert(account, proposal.alert, at))
        if not proposal.orders:
            return []
        origin = f"{SIGNED}{proposal.proposal_id}"
        return [
            self._acts.place(account, request, origin=origin).order_id for request in self._requests(proposal, payload)
        ]

    def _requests(self, proposal: Proposal, payload: str) -> Iterator[OrderRequest]:
        ticket = read_ticket(payload.encode("ascii"))
        signed = ticket.legs or (ticket.order,)
        for number, (request, terms) in enumerate(zip(proposal.orders, signed, strict=True), 1):
            named = msgspec.structs.replace(request, client_order_id=client_id(proposal, number))
            if request.type is OrderType.MARKET:
                worst = self._ticks(request.symbol, terms)
                named = msgspec.structs.replace(named, type=OrderType.LIMIT, limit_price=worst)
            yield named

    def _algo(self, proposal: Proposal, request: AlgoRequest, payload: str) -> AlgoRequest:
        named = msgspec.structs.replace(request, client_order_id=client_id(proposal, 1))
        if request.limit_price is not None:
            return named
        act = read_ticket(payload.encode("ascii")).act
        return msgspec.structs.replace(named, limit_price=self._ticks(request.symbol, act))

    def _ticks(self, symbol: str, terms: Part) -> Ticks:
        """The signed worst price."""
        ticks = self._acts.instrument(symbol).tick.steps(str(terms["protect"]))
        assert ticks is not None, "the desk's own ticket names a price on the tick"
        return Ticks(ticks)

    @staticmethod
    def _amend(proposal: Proposal, at: TimeNs) -> Amend:
        (wanted,) = proposal.orders
        return Amend(
            at,
            proposal.account,
            OrderId(proposal.target),
            quantity=wanted.quantity,
            limit_price=wanted.limit_price,
            stop_price=wanted.stop_price,
        )


def client_id(proposal: Proposal, number: int) -> str:
    """The client's id of a proposal's order, from 1."""
    return f"{proposal.proposal_id}-{number}"


def _ids(made: Order | Algo | Alert | Refusal) -> list[str]:
    if isinstance(made, Refusal):
        return []
    return [made.order_id if isinstance(made, Order) else made.algo_id if isinstance(made, Algo) else made.alert_id]
