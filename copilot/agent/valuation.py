"""What a company's cash flow would be worth under assumptions that are said: arithmetic, and no opinion.

Free cash flow of the last fiscal year grows for five years at the pace of revenue (within bounds), then for ever at a
slow one; all of it is discounted, debt taken off and cash added.
"""

from __future__ import annotations

from decimal import Decimal

from copilot.offline.figures import figure, percent, plain
from copilot.offline.work import Work
from copilot.tools.finding import Document

DISCOUNTS = (Decimal("0.08"), Decimal("0.09"), Decimal("0.10"))
FOR_EVER = Decimal("0.025")
YEARS = 5
MOST_GROWTH = Decimal("0.15")


async def dcf(work: Work, symbol: str) -> None:
    """Say the cash flow, the assumptions, and the value a share at three discount rates beside the price."""
    found = await work.call("financial_statements", symbol=symbol, period="year", limit=3)
    if not found.ok:
        work.refused(found, f"No statements of {symbol}")
        return
    years: list[Document] = found.data["statements"]
    flow = [_free(year) for year in years]
    if len(years) < 2 or flow[0] <= 0:
        why = "two fiscal years are needed" if len(years) < 2 else "its free cash flow is not above zero"
        work.say(f"{symbol} cannot be valued by its cash flow: {why}.", found)
        return
    grown = Decimal(years[0]["income"]["revenue"]) / Decimal(years[1]["income"]["revenue"]) - 1
    growth = min(max(grown, Decimal(0)), MOST_GROWTH)
    values = {rate: _a_share(flow[0], growth, rate, found.data) for rate in DISCOUNTS}
    shown = [{"discount": str(rate), "a_share": str(value)} for rate, value in values.items()]
    figures = {"free_cash_flow": [str(each) for each in flow], "growth": str(grown), "growth_taken": str(growth),
               "for_ever": str(FOR_EVER), "years": YEARS, "most_growth": str(MOST_GROWTH), "values": shown}  # fmt: skip
    out = work.worked_out(f"a discounted cash flow of {symbol}", figures, found)
    currency = found.data["currency"]
    said = ", ".join(f"{year['period']} {plain(each)}" for year, each in zip(years, flow, strict=True))
    work.say(f"Free cash flow of {symbol} in thousand {currency}: {said}.", found, out)
    work.say(f"Revenue grew {percent(grown)}; taken for {YEARS} years: {percent(growth)} "
             f"(0 to {percent(MOST_GROWTH, 0)}), then {percent(FOR_EVER)} for ever.", out)  # fmt: skip
    for rate, value in values.items():
        work.say(f"  - at {percent(rate, 0)} a year: {figure(value)} {currency} a share", out)
    quote = await work.call("live_quote", symbols=[symbol])
    if quote.ok:
        work.say(f"The price is {figure(quote.data['quotes'][0]['last'])} {currency}.", quote)
    work.say("The result is as good as its assumptions; small changes of them move it far. It is no advice.")


def _free(year: Document) -> Decimal:
    flows = year["cash_flow"]
    return Decimal(flows["from_operations"]) + Decimal(flows["capital_spending"])


def _a_share(flow: Decimal, growth: Decimal, rate: Decimal, data: Document) -> Decimal:
    """Present value of equity over shares; flows are in thousands."""
    worth, now = Decimal(0), flow
    for year in range(1, YEARS + 1):
        now *= 1 + growth
        worth += now / (1 + rate) ** year
    worth += now * (1 + FOR_EVER) / (rate - FOR_EVER) / (1 + rate) ** YEARS
    balance = data["statements"][0]["balance"]
    equity = worth + Decimal(balance["cash"]) - Decimal(balance["debt"])
    return equity * 1000 / Decimal(data["shares_outstanding"])
