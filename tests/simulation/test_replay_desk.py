"""A desk on a recorded market: traded, left and found again, and begun anew once it was played to its end."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from engine.bootstrap import open_desk, replay_run
from engine.clock import OwnClock
from engine.model.format import time_text
from engine.model.ids import TimeNs
from engine.script import read_commands
from engine.simulate import Options

OWN_CAPTURE = Path(__file__).resolve().parents[1] / "data" / "captures" / "quiet.vterm.jsonl"


def test_a_recorded_desk_is_found_again_and_begins_anew_after_its_end(own_home: Path) -> None:
    own_home.mkdir()

    async def visit(to_end: bool) -> tuple[str, int, str]:
        desk = open_desk(own_home, replay=(OWN_CAPTURE, "vterm"))
        begun = desk.view.clock()["now"]
        symbol = str(desk.view.catalogue.columns[0].symbol)
        if "main" not in desk.kernel.state.accounts:
            await desk.ensure_account("main")
            await desk.submit("main", {"symbol": symbol, "side": "buy", "type": "market", "quantity": "1"})
        if to_end:
            assert isinstance(desk.clock, OwnClock)
            desk.clock.set(at=desk.kernel.shown.source.end + 10**9)  # type: ignore[attr-defined]
            desk.step()
        count = len(desk.kernel.past.fills("main"))
        await desk.stop()
        return begun, count, symbol

    first = asyncio.run(visit(False))
    second = asyncio.run(visit(True))
    third = asyncio.run(visit(False))
    assert second[1] == first[1] > 0
    assert third[0] == first[0]
    assert (own_home / "played-1" / "ledger.db").exists()


def test_a_recorded_run_gives_equal_bytes() -> None:
    def run() -> bytes:
        starts: list[int] = []

        def options(start: TimeNs, end: TimeNs) -> Options:
            starts.append(start)
            return Options(start=start, end=end, events=("order", "fill", "quote", "trade"), everything=True)

        made = replay_run([OWN_CAPTURE], "vterm", (), options)
        symbol = str(made.kernel.catalogue.columns[0].symbol)
        order = {"symbol": symbol, "side": "buy", "type": "market", "quantity": "1"}
        command = {"at": time_text(starts[0]), "cmd": "submit", "account": "main", "order": order}
        return b"".join(made.lines(read_commands([json.dumps(command)])))

    first = run()
    assert first == run()
    assert json.loads(first.splitlines()[-1])["audit"]["ok"]
    assert b'"fill"' in first
