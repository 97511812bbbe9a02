"""model_prediction."""

from __future__ import annotations

from copilot.tools.fields import Symbol
from copilot.tools.finding import Finding
from copilot.tools.tool import Args, diagnose
from engine.desk import DeskReader
from engine.model.refusal import Code, refuse


class Horizon(Args, frozen=True):
    """Of which instrument."""

    symbol: Symbol


@diagnose(Horizon, example={"symbol": "AAPL"}, needs="live models")
async def model_prediction(desk: DeskReader, args: Horizon) -> Finding:
    """What a live model reads: the chance that a price rises over a horizon, with its calibration and age.

    Not on this desk yet: it comes with live models, and refuses until then.
    """
    raise refuse(
        Code.FORBIDDEN,
        "model_prediction is not on this desk yet",
        fix="it comes with live models; nothing stands in for it",
    )
