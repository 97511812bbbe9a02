"""The signer as a screen or a command asks it: started where it does not run, one request after another.

Implements vterm.signing.Signing over a desk's client. Passphrases go through and are kept nowhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine.desk import DeskUnreachable, Document
from engine.model.refusal import Code, Refused, refuse
from engine.signing.card import card
from engine.signing.codes import Denial
from engine.signing.ticket import read_ticket
from vterm.signer import wire
from vterm.signer.folder import SECRET, SOCKET, SignerFolder
from vterm.signing import Opened, SignerState

if TYPE_CHECKING:
    from engine.client.desk import DeskClient

START_SECONDS = 15.0
ANSWER_SECONDS = 30.0
OWNER = "owner"
_APART = ("-P",)
"""No module is taken from the folder in which somebody happened to start: it would run beside the key."""
_KEPT = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "VIRTUAL_ENV", "SYSTEMROOT")


class SignerLink:
    """One connection to the signer of a home, and the desk whose proposals it signs."""

    def __init__(self, home: str | Path, desk: DeskClient) -> None:
        self.folder, self.desk = SignerFolder(str(home)), desk
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._turn = asyncio.Lock()
        self._enrolled = ""

    # -- what a person does ---------------------------------------------------------------------------------

    async def state(self) -> SignerState:
        """The signer, started if it was not; its key made and enrolled where the home has none yet."""
        told = await self._told(wire.State())
        if not told.key:
            told = await self._told(wire.Make())
        if not told.locked:
            await self._enrol(told)
        return _state(told)

    async def unlock(self, passphrase: str) -> SignerState:
        """Open the key's file for a while."""
        told = await self._told(wire.Unlock(passphrase))
        await self._enrol(told)
        return _state(told)

    async def open(self, proposal_id: str) -> Opened:
        """Present a proposal and have the signer render it; refused where desk, signer and this program differ."""
        told = await self._told(wire.State())
        shown = await self.desk.present(proposal_id, told.key)
        payload = str(shown["payload"])
        answer = await self._rendered(told, payload)
        try:
            own = card(read_ticket(payload.encode("ascii", "replace")))
        except Denial as denial:
            raise _refused(denial.denied.code, denial.denied.message, denial.denied.fix) from None
        if not answer.card == own == shown["card"]:
            raise _refused("CARD_MISMATCH", "desk, signer and screen show different cards", "nothing was signed")
        rows = tuple(answer.card.split("\n"))
        proposal = {name: value for name, value in shown.items() if name not in ("payload", "card")}
        return Opened(proposal, payload, rows, answer.code, int(shown["valid_ms"]), answer.shown)

    async def sign(self, opened: Opened, typed: str) -> Document:
        """Sign what was opened with the typed code, hand it in: the proposal with what came of it."""
        answer = await self._ask(wire.Sign(opened.shown, typed))
        assert isinstance(answer, wire.Signed)
        name = str(opened.proposal["proposal_id"])
        try:
            return await self.desk.sign(name, opened.payload, answer.signature)
        except DeskUnreachable:  # the same bytes again have one effect: the answer may be all that was lost
            return await self.desk.sign(name, opened.payload, answer.signature)

    async def shelve(self, opened: Opened) -> None:
        """Close it; it stays."""
        await self.desk.shelve(str(opened.proposal["proposal_id"]))

    async def decline(self, proposal_id: str, why: str = "") -> Document:
        """Turn it down."""
        return await self.desk.decline(proposal_id, why)

    async def renew(self) -> SignerState:
        """Another key: the old one signs no more, and its file is put away."""
        told = await self._told(wire.State())
        for row in (await self.desk.signers())["signers"]:
            if told.key and row["key"] == told.key and not row.get("revoked_at"):
                await self.desk.end_signer(told.key)
        told = await self._told(wire.Make(anew=True))
        await self._enrol(told)
        return _state(told)

    async def passphrase(self, old: str, new: str) -> SignerState:
        """Seal the key's file under another passphrase."""
        return _state(await self._told(wire.Passphrase(old, new)))

    async def lock(self) -> SignerState:
        """Forget the private half until it is unlocked."""
        return _state(await self._told(wire.Lock()))

    async def close(self) -> None:
        """Let go of the signer; it locks when the last one has."""
        writer, self._writer, self._reader = self._writer, None, None
        if writer is not None:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    # -- enrolment ------------------------------------------------------------------------------------------

    async def _enrol(self, told: wire.Told) -> None:
        """Make the desk know the key, once."""
        if self._enrolled == told.key:
            return
        rows = {str(row["key"]): row for row in (await self.desk.signers())["signers"]}
        if told.key not in rows:
            await self.desk.enrol_signer(await self._proof(told))
        elif rows[told.key].get("revoked_at"):
            raise _refused("KEY_REVOKED", "the signing key of this home was revoked", "`vterm keys signing new`")
        self._enrolled = told.key

    async def _proof(self, told: wire.Told) -> Document:
        """What enrols the key; the signer knows the desk from then on."""
        asked = await self.desk.enrol_signer({"public": told.public})
        proof = await self._ask(wire.Prove(str(asked["engine"]), OWNER, str(asked["nonce"])))
        assert isinstance(proof, wire.Proof)
        return {"public": told.public, "proof": proof.proof, "nonce": str(asked["nonce"])}

    async def _rendered(self, told: wire.Told, payload: str) -> wire.Card:
        """The signer's card. A home that was put together from copies may have a key whose desk the signer forgot."""
        try:
            answer = await self._ask(wire.Present(payload))
        except Refused as refused:
            if refused.refusal.code is not Code.WRONG_ENGINE:
                raise
            await self._proof(told)
            answer = await self._ask(wire.Present(payload))
        assert isinstance(answer, wire.Card)
        return answer

    # -- the connection -------------------------------------------------------------------------------------

    async def _told(self, request: wire.Request) -> wire.Told:
        answer = await self._ask(request)
        assert isinstance(answer, wire.Told)
        return answer

    async def _ask(self, request: wire.Request) -> Any:
        """The answer. Raises Refused for a No, and where no signer can be had."""
        async with self._turn:
            try:
                if self._writer is None:
                    await self._connect()
                answer = await self._sent(request)
            except (OSError, EOFError, TimeoutError, msgspec.DecodeError) as error:
                await self.close()
                cause = str(error) or type(error).__name__
                raise _refused("NOT_SIGNED", f"the signer does not answer ({cause})", "try again") from None
        if isinstance(answer, wire.No):
            raise _refused(answer.code, answer.message, answer.fix, answer.cause)
        return answer

    async def _sent(self, request: wire.Request) -> wire.Answer:
        assert self._writer is not None and self._reader is not None
        self._writer.write(wire.line(request))
        await self._writer.drain()
        raw = await asyncio.wait_for(self._reader.readline(), ANSWER_SECONDS)
        if not raw:
            raise EOFError("it closed the connection")
        answer: wire.Answer = msgspec.json.decode(raw, type=wire.Answer)
        return answer

    async def _connect(self) -> None:
        try:
            self.folder.prepare()
            await self._reach()
        except Denial as denial:
            no = denial.denied
            raise _refused(no.code, no.message, no.fix, no.cause) from None

    async def _reach(self) -> None:
        """Connect to the signer that runs, or to one that is started for it."""
        end, process = asyncio.get_running_loop().time() + START_SECONDS, None
        while True:
            try:
                if await self._greet():
                    return
            except (FileNotFoundError, ConnectionError, EOFError):
                pass  # none yet, or one that is just ending
            if process is None or process.poll() is not None:
                process = await asyncio.to_thread(self._start)
            if asyncio.get_running_loop().time() > end:
                raise TimeoutError("it does not start")
            await asyncio.sleep(0.02)

    async def _greet(self) -> bool:
        secret = self.folder.read(SECRET).strip()
        if not secret:
            return False
        path = self.folder.path / SOCKET
        self._reader, self._writer = await _unix(path)
        answer = await self._sent(wire.Hello(secret))
        if not isinstance(answer, wire.Told):
            await self.close()
            return False
        return True

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return subprocess.Popen(
            [sys.executable, *_APART, "-m", "vterm.signer", "--home", os.path.abspath(self.folder.path.parent)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=environment, start_new_session=True, close_fds=True,
        )  # fmt: skip


async def _unix(path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect by way of the folder's descriptor, whose name is never too long."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        short = f"/proc/self/fd/{folder}/{path.name}"
        where = short if os.path.isdir(f"/proc/self/fd/{folder}") else str(path)
        return await asyncio.open_unix_connection(where, limit=wire.MOST_BYTES)
    finally:
        os.close(folder)


def _state(told: wire.Told) -> SignerState:
    return SignerState(told.key, told.locked, told.passphrase)


def _refused(code: str, message: str, fix: str, cause: str = "") -> Refused:
    try:
        known = Code(code)
    except ValueError:
        known = Code.NOT_SIGNED
    return refuse(known, message, cause=cause or message, fix=fix)
