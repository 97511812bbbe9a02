"""The proposals of one desk: laid, presented, declined, accepted, expired. Only the kernel calls it.

All of it is state and journal: a proposal that was executed is in the same entry as the orders that it made, so that
a nonce is used if and only if its orders exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy

from engine.matching.state import State
from engine.model.command import (
    Accept,
    Decline,
    EndKey,
    EnrolKey,
    NoteRefused,
    Present,
    Propose,
    Shelve,
)
from engine.model.event import Event, KeyEvent, ProposalEvent
from engine.model.ids import AccountId, TimeNs
from engine.model.proposal import Challenge, Proposal, ProposalState, Purpose
from engine.model.refusal import Code, Refusal
from engine.proposals.execution import Execution
from engine.signing.facts import NonceUse
from engine.signing.key_list import BAD_MOST, Key, Role, keys_of, locked_until, revoked
from engine.signing.quota import may_propose

ENDED_KEPT = 100
"""Ended proposals that are remembered in the state, of all accounts; the journal has every one."""
BAD = "BAD_SIGNATURE"

Command = Propose | Present | Shelve | Decline | Accept | NoteRefused | EnrolKey | EndKey
Answer = Proposal | Key | Refusal | None
_S = ProposalState


class ProposalDesk:
    """Moves proposals through their states; nothing else does."""

    def __init__(self, state: State, happened: Callable[[Event], None], execution: Execution) -> None:
        self._happened, self._execution = happened, execution
        self.become(state)

    def become(self, state: State) -> None:
        """Go on from another state."""
        self.state = state

    # --- commands -----------------------------------------------------------------------------

    def do(self, command: Command) -> Answer:
        """What a command comes to."""
        if isinstance(command, Propose):
            return self._propose(command)
        if isinstance(command, EnrolKey):
            return self._enrol(command)
        if isinstance(command, EndKey):
            return self._end_key(command)
        if isinstance(command, NoteRefused):
            self._note_refused(command)
            return None
        proposal = self.state.proposals.get(command.proposal_id)
        if proposal is None or proposal.account != command.account:
            return unknown(command.proposal_id)
        if isinstance(command, Present):
            return self._present(proposal, command)
        if isinstance(command, Shelve):
            return self._move(proposal, _S.READY, "shelved")
        if isinstance(command, Decline):
            return self._move(proposal, _S.DECLINED, "declined", command.reason)
        return self._accept(proposal, command)

    def _propose(self, command: Propose) -> Proposal | Refusal:
        at = self.state.now
        proposal = Proposal(
            proposal_id=f"p{self.state.proposals_made + 1:06d}",
            account=command.account,
            purpose=Purpose(command.purpose),
            origin=command.origin,
            state=_S.PROPOSED,
            created_at=at,
            updated_at=at,
            expires_at=TimeNs(at + command.lasts_ns),
            taint=command.taint,
            orders=command.orders,
            algo=command.algo,
            alert=command.alert,
            act=command.act,
            target=command.target,
            rationale=command.rationale,
            mids2=command.mids2,
        )
        mine = [known for known in self.state.proposals.values() if known.account == command.account]
        refusal = None if command.replaces else may_propose(proposal, mine, at)
        if refusal is not None:
            return refusal
        self.state.proposals_made += 1
        self.state.proposals[proposal.proposal_id] = proposal
        before = self.state.proposals.get(command.replaces)
        if before is not None and before.account == command.account and before.may_become(_S.REPRICED):
            before.replaced_by = proposal.proposal_id
            self._move(before, _S.REPRICED, "repriced", "the market moved beyond its price")
        self._say("made", proposal)
        self._move(proposal, _S.READY, "")
        self._forget()
        return proposal

    def _present(self, proposal: Proposal, command: Present) -> Proposal | Refusal:
        moved = self._move(proposal, _S.PRESENTED, "presented")
        if isinstance(moved, Proposal):
            self.state.challenges[proposal.proposal_id] = Challenge(command.payload, command.key, command.nonce)
            self.state.nonces[command.nonce] = NonceUse(proposal.proposal_id, command.key)
        return moved

    def _accept(self, proposal: Proposal, command: Accept) -> Proposal | Refusal:
        """Use the nonce, execute, and be done: one entry of the journal."""
        if not proposal.may_become(_S.EXECUTED):
            return not_now(proposal)
        challenge = self.state.challenges[proposal.proposal_id]
        refusal = self._execution.refusal(proposal)
        if refusal is not None:
            return refusal
        self.state.nonces[challenge.nonce] = NonceUse(proposal.proposal_id, challenge.key, used=True)
        self.state.challenges[proposal.proposal_id] = Challenge(
            command.payload, challenge.key, challenge.nonce, command.done
        )
        proposal.results = tuple(self._execution.execute(proposal, command.payload))
        return self._move(proposal, _S.EXECUTED, "executed")

    def _move(self, proposal: Proposal, state: ProposalState, word: str, reason: str = "") -> Proposal | Refusal:
        if not proposal.may_become(state):
            return not_now(proposal)
        proposal.state, proposal.updated_at = state, self.state.now
        proposal.reason = reason or proposal.reason
        if word:
            self._say(word, proposal)
        return proposal

    def _say(self, word: str, proposal: Proposal) -> None:
        self._happened(ProposalEvent(f"proposal.{word}", self.state.now, copy(proposal)))

    def _forget(self) -> None:
        """Keep the newest of those that are over, with what belongs to them."""
        ended = [name for name, proposal in self.state.proposals.items() if not proposal.open]
        for name in ended[: max(0, len(ended) - ENDED_KEPT)]:
            del self.state.proposals[name]
            self.state.challenges.pop(name, None)
            for nonce in [n for n, use in self.state.nonces.items() if use.proposal == name]:
                del self.state.nonces[nonce]

    # --- keys ---------------------------------------------------------------------------------

    def _enrol(self, command: EnrolKey) -> Key | Refusal:
        key = Key(command.public, command.owner, Role(command.role), command.at_ms, command.accounts, command.name)
        if key.fingerprint in self.state.signers:
            return Refusal(Code.DUPLICATE_ORDER, "the key is known", fix="make a new key")
        self.state.signers = keys_of([*self.state.signers.values(), key])
        self._say_key("enrolled", command.account, key)
        return key

    def _end_key(self, command: EndKey) -> Key | Refusal:
        key = self.state.signers.get(command.key)
        if key is None:
            return Refusal(Code.UNKNOWN_KEY, f"there is no key {command.key[:50]}", fix="vterm keys list shows them")
        self.state.signers = revoked(self.state.signers, command.key, command.at_ms)
        self._void(command.key)
        self._say_key("revoked", command.account, key)
        return self.state.signers[command.key]

    def _note_refused(self, command: NoteRefused) -> None:
        if command.code != BAD or command.key not in self.state.signers:
            return
        times = [*self.state.bad_signatures.get(command.key, []), command.at_ms][-BAD_MOST:]
        self.state.bad_signatures[command.key] = times
        if locked_until(times, command.at_ms):
            self._void(command.key)
            self._say_key("locked", command.account, self.state.signers[command.key])

    def _void(self, key: str) -> None:
        """A key that signs no more ends the challenges that wait for it."""
        for name, challenge in self.state.challenges.items():
            if challenge.key == key and self.state.proposals[name].state is _S.PRESENTED:
                self._move(self.state.proposals[name], _S.READY, "shelved")

    def _say_key(self, word: str, account: AccountId, key: Key) -> None:
        self._happened(KeyEvent(f"key.{word}", self.state.now, account, key.fingerprint, key.owner))

    # --- time ---------------------------------------------------------------------------------

    def next_at(self) -> TimeNs:
        """When the next open proposal expires (0: none is open)."""
        return min((proposal.expires_at for proposal in self._open()), default=TimeNs(0))

    def look(self, at: TimeNs) -> None:
        """Let expire what has waited long enough."""
        for proposal in [one for one in self._open() if one.expires_at <= at]:
            self._move(proposal, _S.EXPIRED, "expired", "nobody signed it in time")

    def _open(self) -> Iterable[Proposal]:
        return (proposal for proposal in self.state.proposals.values() if proposal.open)


def unknown(proposal_id: str) -> Refusal:
    """There is no such proposal."""
    return Refusal(Code.PROPOSAL_UNKNOWN, f"there is no proposal {proposal_id[:40]}", fix="vterm proposals lists them")


def not_now(proposal: Proposal) -> Refusal:
    """A proposal is not in a state for that."""
    cause = f"it is {proposal.state}" + (f": {proposal.reason}" if proposal.reason else "")
    fix = "vterm proposals lists those that wait"
    return Refusal(Code.PROPOSAL_STATE, f"{proposal.proposal_id} cannot do that now", cause, fix)
