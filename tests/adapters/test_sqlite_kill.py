"""kill -9 at random moments: whatever was acknowledged is there, and the audit holds."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

from engine.adapters.sqlite import SqliteLedger
from engine.adapters.sqlite_audit import audit

ROOT = Path(__file__).parents[2]
KILLS = 10

WRITER = """
import sys
from pathlib import Path
from engine.adapters.sqlite import SqliteLedger
from engine.ledger.writer import GroupWriter
from tests.adapters.sqlite_desk import TinyDesk

ledger, desk = SqliteLedger(Path(sys.argv[1])), TinyDesk(seed=5)
known = len(ledger.recover().entries) + (ledger.recover().snapshot.seq if ledger.recover().snapshot else 0)
desk.entries(known)
writer = GroupWriter(ledger)
while True:
    for size in (1, 3, 8):
        entries = desk.entries(size)
        writer.submit(entries, lambda failure, seq=entries[-1].seq: print(failure or seq, flush=True))
    if desk.seq % 7 == 0:
        writer.snapshot(desk.snapshot())
    writer.flush()
"""


def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    path, chance, acknowledged = tmp_path / "ledger.db", random.Random(9), 0
    for _ in range(KILLS):
        target = acknowledged + chance.randrange(1, 120)
        child = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        for line in child.stdout:
            acknowledged = int(line)
            if acknowledged >= target:
                break
        child.send_signal(signal.SIGKILL)
        rest = child.stdout.read().split("\n")
        acknowledged = max([acknowledged, *(int(line) for line in rest[:-1])])
        child.wait()
        child.stdout.close()
        report = audit(path)
        assert report.problems == ()
        assert report.entries >= acknowledged
    ledger = SqliteLedger(path)
    recovered = ledger.recover()
    last = recovered.entries[-1].seq if recovered.entries else recovered.snapshot.seq  # type: ignore[union-attr]
    assert last >= acknowledged > 100
    ledger.close()
    assert audit(path).ok
