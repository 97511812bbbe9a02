"""What is known of a proposal beside its card: none of it is signed, and all of it comes from the desk."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.desk import Document
from engine.model.text import safe

if TYPE_CHECKING:
    from vterm.signing import Opened

_PREVIEWED = ("order.place", "rule.create")


@dataclass
class Facts:
    """`effects` are those of the signed payload, `prices` the market at the proposal's making and now, a row a symbol;
    `preview` what the order would do if it were sent now, `book` its instrument's."""

    effects: Document = field(default_factory=dict)
    symbol: str = ""
    foreign: str = ""
    prices: list[Document] = field(default_factory=list)
    preview: Document = field(default_factory=dict)
    book: Document = field(default_factory=dict)
    lost: bool = False

    def learn(self, opened: Opened) -> None:
        """Read what was presented."""
        try:
            payload: Any = json.loads(opened.payload)
        except ValueError:
            payload = {}
        self.effects = dict(payload.get("effects") or {})
        parts = [part for part in (payload.get("order"), *payload.get("legs", ()), payload.get("act")) if part]
        self.symbol = next((str(part["symbol"]) for part in parts if part.get("symbol")), "")
        said = {str(part["foreign"]) for part in parts if part.get("foreign")}
        self.foreign = safe(", ".join(sorted(said)), 80)
        self.preview, self.lost = {}, False

    def price(self, proposal: Document) -> None:
        """Take the newest drift of the proposal."""
        self.prices, self.lost = list(proposal.get("drift") or ()), False


def terms_of(opened: Opened) -> Document:
    """The order that the desk can preview; empty where there is none, or more than one."""
    if opened.proposal.get("purpose") not in _PREVIEWED:
        return {}
    return dict(opened.proposal.get("order") or {})
