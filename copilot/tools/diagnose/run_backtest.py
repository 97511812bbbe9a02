"""run_backtest."""

from __future__ import annotations

from copilot.tools.fields import Symbol
from copilot.tools.finding import Finding
from copilot.tools.tool import Args, diagnose
from engine.desk import DeskReader
from engine.model.refusal import Code, refuse


class Run(Args, frozen=True):
    """Of which instrument."""

    symbol: Symbol


@diagnose(Run, example={"symbol": "AAPL"}, needs="the backtest")
async def run_backtest(desk: DeskReader, args: Run) -> Finding:
    """A strategy run over recorded or simulated days: return, drawdown, trades, costs.

    Not on this desk yet: it comes with the backtest, and refuses until then.
    """
    raise refuse(
        Code.FORBIDDEN,
        "run_backtest is not on this desk yet",
        fix="it comes with the backtest; nothing stands in for it",
    )
