"""What is shown: the newest documents of the desk, by name. No rule of trading lives here, and no widget.

`apply` takes one frame of the stream and answers which topics changed; panes repaint when one of theirs did.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING, Any

from engine.desk import Document
from engine.model.number import NumberFormatError, parse_decimal
from engine.model.text import safe
from vterm import notices_words as words
from vterm.notices import News, Notices
from vterm.proposals_choice import Proposals
from vterm.stale import Contact

if TYPE_CHECKING:
    from vterm.copilot_choice import CopilotChoice
    from vterm.market_choice import MarketChoice
    from vterm.missions_choice import MissionsChoice
    from vterm.panes.activity_choice import ActivityChoice
    from vterm.panes.chart_choice import ChartChoice
    from vterm.portfolio_choice import PortfolioChoice
    from vterm.research_choice import ResearchChoice

OPEN_STATES = ("accepted", "queued", "working", "partially_filled")
FLASH_SECONDS = 0.45
FLASH_REST = 0.5
TAPE_ROWS = 200
MOST_ORDERS = 2000


class Flashes:
    """Cells that light up for one beat after a change, at most two a second each."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._until: dict[tuple[str, str], tuple[float, str]] = {}
        self.enabled = True

    def note(self, place: str, key: str, up: bool) -> None:
        """The value at this place changed."""
        until, _ = self._until.get((place, key), (0.0, ""))
        if self.enabled and self._now() >= until + FLASH_REST:
            self._until[place, key] = (self._now() + FLASH_SECONDS, "flash-up" if up else "flash-down")

    def active(self, place: str, key: str) -> str:
        """The background of the cell now, or an empty text."""
        until, back = self._until.get((place, key), (0.0, ""))
        return back if self._now() < until else ""

    def places(self) -> set[str]:
        """Places with a cell that is lit or has just gone out; those long out are forgotten."""
        now = self._now()
        self._until = {k: v for k, v in self._until.items() if v[0] + FLASH_REST > now}
        return {place for place, _ in self._until}


class DeskState:
    """The newest of everything the panes show."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self.now = now
        self.flashes = Flashes(now)
        self.account = "default"
        self.source = "SIM"
        """SIM, REPLAY or SHARED."""
        self.market_name = ""
        """The recording's file name, or the shared desk's address."""
        self.contact = Contact()
        self.instruments: dict[str, Document] = {}
        self.watch: list[str] = []
        self.quotes: dict[str, Document] = {}
        self.symbol = ""
        self.book: Document = {}
        self.trades: deque[Document] = deque(maxlen=TAPE_ROWS)
        self.every = "1m"
        self.bars: list[Document] = []
        self.bars_known = self.bars_all = False
        """Whether the desk has told of bars for this symbol and period, and whether of all that there are."""
        self.compared: dict[str, list[Document]] = {}
        """Bars of the same period of what the chart compares with, by symbol."""
        self.orders: dict[str, Document] = {}
        self.fills: deque[Document] = deque(maxlen=500)
        self.alerts: dict[str, Document] = {}
        self.algos: dict[str, Document] = {}
        """Execution algorithms, newest first."""
        self.proposals = Proposals()
        self.notices = Notices(now)
        self.risk_told = ""
        self.left_at = ""
        """The market's time when this account was last looked at; empty where that is not known."""
        self.portfolio: Document = {}
        self.draft: Document = {}
        """The ticket's order and its current preview; empty while there is none."""
        self.clock: Document = {}
        self.sessions: list[Document] = []
        self.market: dict[str, Document] = {}
        """A row an instrument, of the whole market, while the Markets screen follows it."""
        self.sparks: dict[str, list[int]] = {}
        self.sparks_made = 0
        self.market_heard = 0.0
        self.market_choice: MarketChoice | None = None
        self.chart_choice: ChartChoice | None = None
        self.portfolio_choice: PortfolioChoice | None = None
        self.research_choice: ResearchChoice | None = None
        self.missions_choice: MissionsChoice | None = None
        self.copilot_choice: CopilotChoice | None = None
        self.activity_choice: ActivityChoice | None = None
        self.deeds = 0
        """Counts what became of orders."""
        self.link = "opening"
        self.note = ""
        self.seq = 0
        self.heard_at = 0.0
        self.at = ""

    # -- reading --------------------------------------------------------------------------------------------

    def instrument(self, symbol: str = "") -> Document:
        """The document of a symbol (the selected one by default); empty while unknown."""
        return self.instruments.get(symbol or self.symbol, {})

    def name(self, symbol: str = "") -> str:
        """Its name, safe to show."""
        return safe(str(self.instrument(symbol).get("name", "")))

    def front(self, symbol: str) -> str:
        """What is traded when somebody says `symbol`: the front contract of a futures root, else itself."""
        contract = str(self.instrument(symbol).get("front") or "") if symbol else ""
        return contract if contract in self.instruments else symbol

    def quote(self, symbol: str = "") -> Document:
        """The newest quote of a symbol (the selected one by default)."""
        return self.quotes.get(symbol or self.symbol, {})

    def working(self) -> list[Document]:
        """Open orders, newest first."""
        rows = [order for order in self.orders.values() if order.get("status") in OPEN_STATES]
        return sorted(rows, key=lambda order: str(order.get("submitted_at", "")), reverse=True)

    def running(self) -> list[Document]:
        """Algorithms at work or paused, newest first."""
        return [algo for algo in self.algos.values() if algo.get("status") in ("running", "paused")]

    def mine(self) -> frozenset[str]:
        """Symbols that are held or worked."""
        return frozenset(str(row["symbol"]) for row in (*self.positions(), *self.working(), *self.running()))

    def listed_alerts(self) -> list[Document]:
        """Alerts, those that can still fire first, each kind newest first."""
        rows = sorted(self.alerts.values(), key=lambda alert: str(alert["alert_id"]), reverse=True)
        return sorted(rows, key=lambda alert: alert.get("state") != "active")

    def positions(self) -> list[Document]:
        """Positions as the engine orders them."""
        return list(self.portfolio.get("positions", ()))

    def position(self, symbol: str = "") -> Document:
        """The position in a symbol, empty if there is none."""
        wanted = symbol or self.symbol
        return next((row for row in self.positions() if row["symbol"] == wanted), {})

    def age_ms(self) -> int:
        """Milliseconds since the desk last said anything."""
        return int((self.now() - self.heard_at) * 1000) if self.heard_at else 0

    # -- changing -------------------------------------------------------------------------------------------

    def select(self, symbol: str) -> None:
        """Another instrument: what belonged to the old one goes."""
        self.symbol = symbol
        self.book, self.bars = {}, []
        self.bars_known = self.bars_all = False
        self.trades.clear()

    def load_instruments(self, rows: Iterable[Document]) -> None:
        """The whole list, by symbol."""
        self.instruments = {str(row["symbol"]): row for row in rows}

    def load_orders(self, rows: Iterable[Document]) -> None:
        """Orders, newest first as the desk answers them."""
        self.orders = {str(row["order_id"]): row for row in reversed(list(rows))}

    def load_fills(self, rows: Iterable[Document]) -> None:
        """Fills, newest first as the desk answers them."""
        self.fills.clear()
        self.fills.extend(list(rows)[: self.fills.maxlen])

    def tell(self, *news: News | None, away: bool = False) -> set[str]:
        """Put news into the list of notices; the topics that changed."""
        taken = [self.notices.take(one, self.at, away=away) for one in news if one is not None]
        return {"notices"} if any(taken) else set()

    def tell_order(self, order: Document) -> set[str]:
        """What an answer of the desk says of an order."""
        return self.tell(*words.of_order(order, self.orders.get(str(order["order_id"]))))

    def apply(self, frame: Document) -> set[str]:
        """Take one frame; answer the topics that changed."""
        take = getattr(self, "_take_" + str(frame.get("type", "")), None)
        if take is None:
            return set()
        self.heard_at = self.now()
        stamp = frame.get("at")
        if isinstance(stamp, str) and stamp > self.at:
            self.at = stamp
        changed: set[str] = take(frame)
        return changed

    def tell_link(self, before: str) -> set[str]:
        """The connection was lost, or is back."""
        if self.link == "down" and before in ("live", "stale"):
            self.left_at = self.left_at or self.at
            return self.tell(words.of_link(False, self.at))
        return self.tell(words.of_link(True, self.at)) if self.link == "live" and before == "down" else set()

    def _take_ticker(self, frame: Document) -> set[str]:
        symbol = str(frame["symbol"])
        before = self.quotes.get(symbol, {}).get("last")
        self.quotes[symbol] = frame
        # A futures root is asked for by its own name and answered with its front contract's.
        self.quotes[str(frame.get("channel", "")).partition(":")[2] or symbol] = frame
        step = moved(before, frame.get("last"))
        if abs(step) > 2 * int(self.instrument(symbol).get("group", 1) or 1):
            self.flashes.note("watch", symbol, step > 0)
        return {"quotes", "quote"} if symbol == self.symbol else {"quotes"}

    def _take_book(self, frame: Document) -> set[str]:
        if str(frame.get("channel", "")).partition(":")[2] != self.symbol:
            return set()
        self.book = frame
        self.seq = max(self.seq, int(frame.get("seq") or 0))
        return {"book"}

    def _take_trade(self, frame: Document) -> set[str]:
        if str(frame.get("channel", "")).partition(":")[2] != self.symbol:
            return set()
        self.trades.append(frame)
        return {"trades"}

    def _take_order(self, frame: Document) -> set[str]:
        order: Document = frame["order"]
        before = self.orders.get(str(order["order_id"]), {})
        if before and before.get("filled_quantity") != order.get("filled_quantity"):
            self.flashes.note("orders", str(order["order_id"]), order.get("side") == "buy")
        self.deeds += 1
        told = self.tell(*words.of_order(order, before or None))
        self.orders[str(order["order_id"])] = order
        self._forget_orders()
        return {"orders"} | told

    def _forget_orders(self) -> None:
        """The oldest that are over go: the desk keeps them, and a screen that pages finds them there."""
        if len(self.orders) > MOST_ORDERS:
            over = [name for name, order in self.orders.items() if order.get("status") not in OPEN_STATES]
            for name in over[: MOST_ORDERS // 10]:
                del self.orders[name]

    def _take_queue(self, frame: Document) -> set[str]:
        for row in frame["orders"]:
            order = self.orders.get(str(row["order_id"]))
            if order is not None:
                order.update(row)
        return {"orders"}

    def _take_fill(self, frame: Document) -> set[str]:
        self.fills.appendleft(frame)
        return {"fills"}

    def _take_alerts(self, frame: Document) -> set[str]:
        """All of them, whenever the desk is found again: what fired meanwhile is told now."""
        known = self.alerts
        self.alerts = {str(alert["alert_id"]): alert for alert in frame["alerts"]}
        fresh = [alert for name, alert in sorted(self.alerts.items())
                 if alert.get("state") == "fired" and known.get(name, {}).get("state") == "active"]  # fmt: skip
        return {"alerts"} | self.tell(*map(words.of_alert, fresh))

    def _take_alert(self, frame: Document) -> set[str]:
        alert: Document = frame["alert"]
        before = self.alerts.get(str(alert["alert_id"]), {}).get("state")
        self.alerts[str(alert["alert_id"])] = alert
        fired = alert.get("state") == "fired" and before != "fired"
        return {"alerts"} | (self.tell(words.of_alert(alert)) if fired else set())

    def _take_proposals(self, frame: Document) -> set[str]:
        """All that wait, whenever the desk is found again."""
        return {"proposals"} if self.proposals.take_all(frame["proposals"]) else set()

    def _take_proposal(self, frame: Document) -> set[str]:
        return {"proposals"} if self.proposals.take(frame["proposal"]) else set()

    def _take_algos(self, frame: Document) -> set[str]:
        """All of them, or with `some` those that changed."""
        known, listed = self.algos, {str(algo["algo_id"]): algo for algo in frame["algos"]}
        told = self.tell(*(words.of_algo(algo, known.get(name)) for name, algo in listed.items()))
        self.algos = {**listed, **{k: v for k, v in known.items() if k not in listed}} if frame.get("some") else listed
        return (set() if self.algos == known else {"algos"}) | told

    def _take_risk(self, frame: Document) -> set[str]:
        news, self.risk_told = words.of_risk(frame, self.risk_told), str(frame.get("state") or "ok")
        return self.tell(news)

    def _take_portfolio(self, frame: Document) -> set[str]:
        before = {row["symbol"]: row["quantity"] for row in self.positions()}
        self.portfolio = frame
        self.account = safe(str(frame.get("account", self.account)))
        for row in self.positions():
            if before and before.get(row["symbol"]) != row["quantity"]:
                self.flashes.note("positions", row["symbol"], row.get("side") != "short")
        return {"portfolio"}

    def _take_markets(self, frame: Document) -> set[str]:
        for row in frame["instruments"]:
            symbol = str(row["symbol"])
            step = moved(self.market.get(symbol, {}).get("last"), row.get("last"))
            if abs(step) > 2 * int(self.instrument(symbol).get("group", 1) or 1):
                self.flashes.note("markets", symbol, step > 0)
            if "spark" in row:
                self.sparks[symbol] = row["spark"]
        if any("spark" in row for row in frame["instruments"][:1]):
            self.sparks_made += 1
        self.market = {str(row["symbol"]): row for row in frame["instruments"]}
        self.market_heard = self.heard_at
        return {"markets"}

    def _take_system(self, frame: Document) -> set[str]:
        clock: Any = frame.get("clock")
        if isinstance(clock, dict):
            self.clock = clock
        self.note = safe(str(frame.get("text") or ""))
        return {"clock"} | self.tell(words.of_system(frame, self.mine()))


def moved(before: Any, after: Any) -> int:
    """Difference of two prices in the last decimal of `after`; 0 where one is unknown."""
    if not isinstance(before, str) or not isinstance(after, str):
        return 0
    return units(after, places_of(after)) - units(before, places_of(after))


def places_of(text: str) -> int:
    """Decimals that a number is written with."""
    return len(text.partition(".")[2])


@lru_cache(maxsize=4096)
def units(text: str | None, decimals: int) -> int:
    """Decimal text as an integer of 10**-decimals, cut toward zero; 0 where it is not a number."""
    try:
        digits, scale = parse_decimal((text or "0").removeprefix("+"))
    except NumberFormatError:
        return 0
    if scale <= decimals:
        return int(digits * 10 ** (decimals - scale))
    return int(digits / abs(digits)) * (abs(digits) // 10 ** (scale - decimals)) if digits else 0
