"""Halts and auctions as documents."""

from __future__ import annotations

from engine.documents import Document
from engine.market.auctions import Auction
from engine.matching.indication import Indication
from engine.model.format import time_text
from engine.model.instrument import Instrument
from engine.model.order import side_word
from engine.model.session import Halt


def halt_document(halt: Halt) -> Document:
    """Why an instrument stands still, and until when."""
    return {"reason": halt.reason, "since": time_text(halt.since), "until": time_text(halt.until)}


def auction_document(auction: Auction) -> Document:
    """A venue's auction: orders are called from `starts` on and cross at `at`."""
    return {"kind": auction.kind, "starts": time_text(auction.starts), "at": time_text(auction.at)}


def indication_document(found: Indication, instrument: Instrument) -> Document:
    """What a called auction would do now; `side` is who would be left over, null where nobody would."""
    return {
        "kind": found.auction.kind,
        "at": time_text(found.auction.at),
        "indicative_price": instrument.price_text(found.price),
        "matched": instrument.quantity_text(found.matched),
        "imbalance": instrument.quantity_text(abs(found.imbalance)),
        "side": side_word(found.imbalance) if found.imbalance else None,
    }
