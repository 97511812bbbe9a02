"""What the Copilot screen asks the desk for, and the talk that outlives the screen. Nothing of the copilot is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from vterm.asked import Asked, Call

if TYPE_CHECKING:
    from vterm.chat_talk import Talk

READY = (
    "brief me",
    "am I over-exposed to tech?",
    "what is my risk",
    "stress test my book",
    "why did my last fill cost so much",
    "how much {} can I buy",
    "what if tech falls 10 %",
    "protect all positions with a 5 % stop",
    "top gainers of the market",
)
"""Questions to press: the planner answers each of them; {} is the desk's instrument."""


class CopilotChoice(Asked):
    """Warnings, limits, the talk."""

    RENEW: ClassVar[dict[str, float]] = {"checks": 5.0}
    talk: Talk

    def __init__(self) -> None:
        super().__init__()
        self.pane = "talk"

    def calls(self) -> list[Call]:
        """What stands beside the talk."""
        return [("checks", ()), ("risk", ())]
