"""Short forms of `make crash`: killed at named points, the power cut, money against fractions, the same twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash import determinism, kills, numbers, once, power
from tests.crash.points import BEFORE, INSIDE, POINTS
from tests.crash.recorder import Recorder


def test_killed_at_every_named_point_nothing_is_lost() -> None:
    figures = kills.run(15, seed=3)
    assert figures.sound, figures
    assert figures.escaped == 0 and figures.by_point == dict.fromkeys(POINTS, 3)
    assert figures.acknowledged > 100 and figures.resent > 10


def test_a_desk_that_answers_first_is_caught_by_killing_it() -> None:
    assert kills.run(6, seed=4, points=(BEFORE, INSIDE), mutant=True).missing > 0


def test_after_a_power_cut_nothing_acknowledged_is_lost() -> None:
    figures = power.run(60, seed=5)
    assert figures.sound, figures
    assert figures.acknowledged > 1_000


@pytest.mark.parametrize("kind", [power.NORMAL, power.MUTANT])
def test_weaker_settings_and_early_answers_lose_in_a_power_cut(kind: str) -> None:
    figures = power.run(40, seed=6, kind=kind)
    assert figures.losing > 0
    assert figures.unsound == 0


def test_the_recorder_sees_all_that_reaches_the_disk(tmp_path: Path) -> None:
    """`record` compares what it saw with what is there; a write past it must be noticed."""
    recorder = Recorder(tmp_path)
    with recorder.recording():
        (tmp_path / "ledger.note").write_bytes(b"unseen")
    assert "ledger.note" not in recorder.truth()
    assert power.record(tmp_path / "home", 20, 1, power.FULL)


def test_money_is_what_exact_fractions_say() -> None:
    figures = numbers.run(20_000)
    assert figures.why == [] and figures.different == 0
    assert len(figures.kinds) == 6


def test_the_fractions_can_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.portfolio.valuation.div_half_even", lambda n, d: n // d)
    assert numbers.run(600).different > 0


def test_the_same_commands_give_the_same_state() -> None:
    figures = determinism.compare(3, 600, restores=4)
    assert figures["different"] == 0
    assert figures["fills"] > 200  # type: ignore[operator]


def test_another_seed_gives_another_state() -> None:
    assert determinism.play(1, 60) != determinism.play(2, 60)


def test_an_order_that_is_sent_again_and_again_is_made_once() -> None:
    figures = once.run(200)
    assert figures.sound, figures
    assert figures.cut > 50 and figures.conflicts == 40
