"""What somebody did that a rule may count: one small fact of the journal."""

from __future__ import annotations

import msgspec

_TRADED = ("symbol", "class", "sector", "side", "quantity", "lots", "value", "nav_ppm", "phase", "origin")
_SUBJECT = ("subject", "text", "symbol")
_IDEA = ("idea", "symbol", "sentiment", "author", "own")

_FILL = (*_TRADED, "order", "order_value", "order_type", "maker", "reduce_only", "protective", "planned", "algo",
         "cost_bp", "saved_bp", "fee", "opens", "wash", "self_match")  # fmt: skip

FIELDS: dict[str, tuple[str, ...]] = {
    "fill": _FILL,
    "fill_kept": _FILL,
    "trade_closed": (*_TRADED, "pnl", "pnl_pct", "held_s", "wash", "self_match", "planned", "protected", "won",
                     "cost_bp"),
    "order_placed": (*_TRADED, "order", "order_type", "protective", "planned", "bracket", "time_in_force", "iceberg",
                     "conditional", "post_only", "reduce_only"),
    "order_protected": ("symbol", "class", "sector", "how", "lots"),
    "algo_done": ("symbol", "class", "sector", "side", "quantity", "lots", "value", "nav_ppm", "algo", "cost_bp"),
    "plan_made": _SUBJECT,
    "review_written": (*_SUBJECT, "after_loss"),
    "note_written": _SUBJECT,
    "viewed": _SUBJECT,
    "asked": _SUBJECT,
    "quiz_done": ("topic", "asked", "right", "pct", "difficulty", "subject", "text"),
    "idea_posted": _IDEA,
    "idea_liked": _IDEA,
    "idea_commented": _IDEA,
    "watch_added": _SUBJECT,
    "alert_set": ("symbol", "class", "alert"),
    "proposal_signed": ("purpose", "by", "proposal"),
    "proposal_declined": ("purpose", "by", "proposal"),
    "day_closed": ("day", "nav", "return_pct", "leverage", "leverage_max", "sectors", "classes", "positions",
                   "unprotected", "drawdown_pct", "sharpe", "sharpe_days", "fills", "held_days"),
    "login": (),
    "contest_entered": ("contest", "format"),
    "contest_ended": ("contest", "format", "place", "entrants", "disqualified"),
    "claimed": ("mission", "window", "family"),
    "reset": (),
}  # fmt: skip
"""By kind of deed what its data may name. docs/progression.md says what each field means and its unit."""

KINDS = frozenset(FIELDS)
YES, NO = "yes", "no"


def word(holds: bool) -> str:
    """A truth as a rule compares it."""
    return YES if holds else NO


class Deed(msgspec.Struct, frozen=True, gc=False):
    """Number `n` of what journal entry `seq` tells of `account`; (seq, n) never comes twice. `data` holds words and
    exact decimal text, by the names of FIELDS; what is not known is left out, and no condition on it holds. `at` is the
    market's time, `lived` how many real seconds the desk's clock had run by then, jumps left out."""

    seq: int
    n: int
    at: int
    account: str
    kind: str
    data: dict[str, str] = {}
    lived: int = 0

    def get(self, name: str) -> str:
        """A field's text, "" where it is not known."""
        return self.data.get(name, "")
