"""What a signer does: it renders the card itself, from the bytes, and signs only what it rendered.

Whoever hands it bytes is not believed: desk, key and card are checked again here. A Shown is made by `show` only, and
`sign_shown` takes nothing else.
"""

from __future__ import annotations

from engine.signing.card import CARD_VERSION, card, card_digest
from engine.signing.codes import Denial, Denied, SigningCode
from engine.signing.ed25519 import Sign, seal
from engine.signing.envelope import fingerprint, order_namespace
from engine.signing.shape import Unsignable, purpose_of, takes_code
from engine.signing.ticket import Ticket, read_code, read_ticket

_AGAIN = "open the proposal again on the desk"


class Shown:
    """A ticket whose card was rendered here: `card` for the screen, `code` to be typed (empty: Enter alone)."""

    __slots__ = ("card", "code", "payload", "ticket")
    card: str
    code: str
    payload: bytes
    ticket: Ticket

    def __new__(cls, *_: object) -> Shown:
        raise TypeError("a Shown is made by engine.signing.showing.show")


def show(payload: bytes, *, engine: str, public: bytes) -> Shown | Denied:
    """The card of a payload that this desk (`engine`) asks this key (`public`) to sign, or why it is not shown.

    Codes: TOO_LARGE BAD_CANONICAL UNKNOWN_FIELD WRONG_ENGINE KEY_NOT_OWNED CARD_VERSION CARD_MISMATCH.
    """
    try:
        ticket = read_ticket(payload)
        wrong = _wrong(ticket, engine, public)
        return wrong if wrong is not None else _shown(ticket, payload)
    except Denial as denial:
        return denial.denied
    except Unsignable as unsignable:
        return Denied(SigningCode.CARD_MISMATCH, "the card cannot say all of it", str(unsignable), _AGAIN)


def sign_shown(shown: object, typed: str, public: bytes, sign: Sign) -> str | Denied:
    """The armoured signature of what was shown, where the typed code is the card's; else NOT_SIGNED."""
    if not isinstance(shown, Shown) or read_code(typed) != shown.code:
        cause = "its card was not shown here, or another code was typed"
        return Denied(SigningCode.NOT_SIGNED, "nothing was signed", cause, "read the card, type its code, press Enter")
    if fingerprint(public) != shown.ticket.key:
        return Denied(SigningCode.KEY_NOT_OWNED, "the ticket is for another key", shown.ticket.key, _AGAIN)
    return seal(shown.payload, order_namespace(shown.ticket.engine), public, sign).armoured()


def _wrong(ticket: Ticket, engine: str, public: bytes) -> Denied | None:
    if ticket.engine != engine:
        return Denied(SigningCode.WRONG_ENGINE, "the ticket is another desk's", f"this one is {engine}", _AGAIN)
    if ticket.key != fingerprint(public):
        return Denied(SigningCode.KEY_NOT_OWNED, "the ticket is for another key", ticket.key, _AGAIN)
    if ticket.card_v != CARD_VERSION:
        cause = f"this renderer is version {CARD_VERSION}, the ticket's {ticket.card_v}"
        return Denied(SigningCode.CARD_VERSION, "the card is of another version", cause, "restart the signer")
    if ticket.card != card_digest(ticket):
        return Denied(SigningCode.CARD_MISMATCH, "the ticket names another card", "its hash is not that card's", _AGAIN)
    return None


def _shown(ticket: Ticket, payload: bytes) -> Shown:
    shown: Shown = object.__new__(Shown)
    shown.ticket, shown.payload, shown.card = ticket, payload, card(ticket)
    shown.code = ticket.code() if takes_code(purpose_of(ticket)) else ""
    return shown
