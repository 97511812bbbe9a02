"""Proposals and the keys that sign them, as documents. A card's code is on the presented card only."""

from __future__ import annotations

from engine.documents import Document, money, proposal_head, signed
from engine.model.format import time_text
from engine.model.number import to_text
from engine.model.order import OrderRequest
from engine.model.proposal import Proposal, Purpose
from engine.model.refusal import Code, refuse
from engine.proposals.drift import Drift
from engine.risk.schema_document import request_document
from engine.signing.key_list import Key
from engine.signing.summary import summary
from engine.views.account import AccountView


class ProposalView(AccountView):
    """Proposals of one desk."""

    def proposals(self, account: str, open_only: bool = False) -> Document:
        """{"proposals": [...]}, newest first."""
        self.account(account)
        mine = [one for one in self.kernel.state.proposals.values() if one.account == account]
        wanted = [one for one in mine if one.open or not open_only]
        return {"proposals": [self._shown(one) for one in reversed(wanted)]}

    def proposal(self, account: str, proposal_id: str) -> Document:
        """One proposal."""
        return self._shown(self.find_proposal(account, proposal_id))

    def find_proposal(self, account: str, proposal_id: str) -> Proposal:
        """A proposal of the account. Raises Refused with PROPOSAL_UNKNOWN."""
        found = self.kernel.state.proposals.get(proposal_id)
        if found is None or found.account != account:
            fix = "`vterm proposals` lists them"
            raise refuse(Code.PROPOSAL_UNKNOWN, f"there is no proposal {proposal_id[:40]}", fix=fix)
        return found

    def signers(self) -> Document:
        """{"signers": [...]}: public keys that may sign, or might."""
        return {"signers": [self.signer(key) for key in self.kernel.state.signers.values()]}

    @staticmethod
    def signer(key: Key) -> Document:
        """A signing key."""
        return {
            "key": key.fingerprint,
            "owner": key.owner,
            "name": key.name,
            "role": key.role.value,
            "accounts": list(key.accounts),
            "enrolled_at": time_text(key.enrolled_at * 1_000_000),
            "revoked_at": time_text(key.revoked_at * 1_000_000) if key.revoked_at else None,
        }

    def _shown(self, proposal: Proposal) -> Document:
        document: Document = {**proposal_head(proposal), "summary": self._summary(proposal)}
        orders = [self._request(request) for request in proposal.orders]
        if proposal.purpose is Purpose.BASKET_PLACE:
            document["legs"] = orders
        elif orders:
            document["order"] = orders[0]
        if proposal.target:
            document["order_id"] = proposal.target
        if proposal.act:
            document["act"] = dict(proposal.act)
        if proposal.open and proposal.mids2:
            document["drift"] = [_drift(one) for one in self.kernel.terms.drift(proposal)]
        return document

    def _request(self, request: OrderRequest) -> Document:
        return request_document(request, self.catalogue[request.symbol], self.catalogue.get)

    def _summary(self, proposal: Proposal) -> str:
        """One line that says what it is about; never what is signed."""
        state = self.kernel.state
        parts = self.kernel.terms.of(proposal, self.account(proposal.account), state.now, state.entries)
        return summary(proposal.purpose, [part for part in (parts.order, *parts.legs) if part], parts.act)


def _drift(drift: Drift) -> Document:
    """How far the market went since the proposal was laid; `drift_money` is above zero where that is for the better."""
    half = drift.instrument.tick.half_text
    return {
        "symbol": drift.instrument.symbol,
        "mid_made": half(drift.made2),
        "mid": half(drift.now2),
        "drift_bps": signed(to_text(drift.bps, 1)),
        "drift_money": signed(money(drift.better)),
    }
