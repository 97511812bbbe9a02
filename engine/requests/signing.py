"""A proposal put before a person, and what the person signed.

The twelve checks run here in one piece with the command that they allow: nothing is awaited between the facts that
they look at and the moment at which the kernel has executed.
"""

from __future__ import annotations

import asyncio

import msgspec

from engine.documents import Document
from engine.model.command import Accept, NoteRefused, Present
from engine.model.ids import AccountId, TimeNs
from engine.model.proposal import TRADES, Proposal, ProposalState, Purpose
from engine.model.refusal import Code, Refusal, Refused, refuse
from engine.requests.accounts import Lists
from engine.requests.identity import OWNER, Denying, read_body
from engine.requests.proposals import ProposalRequests
from engine.requests.standings import Standings
from engine.signing.card import card
from engine.signing.checks import Approved, Replayed, check, settle
from engine.signing.codes import Denial, Denied
from engine.signing.envelope import fingerprint, open_envelope, order_namespace
from engine.signing.facts import Facts, Market
from engine.signing.fields import KINDS
from engine.signing.key_list import Key, locked_until
from engine.signing.quota import may_present


class SignBody(msgspec.Struct, forbid_unknown_fields=True):
    """POST /v1/proposals/{id}/sign."""

    payload: str
    signature: str


class _Name(msgspec.Struct):
    proposal: str


def _named(raw: bytes) -> str:
    """The proposal that a payload says it is for, wherever it was sent: the market has to be looked at for that one."""
    try:
        return msgspec.json.decode(raw, type=_Name).proposal
    except msgspec.MsgspecError:
        return ""


class SigningRequests(ProposalRequests):
    """Presenting and signing. `session` names the connection of the one who asks."""

    lists: Lists
    _opened: dict[str, list[TimeNs]]

    async def present(self, account: str, proposal_id: str, key: str = "", session: str = "local") -> Document:
        """Open a proposal: a new nonce, the payload that is to be signed, and its card. The last one is void."""
        desk, proposal = self._desk(), self.view.find_proposal(account, proposal_id)
        signer = self._signer(key)
        opened = self._opened.setdefault(account, [])
        refusal = may_present(opened, self.kernel.state.now) if proposal.origin != "human" else None
        if refusal is not None and proposal.state is not ProposalState.PRESENTED:
            raise Refused(refusal)
        ticket = self._ticket(proposal, key=signer.fingerprint, session=session, nonce=desk.nonce())
        payload = ticket.payload().decode("ascii")
        await self._command(
            Present(self._at(), AccountId(account), proposal_id, payload, ticket.nonce, signer.fingerprint)
        )
        self._presented[proposal_id] = asyncio.get_running_loop().time()
        if proposal.origin != "human":
            self._opened[account] = [*opened[-10:], self.kernel.state.now]
        document = self.view.proposal(account, proposal_id)
        return {**document, "payload": payload, "card": card(ticket), "valid_ms": ticket.exp - ticket.iat}

    def _signer(self, key: str) -> Key:
        """The key that is to sign: the one named, or the only one that can."""
        keys = [one for one in self.kernel.state.signers.values() if not one.revoked_at]
        if key:
            keys = [one for one in keys if one.fingerprint == key]
        if not keys:
            raise refuse(Code.UNKNOWN_KEY, "no key can sign here", fix="`vterm keys signing` makes one")
        return keys[-1]

    async def sign(self, account: str, proposal_id: str, payload: bytes, session: str = "local") -> Document:
        """Execute what a person signed. Raises Refused with the first check that says no; the same bytes again are
        answered as the first time, with `code` REPLAY_SAME."""
        self._desk()
        body = read_body(payload, SignBody)
        raw = body.payload.encode("ascii", "replace")
        verdict = check(raw, body.signature, self._facts(account, _named(raw) or proposal_id, session))
        if isinstance(verdict, Replayed):
            return {**self.view.proposal(account, verdict.proposal), "code": verdict.code}
        if not isinstance(verdict, Approved):
            await self._note_refused(account, proposal_id, verdict, body.signature)
            raise Denying(verdict) if isinstance(verdict, Denied) else Refused(verdict)
        return await self._execute(verdict, account)

    async def _execute(self, approved: Approved, account: str) -> Document:
        settlement = settle(approved)
        assert not isinstance(settlement, Denied)
        name, words = settlement.proposal, settlement.body
        done = await self._command(
            Accept(
                self._at(), AccountId(account), name, words["payload"], words["card"], words["signature"], words["key"],
                settlement.done,
            )
        )  # fmt: skip
        assert isinstance(done, Proposal)
        self._presented.pop(name, None)
        self._list(done)
        return {**self.view.proposal(account, name), "code": "OK"}

    def _list(self, proposal: Proposal) -> None:
        """A watchlist is no money: it changes behind the entry that allowed it."""
        if proposal.purpose is Purpose.WATCHLIST_CHANGE:
            words = dict(proposal.act)
            gone = set(words.get("remove", "").split(","))
            kept = [symbol for symbol in self.lists.get(proposal.account) if symbol not in gone]
            new = [symbol for symbol in words.get("add", "").split(",") if symbol and symbol not in kept]
            self.lists.put(proposal.account, [*kept, *new])

    async def _note_refused(self, account: str, proposal_id: str, verdict: Denied | Refusal, signature: str) -> None:
        """Journal that a signature was refused; bad ones of a key are counted."""
        if account not in self.kernel.state.accounts:
            return
        key = ""
        if isinstance(verdict, Denied):
            try:
                key = fingerprint(open_envelope(signature, order_namespace(self._desk().engine)).public)
            except Denial:
                key = ""
        name = proposal_id if KINDS["id"].match(proposal_id) else ""
        code = verdict.code.value
        await self._command(NoteRefused(self._at(), AccountId(account), name, code, key, self._desk().wall_ms()))

    def _facts(self, account: str, proposal_id: str, session: str) -> Facts:
        desk, state, now = self._desk(), self.kernel.state, asyncio.get_running_loop().time()
        wall = desk.wall_ms()
        mine = [name for name, holder in state.accounts.items() if name == account and not holder.closed_at]
        return Facts(
            engine=desk.engine, epoch=desk.epoch, env=desk.env, user=OWNER, session=session,
            accounts=frozenset(mine),
            keys=state.signers, proposals=Standings(state, self._presented, now), nonces=state.nonces,
            locked=frozenset(key for key, bad in state.bad_signatures.items() if locked_until(bad, wall)),
            market=self._market(account, proposal_id),
        )  # fmt: skip

    def _market(self, account: str, proposal_id: str) -> Market | None:
        proposal = self.kernel.state.proposals.get(proposal_id)
        if proposal is None or proposal.purpose not in TRADES:
            return None
        return self.kernel.terms.reading(proposal, self.view.account(account), self._at())
