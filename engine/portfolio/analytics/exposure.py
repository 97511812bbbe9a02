"""What an account holds: long, short, gross, net, margin, and how it is spread and concentrated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from engine.model.instrument import Instrument
from engine.portfolio.valuation import LEVERAGE_LIMIT


class Holding(msgspec.Struct, frozen=True):
    """A position at a moment: `value` is its signed worth at the mid and `margin` what it ties up, in Minor."""

    symbol: str
    lots: int
    value: int
    margin: int
    asset_class: str = ""
    sector: str = ""
    currency: str = ""
    cost: int = 0


class Exposure(msgspec.Struct, frozen=True):
    """Money in Minor, `short` as a positive number; shares of NAV are None where it is 0 or below.

    `margin_use` is gross over what leverage allows (1.0 is the limit), `deployed` the margin tied up over NAV.
    """

    nav: int
    long: int
    short: int
    gross: int
    net: int
    margin: int
    buying_power: int
    leverage: float | None
    net_leverage: float | None
    margin_use: float | None
    deployed: float | None
    positions: int


class Slice(msgspec.Struct, frozen=True):
    """One part of an allocation, in Minor; `share` of gross (shares sum to 1), `weight` net over NAV."""

    name: str
    long: int
    short: int
    gross: int
    net: int
    share: float | None
    weight: float | None


class Concentration(msgspec.Struct, frozen=True):
    """Of gross: Herfindahl-Hirschman index (1 / n when equal, 1 for one position), its inverse, and the largest shares.
    `largest_weight` is the largest position over NAV."""

    hhi: float | None
    effective: float | None
    largest: str | None
    top1: float | None
    top3: float | None
    top5: float | None
    largest_weight: float | None


def held_currency(instrument: Instrument) -> str:
    """The currency whose fall costs a holder: of a pair its first one, of others the one they are quoted in."""
    if instrument.asset_class == "forex":
        return instrument.symbol.partition("-")[0]
    return "GBP" if instrument.currency == "GBX" else instrument.currency


def exposure(holdings: Sequence[Holding], nav: int, leverage: int = LEVERAGE_LIMIT) -> Exposure:
    """Sums over the holdings of an account that is worth `nav` Minor and may hold `leverage` times that."""
    long = sum(one.value for one in holdings if one.value > 0)
    short = -sum(one.value for one in holdings if one.value < 0)
    gross, margin = long + short, sum(one.margin for one in holdings)
    return Exposure(
        nav=nav,
        long=long,
        short=short,
        gross=gross,
        net=long - short,
        margin=margin,
        buying_power=max(0, leverage * nav - gross),
        leverage=over(gross, nav),
        net_leverage=over(long - short, nav),
        margin_use=over(gross, leverage * nav),
        deployed=over(margin, nav),
        positions=len(holdings),
    )


def over(amount: int, nav: int) -> float | None:
    """amount / nav; None where nav is 0 or below."""
    return amount / nav if nav > 0 else None


def allocation(holdings: Iterable[Holding], nav: int, name: Callable[[Holding], str]) -> list[Slice]:
    """Holdings by what `name` calls them ("Other" for nothing), largest gross first."""
    groups: dict[str, list[int]] = {}
    for one in holdings:
        groups.setdefault(name(one) or "Other", []).append(one.value)
    whole = sum(abs(value) for values in groups.values() for value in values)
    found = []
    for label, values in groups.items():
        long = sum(value for value in values if value > 0)
        short = -sum(value for value in values if value < 0)
        gross, net = long + short, long - short
        found.append(Slice(label, long, short, gross, net, gross / whole if whole else None, over(net, nav)))
    return sorted(found, key=lambda one: (-one.gross, one.name))


def by_class(holding: Holding) -> str:
    """Its asset class."""
    return holding.asset_class


def by_sector(holding: Holding) -> str:
    """Its sector."""
    return holding.sector


def by_currency(holding: Holding) -> str:
    """Its currency, as `held_currency` says."""
    return holding.currency


def by_symbol(holding: Holding) -> str:
    """Itself."""
    return holding.symbol


def concentration(holdings: Sequence[Holding], nav: int) -> Concentration:
    """How much of gross lies in few positions."""
    sizes = sorted(
        ((abs(one.value), one.symbol) for one in holdings if one.value), key=lambda pair: (-pair[0], pair[1])
    )
    gross = sum(size for size, _ in sizes)
    if not gross:
        return Concentration(None, None, None, None, None, None, None)
    squares = sum(size * size for size, _ in sizes)
    top1, top3, top5 = (sum(size for size, _ in sizes[:count]) / gross for count in (1, 3, 5))
    return Concentration(
        hhi=squares / (gross * gross),
        effective=gross * gross / squares,
        largest=sizes[0][1],
        top1=top1,
        top3=top3,
        top5=top5,
        largest_weight=over(sizes[0][0], nav),
    )
