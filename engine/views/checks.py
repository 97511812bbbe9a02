"""What the desk itself would warn of: limits that are near, positions without a way out, alerts that were forgotten."""

from __future__ import annotations

from fractions import Fraction

from engine.documents import Document, ratio
from engine.model.account import Account
from engine.model.format import time_text
from engine.model.ids import DAY_NS
from engine.model.order import Order, OrderType
from engine.model.session import MarketSession
from engine.portfolio.valuation import CONCENTRATION
from engine.risk.limits import locked_now
from engine.risk.margin import WARN_PPM, use_ppm
from engine.views.risk import RiskView

NEAR = Fraction(4, 5)
"""Share of a limit from which it is near."""
FORGOTTEN_DAYS = 7
"""Days of market time after which an active alert that never fired is told of."""
_STOPS = (OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP, OrderType.OCO)
_MILLION = 1_000_000


class CheckView(RiskView):
    """Checks of one desk's accounts, at the market as shown. They forbid nothing: the gate does that."""

    def checks(self, account: str) -> Document:
        """What was looked at and what was found, the gravest first. `level` is warning or note."""
        holder = self.account(account)
        found = [
            *self._margin(holder), *self._day(holder), *self._concentration(holder), *self._stops(holder),
            *self._stuck(holder), *self._alerts(account),
        ]  # fmt: skip
        rows = sorted(found, key=lambda row: row["level"] != "warning")
        return {"account": account, "at": time_text(self.now), "looked_at": len(LOOKED_AT), "checks": rows}

    def _margin(self, holder: Account) -> list[Document]:
        use = use_ppm(self.kernel.valuer.worth(holder))
        if use < WARN_PPM * NEAR:
            return []
        level = "warning" if use >= WARN_PPM else "note"
        return [_row("margin", level, "use of the margin limit", have=ratio(use, _MILLION, 4), limit="1.0000")]

    def _day(self, holder: Account) -> list[Document]:
        if locked_now(holder, self.now):
            return [_row("locked", "warning", "trading is locked: only what reduces is taken")]
        most, lost = holder.limits.daily_loss, holder.day_nav - self.kernel.valuer.worth(holder).nav
        if not most or lost < most * NEAR:
            return []
        return [
            _row("daily_loss", "warning", "the day's loss is near your limit", have=ratio(lost, most, 4), limit="1")
        ]

    def _concentration(self, holder: Account) -> list[Document]:
        nav, rows = self.kernel.valuer.worth(holder).nav, []
        for symbol, held in sorted(holder.positions.items()):
            weight = abs(self.kernel.valuer.mark_of(symbol, held.lots))
            if nav > 0 and weight >= nav * CONCENTRATION * NEAR:
                level = "warning" if weight >= nav * CONCENTRATION else "note"
                limit = ratio(CONCENTRATION.numerator, CONCENTRATION.denominator, 4)
                text = "share of NAV at its limit" if level == "warning" else "share of NAV near its limit"
                rows.append(_row("concentration", level, text, symbol, ratio(weight, nav, 4), limit))
        return rows

    def _stops(self, holder: Account) -> list[Document]:
        orders = self.kernel.open_orders(holder.account_id)
        return [
            _row("no_stop", "note", "held without a stop", symbol)
            for symbol, held in sorted(holder.positions.items())
            if not any(protects(order, symbol, held.lots) for order in orders)
        ]

    def _stuck(self, holder: Account) -> list[Document]:
        shown = self.kernel.shown
        return [
            _row("halted", "warning", "held, and halted now", symbol)
            for symbol in sorted(holder.positions)
            if shown.state(self.catalogue[symbol]) is MarketSession.HALTED
        ]

    def _alerts(self, account: str) -> list[Document]:
        old = self.now - FORGOTTEN_DAYS * DAY_NS
        mine = [one for one in self.kernel.state.alerts.values() if one.account == account and one.active]
        text = f"an alert has waited for more than {FORGOTTEN_DAYS} days"
        return [
            {**_row("old_alert", "note", text, one.request.symbol), "alert_id": one.alert_id}
            for one in mine
            if one.created_at < old
        ]


LOOKED_AT = ("margin", "daily_loss", "concentration", "no_stop", "halted", "old_alert")
"""What is looked at, by the names of the rows that it can give (and `locked`, in the place of `daily_loss`)."""


def protects(order: Order, symbol: str, lots: int) -> bool:
    """Whether an open order gets out of a position when its price is touched."""
    request = order.request
    return request.symbol == symbol and request.side * lots < 0 and request.type in _STOPS


def _row(name: str, level: str, text: str, symbol: str = "", have: str = "", limit: str = "") -> Document:
    row: Document = {"name": name, "level": level, "text": text}
    return row | {key: value for key, value in (("symbol", symbol), ("have", have), ("limit", limit)) if value}
