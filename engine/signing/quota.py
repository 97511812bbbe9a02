"""How much may be asked of a person: open proposals, what was declined just now, and how often the copilot asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.model.ids import MINUTE_NS, SECOND_NS, TimeNs
from engine.model.proposal import Proposal, ProposalState
from engine.model.refusal import Code, Refusal

OPEN_MOST, OPEN_MOST_CLIENT = 20, 5
DECLINED_BLOCKS_NS = MINUTE_NS
DIALOGS_MOST, DIALOGS_WITHIN_NS = 6, 10 * MINUTE_NS
_FIX = "wait until a person has looked at what is open"


def may_propose(new: Proposal, known: Iterable[Proposal], at: TimeNs) -> Refusal | None:
    """Why an account takes no further proposal now, or None; `known` are the account's open and latest ended ones.

    A person's own proposals are not counted against anybody. Raises nothing.
    """
    if new.origin == "human":
        return None
    account = client = 0
    for proposal in known:
        if proposal.open and proposal.expires_at > at and proposal.origin != "human":
            account += 1
            client += proposal.origin == new.origin
        elif _just_declined(proposal, at) and proposal.same_terms(new):
            cause = f"it was declined {(at - proposal.updated_at) // SECOND_NS} s ago"
            cause += f": {proposal.reason}" if proposal.reason else ""
            fix = "change the terms, or ask why"
            return Refusal(Code.RATE_LIMITED, "a person has just declined this", cause, fix)
    if client >= OPEN_MOST_CLIENT and new.origin.startswith("mcp:"):
        return Refusal(
            Code.RATE_LIMITED, f"{client} proposals of this client are open", f"{OPEN_MOST_CLIENT} are the most", _FIX
        )
    if account >= OPEN_MOST:
        return Refusal(Code.RATE_LIMITED, f"{account} proposals are open", "that is the most", _FIX)
    return None


def _just_declined(proposal: Proposal, at: TimeNs) -> bool:
    return proposal.state is ProposalState.DECLINED and at - proposal.updated_at < DECLINED_BLOCKS_NS


def may_present(opened: Sequence[TimeNs], at: TimeNs) -> Refusal | None:
    """Why no further card of the copilot's is opened now; `opened` are the times at which its cards were."""
    recent = [time for time in opened if 0 <= at - time < DIALOGS_WITHIN_NS]
    if len(recent) < DIALOGS_MOST:
        return None
    cause = f"{DIALOGS_MOST} in ten minutes are the most"
    return Refusal(Code.RATE_LIMITED, "the copilot has asked often enough", cause, "wait, and look at what it wants")
