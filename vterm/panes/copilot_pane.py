"""What the panes of the Copilot screen share: its choice."""

from __future__ import annotations

from vterm.copilot_choice import CopilotChoice
from vterm.panes.several_pane import SeveralListPane


class CopilotListPane(SeveralListPane):
    """A pane of rows."""

    @property
    def choice(self) -> CopilotChoice:
        """What was asked."""
        assert isinstance(self.asked, CopilotChoice)
        return self.asked
