"""Fills and transfers for tests of analytics, and a second, slower way to tell what they came to."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from engine.ledger.position import apply_fill
from engine.ledger.postings import for_fill, for_time
from engine.model.account import Position, Transfer
from engine.model.fill import Explain, Fill
from engine.model.ids import AccountId, FillId, Lots, Minor, OrderId, Symbol, Ticks, TimeNs

VCR = 1_000_000


class Tape:
    """Books fills and what time does, as the desk would, and keeps the cash."""

    def __init__(self, cash: int = 0) -> None:
        self.fills: list[Fill] = []
        self.transfers: list[Transfer] = []
        self.positions: dict[str, Position] = {}
        self.cash = self.start = cash

    def trade(
        self,
        at: int,
        symbol: str,
        side: int,
        lots: int,
        price: int,
        fee: int = 0,
        parts: tuple[int, int, int, int] = (0, 0, 0, 0),
        *,
        minor_per_tick: int = 10_000,
    ) -> Fill:
        """A fill at `price` ticks; `parts` are half_spread, depth, impact, timing in half ticks."""
        value = lots * price * minor_per_tick
        position, realised = apply_fill(self.positions.get(symbol), symbol, side, lots, value)
        fill = Fill(
            FillId(f"f{len(self.fills) + 1:06d}"),
            OrderId("o000001"),
            "",
            AccountId("main"),
            Symbol(symbol),
            side,
            Lots(lots),
            Ticks(price),
            Minor(value),
            Minor(-side * value),
            Minor(fee),
            Minor(realised),
            False,
            TimeNs(at),
            Explain(2 * price - sum(parts), *parts),
        )
        self.cash += -side * value - fee
        if position is None:
            self.positions.pop(symbol)
        else:
            self.positions[symbol] = position
        self.fills.append(fill)
        self.transfers += for_fill(fill, len(self.transfers) + 1)
        return fill

    def pass_time(self, at: int, code: str, money: int, reference: str) -> None:
        """Interest or a dividend."""
        made = for_time("main", reference, code, at, len(self.transfers) + 1, money=money)
        self.transfers += made
        self.cash += money

    def marks(self, prices: dict[str, int]) -> dict[str, int]:
        """Worth of what is held at ticks of 10,000 Minor."""
        return {symbol: held.lots * prices[symbol] * 10_000 for symbol, held in self.positions.items()}

    def unrealised(self, prices: dict[str, int]) -> dict[str, tuple[int, int]]:
        """(direction, open profit) by symbol."""
        return {
            symbol: (1 if self.positions[symbol].lots > 0 else -1, mark - self.positions[symbol].cost)
            for symbol, mark in self.marks(prices).items()
        }

    def pnl(self, prices: dict[str, int]) -> int:
        """What was won, by no other way than cash and marks."""
        return self.cash + sum(self.marks(prices).values()) - self.start

    def cost_fractions(self) -> tuple[Fraction, Fraction, Fraction]:
        """Exact spread, impact and timing of all fills in Minor, from ticks instead of values."""
        spread = impact = timing = Fraction(0)
        for fill in self.fills:
            half_tick = Fraction(fill.side * fill.quantity * 10_000, 2)
            spread += half_tick * (fill.explain.half_spread + fill.explain.depth)
            impact += half_tick * fill.explain.impact
            timing += half_tick * fill.explain.timing
        return spread, impact, timing


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["AAPL", "BTC-USD", "GC"]),
        st.sampled_from([1, -1]),
        st.integers(1, 30),
        st.integers(50, 200),
        st.integers(-50_000, 300_000),
        st.tuples(*[st.integers(-9, 9)] * 4),
        st.integers(0, 6),
    ),
    max_size=40,
)


def tape_of(steps: list[tuple]) -> Tape:  # type: ignore[type-arg]
    """A tape of drawn steps, some of them followed by a dividend or interest."""
    tape = Tape(1_000_000 * VCR)
    for place, (symbol, side, lots, price, fee, parts, what) in enumerate(steps):
        at = (place + 1) * 7 * 3_600_000_000_000
        tape.trade(at, symbol, side, lots, price, fee, parts)
        if what == 1 and symbol in tape.positions:
            tape.pass_time(at, "dividend", 1_234_567 * side, symbol)
        if what == 2 and symbol in tape.positions:
            tape.pass_time(at + 1, "borrow", -76_543, symbol)
        if what == 3:
            tape.pass_time(at + 2, "financing", -1_001, "cash")
    return tape
