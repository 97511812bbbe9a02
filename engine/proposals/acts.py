"""What signed proposals set in motion, on one kernel's own parts."""

from __future__ import annotations

from engine.alerts.watch import AlertWatch
from engine.matching.algos import Algos
from engine.matching.state import State
from engine.matching.trading import Trading
from engine.model.alert import Alert, AlertRequest
from engine.model.algo import Algo, AlgoRequest
from engine.model.command import Amend, Cancel, SetAlert, StartAlgo
from engine.model.ids import AccountId, TimeNs
from engine.model.instrument import Instrument
from engine.model.order import Order, OrderRequest
from engine.model.refusal import Refusal


class KernelActs:
    """Implements engine.proposals.execution.Acts."""

    def __init__(self, state: State, trading: Trading, algos: Algos, alerts: AlertWatch) -> None:
        self._state, self._trading, self._algos, self._alerts = state, trading, algos, alerts

    def become(self, state: State) -> None:
        """Go on from another state."""
        self._state = state

    def now(self) -> TimeNs:
        """The market's time."""
        return self._state.now

    def instrument(self, symbol: str) -> Instrument:
        """An instrument by symbol."""
        return self._trading.valuer.instrument(symbol)

    def place(self, account: str, request: OrderRequest, *, origin: str) -> Order:
        """Send an order; it may come back rejected."""
        return self._trading.place(account, request, origin=origin)

    def find(self, account: str, name: str) -> Order | None:
        """An order of the account, by its own or its client's id."""
        return self._trading.find(account, name)

    def cancel(self, command: Cancel) -> Order | Refusal:
        """Take an order back."""
        return self._trading.cancel(command)

    def amend(self, command: Amend) -> Order | Refusal:
        """Change an open order."""
        return self._trading.amend(command)

    def start_algo(self, account: AccountId, request: AlgoRequest, at: TimeNs) -> Algo | Refusal:
        """Start an execution algorithm."""
        return self._algos.start(self._state.accounts[account], StartAlgo(at, account, request))

    def set_alert(self, account: AccountId, request: AlertRequest, at: TimeNs) -> Alert | Refusal:
        """Watch a market and tell once."""
        return self._alerts.set(SetAlert(at, account, request))
