"""The card: what a person sees is what a person signs. One pure function from a ticket to 16 rows of 56 cells.

Printable ASCII, fixed words; nothing scrolls, wraps or is cut: a ticket that the card cannot say in full is not signed.
Used by engine, signer and dialog alike. A change of any row raises CARD_VERSION.
"""

from __future__ import annotations

import hashlib

import msgspec

from engine.model.proposal import Purpose
from engine.signing.card_rows import INNER, body_of
from engine.signing.shape import Unsignable, purpose_of, takes_code
from engine.signing.ticket import Ticket, crockford

CARD_VERSION = 1
WIDTH, HEIGHT = 56, 16
_ROWS = HEIGHT - 2

TITLES: dict[Purpose, str] = {
    Purpose.ORDER_PLACE: "SIGN ORDER",
    Purpose.ORDER_REPLACE: "SIGN CHANGE OF ORDER",
    Purpose.ORDER_CANCEL: "SIGN CANCEL",
    Purpose.BASKET_PLACE: "SIGN BASKET",
    Purpose.ALGO_START: "SIGN ALGORITHM",
    Purpose.RULE_CREATE: "SIGN PRICE RULE",
    Purpose.MANDATE_ARM: "SIGN MANDATE",
    Purpose.LIMITS_CHANGE: "SIGN LIMITS",
    Purpose.APIKEY_CREATE: "SIGN TRADING KEY",
    Purpose.WEBHOOK_CREATE: "SIGN WEBHOOK",
    Purpose.TOOL_INSTALL: "SIGN TOOL",
    Purpose.KEY_ENROLL: "SIGN NEW KEY",
    Purpose.KEY_REVOKE: "SIGN END OF KEY",
    Purpose.WATCHLIST_CHANGE: "ACCEPT WATCHLIST",
    Purpose.ALERT_CREATE: "ACCEPT ALERT",
}


def card(ticket: Ticket) -> str:
    """The card of a ticket: HEIGHT lines of WIDTH cells, without a line end after the last.

    The ticket's own `card` plays no part. Raises Unsignable where a value does not fit or a term is missing, and Denial
    where a field has no canonical form.
    """
    ticket = msgspec.structs.replace(ticket, card="0" * 64)
    ticket.payload()
    purpose = purpose_of(ticket)
    foot = [_foot(ticket, purpose)]
    sections = [*body_of(ticket, purpose), foot]
    if sum(map(len, sections)) > _ROWS:
        sections = [*body_of(ticket, purpose, tight=True), foot]
    rows = _spread(sections)
    long = [row for row in rows if len(row) > INNER]
    if long:
        raise Unsignable(f"the card has {INNER} cells a row and this takes {len(long[0])}: {long[0][:80]}")
    lines = [_top(ticket, purpose), *(f"| {row.ljust(INNER)} |" for row in rows), f"+{'-' * (WIDTH - 2)}+"]
    text = "\n".join(lines)
    if not all(len(line) == WIDTH and line.isascii() and line.isprintable() for line in lines):
        raise Unsignable("the card would not be a block of printable ASCII")
    return text


def card_digest(ticket: Ticket) -> str:
    """Hex SHA-256 of the card's text."""
    return hashlib.sha256(card(ticket).encode("ascii")).hexdigest()


def with_card(ticket: Ticket) -> Ticket:
    """The ticket with the digest of its card: ready to be signed. Raises Unsignable."""
    ticket = msgspec.structs.replace(ticket, card_v=CARD_VERSION)
    return msgspec.structs.replace(ticket, card=card_digest(ticket))


def desk_mark(engine: str) -> str:
    """Four characters by which a person knows a desk."""
    return crockford(bytes.fromhex(engine))


def _top(ticket: Ticket, purpose: Purpose) -> str:
    left, right = f"+- {TITLES[purpose]} ", f" desk {desk_mark(ticket.engine)} - {ticket.env} -+"
    return left + "-" * (WIDTH - len(left) - len(right)) + right


def _foot(ticket: Ticket, purpose: Purpose) -> str:
    if not takes_code(purpose):
        return "press Enter to accept     Esc closes"
    return f"type the code  {ticket.code()}  and press Enter   Esc closes"


def _spread(sections: list[list[str]]) -> list[str]:
    """All rows, a blank one between sections while there is room, and what is left above the foot."""
    used = sum(len(section) for section in sections)
    spare = _ROWS - used
    if spare < 0:
        raise Unsignable(f"the card has {_ROWS} rows and this takes {used}; propose less at once")
    rows: list[str] = []
    for place, section in enumerate(sections):
        last = place == len(sections) - 1
        if place and section:
            gap = spare if last else min(spare, 1)
            rows += [""] * gap
            spare -= gap
        rows += section
    return rows
