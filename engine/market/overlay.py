"""How users' orders move a price that nobody else moves: displacement, charge, decay, consumed sizes.

The model is the potential of docs/market-model.md. Volume, not price, decays: `x` is permanent volume and
`e` three latent volumes; the displacement is a concave function of them and the cost of a trade is at least
the integral of the displacement along the volume path. That integral is a convex potential, decay only
loses potential, so no schedule that ignores the book can win. (Alfonsi, Fruth, Schied: volume-resilience
books; Gatheral's condition holds because it is the volume that decays.)

Prices here are ticks and volumes lots, both as floats; rounding to the lattice is the exchange's business.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import msgspec

from engine.market.roots import HALF, decay, power
from engine.model.instrument import Instrument

PERMANENT_SHARE = 0.30
WEIGHTS = (0.25, 0.13, 0.62)
LIFETIMES = (0.01, 0.125, 1.8)
"""Decay times of the three latent volumes in sessions of trading time."""
TOUCH_DEPTHS = 2.0
"""One displayed touch moves the price at most 1/TOUCH_DEPTHS of a spread."""
WALL_RATIO = 0.005
"""Above this share of a day's volume the slope limit would make the latent book deeper than the law allows:
such names have a wall at the touch (BTC, ETH, BNB) and are flat up to it."""
WALL_E0 = 5e-4
DUST = 1e-6
"""Half ticks x lots below which a difference is float rounding."""
_NEWTON_STEPS = 12

Volumes = tuple[float, float, float]
Far = tuple[float, int]


class Shape(msgspec.Struct, frozen=True):
    """The displacement's constants of one instrument (ticks and lots) at the price it was made for.

    Displacement and potential are proportional to the world's price, which is a martingale: a caller
    multiplies them by `scale(world price)`. `steepest` bounds the slope of the displacement anywhere.
    """

    alpha: Fraction
    rise: float
    amplitudes: tuple[float, float, float]
    e0: float
    flat: float
    kinf: float
    gamma: float
    price: float
    volume: float
    steepest: float

    @classmethod
    def of(cls, instrument: Instrument, price_ticks: float) -> Shape:
        """From the catalogue's columns at a reference price. ValueError where they allow no price law."""
        alpha = Fraction(str(instrument.alpha))
        alpha = HALF if alpha == HALF else alpha
        if not Fraction(1, 2) <= alpha <= 1:
            raise ValueError(f"{instrument.symbol}: alpha {instrument.alpha} is outside 0.5 to 1")
        if not (instrument.adv_units > 0 and instrument.l1_depth > 0 and instrument.spread_ticks > 0):
            raise ValueError(f"{instrument.symbol}: a price law needs a day's volume, a depth and a spread above 0")
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
        kinf = PERMANENT_SHARE * phi * instrument.gamma * price_ticks / volume
        return cls(
            alpha=alpha,
            rise=float(1 + alpha),
            amplitudes=(WEIGHTS[0] * scale, WEIGHTS[1] * scale, WEIGHTS[2] * scale),
            e0=e0,
            flat=flat,
            kinf=kinf,
            gamma=instrument.gamma,
            price=price_ticks,
            volume=volume,
            steepest=scale * float(alpha) / e0 + kinf,
        )

    def scale(self, price_ticks: float) -> float:
        """What displacement and potential are multiplied by where the world's price is `price_ticks`."""
        return price_ticks / self.price

    def displacement(self, x: float, e: Volumes) -> float:
        """D in ticks: how far the shown price stands from the world's."""
        return self.rest(x, e)[0]

    def potential(self, x: float, e: Volumes) -> float:
        """Phi in ticks x lots: the integral of the displacement in traded volume, from rest."""
        return self.rest(x, e)[1]

    def rest(self, x: float, e: Volumes) -> tuple[float, float]:
        """(D, Phi): the displacement and its potential, which share their roots."""
        flat, e0, alpha = self.flat, self.e0, self.alpha
        unit = e0 / self.rise
        size = abs(x) - flat
        moved = phi = 0.0
        if size > 0.0:
            moved = self.kinf * size if x > 0 else -self.kinf * size
            phi = 0.5 * self.kinf * size * size
        for amplitude, volume in zip(self.amplitudes, e, strict=True):
            size = abs(volume) - flat
            if size > 0.0:
                y = 1.0 + size / e0
                root = math.sqrt(y) if alpha is HALF else power(y, alpha)
                step = amplitude * (root - 1.0)
                moved += step if volume > 0 else -step
                phi += amplitude * (unit * (y * root - 1.0) - size)
        return moved, phi

    def most(self, x: float, e: Volumes) -> float:
        """What the displacement cannot be further from 0 than, in ticks: no root is taken. It falls as `e` decays."""
        return self.steepest * max(0.0, max(abs(x), abs(e[0]), abs(e[1]), abs(e[2])) - self.flat)

    def impact(self, quantity: float, price_ticks: float) -> float:
        """gamma (Q/V)^alpha of a price, in ticks: the price law's impact of a block of `quantity` lots."""
        return self.gamma * price_ticks * power(quantity / self.volume, self.alpha)


class Leg(msgspec.Struct):
    """What one side of the market has given within one instant.

    `lots` were taken in all, of which `beyond` the book; `walked` maps shown prices to the others, `last` is the worst
    of them. `charged` is the charge T so far in half ticks x lots above the world's mid, a whole number.
    `sizes` maps world prices to all lots that left the display, those of resting orders included.
    """

    lots: int = 0
    beyond: int = 0
    charged: float = 0.0
    last: int | None = None
    walked: dict[int, int] = msgspec.field(default_factory=dict)
    sizes: dict[int, int] = msgspec.field(default_factory=dict)


class Displaced(msgspec.Struct):
    """What users have done to one instrument. `at` is the market time that `e` and `consumed` stand for.

    `consumed` maps a world price of a side to the lots taken there that have not refilled. `frozen_x`, `frozen_e`
    and the legs belong to the `instant`: all trades of one step are charged from the state at its start.
    """

    at: int
    x: float = 0.0
    e: Volumes = (0.0, 0.0, 0.0)
    consumed_bid: dict[int, float] = msgspec.field(default_factory=dict)
    consumed_ask: dict[int, float] = msgspec.field(default_factory=dict)
    instant: int = 0
    frozen_x: float = 0.0
    frozen_e: Volumes = (0.0, 0.0, 0.0)
    bought: Leg = msgspec.field(default_factory=Leg)
    sold: Leg = msgspec.field(default_factory=Leg)

    def consumed(self, side: int) -> dict[int, float]:
        """The sizes taken from the side that an order of `side` trades against."""
        return self.consumed_ask if side > 0 else self.consumed_bid

    def leg(self, side: int) -> Leg:
        """What orders of `side` have taken in this instant."""
        return self.bought if side > 0 else self.sold

    @property
    def moved(self) -> bool:
        """Whether anybody's volume displaces the price."""
        return bool(self.frozen_x or self.frozen_e[0] or self.frozen_e[1] or self.frozen_e[2])

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
        self.bought, self.sold = Leg(), Leg()

    def traded(self, signed_lots: int) -> None:
        """Every executed lot, aggressive or passive, moves all volumes by the same amount.

        What waited trades before anything is taken: until then the instant starts from where it left the state.
        """
        self.x += signed_lots
        self.e = (self.e[0] + signed_lots, self.e[1] + signed_lots, self.e[2] + signed_lots)
        if not (self.bought.lots or self.sold.lots):
            self.frozen_x, self.frozen_e = self.x, self.e

    def after(self, shape: Shape, lots: float) -> tuple[float, float]:
        """(D, Phi) once this instant has moved `lots` (signed) from its frozen start, at scale 1."""
        e = self.frozen_e
        return shape.rest(self.frozen_x + lots, (e[0] + lots, e[1] + lots, e[2] + lots))

    def potential(self, shape: Shape, lots: float) -> float:
        """Phi of `after`: what it rises by is the least that these lots may cost."""
        return self.after(shape, lots)[1]

    def charge2(self, shape: Shape, scale: float, lots: int, walk2: int) -> float:
        """T in half ticks x lots above the world's mid for all `lots` (signed) of a side in this instant.

        The walk (displayed levels and law) or what the potential rises by, whichever is more, as a whole number.
        """
        slope, start = shape.rest(self.frozen_x, self.frozen_e)
        if 2 * scale * (lots * slope + 0.5 * shape.steepest * lots * lots) > walk2:
            rise = scale * (self.potential(shape, lots) - start)
            walk2 = max(walk2, math.ceil(2 * rise - DUST))
        return float(walk2)


def _refilled(consumed: dict[int, float], keep: float) -> dict[int, float]:
    return {price: lots * keep for price, lots in consumed.items() if lots * keep >= 0.5}


def within(shape: Shape, scale: float, state: Displaced, side: int, ticks: float, most: int) -> int:
    """Most lots of `side`, at most `most`, that move the displacement by at most `ticks`."""
    start = shape.displacement(state.x, state.e)
    low, high = 0, most + 1
    while high - low > 1:
        lots = (low + high) // 2
        q, (a, b, c) = side * lots, state.e
        moved = scale * side * (shape.displacement(state.x + q, (a + q, b + q, c + q)) - start)
        low, high = (lots, high) if moved <= ticks else (low, lots)
    return low


def promised(shape: Shape, scale: float, state: Displaced, side: int, levels: list[Far]) -> list[int]:
    """Lots that the levels of one side may show, best first, so that walking them never costs less than Phi rises.

    A level is (ticks from the world's mid against the taker, lots). The rule is the charge's own, so an
    order that stays within these sizes fills at the prices it was shown.
    """
    base, start = shape.rest(state.frozen_x, state.frozen_e)
    base *= side
    steep = 0.5 * shape.steepest

    def due(lots: float) -> tuple[float, float]:
        """Price of the next lot and cost of all, by the potential."""
        slope, phi = state.after(shape, side * lots)
        return scale * side * slope, scale * (phi - start)

    shown: list[int] = []
    before, walked = 0, 0.0
    for distance, size in levels:
        lots, cost = before + size, walked + distance * size
        if scale * lots * (base + steep * lots) > cost and due(lots)[1] > cost:
            size = _largest(due, before, walked, distance, size)
            lots, cost = before + size, walked + distance * size
        shown.append(size)
        before, walked = lots, cost
    return shown


def _largest(
    due: Callable[[float], tuple[float, float]], before: int, walked: float, distance: float, size: int
) -> int:
    """Most lots of a level that still pay what is due.

    What a level pays beyond that is concave in its lots, so Newton's method from above comes down to the last lot that
    pays without passing it. Where rounding hides that lot, halving finds it.
    """
    high = float(size)
    for _ in range(_NEWTON_STEPS):
        price, cost = due(before + high)
        missing, fall = cost - walked - distance * high, price - distance
        if missing <= 0.0 or fall <= 0.0:
            break
        high -= missing / fall
    low, top = 0, min(size, max(1, math.ceil(high) + 1))
    guess = max(0, math.floor(high) - 1)
    if guess and due(before + guess)[1] <= walked + distance * guess:
        low = guess
    while top - low > 1:
        middle = (low + top) // 2
        if due(before + middle)[1] <= walked + distance * middle:
            low = middle
        else:
            top = middle
    return low
