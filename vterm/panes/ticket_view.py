"""What the picture of the ticket depends on, and why its order cannot be sent yet. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.desk import Document
from vterm.panes.ticket_form import TicketForm

LABELS = {
    "type": "type", "quantity": "quantity", "over": "over", "slices": "slices", "rate": "rate", "stop": "stop price",
    "trail": "trail by", "price": "limit price", "tif": "in force", "until": "until", "session": "session",
    "profit": "take profit", "loss": "stop loss", "display": "show at most", "when": "when",
}  # fmt: skip
MISSING = {
    "quantity": "type a quantity: 5, =10000, 2%", "stop": "a stop price is missing",
    "trail": "a trail is missing: 2.50 or 1.5%", "price": "a limit price is missing",
    "until": "a date is missing: 2026-12-31", "over": "a span is missing: 90s, 10m, 2h",
    "slices": "how many slices?", "rate": "a share is missing: 10%",
}  # fmt: skip


@dataclass
class TicketView:
    """The form, what is known of it, and the desk's figures beside it."""

    form: TicketForm
    instrument: Document
    preview: Document = field(default_factory=dict)
    refusal: Document = field(default_factory=dict)
    phase: str = "edit"
    focused: bool = False
    pending: bool = False
    armed: bool = False
    unit: str = ""
    old: bool = False
    nav: str = ""
    touch: str = ""
    at: str = ""

    def locked(self) -> str:
        """Why the order cannot be sent now; empty where it can."""
        if self.refusal:
            return "refused, see above"
        missing = self.form.missing()
        if self.form.converting:
            return "working out the size"
        if missing:
            return MISSING.get(missing, f"{missing} is missing")
        if self.pending or not self.preview:
            return "waiting for the preview"
        if self.old:
            return "the preview is old, asking again"
        return ""
