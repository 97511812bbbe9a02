"""REST of proposals and of the keys that sign them. None of it is open to a trading key: such a key cannot sign."""

from __future__ import annotations

import msgspec

from engine.desk import Document
from engine.gateway.call import Call

_YES = ("true", "1")


class DeclineBody(msgspec.Struct, forbid_unknown_fields=True):
    """POST /v1/proposals/{proposal_id}/decline."""

    reason: str = ""


class KeyNamed(msgspec.Struct, forbid_unknown_fields=True):
    """A signing key by its fingerprint: the one that is to sign where there are several, or the one that ends."""

    key: str = ""


def _session(call: Call) -> str:
    """The terminal or command that asks, by the name that it gives itself."""
    name = call.request.headers.get("x-vterm-session", "local")
    return name if name.isascii() and name.replace("-", "").isalnum() and len(name) <= 64 else "local"


async def list_proposals(call: Call) -> Document:
    """GET /v1/proposals."""
    call.only("open")
    return call.view.proposals(call.account, call.choice("open", ("true", "false", "1", "0"), "false") in _YES)


async def make_proposal(call: Call) -> Document:
    """POST /v1/proposals."""
    call.only()
    return await call.runner.propose(call.account, await call.body())


async def read_proposal(call: Call) -> Document:
    """GET /v1/proposals/{proposal_id}."""
    call.only()
    return call.view.proposal(call.account, call.path("proposal_id"))


async def present_proposal(call: Call) -> Document:
    """POST /v1/proposals/{proposal_id}/present."""
    call.only()
    body = await call.read(KeyNamed)
    return await call.runner.present(call.account, call.path("proposal_id"), body.key, _session(call))


async def shelve_proposal(call: Call) -> Document:
    """POST /v1/proposals/{proposal_id}/shelve."""
    call.only()
    return await call.runner.shelve(call.account, call.path("proposal_id"))


async def sign_proposal(call: Call) -> Document:
    """POST /v1/proposals/{proposal_id}/sign."""
    call.only()
    return await call.runner.sign(call.account, call.path("proposal_id"), await call.body(), _session(call))


async def decline_proposal(call: Call) -> Document:
    """POST /v1/proposals/{proposal_id}/decline."""
    call.only()
    body = await call.read(DeclineBody)
    return await call.runner.decline(call.account, call.path("proposal_id"), body.reason)


async def list_signers(call: Call) -> Document:
    """GET /v1/signers."""
    call.only()
    return call.view.signers()


async def enrol_signer(call: Call) -> Document:
    """POST /v1/signers."""
    call.only()
    return await call.runner.enrol(call.account, await call.body())


async def end_signer(call: Call) -> Document:
    """POST /v1/signers/end."""
    call.only()
    body = await call.read(KeyNamed)
    return await call.runner.end_signer(call.account, body.key)
