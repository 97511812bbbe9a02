"""Alerts in the words of a person, the same in the shell and in the terminal: `BTC above 70000`, `BTC trail 2%`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

USAGE = "alert BTC above 70000 · below · change ±5% · rise · fall · trail 2% · volume 3x · spread 5bp · imbalance 0.6"

KINDS: dict[str, tuple[str, str]] = {
    "above": ("price", "above"),
    "below": ("price", "below"),
    "change": ("change", ""),
    "rise": ("change", "above"),
    "fall": ("change", "below"),
    "trail": ("trail", ""),
    "volume": ("volume", ""),
    "spread": ("spread", ""),
    "imbalance": ("imbalance", ""),
}
"""Word of the line: (kind, direction) of the document."""


def read_alert(words: list[str]) -> dict[str, Any]:
    """The document of SYMBOL WORD VALUE; the desk judges its values. Raises ValueError where it is no such line."""
    if len(words) != 3 or words[1].lower() not in KINDS:
        raise ValueError(USAGE)
    kind, direction = KINDS[words[1].lower()]
    body: dict[str, Any] = {"symbol": words[0], "kind": kind, "value": words[2]}
    if direction:
        body["direction"] = direction
    return body
