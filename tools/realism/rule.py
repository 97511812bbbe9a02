"""The rule: what counts, what is core, who passes, and whether the market does.

An instrument passes with 85 % of its metrics in range, no core metric outside, a mean spread within 40 % of the
catalogue's and, where that is at most 1.1 ticks, one tick for 90 % of the time. The market passes when 80 % of its
instruments do and every class has one.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

from engine.model.instrument import ASSET_CLASSES, Instrument

YARDSTICK = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "score_realism.py"
SHOWN = "../shared/reference/score_realism.py"
WORDS = dict(zip(ASSET_CLASSES, ("equity", "etf", "crypto", "forex", "commodity", "index"), strict=True))
CORE = frozenset(
    ("kurt_1m", "kurt_5m", "kurt_1d", "abs_acf1_1m", "abs_acf20_1m", "abs_acf50_1m", "abs_acf1_1d", "abs_acf20_1d",
     "abs_acf50_1d", "abs_acf_decay_1m", "volume_first30", "volume_last30", "volume_min30", "volume_u_ratio",
     "sign_acf1", "sign_acf10", "sign_acf_decay", "obi_corr_next_move", "obi_hit_rate", "obi_corr_1s",
     "flow_return_corr", "flow_impact_exponent", "mean_spread", "one_tick")
)  # fmt: skip
LEAST_INSIDE, LEAST_PASSING = 0.85, 0.80
SPREAD_ROOM, ONE_TICK, ONE_TICK_SHARE = 0.4, 1.1, 0.9


@dataclass(frozen=True)
class Score:
    """One instrument's result. `misses` are (metric, value, low, high)."""

    symbol: str
    asset_class: str
    inside: int
    counted: int
    misses: tuple[tuple[str, float, float, float], ...]
    values: dict[str, float]

    @property
    def core(self) -> tuple[str, ...]:
        """Core metrics outside their range."""
        return tuple(name for name, *_ in self.misses if name in CORE)

    @property
    def passes(self) -> bool:
        """Whether the instrument passes."""
        return self.counted > 0 and self.inside >= LEAST_INSIDE * self.counted and not self.core


@cache
def yardstick() -> ModuleType | None:
    """The reference's scorer, None where it is not beside this project."""
    if not YARDSTICK.is_file():
        return None
    spec = importlib.util.spec_from_file_location("score_realism", YARDSTICK)
    if spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def scored(instrument: Instrument, values: dict[str, float], spread: float, one_tick: float) -> Score:
    """Values of one instrument against the ranges of its class. Needs the yardstick."""
    scorer = yardstick()
    if scorer is None:
        raise FileNotFoundError(SHOWN)
    ranges = dict(scorer.targets(WORDS[instrument.asset_class]))
    wide = instrument.spread_ticks
    values = {**values, "mean_spread": spread}
    ranges["mean_spread"] = (wide * (1 - SPREAD_ROOM), wide * (1 + SPREAD_ROOM))
    if wide <= ONE_TICK:
        values["one_tick"] = one_tick
        ranges["one_tick"] = (ONE_TICK_SHARE, 1.0)
    known = {name: value for name, value in values.items() if name in ranges and not math.isnan(value)}
    misses = tuple(
        (name, value, *ranges[name]) for name, value in known.items() if not ranges[name][0] <= value <= ranges[name][1]
    )
    return Score(str(instrument.symbol), instrument.asset_class, len(known) - len(misses), len(known), misses, values)


def by_class(scores: Iterable[Score]) -> dict[str, tuple[int, int]]:
    """(passing, all) of each class that has an instrument."""
    out: dict[str, tuple[int, int]] = {}
    for score in scores:
        good, count = out.get(score.asset_class, (0, 0))
        out[score.asset_class] = (good + score.passes, count + 1)
    return out


def market_passes(scores: list[Score]) -> bool:
    """The market's rule over the instruments scored."""
    good = sum(score.passes for score in scores)
    return good >= LEAST_PASSING * len(scores) and all(passing for passing, _ in by_class(scores).values())
