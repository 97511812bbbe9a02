"""Alerts as documents."""

from __future__ import annotations

from engine.documents import Document, alert_document
from engine.model.alert import Alert
from engine.model.refusal import Code, refuse
from engine.views.algos import AlgoView


class AlertView(AlgoView):
    """The alerts of one desk's accounts."""

    def alerts(self, account: str, active_only: bool = False) -> Document:
        """Alerts, newest first."""
        self.account(account)
        mine = [a for a in self.kernel.state.alerts.values() if a.account == account and (a.active or not active_only)]
        return {"alerts": [self.alert_document(alert) for alert in reversed(mine)]}

    def alert(self, account: str, alert_id: str) -> Document:
        """One alert. Raises Refused."""
        found = self.kernel.state.alerts.get(alert_id)
        if found is None or found.account != account:
            raise refuse(Code.UNKNOWN_ALERT, f"there is no alert {alert_id[:64]}", fix="vterm alerts lists them")
        return self.alert_document(found)

    def alert_document(self, alert: Alert) -> Document:
        """One alert."""
        return alert_document(alert, self.catalogue[alert.request.symbol])
