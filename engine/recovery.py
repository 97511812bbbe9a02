"""What was kept becomes the state again: the newest snapshot, then every entry after it, done once more."""

from __future__ import annotations

import msgspec

from engine.kernel import Kernel
from engine.model.command import AnyCommand
from engine.ports import IntegrityError, JournalEntry, Recovered, Snapshot


def rebuild(kernel: Kernel, recovered: Recovered) -> None:
    """Bring a kernel to the remembered state. What it does again must be what was kept.

    A kernel without a snapshot to go back to must be fresh. Raises IntegrityError where the two differ.
    """
    if recovered.snapshot is not None:
        kernel.thaw(recovered.snapshot.state)
    decoder = msgspec.json.Decoder(AnyCommand)
    again: list[JournalEntry] = []
    for entry in recovered.entries:
        if entry.kind == "tick":
            again += kernel.advance(entry.at)
        else:
            again += kernel.apply(decoder.decode(entry.body))[0]
    if again != list(recovered.entries):
        raise IntegrityError(
            "the journal of this home cannot be played back to the same state (another version wrote it?)"
        )
    kernel.take_events()


def snapshot_of(kernel: Kernel) -> Snapshot:
    """The whole state, with what an audit needs to value it again."""
    state, valuer = kernel.state, kernel.valuer
    held = {symbol for account in state.accounts.values() for symbol in account.positions}
    return Snapshot(
        seq=state.entries,
        at=state.now,
        state=kernel.freeze(),
        nav={name: valuer.worth(account).nav for name, account in state.accounts.items()},
        marks={symbol: valuer.mark_ratio(kernel.catalogue[symbol]) for symbol in sorted(held)},
    )
