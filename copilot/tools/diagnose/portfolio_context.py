"""portfolio_context."""

from __future__ import annotations

from copilot.tools.fields import Nothing
from copilot.tools.finding import Finding
from copilot.tools.sources import from_desk
from copilot.tools.tool import diagnose
from engine.desk import DeskReader


@diagnose(Nothing, example={})
async def portfolio_context(desk: DeskReader, args: Nothing) -> Finding:
    """The account as it stands: NAV, cash, leverage, buying power, profit, and every position with its weight.

    Money is in VCR (1 VCR = 1 USD), weights and leverage are shares of NAV (0.25 = 25 %).
    """
    return from_desk("portfolio", await desk.portfolio())
