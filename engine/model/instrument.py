"""What can be traded, and the exact arithmetic of its prices, sizes and values."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import msgspec

from engine.model.ids import MINOR_PER_VCR, Lots, Symbol, Ticks
from engine.model.number import parse_decimal, to_text

ASSET_CLASSES = ("equities", "etfs", "crypto", "forex", "commodities", "indices")
"""The words of every wire and screen, in screen order."""


class Grid(msgspec.Struct, frozen=True):
    """A lattice of decimal numbers: one step is `units / 10**decimals`."""

    units: int
    decimals: int

    @classmethod
    def of(cls, text: str) -> Grid:
        """The grid whose step is the decimal `text`; NumberFormatError if it is not one."""
        units, decimals = parse_decimal(text)
        if units <= 0:
            raise ValueError(f"a grid step must be positive: {text}")
        return cls(units, decimals)

    def steps(self, text: str) -> int | None:
        """Number of whole steps in `text`, or None where it lies off the grid."""
        digits, scale = parse_decimal(text)
        shift = max(self.decimals, scale)
        value = digits * int(10 ** (shift - scale))
        step = self.units * int(10 ** (shift - self.decimals))
        count, rest = divmod(value, step)
        return None if rest else count

    def text(self, steps: int) -> str:
        """`steps` whole steps as decimal text with the grid's own number of decimals."""
        return to_text(steps * self.units, self.decimals)

    def half_text(self, half_steps: int) -> str:
        """`half_steps` half steps as decimal text (mids live on half ticks)."""
        return to_text(half_steps * self.units * 5, self.decimals + 1)

    def fraction(self) -> Fraction:
        """One step as an exact fraction."""
        return Fraction(self.units, 10**self.decimals)


class Instrument(msgspec.Struct, frozen=True):
    """A tradable (or only quoted) thing. Prices are ticks, quantities lots, both integers.

    `column` is the world series it is read from and `basis_ticks` what is added to it: the contracts
    of one futures root share a column. `root` and `last_trade` are set on futures contracts only;
    `front` is the contract a futures root stands for when it is read.
    """

    symbol: Symbol
    name: str
    asset_class: str
    sector: str
    exchange: str
    calendar: str
    session: str
    currency: str
    tick: Grid
    lot: Grid
    display_lot: str
    multiplier: str
    fee_schedule: str
    price0: str
    adv_units: float
    daily_vol: float
    spread_ticks: float
    l1_depth: float
    avg_trade: float
    trades_per_day: float
    gamma: float
    alpha: float
    factor: str
    rho: float
    column: int
    basis_ticks: int = 0
    tradable: bool = True
    instead: str = ""
    root: str = ""
    last_trade: str = ""
    aliases: tuple[str, ...] = ()

    def price_text(self, ticks: Ticks | int) -> str:
        """A price in ticks as decimal text."""
        return self.tick.text(ticks)

    def quantity_text(self, lots: Lots | int) -> str:
        """A quantity in lots as decimal text."""
        return self.lot.text(lots)

    def usual_lots(self) -> int:
        """Lots of an average trade, at least one."""
        return _usual_lots(str(self.avg_trade), self.lot)

    @property
    def full_cash(self) -> bool:
        """Whether a trade exchanges its full value in cash; futures and index CFDs settle profit and loss."""
        return self.asset_class != "indices" and not self.root

    def value_ratio(self) -> tuple[int, int]:
        """(n, d): one tick times one lot is worth n/d Minor of the quote currency (pence are pounds / 100)."""
        unit = self.tick.fraction() * self.lot.fraction() * Fraction(self.multiplier) * MINOR_PER_VCR
        if self.currency == "GBX":
            unit /= 100
        return unit.numerator, unit.denominator


@lru_cache(maxsize=1024)
def _usual_lots(trade: str, lot: Grid) -> int:
    """Asked for every order that waits at every step: worked out once for an average trade and a lot."""
    return max(1, int(Fraction(trade) / lot.fraction()))
