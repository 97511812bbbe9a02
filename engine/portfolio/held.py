"""Which symbols are held and by how many accounts, kept as accounts trade: nobody goes through all of them to know."""

from __future__ import annotations

from collections.abc import Callable, KeysView
from collections.abc import Set as AbstractSet

from engine.matching.state import State


class Held:
    """Holders by symbol. `booked` names the accounts whose money changed since the last journal entry; whoever closes
    an entry calls `settle` first, so that no change is missed."""

    def __init__(self, state: State, booked: Callable[[], AbstractSet[str]]) -> None:
        self._booked = booked
        self.become(state)

    def become(self, state: State) -> None:
        """Go on from another state."""
        self._state = state
        self._of: dict[str, frozenset[str]] = {}
        self._holders: dict[str, int] = {}
        self._counted = False
        self.changes = 0
        """How often a symbol was held by the first or given up by the last."""

    def settle(self) -> None:
        """Count what the accounts that were booked on hold now."""
        if not self._counted:
            self._counted = True
            for name in self._state.accounts:
                self._count(name)
        else:
            for name in self._booked():
                self._count(name)

    def symbols(self) -> KeysView[str]:
        """What somebody holds."""
        self.settle()
        return self._holders.keys()

    def anybody(self) -> bool:
        """Whether any account holds anything."""
        return bool(self.symbols())

    def _count(self, name: str) -> None:
        account = self._state.accounts.get(name)
        now = frozenset(account.positions) if account is not None else frozenset()
        before = self._of.get(name, frozenset())
        if now == before:
            return
        self._of[name] = now
        for symbol in now - before:
            self.changes += symbol not in self._holders
            self._holders[symbol] = self._holders.get(symbol, 0) + 1
        for symbol in before - now:
            self._holders[symbol] -= 1
            if not self._holders[symbol]:
                del self._holders[symbol]
                self.changes += 1
