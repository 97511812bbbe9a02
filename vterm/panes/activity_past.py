"""Pages of the desk's history for the Activity screen: earlier orders, fills and entries of the journal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.desk import Document
from engine.model.refusal import Refused
from vterm.notices_past import remembering
from vterm.panes.activity_choice import PAGE, ActivityChoice, choice_of
from vterm.state import OPEN_STATES, DeskState

if TYPE_CHECKING:
    from engine.desk import Desk

JOURNAL_PAGE = 60
FOLLOW_SECONDS = 1.0
NO_PAST = "this desk keeps no history"


def just_after(at: str) -> str:
    """The next moment after an RFC 3339 time: what happened at it is then before."""
    from engine.model.format import parse_time, time_text

    return time_text(parse_time(at) + 1)


def _oldest(state: DeskState, what: str) -> str:
    """The earliest time from which on everything is known to the session."""
    if what == "fills":
        return min((str(fill["at"]) for fill in state.fills), default="")
    over = (o for o in state.orders.values() if o.get("status") not in OPEN_STATES)
    return min((str(order["submitted_at"]) for order in over), default="")


async def older(desk: Desk, state: DeskState, choice: ActivityChoice, what: str) -> bool:
    """The page of `orders` or `fills` before what is known, for what narrows the list now; whether anything came."""
    pages, memory = choice.pages(what), remembering(desk, "find")
    if pages.end or pages.asked:
        return False
    if memory is None:
        pages.end, pages.note = True, NO_PAST
        return False
    pages.asked = True
    try:
        since = pages.to or _oldest(state, what)
        before = {"to": just_after(since)} if since else {}
        rows = (await memory.find(what, **choice.filters(what), **before, limit=pages.size))[what]
    except Refused as no:
        pages.end, pages.note = True, no.refusal.message
        return False
    finally:
        pages.asked = False
    return _keep(state, choice, what, rows)


def _keep(state: DeskState, choice: ActivityChoice, what: str, rows: list[Document]) -> bool:
    pages = choice.pages(what)
    name, at = ("order_id", "submitted_at") if what == "orders" else ("fill_id", "at")
    kept = choice.orders if what == "orders" else choice.fills
    known = set(state.orders) if what == "orders" else {str(fill["fill_id"]) for fill in state.fills}
    fresh = {str(row[name]): row for row in rows if str(row[name]) not in known and str(row[name]) not in kept}
    kept.update(fresh)
    if rows:
        pages.to = str(rows[-1][at])
    pages.end = len(rows) < pages.size
    # More rows of one moment than a page holds would come again for ever.
    pages.size = PAGE if fresh else pages.size * 4
    return bool(fresh)


async def follow(desk: Desk, state: DeskState, touch: Callable[[set[str]], None]) -> None:
    """The journal's newest entries, whenever an order changed; ends by cancellation or with the connection."""
    choice, mark = choice_of(state), -1
    while True:
        if mark != state.deeds:
            mark = state.deeds
            await journal(desk, choice, more=False)
            touch({"journal"})
        await asyncio.sleep(FOLLOW_SECONDS)


async def journal(desk: Desk, choice: ActivityChoice, *, more: bool) -> bool:
    """The newest entries, or with `more` the page before those that are known; whether anything came."""
    memory, pages = remembering(desk, "journal"), choice.journal_pages
    if memory is None:
        pages.end, pages.note = True, NO_PAST
        return False
    if pages.asked or (more and pages.end):
        return False
    pages.asked = True
    try:
        page = await memory.journal(limit=JOURNAL_PAGE, before=choice.journal_before if more else 0)
    except Refused as no:
        pages.end, pages.note = True, no.refusal.message
        return False
    finally:
        pages.asked = False
    first = not choice.journal
    fresh = {int(row["seq"]): row for row in page["entries"] if int(row["seq"]) not in choice.journal}
    choice.broken |= {int(seq) for seq in page.get("broken", ())}
    if fresh and not more and not first and len(fresh) == len(page["entries"]):
        choice.journal.clear()  # so much happened that there is a gap: begin anew from the newest
        first = True
    choice.journal.update(fresh)
    if more or first:
        choice.journal_before, pages.end = int(page["next"] or 0), page["next"] is None
    return bool(fresh)
