"""Which instruments did what today."""

from __future__ import annotations

from copilot.offline.figures import change, figure, plain
from copilot.offline.work import Work

MOST = 10


async def screens(work: Work) -> None:
    """A rule out of classes, sectors and percents; the rows that it finds, largest move first."""
    rule, sort = rule_of(work)
    most = next((int(each) for each in work.request.quantities if each == int(each) and 1 <= each <= 50), MOST)
    found = await work.call("screen_instruments", where=rule, sort=sort, limit=most)
    if not found.ok:
        work.refused(found, "No screen")
        return
    rows, count = found.data["instruments"], found.data["count"]
    named = rule or "all instruments"
    if not rows:
        work.say(f"None of {found.data['of']} instruments fits `{named}`.", found)
        return
    first = f", the first {len(rows)} of them" if count > len(rows) else ""
    work.say(f"{count} of {found.data['of']} instruments fit `{named}`{first}:", found)
    work.rows((f"{row['symbol']} ({row['name']}): {change(row['change_pct'])}, last {plain(row['last'])}, spread "
               f"{figure(row.get('spread_bps'))} bp" for row in rows), found)  # fmt: skip


def rule_of(work: Work) -> tuple[str, str]:
    """The desk's own rule language, and the column to sort by."""
    request = work.request
    parts = [f"class={request.classes[0]}"] if request.classes else []
    if request.sectors:
        parts.append(f"sector={request.sectors[0].split()[-1].lower()}")
    down = request.move == "down" or request.has("losers", "loser", "worst", "falling", "decliners")
    up = request.move == "up" or request.has("gainers", "gainer", "best", "rising", "winners", "advancers")
    size = abs(request.percents[0]) if request.percents else None
    if down:
        parts.append(f"change<-{size:f}" if size else "change<0")
    elif up:
        parts.append(f"change>{size:f}" if size else "change>0")
    if down:
        return " and ".join(parts), "-change"
    if request.has("volume", "traded", "active", "turnover", "liquid"):
        return " and ".join(parts), "turnover"
    return " and ".join(parts), "change" if up or not request.has("spread", "tightest") else "-spread"
