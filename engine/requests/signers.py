"""Keys that may sign: enrolled with a proof that somebody has the private half, and ended."""

from __future__ import annotations

import asyncio

import msgspec

from engine.documents import Document
from engine.model.command import EndKey, EnrolKey
from engine.model.ids import AccountId
from engine.model.refusal import Code, refuse
from engine.requests.identity import OWNER, Denying, IdentityRequests, read_body
from engine.signing.codes import Denial, Denied
from engine.signing.enrolment import CHALLENGE_MS, EnrolChallenge, enrol
from engine.signing.envelope import read_public
from engine.signing.key_list import Key, Role

MOST_ENROLMENTS = 20


class EnrolBody(msgspec.Struct, forbid_unknown_fields=True):
    """POST /v1/signers: without a proof the challenge is answered, with it the key."""

    public: str
    proof: str = ""
    nonce: str = ""
    role: str = Role.OWNER.value
    accounts: list[str] = []
    name: str = ""


class SignerRequests(IdentityRequests):
    """What is asked about signing keys."""

    _enrolments: dict[str, tuple[EnrolChallenge, float]]

    async def enrol(self, account: str, payload: bytes) -> Document:
        """Without a proof, what a new key has to sign; with it, the key, which may sign from then on."""
        desk, body, loop = self._desk(), read_body(payload, EnrolBody), asyncio.get_running_loop()
        if not body.proof:
            challenge = EnrolChallenge(desk.engine, OWNER, desk.nonce())
            kept = list(self._enrolments.items())[1 - MOST_ENROLMENTS :]
            self._enrolments = {**dict(kept), challenge.nonce: (challenge, loop.time())}
            try:
                message = challenge.message(read_public(body.public))
            except Denial as denial:
                raise Denying(denial.denied) from None
            return {"nonce": challenge.nonce, "message": message.decode("ascii"), "engine": desk.engine}
        never = EnrolChallenge(desk.engine, OWNER, "0" * 64), loop.time() - CHALLENGE_MS
        challenge, began = self._enrolments.pop(body.nonce, never)
        if body.role not in {role.value for role in Role}:
            raise refuse(Code.ENUM_ERROR, "there is no such role", fix=", ".join(Role), field="role")
        key = enrol(
            body.public, body.proof, challenge, self.kernel.state.signers, role=Role(body.role),
            elapsed_ms=int((loop.time() - began) * 1000), at_ms=desk.wall_ms(), accounts=tuple(body.accounts),
            name=body.name,
        )  # fmt: skip
        if isinstance(key, Denied):
            raise Denying(key)
        await self.ensure_account(account)
        done = await self._command(
            EnrolKey(
                self._at(), AccountId(account), key.public, key.owner, key.role.value, key.enrolled_at, key.accounts,
                key.name,
            )
        )  # fmt: skip
        assert isinstance(done, Key)
        return self.view.signer(done)

    async def end_signer(self, account: str, print_: str) -> Document:
        """A key signs no more, and cards that wait for it are void."""
        done = await self._command(EndKey(self._at(), AccountId(account), print_, self._desk().wall_ms()))
        assert isinstance(done, Key)
        return self.view.signer(done)
