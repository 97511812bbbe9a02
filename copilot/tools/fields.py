"""Kinds of arguments that several tools have, with their bounds and what a model is told of them."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from copilot.tools.tool import Args

Symbol = Annotated[
    str,
    Meta(
        description="Instrument: AAPL, BTC-USD, EUR-USD, GCQ27; short names such as BTC or EUR/USD are understood.",
        pattern=r"^[A-Za-z0-9^][A-Za-z0-9./^_-]{0,19}$",
        examples=["AAPL"],
    ),
]
SymbolOrNone = Annotated[
    str,
    Meta(description="Instrument; empty for the whole market.", pattern=r"^([A-Za-z0-9^][A-Za-z0-9./^_-]{0,19})?$"),
]
Symbols = Annotated[list[Symbol], Meta(description="Instruments.", min_length=1, max_length=20)]
Count = Annotated[int, Meta(description="Most rows wanted, newest or largest first.", ge=1, le=500)]
Quantity = Annotated[
    str,
    Meta(
        description="Units of the instrument as plain decimal text (shares, coins, contracts), a multiple of its lot.",
        pattern=r"^[0-9]{1,15}(\.[0-9]{1,12})?$",
        examples=["100"],
    ),
]
Price = Annotated[
    str,
    Meta(
        description="Price in the instrument's currency as plain decimal text, a multiple of its tick.",
        pattern=r"^[0-9]{1,12}(\.[0-9]{1,10})?$",
        examples=["189.10"],
    ),
]
Strike = Annotated[
    str,
    Meta(
        description="A listed strike as plain decimal text; empty: the one at the forward.",
        pattern=r"^([0-9]{1,9}(\.[0-9]{1,6})?)?$",
        examples=["250"],
    ),
]
Expiry = Annotated[
    str,
    Meta(
        description="A listed expiry; empty: the next monthly one.",
        pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$",
        examples=["2026-12-18"],
    ),
]
Rationale = Annotated[str, Meta(description="Why, for the person who decides. Never on the card.", max_length=280)]
AssetClass = Annotated[
    Literal["", "equities", "etfs", "crypto", "forex", "commodities", "indices"],
    Meta(description="Asset class; empty for all."),
]
Window = Annotated[
    Literal["1d", "7d", "30d", "90d", "1y", "all"], Meta(description="How far back, in the market's time.")
]


class Nothing(Args, frozen=True):
    """No arguments."""


ResearchFrom = Annotated[
    Literal["practice", "edgar"],
    Meta(
        description="practice: the simulated company, consistent with this market. edgar: the real company's filings "
        "with the SEC, where a person has turned that on; whole currency units, no prices. Never mix the two."
    ),
]
