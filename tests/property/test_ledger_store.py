"""Any desk, any grouping: what is stored proves itself and comes back."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.adapters.sqlite import SqliteLedger
from engine.adapters.sqlite_audit import audit
from tests.adapters.sqlite_desk import TinyDesk

STEPS = st.lists(st.one_of(st.integers(1, 70), st.sampled_from(("snapshot", "reopen"))), min_size=1, max_size=12)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), steps=STEPS)
def test_a_ledger_is_sound_after_every_step(seed: int, steps: list[int | str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        desk, ledger = TinyDesk(seed), SqliteLedger(path)
        tail, snapshot = [], None
        for step in steps:
            if isinstance(step, int):
                entries = desk.entries(step)
                tail += entries
                ledger.commit(entries)
            elif step == "snapshot":
                snapshot, tail = desk.snapshot(), []
                ledger.snapshot(snapshot)
            else:
                ledger.close()
                ledger = SqliteLedger(path)
        recovered = ledger.recover()
        assert (recovered.snapshot, recovered.entries) == (snapshot, tuple(tail))
        assert audit(path).problems == ()
        ledger.close()
        report = audit(path)
        assert (report.ok, report.entries, report.fills) == (True, desk.seq, desk.fills)
