"""How users' orders move a price that nobody else moves: displacement, charge, decay, consumed sizes.

The model is the potential of docs/market-model.md. Volume, not price, decays: `x` is permanent volume and
`e` three latent volumes; the displacement is a concave function of them and the cost of a trade is at least
the integral of the displacement along the volume path. That integral is a convex potential, decay only
loses potential, so no schedule that ignores the book can win. (Alfonsi, Fruth, Schied: volume-resilience
books; Gatheral's condition holds because it is the volume that decays.)

Prices here are ticks and volumes lots, both as floats; rounding to the lattice is the exchange's business.
"""

from __future__ import annotations

from fractions import Fraction

import msgspec

from engine.market.roots import HALF, decay, power
from engine.model.instrument import Instrument

PERMANENT_SHARE = 0.30
WEIGHTS = (0.25, 0.13, 0.62)
LIFETIMES = (0.01, 0.125, 1.5)
"""Decay times of the three latent volumes in sessions of trading time."""
TOUCH_DEPTHS = 2.0
"""One displayed touch moves the price at most 1/TOUCH_DEPTHS of a spread."""
WALL_RATIO = 0.005
"""Above this share of a day's volume the slope limit would make the latent book deeper than the law allows:
such names have a wall at the touch (BTC, ETH, BNB) and are flat up to it."""
WALL_E0 = 5e-4


class Shape(msgspec.Struct, frozen=True):
    """The displacement's constants of one instrument (ticks and lots); `steepest` bounds its slope anywhere."""

    alpha: Fraction
    amplitudes: tuple[float, float, float]
    e0: float
    flat: float
    kinf: float
    law: float
    volume: float
    steepest: float

    @classmethod
    def of(cls, instrument: Instrument, price_ticks: float) -> Shape:
        """From the catalogue's columns at a reference price."""
        alpha = Fraction(str(instrument.alpha))
        alpha = HALF if alpha == HALF else alpha
        if not Fraction(1, 2) <= alpha <= 1:
            raise ValueError(f"{instrument.symbol}: alpha {instrument.alpha} is outside 0.5 to 1")
        per_unit = float(1 / instrument.lot.fraction())
        volume = instrument.adv_units * per_unit
        depth = instrument.l1_depth * per_unit
        full_at_one = float(1 + alpha) * instrument.gamma * price_ticks * (1 - PERMANENT_SHARE / 2)
        exponent = 1 / (1 - alpha) if alpha < 1 else Fraction(1)
        slope = float(alpha) * TOUCH_DEPTHS * depth / (instrument.spread_ticks * power(volume, alpha))
        ratio = power(full_at_one * slope, exponent) / volume
        phi = min(0.8, max(0.6, 0.8 * power(1.5e-3 / ratio, 1 - alpha))) if ratio > 0 else 0.8
        full = full_at_one * phi
        e0, flat = power(full * slope, exponent), 0.0
        if e0 > WALL_RATIO * volume:
            e0, flat = WALL_E0 * volume, TOUCH_DEPTHS * depth
        scale = full * power(e0 / volume, alpha)
        return cls(
            alpha=alpha,
            amplitudes=(WEIGHTS[0] * scale, WEIGHTS[1] * scale, WEIGHTS[2] * scale),
            e0=e0,
            flat=flat,
            kinf=PERMANENT_SHARE * phi * instrument.gamma * price_ticks / volume,
            law=instrument.gamma * price_ticks,
            volume=volume,
            steepest=scale * float(alpha) / e0 + PERMANENT_SHARE * phi * instrument.gamma * price_ticks / volume,
        )

    def displacement(self, x: float, e: tuple[float, float, float]) -> float:
        """D in ticks: how far the shown price stands from the world's."""
        total = self.kinf * x
        for amplitude, volume in zip(self.amplitudes, e, strict=True):
            size = abs(volume) - self.flat
            if size > 0.0:
                moved = amplitude * (power(1.0 + size / self.e0, self.alpha) - 1.0)
                total += moved if volume > 0 else -moved
        return total

    def potential(self, x: float, e: tuple[float, float, float]) -> float:
        """Phi in ticks x lots: the integral of the displacement in traded volume, from rest."""
        total = 0.5 * self.kinf * x * x
        rise = float(1 + self.alpha)
        for amplitude, volume in zip(self.amplitudes, e, strict=True):
            size = abs(volume) - self.flat
            if size > 0.0:
                y = 1.0 + size / self.e0
                total += amplitude * (self.e0 / rise * (y * power(y, self.alpha) - 1.0) - size)
        return total

    def impact(self, quantity: float) -> float:
        """gamma (Q/V)^alpha in ticks: the price law's impact of a block of `quantity` lots."""
        return self.law * power(quantity / self.volume, self.alpha)


class Displaced(msgspec.Struct):
    """What users have done to one instrument. `at` is the market time that `e` and `consumed` stand for.

    `consumed` maps a world price of a side to the lots taken there that have not refilled. The `instant`
    fields freeze the state at the start of a step, because all trades of one instant share its price.
    """

    at: int
    x: float = 0.0
    e: tuple[float, float, float] = (0.0, 0.0, 0.0)
    consumed_bid: dict[int, float] = msgspec.field(default_factory=dict)
    consumed_ask: dict[int, float] = msgspec.field(default_factory=dict)
    instant: int = 0
    frozen_x: float = 0.0
    frozen_e: tuple[float, float, float] = (0.0, 0.0, 0.0)
    taken_buy: int = 0
    taken_sell: int = 0
    charged_buy: float = 0.0
    charged_sell: float = 0.0
    beyond: int = 0

    def consumed(self, side: int) -> dict[int, float]:
        """The sizes taken from the side that an order of `side` trades against."""
        return self.consumed_ask if side > 0 else self.consumed_bid

    def decayed(self, elapsed: float, refill: float) -> None:
        """Let `elapsed` sessions of trading time and `refill` time constants of the ladder pass."""
        if elapsed > 0.0:
            self.e = (
                self.e[0] * decay(elapsed / LIFETIMES[0]),
                self.e[1] * decay(elapsed / LIFETIMES[1]),
                self.e[2] * decay(elapsed / LIFETIMES[2]),
            )
        if refill > 0.0:
            keep = decay(refill)
            self.consumed_bid = _refilled(self.consumed_bid, keep)
            self.consumed_ask = _refilled(self.consumed_ask, keep)

    def freeze(self, instant: int) -> None:
        """Begin a new instant: later trades of it are charged against the state as it is now."""
        self.instant = instant
        self.frozen_x, self.frozen_e = self.x, self.e
        self.taken_buy = self.taken_sell = self.beyond = 0
        self.charged_buy = self.charged_sell = 0.0

    def traded(self, signed_lots: int) -> None:
        """Every executed lot, aggressive or passive, moves all volumes by the same amount."""
        self.x += signed_lots
        self.e = (self.e[0] + signed_lots, self.e[1] + signed_lots, self.e[2] + signed_lots)

    def floor(self, shape: Shape, side: int, quantity: int) -> float:
        """Least cost above the frozen mid, in ticks x lots, of `quantity` lots within this instant."""
        moved = side * quantity
        x, e = self.frozen_x, self.frozen_e
        after = shape.potential(x + moved, (e[0] + moved, e[1] + moved, e[2] + moved))
        return after - shape.potential(x, e) - moved * shape.displacement(x, e)


def _refilled(consumed: dict[int, float], keep: float) -> dict[int, float]:
    return {price: lots * keep for price, lots in consumed.items() if lots * keep >= 0.5}


def promised(shape: Shape, state: Displaced, side: int, distance: float, size: int, base: float) -> int:
    """`size` clipped so that a level `distance` ticks from the mid never sells more than moves the price there.

    `base` is the displacement of `state` as it is.
    """
    if size * shape.steepest <= distance:
        return size
    x, e = state.x, state.e

    def moved(lots: float) -> float:
        q = side * lots
        return side * (shape.displacement(x + q, (e[0] + q, e[1] + q, e[2] + q)) - base)

    if moved(float(size)) <= distance:
        return size
    low, high = 0.0, float(size)
    for _ in range(30):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if moved(middle) <= distance else (low, middle)
    return int(low)
