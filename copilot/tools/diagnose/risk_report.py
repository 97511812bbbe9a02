"""risk_report."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from copilot.tools.fields import Window
from copilot.tools.finding import Finding
from copilot.tools.sources import of_desk
from copilot.tools.tool import Args, diagnose
from engine.desk import DeskReader


class Report(Args, frozen=True):
    """Over which time, against what."""

    window: Window = "all"
    benchmark: Annotated[
        str, Meta(description="Benchmark for beta and tracking error; empty for SPX.", max_length=20)
    ] = ""


@diagnose(Report, example={"window": "all"})
async def risk_report(desk: DeskReader, args: Report) -> Finding:
    """Volatility, Sharpe, Sortino, Calmar, drawdown, beta, value at risk and expected shortfall (95 and 99 %,
    historical and normal), exposure long, short, gross, net, risk by position, and the desk's own warnings.

    Ratios are annual; tails are shares of NAV and amounts in VCR for one day. What cannot be told yet is null and
    `reasons` says why.
    """
    figures = await desk.analytics(args.window, args.benchmark)
    risk, checks = await desk.risk(), await desk.checks()
    data = {
        **{name: figures[name] for name in ("account", "at", "window", "benchmark", "nav", "performance", "exposure")},
        "now": {name: risk.get(name) for name in ("volatility", "beta", "tails", "covered", "left_out", "reasons")},
        "book": figures["book"],
        "checks": checks["checks"],
    }
    return Finding(data, (of_desk("analytics", figures), of_desk("risk", risk), of_desk("checks", checks)))
