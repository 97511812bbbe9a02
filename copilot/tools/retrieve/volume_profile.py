"""volume_profile."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta

from copilot.tools.fields import Symbol
from copilot.tools.finding import Document, Finding
from copilot.tools.sources import from_desk
from copilot.tools.tool import Args, retrieve
from engine.desk import DeskReader

VALUE_AREA = Decimal("0.70")
"""Share of the volume that the value area holds (Steidlmayer's market profile)."""


class Profile(Args, frozen=True):
    """Over which bars, into how many steps of price."""

    symbol: Symbol
    every: Annotated[Literal["1m", "5m", "1h", "1d"], Meta(description="Length of a bar.")] = "5m"
    limit: Annotated[int, Meta(description="Newest bars taken.", ge=2, le=500)] = 78
    steps: Annotated[int, Meta(description="Steps of price.", ge=4, le=60)] = 20


@retrieve(Profile, example={"symbol": "NVDA", "every": "5m", "limit": 78, "steps": 12})
async def volume_profile(desk: DeskReader, args: Profile) -> Finding:
    """Where volume traded, by price: rows from low to high, the busiest step (point of control), and the value
    area that holds 70 % of the volume around it.

    A bar's volume is spread evenly between its low and its high, so the profile is an estimate.
    """
    document = await desk.bars(args.symbol, args.every, args.limit)
    bars = [bar for bar in document["bars"] if Decimal(bar["volume"]) > 0]
    data: Document = {"symbol": args.symbol, "every": args.every, "bars": len(bars), "rows": []}
    if bars:
        data |= _profile(bars, args.steps)
    return from_desk(f"bars {args.symbol} {args.every}", document, data)


def _profile(bars: list[Document], steps: int) -> Document:
    low, high = min(Decimal(b["low"]) for b in bars), max(Decimal(b["high"]) for b in bars)
    width = (high - low) / steps or Decimal(1)
    volumes = [Decimal(0)] * steps
    for bar in bars:
        _spread(volumes, bar, low, width)
    total, top = sum(volumes), volumes.index(max(volumes))
    first, last = _area(volumes, top, total * VALUE_AREA)
    places = max(2, -int(Decimal(bars[-1]["close"]).as_tuple().exponent))

    def edge(step: int) -> str:
        return str(round(low + width * step, places))

    rows = [
        {"from": edge(i), "to": edge(i + 1), "volume": str(round(v, 2)), "share_pct": str(round(100 * v / total, 2))}
        for i, v in enumerate(volumes)
    ]
    return {
        "rows": rows,
        "point_of_control": {"from": edge(top), "to": edge(top + 1)},
        "value_area": {"from": edge(first), "to": edge(last + 1), "share_pct": "70"},
    }


def _spread(volumes: list[Decimal], bar: Document, low: Decimal, width: Decimal) -> None:
    begin, end, volume = Decimal(bar["low"]), Decimal(bar["high"]), Decimal(bar["volume"])
    last = len(volumes) - 1
    first_step, last_step = (min(last, int((price - low) / width)) for price in (begin, end))
    if first_step == last_step:
        volumes[first_step] += volume
        return
    for step in range(first_step, last_step + 1):
        inside = min(end, low + width * (step + 1)) - max(begin, low + width * step)
        volumes[step] += volume * max(inside, Decimal(0)) / (end - begin)


def _area(volumes: list[Decimal], top: int, wanted: Decimal) -> tuple[int, int]:
    """First and last step around the busiest one that together hold what is wanted, the larger neighbour first."""
    first = last = top
    held = volumes[top]
    while held < wanted and (first > 0 or last < len(volumes) - 1):
        below = volumes[first - 1] if first > 0 else Decimal(-1)
        above = volumes[last + 1] if last < len(volumes) - 1 else Decimal(-1)
        if above >= below:
            last += 1
            held += above
        else:
            first -= 1
            held += below
    return first, last
