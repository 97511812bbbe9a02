"""What reading the journal must remember between entries: open positions, orders, plans, days."""

from __future__ import annotations

import msgspec


class Pending(msgspec.Struct):
    """An opening fill that may still turn out to be a wash: its data, and when it was."""

    at: int
    symbol: str
    data: dict[str, str]


class Trip(msgspec.Struct):
    """A position since it was opened. Money in Minor; `edge` the spread paid, `entered` when it grew last."""

    side: int
    opened_at: int
    entered: int
    lots: int = 0
    value: int = 0
    realised: int = 0
    fee: int = 0
    edge: int = 0
    paid: int = 0
    traded: int = 0
    planned: bool = False
    protected: bool = False
    wash: bool = False
    crossed: bool = False


class Work(msgspec.Struct):
    """An algorithm or an order at work: what was wanted of it, and lots, worth and cost in Minor so far."""

    symbol: str = ""
    side: int = 0
    wanted: int = 0
    kind: str = ""
    parent: str = ""
    lots: int = 0
    value: int = 0
    cost: int = 0


class Book(msgspec.Struct):
    """One account. `stops` are open protective orders with their symbols; `plans` by symbol when they were made;
    `returns` of closed days in millionths; `top` the highest worth yet, `deepest` the most below it in millionths."""

    nav: int
    funded: int
    lots: dict[str, int] = {}
    trips: dict[str, Trip] = {}
    pending: list[Pending] = []
    orders: dict[str, Work] = {}
    stops: dict[str, str] = {}
    plans: dict[str, int] = {}
    lost: dict[str, bool] = {}
    waiting: list[Work] = []
    algos: dict[str, Work] = {}
    day: int = -1
    day_nav: int = 0
    day_funded: int = 0
    gross: int = 0
    most: int = 0
    fills: int = 0
    returns: list[int] = []
    top: int = 0
    deepest: int = 0


class Memory(msgspec.Struct):
    """All accounts, the clock, and each symbol's last fills: (at, account, side, price)."""

    seq: int = 0
    at: int = 0
    speed: int = 1
    jumping: bool = False
    lived_ns: int = 0
    books: dict[str, Book] = {}
    last: dict[str, tuple[int, str, int, int]] = {}
