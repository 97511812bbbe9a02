"""A signer that signs nothing: real cards of a made-up desk, everything that was asked of it kept in lists."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

from textual.events import Key
from textual.pilot import Pilot

from engine.desk import Document
from engine.model.refusal import Code, Refused, refuse
from engine.signing.card import card, with_card
from engine.signing.shape import purpose_of, takes_code
from engine.signing.ticket import Ticket
from tests.fake_desk import FakeDesk
from vterm.signing import Opened, SignerState

MADE = "2026-11-23T15:51:40.000000000Z"
NAMED = {"client_id": "p000001-1", "instrument": "XNAS:AAPL", "symbol": "AAPL", "name": "Apple Inc.",
         "class": "equities", "unit": "shares", "currency": "USD", "tif": "DAY", "session": "regular"}  # fmt: skip
ORDER = {**NAMED, "side": "buy", "type": "limit", "quantity": "120", "limit": "251.40", "protect": "251.40",
         "max_cash": "30174.04"}  # fmt: skip
EFFECTS = {"position_before": "400", "position_after": "520", "share_before": "9.7", "share_after": "12.6",
           "share_limit": "25.0", "margin_before": "0.47", "margin_after": "0.50", "margin_limit": "2.00",
           "fee": "6.03"}  # fmt: skip
WANTED = {"symbol": "AAPL", "asset_class": "equities", "session": "regular", "side": "buy", "type": "limit",
          "quantity": "120", "limit_price": "251.40", "time_in_force": "DAY", "post_only": False,
          "reduce_only": False, "queue": True}  # fmt: skip
WHY = "AAPL is the largest name of the sector you hold least of; 120 shares bring it back to the weight you set in May."


def ticket(number: int = 1, **parts: Any) -> Ticket:
    """A ticket of the made-up desk; the nonce, and so the code, is the number's."""
    given: dict[str, Any] = {"purpose": "order.place", "order": ORDER, "effects": EFFECTS,
                             "book": {"seq": "184201", "age_ms": "12"}, **parts}  # fmt: skip
    return with_card(
        Ticket(
            engine="bc181a0ca850de7b6b3556e195e06704", epoch=1, env="sim", account="default", signer="owner",
            session="local", key="SHA256:lbmsoA0yIEcEiVDRnMWuzm+nV+3ZEEpVIURqFoeSspg", proposal=f"p{number:06d}",
            origin="copilot", taint=3, nonce=f"{number:064x}", iat=1_795_449_127_000, exp=1_795_449_247_000, **given,
        )
    )  # fmt: skip


def proposal(number: int = 1, **more: Any) -> Document:
    """The desk's document of it."""
    return {"proposal_id": f"p{number:06d}", "account": "default", "purpose": "order.place", "origin": "copilot",
            "taint": 3, "status": "READY", "created_at": MADE, "updated_at": MADE,
            "expires_at": "2026-11-23T16:51:40.000000000Z", "rationale": WHY, "reason": "", "results": [],
            "replaced_by": "", "summary": "BUY 120 AAPL LMT 251.40 DAY", "order": dict(WANTED),
            "drift": [{"symbol": "AAPL", "mid_made": "251.280", "mid": "251.445", "drift_bps": "+6.6",
                       "drift_money": "-19.80"}], **more}  # fmt: skip


WATCHLIST: dict[str, Any] = {"purpose": "watchlist.change", "order": {}, "effects": {}, "book": {},
                             "act": {"list": "default", "add": ["NVDA", "XOM"]}}  # fmt: skip


class FakeSigning:
    """`signed`, `declined` and `shelved` are what was asked; `answer` is raised or answered by the next signature."""

    def __init__(self, **state: Any) -> None:
        self.shown = {"p000001": ticket()}
        self.documents = {"p000001": proposal()}
        self.opens = 0
        self.signed: list[tuple[str, str]] = []
        self.declined: list[tuple[str, str]] = []
        self.shelved: list[str] = []
        self.passphrases: list[str] = []
        self.answer: Refused | Document | None = None
        self.now = SignerState(**{"key": "SHA256:lbmso", "locked": False, "passphrase": True} | state)
        self.gate: asyncio.Event | None = None

    def add(self, number: int, **parts: Any) -> str:
        """Another proposal."""
        name = f"p{number:06d}"
        self.shown[name] = ticket(number, **parts)
        self.documents[name] = proposal(number, purpose=parts.get("purpose", "order.place"))
        return name

    def code(self, name: str = "p000001") -> str:
        made = self.shown[name]
        return made.code() if takes_code(purpose_of(made)) else ""

    async def state(self) -> SignerState:
        return self.now

    async def unlock(self, passphrase: str) -> SignerState:
        self.passphrases.append(passphrase)
        if passphrase != "correct horse":
            raise refuse(Code.FORBIDDEN, "that is not the passphrase", fix="type it again")
        self.now = SignerState(self.now.key, locked=False, passphrase=True)
        return self.now

    async def open(self, proposal_id: str) -> Opened:
        self.opens += 1
        made = self.shown[proposal_id]
        document = {**self.documents[proposal_id], "status": "PRESENTED"}
        rows = tuple(card(made).split("\n"))
        return Opened(document, made.payload().decode(), rows, self.code(proposal_id), 120_000, f"s{self.opens}")

    async def sign(self, opened: Opened, typed: str) -> Document:
        name = str(opened.proposal["proposal_id"])
        self.signed.append((name, typed))
        if self.gate is not None:
            await self.gate.wait()
        if isinstance(self.answer, Refused):
            raise self.answer
        return {**opened.proposal, "status": "EXECUTED", "results": ["o-0101"], "code": "OK", **(self.answer or {})}

    async def shelve(self, opened: Opened) -> None:
        self.shelved.append(str(opened.proposal["proposal_id"]))

    async def decline(self, proposal_id: str, why: str = "") -> Document:
        self.declined.append((proposal_id, why))
        return {**self.documents[proposal_id], "status": "DECLINED", "reason": why}


class SignedFakeDesk(FakeDesk):
    """The fake desk with the proposals of a fake signer."""

    def __init__(self, signing: FakeSigning, **more: Any) -> None:
        super().__init__(**more)
        self.signing = signing

    async def proposals(self, open_only: bool = False) -> Document:
        return {"proposals": list(reversed(self.signing.documents.values()))}

    async def proposal(self, proposal_id: str) -> Document:
        return dict(self.signing.documents[proposal_id])

    async def stream(self, channels: Sequence[str]) -> AsyncIterator[Document]:
        if "proposals" in channels:
            yield {"type": "proposals", "channel": "proposals", "seq": 0, **await self.proposals()}
        async for frame in super().stream(channels):
            yield frame

    def tell(self, document: Document, event: str = "made") -> None:
        """What the stream says of one."""
        self.signing.documents[document["proposal_id"]] = document
        self._send({"type": "proposal", "channel": "proposals", "event": f"proposal.{event}", "proposal": document})


class Hands:
    """A person at the keyboard: keys that the driver reads, a pause before each. Time is the test's own."""

    def __init__(self, pilot: Pilot[int], clock: Clock) -> None:
        self.pilot, self.clock = pilot, clock

    @property
    def app(self) -> Any:
        return self.pilot.app

    async def type(self, *keys: str, pause: float = 0.15, at: float | None = None) -> None:
        """Press keys one after the other; `pause` seconds before each, or read by the driver at `at`."""
        for key in keys:
            self.clock.now += pause
            event = Key(key.lower() if len(key) > 1 else key, key if len(key) == 1 else None)
            event.time = self.clock.now if at is None else at
            self.app.typed_keys.note(event)
            self.app._driver.process_message(event)
            await self.pilot.pause(0.01)

    async def wait(self, seconds: float) -> None:
        """Let time pass for the dialog."""
        self.clock.now += seconds
        await self.look()

    async def look(self) -> None:
        """Let everything be answered and painted."""
        for _ in range(4):
            await self.pilot.pause(0.01)
            self.app.bridge.flush()
            if getattr(self.app.screen, "owns_input", False):
                self.app.screen.beat()
        await self.pilot.pause(0.01)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def terms(opened: Opened) -> Any:
    """What is signed."""
    return json.loads(opened.payload)
