"""The days that can be asked for: their names, and how one is written. What they do: engine.market.world.scenario."""

from __future__ import annotations

import msgspec

from engine.model.refusal import Code, refuse

SCENARIOS = {
    "flash-crash": "",
    "earnings-gap": "AAPL",
    "liquidity-drought": "",
    "short-squeeze": "AMC",
    "fx-roll": "",
    "calm": "",
}
"""Every scenario with the name it happens to where none is given; "" where it happens to many."""


class Scenario(msgspec.Struct, frozen=True):
    """One of SCENARIOS, and the symbol it happens to ("" where it happens to many)."""

    name: str
    symbol: str = ""

    @property
    def text(self) -> str:
        """As it is typed and remembered."""
        return f"{self.name}:{self.symbol}" if self.symbol else self.name


def parse_scenario(text: str) -> Scenario | None:
    """`flash-crash`, `earnings-gap:NVDA`; None of the empty text. Raises Refused for anything else."""
    if not text:
        return None
    name, colon, symbol = text.partition(":")
    if name not in SCENARIOS:
        shown = name[:40]
        raise refuse(Code.ENUM_ERROR, f"there is no scenario {shown!r}", fix=f"use one of {', '.join(SCENARIOS)}")
    if colon and not (symbol and SCENARIOS[name]):
        usual = " or ".join(f"{known}:{symbol}" for known, symbol in SCENARIOS.items() if symbol)
        raise refuse(Code.ENUM_ERROR, f"{name} takes no such name", fix=f"only a single name can be chosen: {usual}")
    return Scenario(name, symbol or SCENARIOS[name])
