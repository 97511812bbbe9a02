"""A small journal made by hand, and rules to hold it against."""

from __future__ import annotations

from typing import Any

import msgspec

from engine.model.account import EquityPoint
from engine.model.fill import Explain, Fill
from engine.model.ids import DAY_NS, MINOR_PER_VCR, AccountId, FillId, Lots, Minor, OrderId, Symbol, Ticks, TimeNs
from engine.model.order import Order, OrderRequest, OrderType, Status
from engine.ports import JournalEntry
from engine.progression.deed import Deed
from engine.progression.deeds import Deeds
from engine.progression.rules import Rules, read_rules
from engine.progression.state import Notice
from engine.progression.tracker import Progress

MONDAY = 20_780 * DAY_NS + 10 * 3600 * 10**9
"""A Monday of 2026 at 10:00."""
SECOND = 10**9
CASH = 1_000_000 * MINOR_PER_VCR

RULES = read_rules(
    b"""
[[mission]]
id = "three"
title = "Three trades"
about = "Place 3 trades"
family = "trade"
window = "daily"
event = "fill"
target = "3"
xp = 50
vcr = "50"
guard = ["real_size", "not_wash", "not_self"]

[[mission]]
id = "close"
title = "Closed trades"
about = "Close two trades this week"
family = "trade"
window = "weekly"
event = "trade_closed"
target = "2"
xp = 80
guard = ["real_size", "not_wash", "not_self"]

[[mission]]
id = "streak-3"
title = "Three days"
about = "Ask on three days in a row"
family = "streak"
window = "streak"
event = "asked"
count = "days"
target = "3"
xp = 20

[[mission]]
id = "first"
title = "First plan"
about = "Write a plan"
family = "process"
event = "plan_made"
xp = 100
vcr = "200"

[[badge]]
id = "first-blood"
title = "First Blood"
about = "First trade"
event = "fill"
guard = ["real_size"]

[[badge]]
id = "calm"
title = "Calm"
about = "Three days in a row below 1.2"
event = "day_closed"
where = ["leverage_max < 1.2"]
count = "run"
target = "3"

[[band]]
title = "Rookie"
level = 1
xp = 0

[[band]]
title = "Trader"
level = 6
xp = 500
step = 100
""",
    "sample",
)


class Journal:
    """Writes entries one after the other, and reads them at once."""

    def __init__(self, rules: Rules = RULES) -> None:
        self.entries: list[JournalEntry] = []
        self.deeds, self.progress = Deeds({}), Progress(rules)
        self.told: list[Deed] = []
        self.notices: list[Notice] = []
        self.at = MONDAY
        self.say("open_account", account="main", cash=CASH)

    def add(self, kind: str, body: dict[str, Any], **more: Any) -> None:
        """One entry of any kind."""
        raw = msgspec.json.encode({"cmd": kind, "at": self.at, **body})
        entry = JournalEntry(len(self.entries) + 1, TimeNs(self.at), kind, raw, **more)
        self.entries.append(entry)
        for deed in self.deeds.take(entry):
            self.told.append(deed)
            self.notices += self.progress.take(deed)

    def say(self, kind: str, **body: Any) -> None:
        """A command that trades nothing."""
        self.add(kind, body)

    def wait(self, seconds: int) -> None:
        """Time that the desk lives through."""
        self.at += seconds * SECOND
        self.add("reach", {})

    def jump(self, days: int) -> None:
        """As `clock jump` does."""
        self.say("set_clock", speed=1, paused=False, step_ns=60 * SECOND)
        self.at += days * DAY_NS
        self.say("reach")
        self.say("set_clock", speed=1, paused=False, step_ns=SECOND // 10)

    def fill(self, side: int, vcr: int = 10_000, *, price: int = 10_000, realised: int = 0, order: str = "",
             account: str = "main", symbol: str = "AAPL") -> None:  # fmt: skip
        """A market order of lots worth 1 VCR each that fills at once; `realised` in VCR."""
        number = len(self.entries) + 1
        name = order or f"o{number}"
        request = OrderRequest(Symbol(symbol), side, OrderType.MARKET, Lots(vcr))
        at = TimeNs(self.at)
        made = Order(OrderId(name), AccountId(account), request, Status.FILLED, at, at)
        worth = vcr * MINOR_PER_VCR
        fill = Fill(
            FillId(f"f{number:06d}"), OrderId(name), "", AccountId(account), Symbol(symbol), side, Lots(vcr),
            Ticks(price), Minor(worth), Minor(-side * worth), Minor(worth // 10_000),
            Minor(realised * MINOR_PER_VCR), False, at, Explain(2 * price - side, side, 0, 0, 0),
        )  # fmt: skip
        self.add("submit", {"account": account}, orders=(made,), fills=(fill,))

    def midnight(self, nav: int = CASH, gross: int = 0) -> None:
        """The day ends with a point."""
        self.at = (self.at // DAY_NS + 1) * DAY_NS
        point = EquityPoint(AccountId("main"), TimeNs(self.at), nav, nav, gross, gross, 0, 0, 0, 0, CASH)
        self.add("reach", {}, points=(point,))

    def kinds(self, kind: str) -> list[Deed]:
        """Deeds of one kind."""
        return [deed for deed in self.told if deed.kind == kind]

    def completed(self) -> list[str]:
        """Missions completed, in order."""
        return [notice.id for notice in self.notices if notice.kind == "mission.completed"]
