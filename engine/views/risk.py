"""How near an account is to its margin, and what its owner's limits are, as one document."""

from __future__ import annotations

from engine.documents import Document, exact_money, ratio
from engine.model.account import Account
from engine.model.format import time_text
from engine.model.ids import DAY_NS, TimeNs
from engine.model.number import div_ceil
from engine.portfolio.valuation import LEVERAGE_LIMIT, Worth
from engine.risk.limits import locked_now
from engine.risk.limits_document import limits_document
from engine.risk.margin import MAINTENANCE_PPM, use_ppm
from engine.views.account import AccountView

_MILLION = 1_000_000


class RiskView(AccountView):
    """Margins of one desk's accounts at the market as shown."""

    def risk(self, account: str) -> Document:
        """Use of the limit (1 is all of it), margins, limits and what each position takes of them.

        Initial margin is the NAV that the gross notional needs to be entered, maintenance margin the NAV below
        which positions are closed; a position's margin is its part of the first.
        """
        holder = self.account(account)
        worth = self.kernel.valuer.worth(holder)
        limit = max(0, LEVERAGE_LIMIT * worth.nav)
        positions = self._shares(holder, worth, limit)
        return {
            "account": account,
            "at": time_text(self.now),
            "state": self._state(holder),
            "nav": exact_money(worth.nav),
            "gross_exposure": exact_money(worth.gross),
            "limit": exact_money(limit),
            "margin_use": ratio(use_ppm(worth), _MILLION, 4),
            "initial_margin": exact_money(div_ceil(worth.gross, LEVERAGE_LIMIT)),
            "maintenance_margin": exact_money(div_ceil(worth.gross * _MILLION, LEVERAGE_LIMIT * MAINTENANCE_PPM)),
            "buying_power": exact_money(max(0, limit - worth.gross)),
            "day_pnl": exact_money(worth.nav - holder.day_nav),
            "largest_loser": self._largest_loser(holder),
            "locked": self._lock(holder),
            "limits": limits_document(holder.limits),
            "positions": positions,
        }

    def _state(self, holder: Account) -> str:
        if holder.liquidating:
            return "liquidating"
        if locked_now(holder, self.now):
            return "locked"
        return "warning" if holder.warned else "ok"

    def _lock(self, holder: Account) -> Document | None:
        if not locked_now(holder, self.now):
            return None
        return {"cause": holder.locked, "until": time_text(TimeNs((holder.locked_day + 1) * DAY_NS))}

    def _gain(self, holder: Account, symbol: str) -> tuple[int, int]:
        """(value, unrealised profit) of a position in Minor."""
        position = holder.positions[symbol]
        value = self.kernel.valuer.mark(self.catalogue[symbol], position.lots)
        return value, value - position.cost

    def _largest_loser(self, holder: Account) -> str | None:
        """What a liquidation would close first; None where nothing loses."""
        gains = {symbol: self._gain(holder, symbol)[1] for symbol in sorted(holder.positions)}
        first = min(gains, key=lambda symbol: gains[symbol], default=None)
        return first if first is not None and gains[first] < 0 else None

    def _shares(self, holder: Account, worth: Worth, limit: int) -> list[Document]:
        """Positions, the largest part of the limit first."""
        rows = []
        for symbol in sorted(holder.positions):
            value, gain = self._gain(holder, symbol)
            row = {
                "symbol": symbol,
                "value": exact_money(value),
                "weight": ratio(value, worth.nav),
                "margin": exact_money(div_ceil(abs(value), LEVERAGE_LIMIT)),
                "share_of_limit": ratio(abs(value), limit),
                "unrealised_pnl": exact_money(gain),
            }
            rows.append((-abs(value), row))
        rows.sort(key=lambda pair: pair[0])
        return [row for _, row in rows]
