"""The fake desk's past and its algorithms: what is asked for now and then and not streamed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.desk import Document
from engine.model.format import time_text
from engine.model.ids import TimeNs
from engine.model.refusal import Code, refuse

ORDER_STATES = {"open": ("accepted", "queued", "working", "partially_filled")}


def explain(thing: Any, side: str, price: int) -> Document:
    """The five parts of a price, which sum to it: mid, half the spread, then depth; no impact, no timing."""
    sign = 1 if side == "buy" else -1
    bid, ask = thing.bids[0][0], thing.asks[0][0]
    mid, paid = thing.tick * (bid + ask) / 2, thing.tick * price
    half = sign * thing.tick * (ask - bid) / 2
    places = thing.price_decimals + 1
    parts = {"mid": mid, "half_spread": half, "depth": paid - mid - half, "impact": Decimal(0), "timing": Decimal(0)}
    return {name: f"{value:.{places}f}" for name, value in parts.items()}


class Past:
    """find, wallet, journal, health and algorithms of `FakeDesk`. `asked` are the questions about the past."""

    at: int
    order_docs: dict[str, Document]
    fill_docs: list[Document]

    @property
    def told(self) -> Any:
        """Documents of the past, made on first use: the desk's own constructor knows nothing of them."""
        if not hasattr(self, "_told"):
            self._told: dict[str, Any] = {"asked": [], "wallet": [], "journal": [], "algos": {}, "books": "agreed",
                                          "old_orders": [], "old_fills": []}  # fmt: skip
        return self._told

    async def find(self, what: str, **filters: Any) -> Document:
        """Newest first; side, symbol, status, from, to and limit narrow."""
        self.told["asked"].append((what, filters))
        mine = [*reversed(self.order_docs.values())] if what == "orders" else [*reversed(self.fill_docs)]
        rows, at = [*mine, *self.told[f"old_{what}"]], "submitted_at" if what == "orders" else "at"
        until, since = str(filters.get("to", "")), str(filters.get("from_", ""))
        found = [
            row for row in rows
            if filters.get("side", "") in ("", row["side"]) and filters.get("symbol", "") in ("", row["symbol"])
            and (not filters.get("status") or row["status"] in str(filters["status"]).split(","))
            and (not until or row[at].rstrip("Z") < until.rstrip("Z"))
            and (not since or row[at].rstrip("Z") >= since.rstrip("Z"))
        ]  # fmt: skip
        limit = int(filters.get("limit") or 0)
        return {what: found[:limit] if limit else found}

    async def wallet(self, limit: int = 0, before: str = "", since: str = "", until: str = "") -> Document:
        """Movements as a test wants them, newest first."""
        rows = self.told["wallet"]
        return {"movements": rows[:limit] if limit else rows, "next": None}

    async def journal(self, limit: int = 0, before: int = 0) -> Document:
        """Entries as a test wants them, newest first, paged by `before`."""
        self.told["asked"].append(("journal", {"limit": limit, "before": before}))
        rows = [row for row in self.told["journal"] if not before or row["seq"] < before]
        page = rows[:limit] if limit else rows
        return {"entries": page, "broken": [], "ok": True, "next": page[-1]["seq"] if len(rows) > len(page) else None}

    async def health(self) -> Document:
        """Whether the books agree."""
        return {"status": "ok", "books": {"state": self.told["books"], "cause": "cash of main differs by 5"}}

    async def algos(self, open_only: bool = False) -> Document:
        """Newest first."""
        rows = [
            a for a in reversed(self.told["algos"].values()) if not open_only or a["status"] in ("running", "paused")
        ]
        return {"algos": rows}

    async def start_algo(self, algo: Document) -> Document:
        """One more, with nothing done."""
        name, now = f"a{len(self.told['algos']) + 1:06d}", time_text(TimeNs(self.at))
        doc = {**algo, "algo_id": name, "account": "default", "status": "running", "slices_sent": 0, "children": [],
               "over_s": 600, "started_at": now, "updated_at": now,
               "next_at": time_text(TimeNs(self.at + 60_000_000_000)),
               "filled_quantity": "0", "remaining_quantity": algo["quantity"], "average_price": None,
               "shortfall_bps": None, "block_shortfall_bps": "4.20", "fee": "0.00"}  # fmt: skip
        self.told["algos"][name] = doc
        return doc

    async def control_algo(self, algo_id: str, action: str) -> Document:
        """pause, resume, cancel."""
        doc = self.told["algos"].get(algo_id)
        if doc is None or doc["status"] not in ("running", "paused"):
            raise refuse(Code.UNKNOWN_ALGO, f"there is no algorithm {algo_id} at work", fix="vterm algos lists them")
        changed = {**doc, "status": {"pause": "paused", "resume": "running", "cancel": "cancelled"}[action]}
        self.told["algos"][algo_id] = changed
        return changed
