"""Prices, and instruments beside each other."""

from __future__ import annotations

from copilot.evidence import Result
from copilot.offline.figures import change, figure, percent, plain
from copilot.offline.work import Work
from copilot.tools.finding import Document

MOST = 6
"""Instruments that are compared with their returns and volatility."""


async def quotes(work: Work) -> None:
    """Bid, ask, last and the day's change; of several instruments also which moved most."""
    symbols = [one.symbol for one in work.request.listings][:20]
    found = await work.call("live_quote", symbols=symbols)
    if not found.ok:
        work.refused(found, "No quote")
        return
    rows = found.data["quotes"]
    if len(rows) == 1 and work.request.has("rsi", "trend", "technicals", "overbought", "oversold", "macd", "average"):
        await _readings(work, str(rows[0]["symbol"]))
    for row in rows:
        work.say(_line(row), found)
    if 1 < len(rows) <= MOST:
        await _beside(work, [str(row["symbol"]) for row in rows])


def _line(row: Document) -> str:
    session = "" if row["session"] == "regular" else f", {row['session']} session"
    return (f"{row['symbol']} ({row['name']}): last {plain(row['last'])}, {change(row['change_pct'])} today, "
            f"bid {plain(row['bid'])}, ask {plain(row['ask'])}{session}.")  # fmt: skip


async def _readings(work: Work, symbol: str) -> None:
    read = await work.call("technicals", symbol=symbol)
    if not read.ok:
        work.refused(read, f"No readings of {symbol}")
        return
    wanted = [row for row in read.data["readings"] if row["name"] in ("SMA", "RSI", "MACD", "ATR")]
    work.say(f"Indicators of {symbol} on daily bars; they describe the past and are no advice:", read)
    work.rows((f"{row['name']} over {row['period']}: {row['value']}, {row['says']}" for row in wanted), read)


async def _beside(work: Work, symbols: list[str]) -> None:
    work.say("Beside each other:")
    for symbol in symbols:
        facts = await work.call("key_statistics", symbol=symbol)
        if not facts.ok:
            work.refused(facts, f"No figures of {symbol}")
            continue
        data = facts.data
        returns = ", ".join(f"{row['horizon']} {change(row['return_pct'])}" for row in data["returns"])
        law = data.get("law") or {}
        calm = f", usual daily move {percent(law['daily_volatility'])}" if law.get("daily_volatility") else ""
        spread = f", spread {figure(data['spread_bps'])} bp" if data.get("spread_bps") else ""
        work.rows([f"{symbol}: {returns}{calm}{spread}"], facts)
    moves = await work.call("correlation", symbols=symbols)
    if moves.ok and len(moves.data["symbols"]) > 1:
        _pairs(work, moves)


def _pairs(work: Work, moves: Result) -> None:
    names, matrix = moves.data["symbols"], moves.data["matrix"]
    pairs = [
        f"{a} and {b} {figure(matrix[i][j])}"
        for i, a in enumerate(names) for j, b in enumerate(names) if i < j and matrix[i][j] is not None
    ][:10]  # fmt: skip
    if pairs:
        work.say(f"How they move together over {moves.data['days']} days, from -1 to 1: {'; '.join(pairs)}.", moves)
