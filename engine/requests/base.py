"""What every request needs of the desk that answers it."""

from __future__ import annotations

from typing import Any

from engine.bus import Bus
from engine.clock import Clock
from engine.kernel import Kernel
from engine.model.account import START_CASH
from engine.model.command import AnyCommand, OpenAccount
from engine.model.ids import TimeNs
from engine.risk.account_schema import account_id
from engine.views import View


class Requests:
    """A desk that can be asked. Only `engine.runner.Runner` is one whole."""

    kernel: Kernel
    clock: Clock
    view: View
    bus: Bus

    def _at(self) -> TimeNs:
        return TimeNs(max(self.clock.now(), self.kernel.state.now))

    async def _command(self, command: AnyCommand) -> Any:
        """Do a command; its answer, once durable. Raises Refused."""
        raise NotImplementedError

    async def ensure_account(self, account: str) -> None:
        """Open the account with start money if it is new."""
        if account in self.kernel.state.accounts:
            return
        await self._command(OpenAccount(at=self._at(), account=account_id(account), cash=START_CASH))
