"""What the Missions screen asks for: the counts and the newest trades. Outlives the screen."""

from __future__ import annotations

from typing import ClassVar

from vterm.asked import Asked, Call

NEWEST = 40
"""Closed trades that are listed at most."""


class MissionsChoice(Asked):
    """Two documents."""

    RENEW: ClassVar[dict[str, float]] = {"progress": 10.0, "round_trips": 10.0}

    def __init__(self) -> None:
        super().__init__()
        self.pane = "milestones"

    def calls(self) -> list[Call]:
        """The counts, and the newest trades from flat to flat."""
        return [("progress", ()), ("round_trips", (NEWEST, "all"))]
