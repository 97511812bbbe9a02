"""How proposals stand when a signature comes in, for the twelve checks: each is read when a check asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.matching.state import State
from engine.signing.facts import Standing
from engine.signing.ticket import read_ticket


class Standings(Mapping[str, Standing]):
    """Standings by proposal. `presented` has the loop's seconds at which each was presented, `now` is such a second.

    A desk remembers a hundred tickets, and reading one costs more than verifying a signature; a check asks for one.
    """

    def __init__(self, state: State, presented: Mapping[str, float], now: float) -> None:
        self._state, self._presented, self._now = state, presented, now
        self._read: dict[str, Standing] = {}

    def __getitem__(self, name: str) -> Standing:
        if name not in self._read:
            self._read[name] = self._standing(name)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._state.proposals)

    def __len__(self) -> int:
        return len(self._state.proposals)

    def _standing(self, name: str) -> Standing:
        proposal, challenge = self._state.proposals[name], self._state.challenges.get(name)
        began = self._presented.get(name)
        return Standing(
            proposal.state,
            proposal.purpose.value,
            read_ticket(challenge.payload.encode("ascii")) if challenge is not None else None,
            int((self._now - began) * 1000) if began is not None else -1,
            challenge.done if challenge is not None else "",
        )
