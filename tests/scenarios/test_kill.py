"""A short form of tests/scenarios/kill.py (`make crash` runs it 20 times)."""

from __future__ import annotations

from pathlib import Path

from tests.scenarios.kill import run


def test_nothing_acknowledged_is_lost_when_the_engine_is_killed(own_home: Path) -> None:
    figures = run(str(own_home), kills=5, seed=3)
    assert figures["acknowledged"] > 20  # type: ignore[operator]
    assert figures["missing"] == 0
    assert figures["audits_not_ok"] == 0
