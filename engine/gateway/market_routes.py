"""REST of the whole market: every instrument in one answer, screened, sorted and summed up."""

from __future__ import annotations

from engine.desk import Document
from engine.gateway.call import Call
from engine.research.screen import read_screen
from engine.research.tally import breadth, movers, ordered, sectors
from engine.views.jobs import aside
from engine.views.markets import MOST_POINTS

MOST = 100_000
MOVERS = 10


async def read_markets(call: Call) -> Document:
    """GET /v1/markets."""
    call.only("class", "where", "sort", "limit", "sparks", "summary")
    screen, by = read_screen(call.text("where")), call.text("sort")
    sparks, limit = call.number("sparks", 0, 0, MOST_POINTS), call.number("limit", 0, 0, MOST)
    summed = call.choice("summary", ("true", "false", "1", "0"), "false") in ("true", "1")
    document = await aside(call.view.markets(call.text("class"), sparks))
    rows = screen.rows(document["instruments"])
    if by:
        rows = ordered(rows, by)
    answer: Document = {**document, "count": len(rows), "instruments": rows[:limit] if limit else rows}
    if summed:
        moved = {name: [row["symbol"] for row in found] for name, found in movers(rows, MOVERS).items()}
        answer |= {"breadth": breadth(rows), "sectors": sectors(rows), "movers": moved}
    return answer
