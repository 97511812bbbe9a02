"""What could go wrong: value at risk, use of the margin limit, the desk's own warnings."""

from __future__ import annotations

from copilot.evidence import Result
from copilot.offline.figures import figure, money, percent
from copilot.offline.work import Work

MOST_CHECKS = 8


async def risk(work: Work) -> None:
    """Margin, value at risk, volatility and beta of what is held, the risk by position, and the desk's warnings."""
    margin, report = await work.call("margin_status"), await work.call("risk_report")
    if margin.ok:
        data = margin.data
        work.say(f"Margin: {percent(data['margin_use'])} of the limit is used; gross exposure "
                 f"{money(data['gross_exposure'])}, buying power {money(data['buying_power'])}, "
                 f"state {data['state']}.", margin)  # fmt: skip
    else:
        work.refused(margin, "Margin")
    if not report.ok:
        work.refused(report, "Risk")
        return
    _book(work, report)
    warnings(work, report)


def _book(work: Work, report: Result) -> None:
    book = report.data["book"]
    tail = next((row for row in book.get("tails") or () if row["confidence"] == 95 and row["var_amount"]), None)
    if tail is None:
        work.say("Value at risk cannot be told: nothing is held, or there is too little history.")
    else:
        work.say(f"On one day in 20 what you hold would lose more than {money(tail['var_amount'])} "
                 f"({percent(tail['var'], 2)} of NAV, 95 %), and then {money(tail['cvar_amount'])} on average.",
                 report, work.worked_out("one day in 20 is 5 %", {"days": 20}))  # fmt: skip
        work.say(f"Yearly volatility {percent(book['volatility'])}, beta to {report.data['benchmark']} "
                 f"{figure(book['beta'])}.", report)  # fmt: skip
    fall = report.data["performance"].get("max_drawdown")
    if fall is not None:
        work.say(f"Deepest fall so far {percent(fall, 2)}.", report)


def warnings(work: Work, report: Result) -> None:
    """The desk's own checks."""
    checks = report.data["checks"]
    if not checks:
        work.say("The desk itself warns of nothing.", report)
        return
    work.say("The desk itself says:", report)
    said = ((row.get("symbol"), row["text"]) for row in checks[:MOST_CHECKS])
    work.rows((" ".join(str(part) for part in parts if part) for parts in said), report)
