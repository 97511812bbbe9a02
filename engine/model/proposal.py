"""What somebody proposes and only a person's signature can make true. A proposal is data without power."""

from __future__ import annotations

import enum

import msgspec

from engine.model.alert import AlertRequest
from engine.model.algo import AlgoRequest
from engine.model.ids import AccountId, TimeNs
from engine.model.order import OrderRequest

RATIONALE_MOST = 280
"""Characters of a proposal's reason; it is shown beside the card as text of its author, never on it."""

LEGS_MOST = 8
"""Orders of one basket: each takes a row of the card."""

REQUIRES_USER_CONFIRMATION = "REQUIRES_USER_CONFIRMATION"
"""What the copilot is told of every proposal, and all that it is told until a person has acted."""

AWAITING_CLIENT_SIGNATURE = "AWAITING_CLIENT_SIGNATURE"
"""The same word for custom tools; as a tool's answer it is a wish to propose and nothing more."""


class Purpose(enum.StrEnum):
    """What a signature may be for; a signature for one act is none for another."""

    ORDER_PLACE = "order.place"
    ORDER_REPLACE = "order.replace"
    ORDER_CANCEL = "order.cancel"
    BASKET_PLACE = "basket.place"
    ALGO_START = "algo.start"
    RULE_CREATE = "rule.create"
    MANDATE_ARM = "mandate.arm"
    LIMITS_CHANGE = "limits.change"
    APIKEY_CREATE = "apikey.create"
    WEBHOOK_CREATE = "webhook.create"
    TOOL_INSTALL = "tool.install"
    KEY_ENROLL = "key.enroll"
    KEY_REVOKE = "key.revoke"
    WATCHLIST_CHANGE = "watchlist.change"
    ALERT_CREATE = "alert.create"


TRADES = frozenset(
    {Purpose.ORDER_PLACE, Purpose.ORDER_REPLACE, Purpose.BASKET_PLACE, Purpose.ALGO_START, Purpose.RULE_CREATE}
)
"""Acts that may trade: they carry effects and the book they were shown on, and meet the risk checks again."""

WITHOUT_CODE = frozenset({Purpose.WATCHLIST_CHANGE, Purpose.ALERT_CREATE})
"""Acts that move no money and grant nothing: Enter on the opened card is enough."""

PROPOSABLE = TRADES | WITHOUT_CODE | {Purpose.ORDER_CANCEL, Purpose.TOOL_INSTALL}
"""What copilot, tools, MCP clients and strategies may propose. The rest begins with a person."""


class ProposalState(enum.StrEnum):
    """States of a proposal. Only the engine moves them."""

    PROPOSED = "PROPOSED"
    READY = "READY"
    PRESENTED = "PRESENTED"
    EXECUTED = "EXECUTED"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"
    REPRICED = "REPRICED"
    REJECTED = "REJECTED"


_S = ProposalState
OPEN_STATES = frozenset({_S.PROPOSED, _S.READY, _S.PRESENTED})

TRANSITIONS: dict[ProposalState, frozenset[ProposalState]] = {
    _S.PROPOSED: frozenset({_S.READY, _S.DECLINED, _S.EXPIRED, _S.REJECTED}),
    _S.READY: frozenset({_S.PRESENTED, _S.DECLINED, _S.EXPIRED, _S.REPRICED, _S.REJECTED}),
    # Closed with Esc it is ready again; opened again it has a new challenge.
    _S.PRESENTED: frozenset({_S.READY, _S.PRESENTED, _S.EXECUTED, _S.DECLINED, _S.EXPIRED, _S.REPRICED, _S.REJECTED}),
    _S.EXECUTED: frozenset(),
    _S.DECLINED: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.REPRICED: frozenset(),
    _S.REJECTED: frozenset(),
}
"""The whole state machine: every change of state goes through this table."""


class Proposal(msgspec.Struct, omit_defaults=True):
    """An act that waits for a signature. Only the engine changes it.

    `origin` is human, copilot, tool:NAME@HASH, mcp:CLIENT or strategy:NAME@HASH; `taint` how many foreign texts were
    read in the turn that made it. `orders` are those of an order, a rule or a basket, `algo` that of
    algo.start, `alert` that of alert.create, `act` the named terms of every other purpose as text; `target` names the
    order that is replaced or cancelled.
    `rationale` is foreign text, made safe, at most RATIONALE_MOST characters. `reason` is why it ended, `results` the
    ids of what it made, `replaced_by` the proposal made of it at a new price, `mids2` the mids of its orders as it was
    laid, in half ticks. Times are ns of the market's clock.
    """

    proposal_id: str
    account: AccountId
    purpose: Purpose
    origin: str
    state: ProposalState
    created_at: TimeNs
    updated_at: TimeNs
    expires_at: TimeNs
    taint: int = 0
    orders: tuple[OrderRequest, ...] = ()
    algo: AlgoRequest | None = None
    alert: AlertRequest | None = None
    act: tuple[tuple[str, str], ...] = ()
    target: str = ""
    rationale: str = ""
    reason: str = ""
    results: tuple[str, ...] = ()
    replaced_by: str = ""
    mids2: tuple[int, ...] = ()

    @property
    def open(self) -> bool:
        """Whether it can still be signed."""
        return self.state in OPEN_STATES

    def may_become(self, state: ProposalState) -> bool:
        """Whether the state machine allows the change."""
        return state in TRANSITIONS[self.state]

    def same_terms(self, other: Proposal) -> bool:
        """Whether both want the same act: what was declined is not asked again at once."""
        return _terms(self) == _terms(other)


class Challenge(msgspec.Struct, frozen=True, omit_defaults=True):
    """The last presentation of a proposal: the engine's own payload, for which key, and once it was executed `done`,
    the digest of what was sent."""

    payload: str
    key: str
    nonce: str
    done: str = ""


def _terms(proposal: Proposal) -> tuple[object, ...]:
    unnamed = tuple(msgspec.structs.replace(order, client_order_id="") for order in proposal.orders)
    algo = None if proposal.algo is None else msgspec.structs.replace(proposal.algo, client_order_id="")
    return proposal.account, proposal.purpose, unnamed, algo, proposal.alert, proposal.act, proposal.target
