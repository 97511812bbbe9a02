"""A living desk behind its own socket, a person with a key, and what the two do with a proposal."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from engine.bootstrap import open_desk
from engine.client.desk import DeskClient
from engine.gateway.serve import Gateway
from engine.home import Home
from engine.runner import Runner
from engine.signing.ed25519 import public_of, seal, signer_of
from engine.signing.envelope import enrol_namespace, order_namespace, public_line

CLOCK = "2026-11-20T15:00:00Z"
SEED = bytes(range(32))
LIMIT = {"symbol": "AAPL", "side": "buy", "type": "limit", "quantity": "10", "limit_price": "150.00"}
MARKET = {"symbol": "AAPL", "side": "buy", "type": "market", "quantity": "10"}


class Person:
    """Somebody with a private key, at a desk."""

    def __init__(self, desk: DeskClient, runner: Runner, seed: bytes = SEED) -> None:
        self.desk, self.runner, self.seed = desk, runner, seed
        assert runner.identity is not None
        self.engine = runner.identity.engine

    async def enrol(self) -> dict[str, Any]:
        """Make the key one that may sign."""
        public = public_line(public_of(self.seed))
        asked = await self.desk.enrol_signer({"public": public})
        proof = seal(
            asked["message"].encode(), enrol_namespace(asked["engine"]), public_of(self.seed), signer_of(self.seed)
        )
        return await self.desk.enrol_signer({"public": public, "proof": proof.armoured(), "nonce": asked["nonce"]})

    def signature(self, payload: str) -> str:
        """The armoured signature of a payload."""
        namespace = order_namespace(self.engine)
        return seal(payload.encode(), namespace, public_of(self.seed), signer_of(self.seed)).armoured()

    async def propose(self, purpose: str = "order.place", **parts: Any) -> str:
        """Lay a proposal of the copilot; its id."""
        found = await self.desk.propose({"purpose": purpose, "origin": "copilot", **parts})
        assert found["status"] == "REQUIRES_USER_CONFIRMATION"
        return str(found["proposal_id"])

    async def sign(self, proposal_id: str) -> dict[str, Any]:
        """Open it, sign what was put before them, hand it in."""
        shown = await self.desk.present(proposal_id)
        return await self.desk.sign(proposal_id, shown["payload"], self.signature(shown["payload"]))


@contextlib.asynccontextmanager
async def signed_desk(folder: Path, *, enrolled: bool = True) -> AsyncIterator[Person]:
    """A desk in `folder`, closed in order."""
    home = Home(str(folder))
    home.prepare()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    home.bind(listener)
    runner = open_desk(folder, clock=CLOCK, seed="7")
    gateway = Gateway(runner, lambda: None)
    await gateway.start(listener)
    person = Person(DeskClient(home, start=False), runner)
    if enrolled and not (await person.desk.signers())["signers"]:
        await person.enrol()
    try:
        yield person
    finally:
        await gateway.stop()
        await runner.stop()
