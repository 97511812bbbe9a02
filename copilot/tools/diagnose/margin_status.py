"""margin_status."""

from __future__ import annotations

from copilot.tools.fields import Nothing
from copilot.tools.finding import Finding
from copilot.tools.sources import from_desk
from copilot.tools.tool import diagnose
from engine.desk import DeskReader

_WANTED = (
    *("account", "at", "state", "nav", "gross_exposure", "limit", "margin_use", "initial_margin", "maintenance_margin"),
    *("buying_power", "day_pnl", "largest_loser", "locked", "limits", "positions"),
)


@diagnose(Nothing, example={})
async def margin_status(desk: DeskReader, args: Nothing) -> Finding:
    """Use of the 2:1 margin limit, buying power, initial and maintenance margin, what each position takes of it,
    the owner's own limits, and whether the account is locked.

    A warning comes at 90 % of the limit; above it positions are liquidated, the largest loser first.
    """
    document = await desk.risk()
    return from_desk("risk", document, {name: document[name] for name in _WANTED if name in document})
