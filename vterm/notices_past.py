"""What the stream does not tell: the time away, algorithms, margin, bookings and the state of the books.

Asked for now and then over the same connection; none of it keeps a screen waiting.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol

from engine.desk import Document
from engine.model.refusal import Refused
from vterm import notices_words as words
from vterm.notices import News
from vterm.state import OPEN_STATES, DeskState

if TYPE_CHECKING:
    from engine.desk import Desk

BEAT_SECONDS = 1.0
ALGO_BEATS = 5
RISK_BEATS = 2
HEALTH_BEATS = 30
MOST_AWAY = 300
ENDED = "cancelled,rejected,expired"


class Remembering(Protocol):
    """A desk that is asked about its past. A desk of recordings may lack it."""

    async def find(self, what: str, **filters: object) -> Document:
        """Orders or fills, narrowed and sorted."""

    async def wallet(self, limit: int = 0, before: str = "", since: str = "", until: str = "") -> Document:
        """Movements of cash, newest first."""

    async def journal(self, limit: int = 0, before: int = 0) -> Document:
        """Entries of the journal, newest first."""

    async def health(self) -> Document:
        """Whether the desk agrees with its books."""


def remembering(desk: Desk, method: str) -> Remembering | None:
    """The desk, where it has that part of the past."""
    found: Any = desk
    return found if hasattr(found, method) else None


def later(at: object, than: str) -> bool:
    """Whether an RFC 3339 time in UTC is after another, however many decimals either has."""
    return str(at or "").rstrip("Z") > than.rstrip("Z")


class Watch:
    """Asks the desk what its stream leaves out. `run` ends only by cancellation or with the connection."""

    def __init__(self, state: DeskState) -> None:
        self.state = state
        self._beat = 0
        self._mark: object = None
        self._seen = ""
        """Bookings up to this time are told."""

    async def run(self, desk: Desk, since: str, touch: Any) -> None:
        """Tell what was missed since a time of the market ("": nothing), then watch."""
        state = self.state
        touch(await self.algos(desk))
        self._mark, self._seen = self._booked(), since or state.at
        if since:
            touch(await self.away(desk, since))
            state.left_at = ""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            touch(await self.beat(desk))

    async def beat(self, desk: Desk) -> set[str]:
        """One second later."""
        self._beat += 1
        topics: set[str] = set()
        if self.state.running() or self._algo_orders() or self._beat % ALGO_BEATS == 0:
            topics |= await self.algos(desk)
        if self._beat % RISK_BEATS == 0 and self.state.positions():
            topics |= self.state.apply({"type": "risk", **await desk.risk()})
        if self._booked() != self._mark:
            self._mark = self._booked()
            topics |= await self.bookings(desk)
        if self._beat % HEALTH_BEATS == 0:
            topics |= await self.health(desk)
        return topics

    def _algo_orders(self) -> bool:
        return any(order.get("origin") == "algo" for order in self.state.working())

    def _booked(self) -> object:
        """Changes when cash may have moved without a fill; and every hour of the market, for what settles daily."""
        book = self.state.portfolio
        held = tuple(str(row["symbol"]) for row in self.state.positions())
        return book.get("funding"), book.get("dividends"), held, self.state.at[:13]

    async def algos(self, desk: Desk) -> set[str]:
        """All algorithms as they are now."""
        return self.state.apply({"type": "algos", **await desk.algos()})

    async def bookings(self, desk: Desk) -> set[str]:
        """Dividends, settlements, financing and the like since they were last told."""
        memory = remembering(desk, "wallet")
        if memory is None:
            return set()
        rows = (await memory.wallet(limit=60))["movements"]
        fresh = [row for row in reversed(rows) if later(row.get("at"), self._seen)]
        if fresh:
            self._seen = str(fresh[-1]["at"])
        return self.state.tell(*map(words.of_movement, fresh))

    async def health(self, desk: Desk) -> set[str]:
        """Whether the desk still agrees with its books."""
        memory = remembering(desk, "health")
        books = (await memory.health()).get("books") if memory is not None else None
        if not isinstance(books, dict) or books.get("state") != "drift":
            return set()
        text = f"Trading has stopped: the desk and its books disagree ({books.get('cause')}); run `vterm audit`"
        return self.state.tell(News("desk", "error", text, identity=("drift",), at=self.state.at, rings=True))

    # -- while nobody looked --------------------------------------------------------------------------------

    async def away(self, desk: Desk, since: str) -> set[str]:
        """Fills, ends, alerts, algorithms and bookings after a time of the market, and one line that counts them."""
        state, news = self.state, list[News | None]()
        fills = ends = 0
        memory = remembering(desk, "find")
        if memory is not None:
            made = await memory.find("fills", from_=since, limit=MOST_AWAY)
            missed = [fill for fill in made["fills"] if later(fill.get("at"), since)]
            fills = len(missed)
            news += [one for name in dict.fromkeys(str(f["order_id"]) for f in reversed(missed))
                     for one in words.of_order(await self._order(desk, name), None)]  # fmt: skip
            over = (await memory.find("orders", status=ENDED, limit=MOST_AWAY))["orders"]
            gone = [order for order in reversed(over) if later(order.get("updated_at"), since)]
            ends = len(gone)
            news += [one for order in gone for one in words.of_order(order, None)]
        alerts = [a for a in (await desk.alerts())["alerts"] if a.get("state") == "fired"
                  and later(a.get("fired_at"), since)]  # fmt: skip
        news += [words.of_alert(alert) for alert in reversed(alerts)]
        algos = [a for a in state.algos.values() if a.get("status") in ("done", "cancelled")
                 and later(a.get("updated_at"), since)]  # fmt: skip
        news += [words.ended_algo(algo) for algo in reversed(algos)]
        bookings = await self._missed_bookings(desk, since)
        news += bookings
        told = state.tell(*sorted((n for n in news if n), key=lambda n: n.at.rstrip("Z")), away=True)
        return told | self._sum(since, fills=fills, ends=ends, alerts=len(alerts), algos=len(algos),
                                bookings=len(bookings)) if told else told  # fmt: skip

    async def _order(self, desk: Desk, name: str) -> Document:
        known = self.state.orders.get(name)
        return known if known is not None and known.get("status") in OPEN_STATES else await desk.order(name)

    async def _missed_bookings(self, desk: Desk, since: str) -> list[News]:
        memory = remembering(desk, "wallet")
        if memory is None:
            return []
        rows = (await memory.wallet(limit=MOST_AWAY, since=since))["movements"]
        found = [words.of_movement(row) for row in reversed(rows) if later(row.get("at"), since)]
        return [one for one in found if one is not None]

    def _sum(self, since: str, **counts: int) -> set[str]:
        """The line that says how much happened."""
        said = [f"{count} {one if count == 1 else many}" for count, one, many in (
            (counts["fills"], "fill", "fills"), (counts["ends"], "order ended", "orders ended"),
            (counts["alerts"], "alert", "alerts"), (counts["algos"], "algorithm ended", "algorithms ended"),
            (counts["bookings"], "booking", "bookings")) if count]  # fmt: skip
        text = f"While you were away: {', '.join(said)}"
        grave = counts["ends"] or counts["alerts"]
        return self.state.tell(News("desk", "warning" if grave else "information", text,
                                    identity=("away", since), at=self.state.at))  # fmt: skip


async def guarded(watch: Watch, desk: Desk, since: str, touch: Any) -> None:
    """Watch until the desk refuses: a desk that does not answer such questions is still a desk."""
    try:
        await watch.run(desk, since, touch)
    except Refused as no:
        watch.state.note = no.refusal.message
