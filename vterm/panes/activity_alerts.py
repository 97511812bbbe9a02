"""Alerts on the Activity screen: those that can fire first; set, dropped, gone to."""

from __future__ import annotations

from typing import Any, ClassVar

from engine.desk import Document
from engine.model.text import safe
from vterm.paint import Line, clip, fit, left_right
from vterm.panes.activity_pane import ActivityListPane
from vterm.panes.activity_table import clock
from vterm.state import DeskState

NOTHING = "no alerts · a sets one: alert BTC above 70000"
_STYLES = {"active": "foreground", "fired": "warning"}
_MARKS = {"active": "◌", "fired": "!", "cancelled": "✕"}


class AlertsPane(ActivityListPane):
    """A row an alert."""

    CONTEXT: ClassVar[str] = "told_alerts"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"alerts", "activity"})
    NAME: ClassVar[str] = "Alerts"

    def __init__(self, state: DeskState) -> None:
        super().__init__(state, "activity-alerts")

    def paint(self, width: int, height: int) -> None:
        """Active ones, then what fired, then what was dropped."""
        wanted = self.choice.symbol
        rows = [alert for alert in self.state.listed_alerts() if wanted in ("", alert.get("symbol"))]
        active = sum(alert.get("state") == "active" for alert in rows)
        self.entitle("Alerts", f"{active} of {len(rows)} active" if rows else "")
        self.keep([str(alert["alert_id"]) for alert in rows])
        if not rows:
            self.empty(NOTHING, height, width)
            return
        lines = [self.mark(i, self._row_of(alert, width)) if self.in_sight(i, height) else ()
                 for i, alert in enumerate(rows)]  # fmt: skip
        self.show(lines)

    def _row_of(self, alert: Document, width: int) -> Line:
        state = safe(str(alert.get("state") or ""))
        at = clock(alert.get("fired_at") or alert.get("created_at"), self.state.at[:10])
        note = f" · {safe(str(alert['note']))}" if alert.get("note") else ""
        fired = f" · at {safe(str(alert['fired_value']))}" if alert.get("fired_value") else ""
        text = f" {_MARKS.get(state, ' ')} {safe(str(alert.get('text') or ''))}{fired}{note}"
        tail = f" {state} {at} " if width >= 58 else f" {at[:5] if ':' in at else at[3:]} "
        return fit(left_right(((clip(text, max(8, width - len(tail))), _STYLES.get(state, "faint")),),
                              ((tail, "muted"),), width), width)  # fmt: skip

    def alert(self) -> Document:
        """The one at the cursor; empty where there is none."""
        return self.state.alerts.get(self.current or "", {})

    def here(self) -> str:
        """Its instrument."""
        return str(self.alert().get("symbol") or "")

    def do_alert_drop(self) -> None:
        """Stop watching."""
        screen: Any = self.screen
        if self.alert().get("state") == "active":
            screen.errands.run(screen.errands.drop_alert(str(self.alert()["alert_id"])))

    def do_alert_set(self) -> None:
        """The command line, where one is set."""
        screen: Any = self.screen
        screen.do_command()

    def do_alert_open(self) -> None:
        """The desk, at its instrument."""
        self.go()
