"""What is proposed: read strictly, checked by the gate, drawn as a card before it is laid on the desk."""

from __future__ import annotations

import msgspec

from engine.alerts.schema import parse_alert
from engine.documents import Document
from engine.model.command import Decline, Propose, Shelve
from engine.model.ids import HOUR_NS, AccountId
from engine.model.order import OrderRequest
from engine.model.proposal import (
    LEGS_MOST,
    PROPOSABLE,
    RATIONALE_MOST,
    REQUIRES_USER_CONFIRMATION,
    TRADES,
    Proposal,
    ProposalState,
    Purpose,
)
from engine.model.refusal import Code, Refused, refuse
from engine.model.text import safe
from engine.requests.identity import OWNER, IdentityRequests, read_body
from engine.risk.algo_schema import parse_algo
from engine.risk.amend import parse_changes
from engine.risk.schema import parse_order
from engine.signing.card import with_card
from engine.signing.codes import Denial
from engine.signing.fields import KINDS
from engine.signing.shape import Unsignable
from engine.signing.ticket import LIFETIME_MS, Ticket

LASTS_NS = HOUR_NS
"""How long a proposal waits for a person, in the market's time."""
MOST_TAINT = 1_000_000
_NO_KEY, _NO_NONCE = "SHA256:" + "A" * 43, "0" * 64


class ProposalBody(msgspec.Struct, forbid_unknown_fields=True):
    """POST /v1/proposals: one of order, legs, algo, alert, or a target with or without an order; or act."""

    purpose: str
    order: msgspec.Raw = msgspec.Raw()
    legs: list[msgspec.Raw] = []
    algo: msgspec.Raw = msgspec.Raw()
    alert: msgspec.Raw = msgspec.Raw()
    order_id: str = ""
    add: list[str] = []
    remove: list[str] = []
    rationale: str = ""
    taint: int = 0
    origin: str = "human"


class ProposalRequests(IdentityRequests):
    """What is asked about proposals, but for signing them."""

    _presented: dict[str, float]

    async def propose(self, account: str, payload: bytes, origin: str = "") -> Document:
        """Lay a proposal on the desk, checked and drawn as a card first; raises Refused where it could not be signed
        now. `origin` goes before what the body says."""
        self._desk()
        body = read_body(payload, ProposalBody)
        await self.ensure_account(account)
        command = self._wanted(account, body, origin or body.origin)
        self._try_out(command)
        proposal = await self._command(msgspec.structs.replace(command, mids2=self.kernel.terms.mids(command)))
        assert isinstance(proposal, Proposal)
        return {**self.view.proposal(account, proposal.proposal_id), "status": REQUIRES_USER_CONFIRMATION}

    def _wanted(self, account: str, body: ProposalBody, origin: str) -> Propose:
        if not KINDS["origin"].match(origin):
            raise refuse(Code.ENUM_ERROR, "there is no such origin", fix="human, copilot, mcp:…", field="origin")
        purpose = _purpose(body.purpose, origin)
        catalogue, today = self.kernel.catalogue, self.view.today()
        raw = [body.order] if bytes(body.order) else body.legs
        if len(raw) > LEGS_MOST:
            raise refuse(Code.OUT_OF_RANGE, f"a card shows {LEGS_MOST} orders", fix="propose fewer", field="legs")
        target = body.order_id
        orders: tuple[OrderRequest, ...]
        if purpose is Purpose.ORDER_REPLACE:
            orders = (self._replaced(account, target, raw),)
        else:
            orders = tuple(parse_order(bytes(one), catalogue, today) for one in raw)
        command = Propose(
            self._at(),
            AccountId(account),
            purpose.value,
            origin,
            LASTS_NS,
            taint=max(0, min(body.taint, MOST_TAINT)),
            orders=orders,
            algo=parse_algo(bytes(body.algo), catalogue, today) if bytes(body.algo) else None,
            alert=parse_alert(bytes(body.alert), catalogue, today) if bytes(body.alert) else None,
            act=self._act(account, purpose, body),
            target=self.view.find_order(account, target).order_id if target else "",
            rationale=str(safe(body.rationale, RATIONALE_MOST)),
        )
        _check_parts(purpose, command)
        return command

    def _replaced(self, account: str, target: str, raw: list[msgspec.Raw]) -> OrderRequest:
        """The request that an order becomes: what the body names is changed."""
        order = self.view.find_order(account, target)
        instrument = self.kernel.catalogue[order.request.symbol]
        changes = parse_changes(bytes(raw[0]) if raw else b"{}", order.request, instrument)
        given = {name: value for name in ("quantity", "limit_price", "stop_price")
                 if (value := getattr(changes, name)) is not None}  # fmt: skip
        return msgspec.structs.replace(order.request, **given)

    def _act(self, account: str, purpose: Purpose, body: ProposalBody) -> tuple[tuple[str, str], ...]:
        if purpose is not Purpose.WATCHLIST_CHANGE:
            return ()
        names = [[str(self.view.resolve(symbol).symbol) for symbol in part[:20]] for part in (body.add, body.remove)]
        parts = [(word, ",".join(part)) for word, part in zip(("add", "remove"), names, strict=True) if part]
        if not parts:
            raise refuse(Code.MISSING_FIELD, "nothing changes", fix="name what to add or to remove", field="add")
        return (("list", account), *parts)

    def _try_out(self, command: Propose) -> None:
        """Refuse what the gate would refuse now, or what no card can say."""
        holder, at = self.view.account(command.account), self._at()
        trial = Proposal(
            proposal_id="p000000", account=command.account, purpose=Purpose(command.purpose), origin=command.origin,
            state=ProposalState.PROPOSED, created_at=at, updated_at=at, expires_at=at, taint=command.taint,
            orders=command.orders, algo=command.algo, alert=command.alert, act=command.act, target=command.target,
        )  # fmt: skip
        if trial.purpose in TRADES and trial.purpose is not Purpose.ORDER_REPLACE:
            gate = self.kernel.terms.reading(trial, holder, at).gate
            if gate is not None:
                raise Refused(gate)
        self._ticket(trial, key=_NO_KEY, session="trial", nonce=_NO_NONCE)

    def _ticket(self, proposal: Proposal, *, key: str, session: str, nonce: str) -> Ticket:
        """The ticket of a presentation now, with its card. Raises Refused where no card can say it."""
        desk, holder = self._desk(), self.view.account(proposal.account)
        parts = self.kernel.terms.of(proposal, holder, self.kernel.state.now, self.kernel.state.entries)
        now = desk.wall_ms()
        try:
            return with_card(
                Ticket(
                    purpose=proposal.purpose.value, engine=desk.engine, epoch=desk.epoch, env=desk.env,
                    account=proposal.account, signer=OWNER, session=session, key=key, proposal=proposal.proposal_id,
                    origin=proposal.origin, taint=proposal.taint, nonce=nonce, iat=now, exp=now + LIFETIME_MS,
                    order=parts.order, legs=parts.legs, act=parts.act, effects=parts.effects, book=parts.book,
                )
            )  # fmt: skip
        except (Unsignable, Denial) as error:
            cause = str(error) if isinstance(error, Unsignable) else error.denied.cause
            raise refuse(
                Code.INCONSISTENT_FIELDS, "no card can say this, so nobody can sign it", cause=cause,
                fix="propose less at once, or in other terms",
            ) from None  # fmt: skip

    async def shelve(self, account: str, proposal_id: str) -> Document:
        """Close a presented proposal; it stays."""
        self.view.find_proposal(account, proposal_id)
        await self._command(Shelve(self._at(), AccountId(account), proposal_id))
        self._presented.pop(proposal_id, None)
        return self.view.proposal(account, proposal_id)

    async def decline(self, account: str, proposal_id: str, reason: str = "") -> Document:
        """Turn a proposal down; whoever proposed it is told the reason."""
        self.view.find_proposal(account, proposal_id)
        why = str(safe(reason, RATIONALE_MOST))
        await self._command(Decline(self._at(), AccountId(account), proposal_id, why))
        return self.view.proposal(account, proposal_id)


def _purpose(word: str, origin: str) -> Purpose:
    known = {purpose.value for purpose in PROPOSABLE}
    if word not in known:
        raise refuse(Code.ENUM_ERROR, "that cannot be proposed", fix=f"use {', '.join(sorted(known))}", field="purpose")
    purpose = Purpose(word)
    if purpose is Purpose.TOOL_INSTALL:
        raise refuse(Code.FORBIDDEN, "tools are not installed on this desk yet", fix="it comes with custom tools")
    return purpose


def _check_parts(purpose: Purpose, command: Propose) -> None:
    """Refuse an act without its object, or with another's."""
    wanted = {
        Purpose.ORDER_PLACE: (1, 1), Purpose.RULE_CREATE: (1, 1), Purpose.BASKET_PLACE: (1, LEGS_MOST),
        Purpose.ORDER_REPLACE: (1, 1),
    }.get(purpose, (0, 0))  # fmt: skip
    fits = wanted[0] <= len(command.orders) <= wanted[1]
    fits &= (command.algo is not None) == (purpose is Purpose.ALGO_START)
    fits &= (command.alert is not None) == (purpose is Purpose.ALERT_CREATE)
    fits &= bool(command.target) == (purpose in (Purpose.ORDER_CANCEL, Purpose.ORDER_REPLACE))
    if purpose is Purpose.RULE_CREATE and command.orders and not command.orders[0].when:
        raise refuse(Code.MISSING_FIELD, "a rule says when", fix='add "when": "AAPL < 180"', field="when")
    if not fits:
        raise refuse(
            Code.INCONSISTENT_FIELDS, f"those are not the parts of {purpose.value}",
            fix="order.place: order; basket.place: legs; algo.start: algo; order.cancel: order_id; alert.create: alert",
        )  # fmt: skip
