"""What distinguishes the asset classes: volatilities of volatility, tails, jumps, seasons, trade sizes.

Values are those of the market model's tables (docs/market-model.md); an instrument adds its own level.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.market.world.tables import F64
from engine.model.instrument import Instrument
from engine.rng import stable_hash

DAY_PERSISTENCE = (0.7937005259840998, 0.9847147529344312, 0.9961565872205752)
"""Daily decay of the three log-volatility parts: half-lives 3, 45 and 180 sessions."""

MINUTE_PERSISTENCE = (0.8572439828530728, 0.9885140203528962, 0.9994669519817097)
"""Decay a minute: half-lives 4.5, 60 and 1,300 minutes."""

OVERNIGHT_MIXING, VIX_MIXING = 4, 8


@dataclass(frozen=True)
class ClassShape:
    """One row of the model's class table. `*_mixing` are rows of the mixing table."""

    day_sd: tuple[float, float, float]
    day_mixing: int
    leverage: float
    minute_sd: tuple[float, float, float]
    minute_mixing: int
    jump_rate: float
    sizes: int
    season: str


_CALM = (0.32, 0.28, 0.15)
CLASSES = {
    "equities": ClassShape((0.14, 0.40, 0.42), 5, 0.11, _CALM, 5, 0.0, 0, "u"),
    "etfs": ClassShape((0.14, 0.40, 0.42), 5, 0.17, _CALM, 5, 0.0, 0, "u"),
    "indices": ClassShape((0.14, 0.40, 0.42), 5, 0.20, _CALM, 5, 0.0, 0, "u"),
    "forex": ClassShape((0.18, 0.30, 0.38), 5, 0.0, (0.45, 0.30, 0.19), 1, 2e-4, 1, "forex"),
    "commodities": ClassShape((0.20, 0.28, 0.38), 6, 0.03, (0.44, 0.27, 0.14), 2, 1e-4, 0, "commodity"),
    "crypto": ClassShape((0.16, 0.30, 0.38), 5, 0.0, (0.38, 0.33, 0.30), 3, 5e-5, 2, "crypto"),
}

TWINS = {
    "MGC": "GC",
    "SIL": "SI",
    "QG": "NG",
    "XAU-USD": "GC",
    "XAG-USD": "SI",
    "GOOG": "GOOGL",
    "VOO": "SPY",
    "IVV": "SPY",
    "SPX": "SPY",
    "NDX": "QQQ",
    "DJI": "DIA",
    "RUT": "IWM",
}
"""Names that hold the same thing: they draw one price path, so that they do not drift apart."""

SHARED, ALONE = 0.8660254037844386, 0.5
"""Weights of the factor's and the name's own draws in log-volatility and tails: names of one factor are
restless together, without which their returns could not be as correlated as their loadings say."""

INTRADAY_LOADING = 0.93
"""A name's loading on its factor within the day against that of whole days: names move together less over
minutes than over days (Epps 1979). The bridge to the day's return makes up the difference over the hours."""

FASTEST = 1.2
"""Most trades a tick a name has on average; what trades more often trades in larger sizes."""

ROUND_THE_CLOCK = {"FX_24_5": "forex", "CME_GLOBEX": "commodity", "24_7": "crypto"}
"""Season of sessions without an open and a close, whatever trades there."""

WALLS = ("BTC-USD", "ETH-USD", "BNB-USD")
"""Names whose tick is so small that only widely spaced levels hold a real amount of depth."""


@dataclass(frozen=True)
class Columns:
    """Per-instrument constants as arrays of shape (n,). Sizes in lots, prices in ticks.

    `usual` is a rough number of trades per 100 ms; `sticky` marks quotes whose band is wide
    beside a minute's move. `subject` names an instrument's own draws, `driver` those of its
    efficient price, which twins share.
    """

    symbols: tuple[str, ...]
    subject: NDArray[np.uint64]
    driver: NDArray[np.uint64]
    price0: F64
    sigma: F64
    rho: F64
    own: F64
    minute_rho: F64
    minute_own: F64
    adv: F64
    spread: F64
    depth: F64
    size_mean: F64
    trades: F64
    usual: F64
    gap: NDArray[np.int64]
    sticky: NDArray[np.bool_]
    thin_tail: NDArray[np.bool_]
    shape: tuple[ClassShape, ...]
    day_sd: F64
    minute_sd: F64
    day_mixing: NDArray[np.int64]
    minute_mixing: NDArray[np.int64]
    size_table: NDArray[np.int64]
    leverage: F64
    pull: F64
    jump_rate: F64
    factors: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.symbols)


def factor_name(instrument: Instrument) -> str:
    """The factor an instrument follows. Sydney closes before New York opens: sharing draws of one date
    would let the first foretell the second, so it follows a factor of its own."""
    return f"{instrument.factor}@{instrument.session}" if instrument.session == "ASX" else instrument.factor


def shape_of(instrument: Instrument) -> ClassShape:
    """The class row of an instrument, with the season of its session."""
    shape = CLASSES[instrument.asset_class]
    clock = ROUND_THE_CLOCK.get(instrument.session)
    return replace(shape, season=clock) if clock and shape.season == "u" else shape


def _wished_trades(instrument: Instrument) -> float:
    minutes = 1380 if instrument.session in ROUND_THE_CLOCK else 390
    return max(instrument.trades_per_day / (600 * minutes), 1e-5)


def _mean_trade(instrument: Instrument) -> float:
    low, high = instrument.l1_depth / 100, instrument.l1_depth / 2
    gathered = max(_wished_trades(instrument) / FASTEST, 1.0)
    mean = min(max(instrument.avg_trade * gathered, low), high)
    return 1.7 if instrument.avg_trade == 1 and instrument.asset_class == "commodities" else mean


def _sticky(instrument: Instrument, price0: float) -> bool:
    """Whether a usual minute moves less than 1.5 times the half-width of the band of the quote (path.py)."""
    minutes = 1380 if instrument.session in ROUND_THE_CLOCK else 390
    moved = price0 * instrument.daily_vol * math.sqrt((1.0 if minutes > 390 else 0.64) / minutes)
    return moved < 1.5 * (0.8 + 0.12 * (instrument.spread_ticks - 1))


def _lots(instrument: Instrument, units: float) -> float:
    return units * float(10**instrument.lot.decimals) / instrument.lot.units


def columns(instruments: list[Instrument]) -> Columns:
    """Constants of the world's columns, in the given order."""
    shapes = tuple(shape_of(i) for i in instruments)
    vix = [i.symbol == "VIX" for i in instruments]
    rho = np.array([i.rho for i in instruments])
    minute_rho = INTRADAY_LOADING * rho
    trade = [_lots(i, _mean_trade(i)) for i in instruments]
    price0 = [float(i.price0) * float(10**i.tick.decimals) / i.tick.units for i in instruments]
    one_lot = [i.avg_trade == 1 and i.asset_class == "commodities" for i in instruments]
    return Columns(
        symbols=tuple(i.symbol for i in instruments),
        subject=np.array([stable_hash(i.symbol) for i in instruments], np.uint64),
        driver=np.array([stable_hash(TWINS.get(i.symbol, i.symbol)) for i in instruments], np.uint64),
        price0=np.array(price0),
        sigma=np.array([i.daily_vol for i in instruments]),
        rho=rho,
        own=np.sqrt(1 - rho * rho),
        minute_rho=minute_rho,
        minute_own=np.sqrt(1 - minute_rho * minute_rho),
        adv=np.array([_lots(i, i.adv_units) for i in instruments]),
        spread=np.array([i.spread_ticks for i in instruments]),
        depth=np.array([_lots(i, i.l1_depth) for i in instruments]),
        size_mean=np.array(trade),
        trades=np.array([i.trades_per_day for i in instruments]),
        usual=np.array([min(_wished_trades(i), FASTEST) for i in instruments]),
        gap=np.array([150 if i.symbol in WALLS else max(1, round(i.spread_ticks / 2)) for i in instruments]),
        sticky=np.array([_sticky(i, p) for i, p in zip(instruments, price0, strict=True)]),
        thin_tail=np.array([i.asset_class == "crypto" for i in instruments]),
        shape=shapes,
        day_sd=np.array([s.day_sd for s in shapes]).T.copy(),
        minute_sd=np.array([s.minute_sd for s in shapes]).T.copy(),
        day_mixing=np.array([VIX_MIXING if v else s.day_mixing for v, s in zip(vix, shapes, strict=True)]),
        minute_mixing=np.array([s.minute_mixing for s in shapes]),
        size_table=np.array([3 if o else s.sizes for o, s in zip(one_lot, shapes, strict=True)]),
        leverage=np.array([0.0 if v else s.leverage for v, s in zip(vix, shapes, strict=True)]),
        pull=np.array([0.03 if v else 0.0 for v in vix]),
        jump_rate=np.array([s.jump_rate for s in shapes]),
        factors=tuple(factor_name(i) for i in instruments),
    )
