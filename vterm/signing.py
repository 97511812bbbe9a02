"""Signing as the dialog and `vterm sign` see it: open a proposal, read its card, sign it or leave it.

The card is rendered three times (desk, signer, here) from the same bytes; whoever shows it holds it against the
signer's. The key never comes here: the signer, a process of its own, signs what it has shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SignerState:
    """What the signer says of itself. `key`: fingerprint, empty where none was made; `locked`: a passphrase has to
    open it first; `passphrase`: whether its file is sealed under one."""

    key: str = ""
    locked: bool = False
    passphrase: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A presented proposal. `rows`: the card, 16 rows of 56 cells of ASCII, as the signer rendered it; `code` to be
    typed (empty: Enter alone); `valid_ms` from its presentation; `proposal`: the desk's document, with rationale,
    terms and effects, none of it signed; `shown` names it to the signer."""

    proposal: Document
    payload: str
    rows: tuple[str, ...]
    code: str
    valid_ms: int
    shown: str


class Signing(Protocol):
    """Every method raises Refused (with a code, a cause, a fix) or DeskUnreachable."""

    async def state(self) -> SignerState:
        """The signer, started if it was not; its key made and enrolled where the home has none yet."""

    async def unlock(self, passphrase: str) -> SignerState:
        """Open the key's file for a while."""

    async def open(self, proposal_id: str) -> Opened:
        """Present a proposal and have the signer render it; refused where desk and signer differ in any byte."""

    async def sign(self, opened: Opened, typed: str) -> Document:
        """Sign what was opened with the typed code, hand it in: the proposal with what came of it."""

    async def shelve(self, opened: Opened) -> None:
        """Close it; it stays."""

    async def decline(self, proposal_id: str, why: str = "") -> Document:
        """Turn it down."""
